"""What a conversation came to: what went well, what to fix, new words, what comes next."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from config.errors import Conflict, NotFound
from conversations.contract import WORTH
from conversations.models import Conversation, ConversationSummary, Correction, Message
from learning.content.selectors import recommended
from learning.models import Concept, ErrorEvent, Evidence

TO_FIX: Final = 3
MOST_WORDS: Final = 8
MOST_PRAISED: Final = 3
MADE_BY: Final = "builtin"
"""Counted from what was stored: no model has to be believed."""


@transaction.atomic
def summarise(*, learner: User, conversation_id: UUID, now: datetime) -> ConversationSummary:
    """Sum up what was said since the last summary. Asked again with nothing new, the same one.

    Raises NotFound, and Conflict `nothing_said` when the learner has said nothing yet.
    """
    mine = Conversation.objects.owned_by(learner).filter(pk=conversation_id)
    conversation = mine.select_for_update().first()
    if conversation is None:
        raise NotFound
    last = conversation.summaries.order_by("-until").first()
    said = _said(conversation, after=last.until if last else 0)
    if not said:
        if last is None:
            raise Conflict(_("Say something first, then it can be summed up."), code="nothing_said")
        return last
    slips = _slips(said)
    return ConversationSummary.objects.create(
        conversation=conversation,
        until=said[-1].position,
        went_well=_went_well(said, slips),
        to_fix=_to_fix(slips),
        new_words=_new_words(learner, said),
        next_step=_next_step(learner, conversation, now),
        made_by=MADE_BY,
    )


def recount(*, message: Message) -> None:
    """Bring the summary that covers a message up to date with corrections that came after it."""
    all_of_it = message.conversation.summaries
    over = all_of_it.filter(until__gte=message.position).order_by("until").first()
    if over is None:
        return
    before = all_of_it.filter(until__lt=over.until).order_by("-until").first()
    said = _said(message.conversation, after=before.until if before else 0, until=over.until)
    slips = _slips(said)
    over.went_well, over.to_fix = _went_well(said, slips), _to_fix(slips)
    over.save(update_fields=["went_well", "to_fix"])


def _said(talk: Conversation, *, after: int, until: int | None = None) -> list[Message]:
    said = talk.messages.filter(role=Message.Role.USER, position__gt=after)
    if until is not None:
        said = said.filter(position__lte=until)
    return list(said.order_by("position"))


def _slips(said: Sequence[Message]) -> list[Correction]:
    return list(Correction.objects.filter(message__in=[message.pk for message in said]))


def _went_well(said: Sequence[Message], slips: Sequence[Correction]) -> list[str]:
    wrong = {slip.message_id for slip in slips}
    sound = [message for message in said if message.checked and message.pk not in wrong]
    words = sum(len(message.content.split()) for message in said)
    lines = [
        ngettext(
            "You wrote %(words)d words in %(count)d message.",
            "You wrote %(words)d words in %(count)d messages.",
            len(said),
        )
        % {"words": words, "count": len(said)}
    ]
    if sound:
        lines.append(
            ngettext(
                "%(count)d message had nothing to correct.",
                "%(count)d messages had nothing to correct.",
                len(sound),
            )
            % {"count": len(sound)}
        )
    return lines + _praised([message.pk for message in said])


def _praised(ids: Sequence[UUID]) -> list[str]:
    """Words once wrong and now right, quoted."""
    right = ErrorEvent.objects.filter(type=ErrorEvent.Type.RIGHT_USE, source_id__in=ids)
    quotes = dict.fromkeys(right.order_by("pk").values_list("quote", flat=True))
    return [
        _("You got right what you once got wrong: “%(quote)s”") % {"quote": quote}
        for quote in list(quotes)[:MOST_PRAISED]
    ]


def _to_fix(slips: Sequence[Correction]) -> list[dict[str, Any]]:
    """The slips made most, then those that hinder most."""
    times = Counter((slip.original.casefold(), slip.corrected.casefold()) for slip in slips)
    by_key = {(slip.original.casefold(), slip.corrected.casefold()): slip for slip in slips}
    first = sorted(by_key, key=lambda key: (-times[key], WORTH.get(by_key[key].kind, 9)))
    return [
        {
            "id": str(by_key[key].pk),
            "original": by_key[key].original,
            "corrected": by_key[key].corrected,
            "reason": by_key[key].reason,
            "times": times[key],
        }
        for key in first[:TO_FIX]
    ]


def _new_words(learner: User, said: Sequence[Message]) -> list[dict[str, str]]:
    """Words the learner used rightly here and never before, as far as the messages are read."""
    ids = [message.pk for message in said]
    before = Evidence.objects.filter(
        learner=learner, concept=OuterRef("concept"), occurred_at__lt=said[0].created_at
    )
    used = Evidence.objects.filter(
        ~Exists(before),
        learner=learner,
        source_id__in=ids,
        correct=True,
        concept__kind=Concept.Kind.LEMMA,
    )
    quotes = {message.pk: message.content for message in said}
    found: dict[str, dict[str, str]] = {}
    for one in used.select_related("concept").order_by("occurred_at", "id"):
        word = one.concept.name
        found.setdefault(word, {"lemma": word, "quote": quotes[one.source_id][:200]})
    return list(found.values())[:MOST_WORDS]


def _next_step(learner: User, conversation: Conversation, now: datetime) -> dict[str, str]:
    offers = recommended(
        learner=learner, language=conversation.language, level=conversation.level, now=now
    )
    if not offers:
        return {}
    best = offers[0]
    url = reverse("learning:content", args=[best.candidate.item_id])
    return {"title": best.candidate.title, "url": url, "reason": best.reason}
