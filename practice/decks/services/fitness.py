"""Moderation of what others will see of a deck."""

from typing import Final

from ai.flags import judge_text, keep_late_flags
from ai.moderation import Verdict
from practice.decks.models import Deck, Note

SURFACE: Final = "deck"
DECKS: Final = "practice.deck"
MOST_NOTES: Final = 5_000
"""Read when a deck is shared: about a tenth of a millisecond each, while its owner waits."""


def judge_deck(deck: Deck) -> tuple[str, Verdict]:
    """Its text and what is found in it. Raises ContentBlocked, whose flag must outlive the refusal:
    so never within a transaction."""
    text = _text_of(deck)
    verdict = judge_text(user_id=deck.owner_id, text=text, language=deck.language, surface=SURFACE)
    return text, verdict


def flag_deck(deck: Deck, *, text: str, verdict: Verdict) -> None:
    keep_late_flags(
        verdict,
        user_id=deck.owner_id,
        text=text,
        surface=SURFACE,
        source_type=DECKS,
        source_id=deck.pk,
    )


def _text_of(deck: Deck) -> str:
    notes = Note.objects.filter(deck=deck).order_by("pk")
    rows = notes.values_list("front", "back", "example")[:MOST_NOTES]
    parts = [deck.name, deck.description, *(part for row in rows for part in row)]
    return "\n".join(part for part in parts if part)
