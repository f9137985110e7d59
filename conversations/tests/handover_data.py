"""What tests of the handover start from: a talk with slips, and requests in each state."""

from datetime import timedelta

from django.utils import timezone

from conversations.handover.services import ask_for_tutor, hand_over, take_request
from conversations.models import Correction, TutorRequest
from conversations.tests.factories import MessageFactory, ReplyFactory
from learning.models import ErrorEvent, RecurringError

SLIP = "Hoy soy cansada."


def slips_in(conversation, *, times, rule="rule:es.estar_state", ago=timedelta(0)):
    """So many messages, each with the same slip and answered."""
    made = []
    for _ in range(times):
        last = conversation.messages.order_by("-position").first()
        place = last.position + 1 if last else 1
        said = MessageFactory(conversation=conversation, content=SLIP, position=place)
        type(said).objects.filter(pk=said.pk).update(created_at=timezone.now() - ago)
        ReplyFactory(conversation=conversation, reply_to=said, position=place + 1)
        made.append(
            Correction.objects.create(
                message=said,
                start=4,
                end=7,
                original="soy",
                corrected="estoy",
                kind=Correction.Kind.GRAMMAR,
                reason="A passing state takes estar.",
                rule=rule,
            )
        )
    return made


def open_error(learner, corrections, **fields):
    """A recurring error that these corrections were slips of."""
    now = timezone.now()
    error = RecurringError.objects.create(
        **{
            "learner": learner,
            "language": "es",
            "key": fields.pop("key", "grammar:estar"),
            "kind": "grammar",
            "original": "soy",
            "corrected": "estoy",
            "reason": "A passing state takes estar.",
            "status": RecurringError.Status.OPEN,
            "times": len(corrections),
            "first_seen_at": now,
            "last_seen_at": now,
            "opened_at": now,
            **fields,
        }
    )
    ErrorEvent.objects.bulk_create(
        ErrorEvent(
            error=error,
            type=ErrorEvent.Type.SLIP,
            quote=one.original,
            source_type="conversations.correction",
            source_id=one.pk,
            occurred_at=now,
        )
        for one in corrections
    )
    return error


def asked(conversation, question="When do I say soy?"):
    return ask_for_tutor(learner=conversation.learner, conversation=conversation, question=question)


def queued(conversation, question="When do I say soy?"):
    made = asked(conversation, question)
    assert hand_over(request_id=made.pk)
    return TutorRequest.objects.get(pk=made.pk)


def taken(conversation, tutor, question="When do I say soy?"):
    return take_request(tutor=tutor, request_id=queued(conversation, question).pk)
