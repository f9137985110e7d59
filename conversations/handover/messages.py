"""Who is told what about a request: in the app at once, by mail from a worker."""

from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import TutorAssignment, TutorProfile, User
from accounts.notifications.services import notify
from accounts.services.mailing import mail_on_commit
from conversations.handover.models import TutorRequest
from conversations.models import Message

REQUEST, MESSAGE = "conversations.tutorrequest", "conversations.message"


def tutors_of(learner_id: UUID) -> QuerySet[User]:
    """Those who teach the learner now and may enter."""
    current = TutorAssignment.objects.current().filter(student_id=learner_id).values("tutor")
    rows: QuerySet[User] = User.objects.filter(
        pk__in=current,
        is_active=True,
        role=User.Role.TUTOR,
        tutor_profile__status=TutorProfile.Status.APPROVED,
    )
    return rows


def who_is_called(learner_id: UUID) -> list[User]:
    """The learner's tutors; for one who has none, the admins, who can answer or assign a tutor."""
    return list(tutors_of(learner_id)) or list(
        User.objects.filter(role=User.Role.ADMIN, is_active=True)
    )


def tell_tutors(request: TutorRequest) -> None:
    learner = request.learner
    for tutor in who_is_called(learner.pk):
        notify(
            user=tutor,
            kind="tutor-request",
            title=_("%(learner)s asks for a tutor") % {"learner": learner.name},
            body=request.question or request.packet.get("topic", ""),
            url=request_url(request),
            source_type=REQUEST,
            source_id=request.pk,
        )
    from conversations.handover.tasks import mail_tutors_task  # the tasks call the services

    mail_on_commit(mail_tutors_task, request.pk)


def tell_taken(request: TutorRequest) -> None:
    notify(
        user=request.learner,
        kind="tutor-took",
        title=_("%(tutor)s is with you now") % {"tutor": _name(request.tutor)},
        body=_("What you write in this conversation goes to them, until one of you ends it."),
        url=thread_url(request),
        source_type=REQUEST,
        source_id=request.pk,
    )


def tell_answered(request: TutorRequest, message: Message) -> None:
    notify(
        user=request.learner,
        kind="tutor-answered",
        title=_("%(tutor)s answered you") % {"tutor": _name(message.author)},
        body=message.content,
        url=f"{thread_url(request)}#m-{message.pk}",
        source_type=MESSAGE,
        source_id=message.pk,
    )
    from conversations.handover.tasks import mail_answer_task  # as above

    mail_on_commit(mail_answer_task, message.pk)


def tell_returned(request: TutorRequest, *, by: User) -> None:
    """The other side of the two is told."""
    if by.pk == request.learner_id:
        told, url = request.taker, request_url(request)
        title = _("%(learner)s went back to the AI tutor") % {"learner": request.learner.name}
    else:
        told, url = request.learner, thread_url(request)
        title = _("The AI tutor is back in your conversation")
    if told is not None:
        notify(
            user=told,
            kind="tutor-returned",
            title=title,
            url=url,
            source_type=REQUEST,
            source_id=request.pk,
        )


def tell_tutor_of_words(request: TutorRequest, tutor: User, message: Message) -> None:
    notify(
        user=tutor,
        kind="student-wrote",
        title=_("%(learner)s wrote to you") % {"learner": request.learner.name},
        body=message.content,
        url=f"{request_url(request)}#m-{message.pk}",
        source_type=MESSAGE,
        source_id=message.pk,
    )


def request_url(request: TutorRequest) -> str:
    return reverse("conversations:tutor_request", args=[request.pk])


def thread_url(request: TutorRequest) -> str:
    return reverse("conversations:detail", args=[request.conversation_id])


def _name(tutor: User | None) -> str:
    return tutor.name if tutor else _("A tutor")
