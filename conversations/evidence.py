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
from django.db.models import Exists, OuterRef

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
    conversation = message.conversation
    if not is_in(message.content, conversation.language, conversation.learner.native_language):
        return 0
    corrections = list(message.corrections.all())
    reading = Reading(message.content, conversation.language, corrections, message)
    slips = identify(reading)
    with transaction.atomic():
        uses = [
            RightUse(use.error, use.quote, MESSAGE, message.pk)
            for use in right_uses(reading, slips, learner=reading.learner)
        ]
        _record_errors(reading, slips, uses)
        return len(_record_evidence(reading, slips, uses))


def unread_messages(*, now: datetime, limit: int = 200) -> list[UUID]:
    """Messages that nobody has looked through, and those of the last days that show nothing yet, as
    when the queue was down.

    One that can show nothing is found again until it is too old.
    """
    told = Evidence.objects.filter(source_type=MESSAGE, source_id=OuterRef("pk"))
    over = Message.objects.filter(
        role=Message.Role.USER, replies__finished_at__lt=now - timedelta(minutes=5)
    )
    unchecked = over.filter(usage__has_key=Message.UNCHECKED)
    unread = over.filter(~Exists(told), created_at__gte=now - RECENT)
    found = [
        *unchecked.distinct().values_list("pk", flat=True)[:limit],
        *unread.distinct().values_list("pk", flat=True)[:limit],
    ]
    return list(dict.fromkeys(found))[:limit]


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
