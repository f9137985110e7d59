"""What a learner's message shows: a slip counts against its concept, words used rightly for theirs.

Read by a worker after the turn, since it needs the word lists. Reading a message twice writes
nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from ai.language.analysis import is_in
from conversations import readings
from conversations.models import Correction, Message
from conversations.readings import USED_RIGHTLY, identify, right_uses
from conversations.services.late import check_late
from conversations.services.study import count_study
from learning.concepts.models import Concept
from learning.concepts.services import lemma_concepts
from learning.mastery.errors import RightUse, SlipMade, record_right_uses, record_slips
from learning.mastery.models import Evidence, Skill, Surface
from learning.mastery.services import Shown, record_evidence
from practice.decks.services import credit_use

RECENT: Final = timedelta(days=2)
AT_ONCE: Final = 200
"""Messages that a sweep reads in one go."""
MESSAGE, CORRECTION = "conversations.message", "conversations.correction"


Found = readings.Slip[Correction]


@dataclass(frozen=True)
class Reading(readings.Reading[Correction]):
    """A learner's message with the corrections found in it."""

    message: Message

    @property
    def learner(self) -> User:
        return self.message.conversation.learner


def read_message(*, message_id: UUID | str) -> int:
    """Write what a learner's message shows, and count the time up to it; how many pieces of
    evidence were new.

    What its turn had no time to look through is looked through first: words that nobody has checked
    are not used rightly. None, when the message is gone or in another language than the one being
    learned.
    """
    message = (
        Message.objects.filter(pk=message_id, role=Message.Role.USER)
        .select_related("conversation__learner")
        .first()
    )
    if message is None:
        return 0
    count_study(message=message)
    check_late(message=message)
    new = _record(message)
    if not any(row.source_type == MESSAGE for row in new):
        _mark_silent(message.pk)
    return len(new)


def unread_messages(*, now: datetime, after: UUID | str | None = None) -> list[UUID]:
    """Messages that nobody has looked through, and those of the last days that nobody has read, as
    when the queue was down: the oldest, or the next `after` one, at most AT_ONCE."""
    answered = Message.objects.filter(
        reply_to=OuterRef("pk"), finished_at__lt=now - timedelta(minutes=5)
    )
    over = Message.objects.filter(Exists(answered), role=Message.Role.USER).order_by("created_at")
    if after:
        over = over.filter(created_at__gt=Message.objects.filter(pk=after).values("created_at"))
    unchecked = over.filter(usage__has_key=Message.UNCHECKED)
    unread = over.filter(~Exists(_told()), created_at__gte=now - RECENT)
    unread = unread.exclude(usage__has_key=Message.SILENT)
    found = {
        pk: at
        for rows in (unchecked, unread)
        for pk, at in rows.values_list("pk", "created_at")[:AT_ONCE]
    }
    return sorted(found, key=found.__getitem__)[:AT_ONCE]


def _told() -> QuerySet[Evidence]:
    return Evidence.objects.filter(source_type=MESSAGE, source_id=OuterRef("pk"))


def _mark_silent(message_id: UUID) -> None:
    """No sweep comes back to what was read and shows nothing, unless it is to be checked anew."""
    read = Message.objects.filter(~Exists(_told()), pk=message_id, usage={})
    read.update(usage={Message.SILENT: True})


def _record(message: Message) -> list[Evidence]:
    conversation = message.conversation
    if not is_in(message.content, conversation.language, conversation.learner.native_language):
        return []
    corrections = list(message.corrections.all())
    reading = Reading(message.content, conversation.language, corrections, message)
    slips = identify(reading)
    with transaction.atomic():
        uses = [
            RightUse(use.error, use.quote, MESSAGE, message.pk)
            for use in right_uses(reading, slips, learner=reading.learner)
        ]
        _record_errors(reading, slips, uses)
        return _record_evidence(reading, slips, uses)


def _record_errors(reading: Reading, slips: Sequence[Found], uses: Sequence[RightUse]) -> None:
    learner, at = reading.learner, reading.message.created_at
    made = [
        SlipMade(
            key=slip.key,
            kind=slip.correction.kind,
            original=slip.correction.original,
            corrected=slip.correction.corrected,
            reason=slip.correction.reason,
            source_type=CORRECTION,
            source_id=slip.correction.pk,
            concept=slip.concept,
            pattern=slip.pattern,
        )
        for slip in slips
    ]
    record_slips(learner=learner, language=reading.language, slips=made, now=at)
    record_right_uses(learner=learner, uses=uses, now=at)


def _record_evidence(
    reading: Reading, slips: Sequence[Found], uses: Sequence[RightUse]
) -> list[Evidence]:
    against = {slip.concept.pk: slip for slip in slips if slip.concept}
    shown = [
        _shown(slip.concept, correct=False, source=(CORRECTION, slip.correction.pk))
        for slip in against.values()
        if slip.concept
    ]
    words = lemma_concepts(language=reading.language, lemmas=reading.words)
    used = {concept.pk: concept for concept in words.values()}
    used |= {use.error.concept.pk: use.error.concept for use in uses if use.error.concept}
    shown += [
        _shown(concept, correct=True, source=(MESSAGE, reading.message.pk))
        for key, concept in used.items()
        if key not in against
    ]
    learner, at = reading.learner, reading.message.created_at
    credit_use(
        learner=learner,
        concepts=[concept for key, concept in used.items() if key not in against],
        weight=USED_RIGHTLY,
        source_type=MESSAGE,
        source_id=reading.message.pk,
        now=at,
    )
    return record_evidence(learner=learner, shown=shown, now=at)


def _shown(concept: Concept, *, correct: bool, source: tuple[str, UUID]) -> Shown:
    return Shown(
        concept=concept,
        surface=Surface.CONVERSATION,
        skill=Skill.GRAMMAR if concept.kind == Concept.Kind.GRAMMAR else Skill.WRITING,
        correct=correct,
        weight=USED_RIGHTLY if correct else 1.0,
        spontaneous=True,
        source_type=source[0],
        source_id=source[1],
    )
