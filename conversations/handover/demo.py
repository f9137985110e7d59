"""Two calls of the demo learner's: one answered last week, one that waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import Notification, User
from conversations.handover.models import RoutingDecision, TutorRequest
from conversations.handover.services import (
    answer_request,
    ask_for_tutor,
    give_verdict,
    hand_over,
    return_to_ai,
    take_request,
)
from conversations.models import Conversation, Message


@dataclass(frozen=True, slots=True)
class Call:
    """Asked in the newest conversation that such a slip was made in. `answer` ends it."""

    slip: str
    question: str
    ago: timedelta
    answer: str = ""


CALLS: Final = (
    Call(
        slip="Soy",
        question="I keep writing “soy” for how I feel. How do I stop?",
        ago=timedelta(days=13, hours=20),
        answer="Es una buena pregunta, Ana. **Estar** es para el momento: *estoy contenta*, *estoy "
        "cansada*. **Ser** es para lo que eres siempre: *soy cocinera*. Antes de escribir, "
        "pregúntate: ¿es así solo hoy? Entonces, *estoy*.",
    ),
    Call(
        slip="bonita",
        question="Why “bonito” for the train, and how do I know which words are masculine?",
        ago=timedelta(hours=22),
    ),
)
LATER: Final = timedelta(hours=3)
"""From the call to the tutor's answer."""


def seed_calls(*, learner: User, tutor: User, now: datetime) -> None:
    """Make what is missing; a second run changes nothing. Asks no provider."""
    if TutorRequest.objects.filter(learner=learner).exists():
        return
    for call in CALLS:
        rows = Conversation.objects.filter(learner=learner)
        slips = rows.filter(messages__corrections__original=call.slip)
        conversation = slips.order_by("-last_message_at").first()
        if conversation is not None:
            _call(call, conversation, tutor, at=now - call.ago)


@transaction.atomic
def _call(call: Call, conversation: Conversation, tutor: User, *, at: datetime) -> None:
    last = conversation.last_message_at
    request = ask_for_tutor(
        learner=conversation.learner, conversation=conversation, question=call.question
    )
    hand_over(request_id=request.pk)
    said = None
    if call.answer:
        take_request(tutor=tutor, request_id=request.pk)
        said = answer_request(tutor=tutor, request_id=request.pk, text=call.answer)
        return_to_ai(user=tutor, request_id=request.pk)
        give_verdict(tutor=tutor, request_id=request.pk, verdict=TutorRequest.Verdict.RIGHT)
    _date_back(request, said, at=at)
    Conversation.objects.filter(pk=conversation.pk).update(
        last_message_at=at + LATER if said else last
    )


def _date_back(request: TutorRequest, said: Message | None, *, at: datetime) -> None:
    """Calls are always made now; the demo's lie in the past."""
    answered = at + LATER
    held = TutorRequest.objects.filter(pk=request.pk)
    held.update(requested_at=at, queued_at=at)
    if said is not None:
        held.update(taken_at=answered, answered_at=answered, returned_at=answered)
        Message.objects.filter(pk=said.pk).update(created_at=answered, finished_at=answered)
    RoutingDecision.objects.filter(requests=request.pk).update(created_at=at)
    told = Notification.objects.filter(source_id__in=[request.pk, *([said.pk] if said else [])])
    told.update(created_at=answered if said else at)
    if said is not None:
        told.update(read_at=answered)
