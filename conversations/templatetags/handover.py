"""What the pages of tutors, and the bar of a chat, ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template

from accounts.models import User
from conversations.handover.messages import tutors_of
from conversations.handover.models import TutorRequest
from conversations.handover.selectors import latest_request
from conversations.models import Conversation, TutoringSession
from conversations.transcripts.telling import AREAS, told_texts

register = template.Library()


@register.filter
def to_work_on(session: TutoringSession, reader: User) -> list[str]:
    """What a tutoring session found to work on, in words for whoever reads."""
    return told_texts(session, AREAS, reader=reader)


State = Conversation.State


@dataclass(frozen=True, slots=True)
class Bar:
    """Who the learner talks with, and what they may do about it."""

    state: str
    request: TutorRequest | None
    tutors: list[str]
    """Who would be asked; empty when nobody teaches the learner, and in the other states."""


@register.simple_tag
def tutor_bar(conversation: Conversation) -> Bar:
    """One query for most conversations; two for one that a tutor has given back."""
    request = None if conversation.state == State.AI else latest_request(conversation)
    asks = conversation.state in (State.AI, State.RETURNED)
    names = tutors_of(conversation.learner_id).order_by("name") if asks else None
    tutors = [] if names is None else list(names.values_list("name", flat=True)[:3])
    return Bar(conversation.state, request, tutors)


@register.filter
def moment(iso: str | None) -> datetime | None:
    """A time of a packet, which is kept as JSON."""
    return datetime.fromisoformat(iso) if iso else None


@register.filter
def slip_of(quote: Mapping[str, Any]) -> tuple[str, str, str]:
    """A quote cut at its slip: before, the slip, after."""
    text, start, end = quote["text"], quote["start"], quote["end"]
    return text[:start], text[start:end], text[end:]
