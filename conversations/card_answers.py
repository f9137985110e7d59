"""What a learner says a word means, when the last reply asked for it to make a card."""

from conversations.routes.pairs import Pair, meaning_given, word_asked
from conversations.services.context import TurnContext
from conversations.streams.connections import in_thread
from learning.models import Concept


def answered_pair(turn: TurnContext) -> Pair | None:
    """The word asked for with the meaning that the message may give."""
    word = _asked(turn)
    meaning, _ = meaning_given(turn.text, word=word) if word else ("", False)
    return Pair(word, meaning) if meaning else None


async def gives_meaning(turn: TurnContext) -> bool:
    """Whether the message says what the word means: in the form that was asked for, or in bare
    words that are not all of the language being learned, in which they would be talk."""
    word = _asked(turn)
    if not word:
        return False
    meaning, in_form = meaning_given(turn.text, word=word)
    if not meaning or in_form:
        return bool(meaning)
    return not await in_thread(_all_known, meaning, turn.language)


def _asked(turn: TurnContext) -> str:
    last = turn.history[-1] if turn.history else None
    return word_asked(last.content) if last and last.role == "assistant" else ""


def _all_known(words: str, language: str) -> bool:
    return all(Concept.objects.of_form(word, language).exists() for word in words.split())
