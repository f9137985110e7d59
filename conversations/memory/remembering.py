"""Reading finished conversations for what is worth knowing again, in the background.

A stretch of messages is read once: what is found and how far was read are written together, and
only if nobody else has read on meanwhile. A worker that dies has written nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from ai import worker
from ai.embeddings import embed
from ai.errors import AllProvidersFailed, ProviderError
from ai.redaction import redact
from conversations.history import branch_ids
from conversations.memory import profile
from conversations.memory.extraction import builtin, checks, model
from conversations.memory.extraction.candidates import Candidate, Reading
from conversations.memory.extraction.gathering import Line, gather
from conversations.memory.extraction.importance import said_again
from conversations.memory.matching import Told, contradicts, same
from conversations.memory.models import Memory, MemoryConsent, MemoryEvidence, MemoryRecall
from conversations.models import Conversation

FINISHED_AFTER: Final = timedelta(hours=24)
MOST_AT_ONCE: Final = 400
"""Messages of either side read in one go; the rest of a long conversation is read next."""
LONGEST_BRANCH: Final = 10_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Part of a conversation, as it was read."""

    conversation: Conversation
    read_before: datetime | None
    """How far it had been read."""
    until: datetime
    reading: Reading


@dataclass(frozen=True, slots=True)
class _Found:
    candidate: Candidate
    embedder: str = ""
    vector: list[float] | None = None


def finished_conversations(*, now: datetime, limit: int = 500) -> list[UUID]:
    """Conversations at rest for a day, of learners who said yes, with something unread."""
    unread = Q(memory_read_at__isnull=True) | Q(memory_read_at__lt=F("last_message_at"))
    consent = "learner__memory_consent__"
    running = Q(**{f"{consent}paused_until__isnull": True}) | Q(
        **{f"{consent}paused_until__lte": now}
    )
    rows = Conversation.objects.filter(
        unread,
        running,
        deleted_at__isnull=True,
        last_message_at__lte=now - FINISHED_AFTER,
        **{f"{consent}given": True},
    )
    return list(rows.order_by("last_message_at").values_list("pk", flat=True)[:limit])


def remember_conversation(*, conversation_id: UUID | str, now: datetime) -> int:
    """Read what is unread of a conversation; how many memories are new."""
    new = 0
    while (stretch := _next_stretch(conversation_id, now)) is not None:
        found_by, found = worker.run(_find(stretch))
        written = _write(stretch, found, found_by=found_by, now=now)
        if written is None:
            break
        new += written
    return new


def remember_by_patterns(*, conversation_id: UUID | str, now: datetime) -> int:
    """As `remember_conversation`, but asks neither a model nor an embedder."""
    new = 0
    while (stretch := _next_stretch(conversation_id, now)) is not None:
        found = [_Found(one) for one in _by_patterns(stretch.reading)]
        written = _write(stretch, found, found_by=builtin.NAME, now=now)
        if written is None:
            break
        new += written
    return new


def _by_patterns(reading: Reading) -> list[Candidate]:
    found = builtin.extract(reading)
    return [one for one in found if not checks.refusal(one, reading, found_by=builtin.NAME)]


def _next_stretch(conversation_id: UUID | str, now: datetime) -> _Stretch | None:
    row = Conversation.objects.select_related("learner", "companion").filter(
        pk=conversation_id, deleted_at__isnull=True, last_message_at__lte=now - FINISHED_AFTER
    )
    conversation = row.first()
    if conversation is None:
        return None
    consent = MemoryConsent.objects.filter(learner=conversation.learner_id).first()
    if consent is None or not consent.allows(now):
        return None
    return _stretch(conversation, consent.reads_from)


def _stretch(conversation: Conversation, reads_from: datetime | None) -> _Stretch | None:
    lines = _lines(conversation)
    read = conversation.memory_read_at
    unread = [line for line in lines if read is None or line.at > read]
    # A reply is finished, and the conversation last touched, after it was begun.
    end = conversation.last_message_at
    if end is None or (read is not None and read >= end):
        return None
    until = unread[MOST_AT_ONCE - 1].at if len(unread) > MOST_AT_ONCE else end
    after = max((moment for moment in (read, reads_from) if moment), default=None)
    learner = conversation.learner
    said = gather(
        [line for line in lines if line.at <= until], scenario=conversation.scenario, after=after
    )
    reading = Reading(conversation.language, learner.native_language, learner.name, said)
    return _Stretch(conversation, read, until, reading)


def _lines(conversation: Conversation) -> list[Line]:
    """Both sides of the branch that is shown, in order. What was edited away is not read."""
    rows = conversation.messages.exclude(content="").order_by("position")
    lines = [Line(*row) for row in rows.values_list("pk", "role", "content", "created_at")]
    if conversation.tip_id is None:
        return lines
    shown = set(branch_ids(conversation.tip_id, limit=LONGEST_BRANCH))
    return [line for line in lines if line.message_id in shown]


async def _find(stretch: _Stretch) -> tuple[str, list[_Found]]:
    """By a model where there is one, else by patterns: checked either way, with their vectors."""
    reading = stretch.reading
    found_by = builtin.NAME
    candidates: list[Candidate] = []
    if reading.said and model.has_model():
        try:
            candidates = await model.extract(reading, learner_id=stretch.conversation.learner_id)
            found_by = model.label()
        except (AllProvidersFailed, ProviderError):
            logger.warning("no model read conversation %s", stretch.conversation.pk)
    if found_by == builtin.NAME:
        candidates = builtin.extract(reading)
    kept = [one for one in candidates if not checks.refusal(one, reading, found_by=found_by)]
    return found_by, await _with_vectors(kept, reading.name)


async def _with_vectors(candidates: Sequence[Candidate], name: str) -> list[_Found]:
    """Without a vector where none can be had, or the text should not leave."""
    texts = [
        one.content if redact(one.content, names=[name]) == one.content else ""
        for one in candidates
    ]
    try:
        made = await embed(texts) if any(texts) else None
    except ProviderError:
        made = None
    if made is None:
        return [_Found(one) for one in candidates]
    return [
        _Found(one, made.embedder if vector else "", vector)
        for one, vector in zip(candidates, made.vectors, strict=True)
    ]


@transaction.atomic
def _write(
    stretch: _Stretch, found: Sequence[_Found], *, found_by: str, now: datetime
) -> int | None:
    """None when somebody else has read on, or the learner has changed their mind meanwhile."""
    # The lock orders the writers of one learner, and a yes taken back is seen.
    consent = MemoryConsent.objects.select_for_update().get(learner=stretch.conversation.learner_id)
    untouched = Conversation.objects.filter(
        pk=stretch.conversation.pk, memory_read_at=stretch.read_before, deleted_at__isnull=True
    )
    if not consent.allows(now) or not untouched.update(memory_read_at=stretch.until):
        return None
    known = _Known(stretch.conversation)
    return sum(known.take(one, found_by=found_by) for one in found)


class _Known:
    """What is remembered of a learner already, while a conversation is added to it."""

    def __init__(self, conversation: Conversation) -> None:
        self.learner = conversation.learner
        self.private_to = _private_to(conversation)
        rows = Memory.objects.filter(learner=self.learner, superseded_by__isnull=True)
        if self.private_to:
            # What only another companion knows is not said again by what this one hears.
            rows = rows.filter(Q(companion_id=None) | Q(companion_id=self.private_to))
        self.memories = list(rows.select_for_update(of=("self",)).order_by("pk"))
        told = MemoryRecall.objects.filter(message__conversation=conversation)
        self.told = list(told.values_list("memory_id", "message__created_at"))

    def take(self, found: _Found, *, found_by: str) -> bool:
        """Whether it was news."""
        candidate, new = found.candidate, _told(found, found_by)
        for memory in self.memories:
            if same(new, _told_by(memory, found.embedder)) and not self._would_tell(memory):
                self._again(memory, candidate)
                return False
        standing = [memory for memory in self.memories if memory.valid_to is None]
        rivals = [one for one in standing if contradicts(new, _told_by(one, found.embedder))]
        if any(rival.said_at > candidate.said_at for rival in rivals):
            # Something later is known of it already.
            return False
        self._add(found, rivals, found_by)
        return True

    def _would_tell(self, memory: Memory) -> bool:
        """Whether a word to one companion would bring back what everyone was told."""
        gone = memory.valid_to is not None or memory.archived_at is not None
        return gone and self.private_to is not None and memory.companion_id is None

    def _again(self, memory: Memory, candidate: Candidate) -> None:
        """Said once more, unless the tutor had just said it, or it has been ended since."""
        if any(pk == memory.pk and at <= candidate.said_at for pk, at in self.told):
            return
        if memory.valid_to is not None and memory.valid_to >= candidate.said_at:
            return
        proof, new = MemoryEvidence.objects.get_or_create(
            memory=memory, message_id=candidate.message_id, defaults={"quote": candidate.quote}
        )
        if not new:
            return
        memory.seen += 1
        memory.importance = said_again(memory.importance, seen=memory.seen)
        memory.said_at = max(memory.said_at, candidate.said_at)
        memory.valid_to = memory.archived_at = None
        memory.save()

    def _add(self, found: _Found, rivals: Sequence[Memory], found_by: str) -> None:
        candidate = found.candidate
        known_to = [one.companion_id for one in rivals if one.companion_id]
        memory = Memory.objects.create(
            learner=self.learner,
            type=candidate.type,
            namespace=candidate.namespace,
            subject=candidate.subject,
            content=candidate.content,
            language=self.learner.native_language,
            importance=candidate.importance,
            pinned=any(rival.pinned for rival in rivals),
            companion_id=known_to[0] if known_to else self.private_to,
            extracted_by=found_by,
            embedding=found.vector,
            embedder=found.embedder,
            valid_from=candidate.said_at,
            said_at=candidate.said_at,
        )
        MemoryEvidence.objects.create(
            memory=memory, message_id=candidate.message_id, quote=candidate.quote
        )
        for rival in rivals:
            self._supersede(rival, memory)
        self.memories = [one for one in self.memories if one not in rivals] + [memory]
        if memory.companion_id is None:
            # Every companion, and the whole product, reads the profile.
            profile.fill(memory, field=candidate.field, value=candidate.value)

    def _supersede(self, old: Memory, new: Memory) -> None:
        profile.take_back(self.learner, [old])
        Memory.objects.filter(pk=old.pk).update(
            valid_to=max(new.valid_from, old.valid_from), superseded_by=new, filled=[], pinned=False
        )


def _private_to(conversation: Conversation) -> UUID | None:
    """The companion that keeps for itself what it hears."""
    companion = conversation.companion
    return companion.pk if companion and companion.keeps_private else None


def _told(found: _Found, found_by: str) -> Told:
    one = found.candidate
    by_patterns = found_by == builtin.NAME
    return Told(one.namespace, one.subject, one.content, found.vector, by_patterns)


def _told_by(memory: Memory, embedder: str) -> Told:
    """Vectors are compared only with those of the same embedder."""
    alike = memory.embedding is not None and memory.embedder == embedder
    return Told(
        memory.namespace,
        memory.subject,
        memory.content,
        memory.embedding if alike else None,
        memory.extracted_by == builtin.NAME and not memory.edited,
    )
