"""The way of a request, from the learner's call to the AI tutor's return."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.commits import after_commit
from config.errors import DomainError
from conversations.handover import messages
from conversations.handover.errors import (
    AlreadyAsked,
    AlreadyTaken,
    CannotWithdraw,
    NotTaken,
    NotWaiting,
)
from conversations.handover.models import RoutingDecision, TutorRequest
from conversations.handover.services.holding import (
    audit,
    held_conversation,
    held_request,
    move,
    require_taker,
    require_tutor,
)
from conversations.models import Conversation

State = Conversation.State
MAY_ASK = (State.AI, State.RETURNED)
MAX_QUESTION = 1000
MAX_NOTE = 500


@transaction.atomic
def ask_for_tutor(
    *,
    learner: User,
    conversation: Conversation,
    question: str = "",
    decision: RoutingDecision | None = None,
) -> TutorRequest:
    """Call a human into the learner's own conversation; a worker makes the packet and tells tutors.

    Raises NotFound, or AlreadyAsked while a request is open.
    """
    question = question.strip()
    if len(question) > MAX_QUESTION:
        raise DomainError(details={"question": [_("Use at most %d characters.") % MAX_QUESTION]})
    held = held_conversation(learner, conversation.pk)
    if held.state not in MAY_ASK:
        open_one = TutorRequest.objects.open().filter(conversation=held).first()
        raise AlreadyAsked(details={"requestId": [str(open_one.pk)]} if open_one else None)
    request = TutorRequest.objects.create(
        learner=learner, conversation=held, question=question, decision=decision
    )
    move(request, State.ASKED)
    audit(request, actor=learner, verb="asked")
    # With the queue down the request waits as asked: a sweep hands it over later.
    after_commit(_enqueue, str(request.pk))
    return request


@transaction.atomic
def queue_request(
    *, request: TutorRequest, packet: Mapping[str, Any], decision: RoutingDecision | None = None
) -> bool:
    """Tutors are told, with the packet; False when the request went another way meanwhile."""
    held = held_request(request.learner, request.pk)
    if held.conversation.state != State.ASKED or held.withdrawn_at:
        return False
    held.packet, held.queued_at = dict(packet), timezone.now()
    held.decision = decision or held.decision
    held.save(update_fields=["packet", "queued_at", "decision"])
    move(held, State.QUEUED)
    audit(held, actor=None, verb="queued")
    messages.tell_tutors(held)
    return True


@transaction.atomic
def take_request(*, tutor: User, request_id: UUID) -> TutorRequest:
    """The learner talks with this tutor from now on. Taking one's own again changes nothing.

    Raises NotFound, OwnRequest, AlreadyTaken when another was first, and NotWaiting.
    """
    request = held_request(tutor, request_id)
    require_tutor(tutor, request)
    if _is_over(request) or request.conversation.state not in (State.QUEUED, State.HUMAN):
        raise NotWaiting
    if request.conversation.state == State.HUMAN and (taker := request.taker):
        if taker.pk == tutor.pk:
            return request
        raise AlreadyTaken(tutor=taker.name)
    request.tutor, request.taken_at = tutor, timezone.now()
    request.save(update_fields=["tutor", "taken_at"])
    move(request, State.HUMAN)
    audit(request, actor=tutor, verb="taken")
    messages.tell_taken(request)
    return request


@transaction.atomic
def return_to_ai(*, user: User, request_id: UUID) -> TutorRequest:
    """Give the conversation back to the AI tutor: the learner, the tutor who has it, or an admin.

    Raises NotFound, NotTheTaker for another tutor, and NotTaken.
    """
    request = held_request(user, request_id)
    if request.conversation.state != State.HUMAN or _is_over(request):
        raise NotTaken
    if user.pk != request.learner_id:
        require_taker(user, request)
    request.returned_at = timezone.now()
    request.save(update_fields=["returned_at"])
    move(request, State.RETURNED)
    audit(request, actor=user, verb="returned")
    messages.tell_returned(request, by=user)
    return request


@transaction.atomic
def withdraw(*, learner: User, request_id: UUID) -> TutorRequest:
    """Take the call back while no tutor has it. Raises NotFound, CannotWithdraw, NotWaiting."""
    request = held_request(learner, request_id)
    held_conversation(learner, request.conversation_id)
    if request.conversation.state == State.HUMAN and not _is_over(request):
        raise CannotWithdraw
    if request.conversation.state not in (State.ASKED, State.QUEUED) or _is_over(request):
        raise NotWaiting
    request.withdrawn_at = timezone.now()
    request.save(update_fields=["withdrawn_at"])
    move(request, State.AI)
    audit(request, actor=learner, verb="withdrawn")
    return request


@transaction.atomic
def give_verdict(*, tutor: User, request_id: UUID, verdict: str, note: str = "") -> TutorRequest:
    """What the tutor who took a request thinks of having been called; the last one counts.

    Raises NotFound, OwnRequest, NotTheTaker, NotTaken.
    """
    if verdict not in TutorRequest.Verdict.values:
        raise DomainError(details={"verdict": [_("Choose one of the verdicts.")]})
    if len(note) > MAX_NOTE:
        raise DomainError(details={"note": [_("Use at most %d characters.") % MAX_NOTE]})
    request = held_request(tutor, request_id)
    require_tutor(tutor, request)
    if request.taken_at is None:
        raise NotTaken
    require_taker(tutor, request)
    request.verdict, request.verdict_note = verdict, note.strip()
    request.save(update_fields=["verdict", "verdict_note"])
    audit(request, actor=tutor, verb="judged", verdict=verdict)
    return request


def _is_over(request: TutorRequest) -> bool:
    return bool(request.returned_at or request.withdrawn_at)


def _enqueue(request_id: str) -> None:
    from conversations.handover.tasks import queue_request_task  # the task calls the services

    queue_request_task.delay(request_id)
