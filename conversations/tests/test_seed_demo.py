from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import LearnerLanguage, TutorAssignment, User
from accounts.selectors import current_language, local_day
from assessments.models import Assessment
from config.celery import app
from conversations.demo import ADMIN, LEARNER, TUTOR
from conversations.memory.services import withdraw_consent
from conversations.models import Conversation, Correction, Memory, Message
from learning.models import Mastery, RecurringError, StudyDay
from learning.sessions.selectors import study_of_late
from practice.decks.models import CardSchedule, Note, ReviewLog

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _development(settings):
    settings.DEVELOPMENT = True


def run():
    out = StringIO()
    call_command("seed_demo", stdout=out)
    return out.getvalue()


def test_prints_who_can_sign_in(client):
    lines = run().splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["learner", LEARNER.email],
        ["tutor", TUTOR.email],
        ["admin", ADMIN.email],
    ]
    assert len({line.index("@parlance") > 0 and line.rindex("  ") for line in lines}) == 1
    for account in (LEARNER, TUTOR, ADMIN):
        assert account.password in "\n".join(lines)
        form = {"email": account.email, "password": account.password}
        assert client.post("/sign-in", form).status_code == 302
        client.logout()


@pytest.fixture
def _tasks_at_once():
    app.conf.update(task_always_eager=True)
    yield
    app.conf.update(task_always_eager=False)


@pytest.mark.usefixtures("_tasks_at_once")
def test_nobody_is_mailed_about_it(django_capture_on_commit_callbacks, mailoutbox):
    with django_capture_on_commit_callbacks(execute=True):
        run()
    assert mailoutbox == []


def test_learner_has_a_history():
    run()
    learner = User.objects.get(email=LEARNER.email)
    now = timezone.now()
    placement = Assessment.objects.get(learner=learner)
    assert placement.status == Assessment.Status.COMPLETED
    assert placement.level == "B1"
    language = current_language(learner)
    assert (language.level, language.level_source) == ("B1", LearnerLanguage.Source.PLACEMENT)
    assert Conversation.objects.filter(learner=learner).count() == 9
    assert not Message.objects.filter(created_at__gt=now - timedelta(hours=20)).exists()
    assert Correction.objects.filter(message__conversation__learner=learner).count() == 6
    assert study_of_late(learner, local_day(learner, now)).streak == 3
    assert not StudyDay.objects.filter(learner=learner, day=local_day(learner, now)).exists()


def test_learner_has_errors_open_and_overcome():
    call_command("load_concepts", verbosity=0)
    run()
    errors = RecurringError.objects.filter(learner__email=LEARNER.email)
    assert set(errors.values_list("status", "corrected")) >= {
        ("closed", "Estoy"),
        ("open", "habitación"),
    }
    assert errors.get(status="closed").concept.slug == "ser-estar"
    assert Mastery.objects.filter(learner__email=LEARNER.email, kind="lemma").count() > 20
    assert Mastery.objects.filter(learner__email=LEARNER.email, kind="grammar").exists()


def test_corrections_quote_the_message():
    run()
    for correction in Correction.objects.select_related("message"):
        said = correction.message.content
        assert said[correction.start : correction.end] == correction.original


def test_tutor_sees_the_learner():
    run()
    tutor = User.objects.get(email=TUTOR.email)
    assert User.objects.get(email=LEARNER.email) in User.objects.visible_to(tutor)
    assert tutor.is_staff


def test_learner_has_cards_to_review_and_cards_to_meet():
    run()
    now = timezone.now()
    learner = User.objects.get(email=LEARNER.email)
    schedules = CardSchedule.objects.filter(learner=learner)
    assert schedules.filter(due_at__lte=now).count() >= 5
    assert schedules.filter(state="new").count() == 3
    reviews = ReviewLog.objects.filter(learner=learner)
    assert reviews.filter(rating=1).count() >= 7
    assert not reviews.filter(reviewed_at__gt=now - timedelta(hours=20)).exists()
    assert not schedules.filter(state__in=("learning", "relearning")).exists()


def test_a_second_run_changes_nothing():
    models = (
        *(User, TutorAssignment, Assessment, Conversation, Message, Correction, StudyDay),
        *(Note, ReviewLog),
    )
    first = run()
    counts = [model.objects.count() for model in models]
    assert run() == first
    assert [model.objects.count() for model in models] == counts


def test_a_changed_password_is_not_printed():
    run()
    learner = User.objects.get(email=LEARNER.email)
    learner.set_password("Mine-alone-99")
    learner.save()
    assert "(was changed)" in run()


def test_not_in_production(settings):
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError):
        run()
    assert not User.objects.exists()


def test_what_is_remembered_of_the_learner_has_its_proof():
    run()
    learner = User.objects.get(email=LEARNER.email)
    standing = Memory.objects.standing().filter(learner=learner)
    assert {"reason", "job", "home", "pet:dog"} <= set(standing.values_list("subject", flat=True))
    assert standing.get(pinned=True).subject == "reason"
    assert standing.get(subject="home").content == "You live in Manchester."
    assert Memory.objects.get(subject="home", valid_to__isnull=False).superseded_by is not None
    for memory in Memory.objects.filter(learner=learner):
        proof = memory.evidence.get()
        assert proof.quote in proof.message.content
    assert learner.profile.learning_style == "with examples"


def test_a_learner_who_wants_none_is_not_asked_again():
    run()
    withdraw_consent(learner=User.objects.get(email=LEARNER.email), forget=True)
    run()
    assert not Memory.objects.exists()
