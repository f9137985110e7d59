"""Mails about requests. Nothing private stands in them: who asks, and a way in.

A tutor's link names the request and whom it was sent to, signed and good for a week. It lets
nobody in: it opens the request once its receiver has signed in, so that a mail that is passed on
shows nothing.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import LinkRefused
from accounts.mail import send_mail
from accounts.models import User
from accounts.selectors import user_settings
from conversations.handover.messages import who_is_called
from conversations.handover.models import TutorRequest
from conversations.models import Message

LINK_LIFETIME: Final = timedelta(days=7)
SALT: Final = "conversations.handover.request"
WANTED: Final = "tutorMail"
"""The notification setting that turns these mails off when it is false."""


def request_link(request: TutorRequest, user: User) -> str:
    token = signing.dumps([str(request.pk), str(user.pk)], salt=SALT)
    return reverse("conversations:tutor_link", args=[token])


def request_of_link(token: str, user: User) -> UUID:
    """The request that a link sent to this user opens. Raises LinkRefused."""
    try:
        request_id, user_id = signing.loads(token, salt=SALT, max_age=LINK_LIFETIME)
    except (signing.BadSignature, ValueError) as error:
        raise LinkRefused from error
    if user_id != str(user.pk):
        raise LinkRefused
    return UUID(request_id)


def send_request_mails(request: TutorRequest) -> int:
    told = [user for user in who_is_called(request.learner_id) if _wants(user)]
    subject = _("A learner asks for a tutor")
    for user in told:
        context = {
            "link": request_link(request, user),
            "learner": request.learner.name,
            "days": LINK_LIFETIME.days,
        }
        send_mail(user, "conversations/handover/mail/request", subject, context)
    return len(told)


def send_answer_mail(message: Message) -> None:
    learner = message.conversation.learner
    if not _wants(learner) or not learner.is_active:
        return
    tutor = message.author.name if message.author else _("A tutor")
    link = f"{reverse('conversations:detail', args=[message.conversation_id])}#m-{message.pk}"
    subject = _("%(tutor)s answered you") % {"tutor": tutor}
    send_mail(
        learner, "conversations/handover/mail/answer", subject, {"link": link, "tutor": tutor}
    )


def _wants(user: User) -> bool:
    return user_settings(user).notifications.get(WANTED, True) is not False
