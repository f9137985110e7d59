"""What a message says in so many words that it wants, decided before nearness to examples.

A question about what has been that names a lesson with their tutor is looked up (*in my lesson with
…*, *en mi última sesión*), and so is one that names the tutor with a word of saying or teaching.
Words are compared without case and accents, in the four taught languages at once: learners ask in
either of theirs.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from conversations.handover.phrases import plain

_FILE: Final = Path(__file__).with_name("lessons.yaml")
_PART: Final = re.compile(r"<([a-z]+)>")
_SENTENCE: Final = re.compile(r"[^.!?…\n]+[.!?…]*")
_PIECES: Final = re.compile(r"\w+|\W+")
_NO_WORD: Final = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class _Language:
    lesson: re.Pattern[str]
    told: re.Pattern[str]
    to_come: re.Pattern[str]
    asks: re.Pattern[str]
    done: re.Pattern[str]


def questions(text: str) -> list[str]:
    """Its sentences that ask: by their mark, or by the word they begin with. Words that may as well
    begin a clause (*when I was a child*) are not among those."""
    found = (one.strip() for one in _SENTENCE.findall(text))
    return [one for one in found if one.endswith("?") or _begins_a_question(one)]


def names_a_lesson(text: str) -> bool:
    """Whether a question of it speaks of a lesson they had with their tutor, not of one to come."""
    asked = map(plain, questions(text))
    return any(_has(words, "lesson") and not _has(words, "to_come") for words in asked)


def names_tutor(text: str, names: Collection[str]) -> bool:
    """Whether a question of it, of those that `speaks_of_telling`, has one of these names, or the
    first word of one."""
    whole = [plain(name) for name in names]
    called = {name for one in whole for name in (one, one.split(" ")[0]) if len(name) > 2}
    return any(f" {name} " in f" {words} " for words in _told(text) for name in called)


def without_names(text: str, names: Collection[str]) -> str:
    """A question as it is searched for: with the name in it, whatever greets them by it is nearest.
    Unchanged when nothing would be left."""
    known = {part for name in names for part in plain(name).split() if len(part) > 2}
    kept = [
        piece
        for piece in _PIECES.findall(text)
        if not (piece[:1].isupper() and plain(piece) in known)
    ]
    return "".join(kept) if any(map(str.isalnum, "".join(kept))) else text


def speaks_of_telling(text: str) -> bool:
    """Whether a question of it is about what somebody said or taught."""
    return bool(_told(text))


def asks_what_they_did(text: str, *, languages: Collection[str]) -> bool:
    """Whether a question of it asks about the learner's own past, which their sessions may tell.
    `languages` are those they write in: what is a verb in one is a noun in another."""
    patterns = [one.done for code, one in _languages().items() if code in languages]
    asked = map(_accented, questions(text))
    return any(pattern.search(words) for words in asked for pattern in patterns)


def _told(text: str) -> list[str]:
    return [words for words in map(plain, questions(text)) if _has(words, "told")]


def _has(words: str, what: str) -> bool:
    return any(getattr(one, what).search(words) for one in _languages().values())


def _begins_a_question(sentence: str) -> bool:
    words = _accented(sentence)
    return any(one.asks.match(words) for one in _languages().values())


def _accented(sentence: str) -> str:
    """Lower case, one space between words, accents kept: "qué" asks, "que" does not."""
    return _NO_WORD.sub(" ", sentence.casefold()).strip()


@cache
def _languages() -> dict[str, _Language]:
    files: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        code: _Language(
            lesson=_compiled("|".join(told["lesson"]), told["parts"]),
            told=_compiled(told["told"], {}),
            to_come=_compiled(told["not"], {}),
            asks=_compiled(told["asks"], {}),
            done=_compiled(told["done"], {}),
        )
        for code, told in files.items()
    }


def _compiled(source: str, parts: dict[str, str]) -> re.Pattern[str]:
    while _PART.search(source):
        source = _PART.sub(lambda found: parts[found[1]], source)
    return re.compile(rf"\b(?:{source})\b")
