"""What a tutor should know of a learner: how they stand, what goes wrong, what they have done.

Every part is a query or two, whatever the length of the history. Private words (quotes from other
conversations, memories) are in it only with the learner's consent.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import LearnerLanguage, LearnerProfile, User
from conversations.handover.quotes import Quote, sentence_around
from conversations.models import Conversation, Correction, Memory, MemoryConsent, TutoringSession
from learning.mastery.services import memory_of
from learning.models import (
    Concept,
    ContentUse,
    ErrorEvent,
    LearningSession,
    Mastery,
    RecurringError,
)
from practice.models import PracticeSet

MOST_ERRORS: Final = 3
QUOTES_EACH: Final = 2
LATEST: Final = 5
MOST_FOCUS: Final = 5
MOST_STRENGTHS: Final = 5
KNOWN_WELL: Final = 80
"""Percent of mastery from which a grammar point or topic is a strength."""
MET_OFTEN: Final = 3
CANDIDATES: Final = 40
"""Of the most stable concepts, those looked at for strengths."""
CORRECTION: Final = "conversations.correction"
KINDS: Final = (Concept.Kind.GRAMMAR, Concept.Kind.TOPIC)


@dataclass(frozen=True, slots=True)
class Consent:
    """`shared`: the learner lets private words go to a human tutor."""

    shared: bool
    memories: Sequence[Memory] = ()


@dataclass(frozen=True, slots=True)
class ErrorInWords:
    """A recurring error with the sentences it was made in, the latest first."""

    error: RecurringError
    quotes: Sequence[Quote]

    @property
    def label(self) -> str:
        return label_of(self.error)


def studied(learner: User, language: str = "") -> LearnerLanguage | None:
    """The learner's row of a language, or of the one they learn now."""
    rows = LearnerLanguage.objects.filter(user=learner)
    return (rows.filter(language=language) if language else rows).first()


def consent_of(learner: User) -> Consent:
    """What may be told of private talk. Memories private to a companion are told to nobody."""
    given = MemoryConsent.objects.filter(learner=learner, given=True, share_with_tutor=True)
    if not given.exists():
        return Consent(shared=False)
    rows = Memory.objects.filter(learner=learner, companion_id__isnull=True).standing()
    return Consent(shared=True, memories=list(rows.order_by("-pinned", "-importance")[:LATEST]))


def open_errors(learner: User, language: str, *, limit: int = MOST_ERRORS) -> list[RecurringError]:
    """Those made most often first."""
    rows = RecurringError.objects.filter(learner=learner, language=language).open()
    rows = rows.select_related("concept").order_by("-times", "-last_seen_at")
    return list(rows[:limit])


def in_words(
    errors: Sequence[RecurringError], *, shared: bool, conversation: Conversation | None = None
) -> list[ErrorInWords]:
    """With quotes from `conversation`, and from every other one too if they are `shared`."""
    slips = ErrorEvent.objects.filter(
        error__in=[one.pk for one in errors],
        type=ErrorEvent.Type.SLIP,
        source_type=CORRECTION,
    )
    if not shared:
        here = Correction.objects.filter(message__conversation=conversation)
        slips = slips.filter(source_id__in=here.values("pk")) if conversation else slips.none()
    place = Window(RowNumber(), partition_by=F("error"), order_by=F("occurred_at").desc())
    latest = slips.annotate(place=place).filter(place__lte=QUOTES_EACH).order_by("place")
    by_error: dict[UUID, list[UUID]] = defaultdict(list)
    for error_id, source_id in latest.values_list("error", "source_id"):
        if source_id:
            by_error[error_id].append(source_id)
    said = _quotes([source for sources in by_error.values() for source in sources])
    return [
        ErrorInWords(one, [said[source] for source in by_error[one.pk] if source in said])
        for one in errors
    ]


def _quotes(corrections: Sequence[UUID]) -> dict[UUID, Quote]:
    """By correction. Of a deleted conversation nothing is quoted."""
    rows = Correction.objects.filter(
        pk__in=corrections, message__conversation__deleted_at__isnull=True
    )
    return {row.pk: sentence_around(row) for row in rows.select_related("message")}


def label_of(error: RecurringError) -> str:
    """What an error is called in a list: its grammar point, else what is written for what."""
    if error.concept is not None and error.concept.kind == Concept.Kind.GRAMMAR:
        return error.concept.name
    return f"{error.original} → {error.corrected}"


def weak_points(learner: User, language: str, *, now: datetime) -> list[str]:
    """Grammar points and topics that have faded below the learner's target, or never reached it."""
    rows = Mastery.objects.filter(learner=learner, language=language, kind__in=KINDS).fading(now)
    names = rows.order_by("forgets_at").values_list("concept__name", flat=True)
    return list(names[:MOST_FOCUS])


def strengths(learner: User, language: str, *, now: datetime) -> list[str]:
    """What the learner says of themselves, then what they have shown to know well."""
    profile = LearnerProfile.objects.filter(user=learner).first()
    rows = Mastery.objects.filter(
        learner=learner, language=language, kind__in=KINDS, evidence_count__gte=MET_OFTEN
    )
    steady = rows.select_related("concept").order_by("-stability")[:CANDIDATES]
    known = [(memory_of(row).mastery(now), row.concept.name) for row in steady]
    best = sorted((one for one in known if one[0] >= KNOWN_WELL), key=lambda one: -one[0])
    named = [*(profile.strengths if profile else ()), *(name for _, name in best)]
    return list(dict.fromkeys(named))[:MOST_STRENGTHS]


def focus(errors: Sequence[RecurringError], weak: Sequence[str], topic: str = "") -> list[str]:
    """What to work on first: what was asked about, then open errors, then what fades."""
    named = [*([topic] if topic else ()), *(label_of(one) for one in errors), *weak]
    return list(dict.fromkeys(named))[:MOST_FOCUS]


def tutoring_sessions(learner: User, *, topic: str = "") -> QuerySet[TutoringSession]:
    """Meetings with a human tutor, the latest first; about a topic only, when one is named."""
    rows = TutoringSession.objects.filter(student=learner).select_related("student")
    if topic:
        rows = rows.filter(
            Q(subject__icontains=topic)
            | Q(title__icontains=topic)
            | Q(concepts__name__icontains=topic)
            | Q(analysis__topics__icontains=topic)
        ).distinct()
    return rows.order_by("-held_at")


def latest_practice(learner: User, *, topic: str = "") -> list[PracticeSet]:
    rows = PracticeSet.objects.filter(learner=learner)
    if topic:
        about = Q(title__icontains=topic) | Q(questions__concept__name__icontains=topic)
        rows = rows.filter(about).distinct()
    return list(rows.order_by("-assigned_at")[:LATEST])


def lessons_read(learner: User, language: str) -> QuerySet[ContentUse]:
    rows = ContentUse.objects.filter(learner=learner, item__language=language)
    return rows.select_related("item").defer("item__search").order_by("-opened_at")


def learning_sessions(learner: User) -> list[LearningSession]:
    rows = LearningSession.objects.filter(learner=learner).order_by("-started_at")
    return list(rows[:LATEST])


def session_rows(learner: User, *, topic: str = "") -> list[dict[str, Any]]:
    """The last tutoring sessions as the API lists them."""
    return [
        {
            "session_id": one.pk,
            "date": one.held_at,
            "subject": one.subject,
            "topics": one.analysis.get("topics", []),
            "status": one.status,
        }
        for one in tutoring_sessions(learner, topic=topic)[:LATEST]
    ]
