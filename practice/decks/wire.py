"""Decks, cards and schedules as clients see them. Plain dictionaries: a batch has 500 of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from practice.decks.faces import Face, face_of
from practice.decks.models import Card, CardSchedule, Deck, Note, ReviewLog, StudyOptions
from practice.decks.queue import STEPS, Counts, Queue
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.replay import Desk
from practice.decks.services import Outcome
from practice.decks.studying import Studied, desk_for, state_of


def deck_body(deck: Deck, counts: Counts, *, cards: int, user: User) -> dict[str, Any]:
    return {
        "id": deck.pk,
        "name": deck.name,
        "description": deck.description,
        "language": deck.language or None,
        "visibility": deck.visibility,
        "owner": {"id": deck.owner_id, "name": deck.owner.name},
        "is_mine": deck.owner_id == user.pk,
        "counts": {
            "new": counts.new,
            "learning": counts.learning,
            "review": counts.review,
            "cards": cards,
        },
        "created_at": deck.created_at,
    }


def study_body(by: StudyOptions) -> dict[str, Any]:
    return {
        "scheduler": by.scheduler,
        "desired_retention": by.desired_retention,
        "new_per_day": by.new_per_day,
        "reviews_per_day": by.reviews_per_day,
        "learning_steps": by.learning_steps,
        "relearning_steps": by.relearning_steps,
        "fitted": bool(by.parameters),
    }


def card_body(card: Card, schedule: CardSchedule | None = None) -> dict[str, Any]:
    note, face = card.note, face_of(card)
    return {
        "id": card.pk,
        "note_id": note.pk,
        "deck_id": card.deck_id,
        "ordinal": card.ordinal,
        "kind": note.kind,
        "front": note.front,
        "back": note.back,
        **_face(face),
        "tags": note.tags,
        "example": note.example,
        "language": note.language or None,
        "concept_id": note.concept_id,
        "audio_url": media_url(card, "audio"),
        "image_url": media_url(card, "image"),
        "source": source_body(note),
        "schedule": schedule_body(schedule) if schedule else None,
    }


def _face(face: Face) -> dict[str, Any]:
    return {
        "question": face.question,
        "question_language": face.question_language or None,
        "answer": face.answer,
        "answer_language": face.answer_language or None,
        "answer_parts": [{"text": text, "gap": gap} for text, gap in face.parts],
        "extra": face.extra,
        "spoken": face.spoken,
        "expected": face.expected,
    }


def media_url(card: Card, name: str) -> str | None:
    if not getattr(card.note, name):
        return None
    return reverse(f"flashcard-{name}", args=[card.pk])


def source_body(note: Note) -> dict[str, Any] | None:
    return {"type": note.source_type, "id": note.source_id} if note.source_id else None


def schedule_body(schedule: CardSchedule) -> dict[str, Any]:
    return {
        "scheduler": schedule.scheduler,
        "state": schedule.state,
        "due_at": schedule.due_at,
        "interval_days": schedule.interval_days,
        "stability": schedule.stability,
        "difficulty": schedule.difficulty,
        "ease_factor": schedule.ease_factor,
        "reviews": schedule.reviews,
        "lapses": schedule.lapses,
        "last_review": schedule.last_review,
        "suspended": schedule.suspended,
        "buried_until": schedule.buried_until,
    }


def next_body(schedule: CardSchedule, desk: Desk, now: datetime) -> dict[str, Any]:
    """What each rating would do, were the card asked when it is due, or now if that is past."""
    at = max(now, schedule.due_at) if schedule.due_at else now
    previews = desk.previews(state_of(schedule), at)
    return {
        name: {"interval_days": state.interval_days, "due_at": state.due_at}
        for name, state in previews.items()
    }


def asked_body(
    schedule: CardSchedule, decks: Mapping[Any, Studied], calendar: Calendar, now: datetime
) -> dict[str, Any]:
    """A card of the queue: with its schedule and what each rating would do."""
    desk = desk_for(schedule, decks[schedule.deck_id].by, calendar)
    following = next_body(schedule, desk, now)
    return card_body(schedule.card, schedule) | {"next": following}


def queue_body(queue: Queue, now: datetime) -> dict[str, Any]:
    counts = queue.counts
    return {
        "cards": [asked_body(one, queue.decks, queue.calendar, now) for one in queue.schedules],
        "counts": {"new": counts.new, "learning": counts.learning, "review": counts.review},
    }


def outcome_body(outcome: Outcome, now: datetime) -> dict[str, Any]:
    """A card that comes back within the day has with it what each rating would do then."""
    body: dict[str, Any] = {
        "client_id": outcome.answer.client_id,
        "card_id": outcome.answer.card_id,
    }
    if outcome.refusal:
        refusal = {"code": outcome.refusal.code, "error": outcome.refusal.message}
        return body | {"status": "refused", "schedule": None} | refusal
    schedule, desk = outcome.schedule, outcome.desk
    body |= {"status": "repeated" if outcome.repeated else "done"}
    if schedule and desk:
        body["schedule"] = schedule_body(schedule)
        if schedule.state in STEPS:
            body["next"] = next_body(schedule, desk, now)
    return body


def log_body(log: ReviewLog) -> dict[str, Any]:
    return {
        "id": log.pk,
        "scheduler": log.scheduler,
        "rating": log.rating,
        "weight": log.weight,
        "surface": log.surface,
        "before": log.before,
        "after": log.after,
        "elapsed_days": log.elapsed_days,
        "duration_ms": log.duration_ms,
        "timezone": log.timezone,
        "source": {"type": log.source_type, "id": log.source_id} if log.source_id else None,
        "reviewed_at": log.reviewed_at,
        "undone_at": log.undone_at,
    }
