"""What a candidate must stand up to before it is remembered, whoever found it."""

import re
from collections.abc import Sequence
from typing import Final

from ai.language.detect import detect
from conversations.memory.extraction import builtin
from conversations.memory.extraction.candidates import Candidate, Reading, Said
from conversations.memory.extraction.folding import fold
from conversations.memory.extraction.orders import is_order
from conversations.memory.extraction.patterns import speech
from conversations.memory.extraction.sensitive import is_sensitive
from conversations.memory.models import MAX_CONTENT, Memory

LEAST_QUOTE: Final = 2
"""Words a quote has at least: a single one proves nothing."""
MOST_QUOTE: Final = 400
ABOUT_LEARNING: Final = Memory.Namespace.LEARNING
_NUMBER = re.compile(r"\d+")
_QUOTED = re.compile(r"[«“„\"][^»”“\"]*[»”“\"]")


def refusal(candidate: Candidate, reading: Reading, *, found_by: str = "model") -> str:
    """Why it may not be remembered, as a word; empty when it may."""
    said = next((one for one in reading.said if one.message_id == candidate.message_id), None)
    if said is None or not _proves(candidate.quote, said):
        return "unproven"
    if not 0 < len(candidate.content.strip()) <= MAX_CONTENT:
        return "length"
    if candidate.type not in Memory.Type or candidate.namespace not in Memory.Namespace:
        return "kind"
    languages = (reading.language, reading.native_language)
    if is_sensitive(f"{candidate.content}\n{candidate.quote}", languages=languages):
        return "sensitive"
    if is_order(said.text) or is_order(candidate.content):
        return "order"
    if found_by == builtin.NAME:
        return ""
    return _model_refusal(candidate, reading, said)


def _model_refusal(candidate: Candidate, reading: Reading, said: Said) -> str:
    """What the patterns see to by themselves, and a model may forget."""
    if not _in_language(candidate.content, reading):
        return "language"
    if _invented(candidate.content, said.text):
        return "invented"
    if "?" in candidate.quote:
        return "question"
    languages = (reading.language, reading.native_language)
    spoken = [speech(one) for one in languages if one in builtin.SPEAKS]
    quote = fold(candidate.quote)
    if candidate.namespace != Memory.Namespace.PLANS and any(
        one.temporary.search(quote) for one in spoken
    ):
        return "temporary"
    if any(one.unreal.search(quote) for one in spoken):
        return "unreal"
    real = any(one.real.search(quote) for one in spoken)
    if said.role_play and not real and candidate.namespace != ABOUT_LEARNING:
        return "role_play"
    return ""


def _proves(quote: str, said: Said) -> bool:
    return len(quote.split()) >= LEAST_QUOTE and len(quote) <= MOST_QUOTE and quote in said.text


def _in_language(content: str, reading: Reading) -> bool:
    told = unquoted(content)
    others: Sequence[str] = (reading.native_language, reading.language, "en")
    return detect(told, expected=tuple(dict.fromkeys(others))) == reading.native_language


def unquoted(content: str) -> str:
    """Words quoted as the learner said them are in no language of ours."""
    return _QUOTED.sub("", content)


def _invented(content: str, text: str) -> bool:
    """A number the learner never wrote. Written out, they often count as one: *two cats*, 2."""
    written = set(_NUMBER.findall(text))
    return any(number not in written and len(number) > 1 for number in _NUMBER.findall(content))
