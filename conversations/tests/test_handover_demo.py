import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Notification, User
from conversations.demo import LEARNER, TUTOR
from conversations.models import Message, TutorRequest

pytestmark = pytest.mark.django_db


def test_one_call_answered_and_one_waiting(settings, client):
    settings.DEVELOPMENT = True
    for _ in range(2):
        call_command("seed_demo", verbosity=0)
    learner, tutor = User.objects.get(email=LEARNER.email), User.objects.get(email=TUTOR.email)
    answered, waiting = TutorRequest.objects.filter(learner=learner).order_by("requested_at")
    assert (answered.state, answered.tutor, answered.verdict) == ("returned", tutor, "right")
    assert (waiting.state, waiting.tutor) == ("queued", None)
    assert waiting.packet["errors"]
    said = Message.objects.get(role="tutor")
    assert said.author == tutor
    assert said.created_at < timezone.now() - timezone.timedelta(days=13)
    assert [one.kind for one in Notification.objects.unread()] == ["tutor-request"]
    client.force_login(tutor)
    assert waiting.question in client.get("/tutor").content.decode().replace("&#x27;", "'")
