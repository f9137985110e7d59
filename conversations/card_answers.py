"""Answers to what the last reply asked for: what a word means, or a question to test them."""

from typing import Final

from conversations.handover.phrases import plain
from conversations.routes import Want
from conversations.routes.choose import in_words
from conversations.routes.naming import card_named, word_named
from conversations.routes.pairs import QUOTED, Pair, meaning_given, word_asked
from conversations.services.context import TurnContext
from conversations.streams.connections import in_thread
from learning.models import Concept

FEW_WORDS: Final = 3


def answered_pair(turn: TurnContext) -> Pair | None:
    """The word asked for with the meaning that the message may give."""
    word = _asked(turn)
    meaning, _ = meaning_given(turn.text, word=word) if word else ("", False)
    return Pair(word, meaning) if meaning else None


def taken_for_more(turn: TurnContext, want: Want) -> bool:
    """Whether a few words are only near to a wish: *By card*; in a scene, anything without a word
    in quotation marks. A card or a look-up needs a word."""
    if want.route != "action" or in_words(turn.text) is not None or QUOTED.search(turn.text):
        return False
    if word_named(turn.text) or card_named(turn.text):
        return False
    few = len(turn.text.split()) <= FEW_WORDS
    return few and (bool(turn.scenario) or want.what in ("add_card", "look_up"))


def leaves_the_question(turn: TurnContext, want: Want) -> bool:
    """Whether the message wants another thing, in words that are none of the answers to choose
    from. What only looks up may as well be an answer."""
    options = {plain(one) for one in str(turn.asked.get("options") or "").split(" / ")}
    return want.route in ("action", "memory") and plain(turn.text) not in options


async def gives_meaning(turn: TurnContext, want: Want) -> bool:
    """Whether the message says what the word means: in the form that was asked for, or in bare
    words that want nothing else and are not all of the language being learned, in which they
    would be talk."""
    word = _asked(turn)
    if not word:
        return False
    meaning, in_form = meaning_given(turn.text, word=word)
    if not meaning or in_form:
        return bool(meaning)
    if want.route != "talk":
        return False
    return not await in_thread(_all_known, meaning, turn.language)


def _asked(turn: TurnContext) -> str:
    last = turn.history[-1] if turn.history else None
    return word_asked(last.content) if last and last.role == "assistant" else ""


def _all_known(words: str, language: str) -> bool:
    return all(Concept.objects.of_form(word, language).exists() for word in words.split())
