"""What the rules look at, read from the tables: a fixed number of queries, whatever the history."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import User
from ai.models import ModerationFlag
from conversations.handover.rules import LOOK_BACK, WINDOW, SeenSlip, Signals
from conversations.models import Conversation, Correction, Message, MessageSource
from learning.models import Concept
from practice.models import PracticeSet, Question

MOST_SLIPS: Final = 200
PASSED: Final = 50
"""Percent right from which a practice set did not fail."""
RETRIEVAL: Final = "retrieval"
"""The route of a turn that looked the answer up in the learner's material."""
DANGER: Final = (ModerationFlag.Category.SELF_HARM, ModerationFlag.Category.VIOLENCE)
FROM_RULES: Final = "rule:"


def signals_of(
    *,
    learner: User,
    conversations: Sequence[Conversation],
    now: datetime,
    said: str = "",
    practice: Iterable[PracticeSet] = (),
) -> Signals:
    """Of the learner's last messages in these conversations. With `said`, it is what is judged now,
    else their last message is."""
    ids = [one.pk for one in conversations]
    latest = _latest(ids)
    in_danger = _in_danger(learner, [pk for pk, _ in latest])
    if said and latest and latest[-1][1] == said:
        latest.pop()
    texts = [text for _, text in latest]
    failed = [one for one in practice if one.score is not None and one.score < PASSED]
    replies = _replies(ids)
    return Signals(
        said=said or (texts.pop() if texts else ""),
        before=tuple(texts),
        slips=(*_slips_of_practice(failed), *_slips(ids, now)),
        nothing_found=sum(empty for empty, _ in replies),
        failed_practice=len(failed),
        thumbs_down=sum(rating == -1 for _, rating in replies),
        safety=in_danger,
    )


def named(slips: Sequence[SeenSlip], language: str) -> list[SeenSlip]:
    """With the grammar point as the topic, where the rule that found a slip has one."""
    rules = {slip.key for slip in slips if slip.key.startswith(FROM_RULES)}
    points = Concept.objects.grammar(language).filter(rules__overlap=list(rules)) if rules else []
    names = {rule: point.name for point in points for rule in point.rules}
    return [replace(slip, topic=names.get(slip.key, slip.topic)) for slip in slips]


def _latest(conversations: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """The learner's last messages, the newest last."""
    rows = Message.objects.filter(conversation__in=conversations, role=Message.Role.USER)
    return list(reversed(rows.order_by("-created_at").values_list("pk", "content")[:LOOK_BACK]))


def _replies(conversations: Sequence[UUID]) -> list[tuple[bool, int | None]]:
    """Of the last replies: was nothing found, and how was it rated?"""
    cited = MessageSource.objects.filter(message=OuterRef("pk"))
    rows = Message.objects.filter(
        conversation__in=conversations,
        role=Message.Role.ASSISTANT,
        status=Message.Status.COMPLETE,
    ).annotate(cited=Exists(cited))
    latest = rows.order_by("-created_at").values_list("route", "cited", "rating")[:LOOK_BACK]
    return [(route == RETRIEVAL and not cites, rating) for route, cites, rating in latest]


def _slips(conversations: Sequence[UUID], now: datetime) -> list[SeenSlip]:
    rows = Correction.objects.filter(
        message__conversation__in=conversations, message__created_at__gt=now - WINDOW
    )
    rows = rows.order_by("-message__created_at", "-start").select_related("message__conversation")
    latest = list(rows[:MOST_SLIPS])
    slips = [_slip(row) for row in reversed(latest)]
    return named(slips, latest[0].message.conversation.language) if latest else []


def _slip(row: Correction) -> SeenSlip:
    """The same rule found the same error; else the same words were changed in the same way."""
    change = f"{row.original} → {row.corrected}"
    key = row.rule if row.rule.startswith(FROM_RULES) else f"{row.kind}:{change.casefold()}"
    return SeenSlip(key, change, row.original, row.corrected)


def _slips_of_practice(failed: Sequence[PracticeSet]) -> list[SeenSlip]:
    wrong = Question.objects.filter(
        practice_set__in=[one.pk for one in failed],
        submission__correct=False,
        concept__isnull=False,
    )
    rows = wrong.select_related("concept", "submission").order_by("practice_set", "position")
    return [
        SeenSlip(
            key=f"concept:{row.concept_id}",
            topic=row.concept.name if row.concept else "",
            original=_text(row.submission.answer),
            corrected=_text(row.key),
        )
        for row in rows[:MOST_SLIPS]
    ]


def _text(value: object) -> str:
    """An answer or a key, in words: keys are lists, answers texts or pairs."""
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value[:1])
    return str(value) if value else "—"


def _in_danger(learner: User, messages: Sequence[UUID]) -> bool:
    flags = ModerationFlag.objects.filter(
        user=learner,
        category__in=DANGER,
        severity=ModerationFlag.Severity.HIGH,
        source_id__in=messages,
    )
    return flags.exists()
