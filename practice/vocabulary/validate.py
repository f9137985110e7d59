"""What makes the starter words sound."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from config.levels import LEVELS
from practice.vocabulary.files import Entry, Word
from practice.vocabulary.models import VocabularyItem

FEWEST = 400
"""Words in each language."""
GENDERED = ("es", "fr", "de")
LONGEST = {"text": 200, "example": 400, "forms": 200, "usage": 400}


def starter_problems(starter: Mapping[str, Sequence[Entry]], *, topics: set[str]) -> Iterator[str]:
    """Everything wrong with the files, one line each."""
    total = sum(map(len, starter.values()))
    if total < FEWEST:
        yield f"{total} words instead of at least {FEWEST}"
    for topic, entries in starter.items():
        if topic not in topics:
            yield f"{topic}: no such topic"
        for entry in entries:
            for problem in _entry_problems(entry):
                yield f"{topic}, {entry.en.text}: {problem}"
    yield from _twice(starter)


def _entry_problems(entry: Entry) -> Iterator[str]:
    if entry.level not in LEVELS:
        yield f"level {entry.level!r} is not one of {', '.join(LEVELS)}"
    if entry.pos not in VocabularyItem.PartOfSpeech.values:
        yield f"{entry.pos!r} is no part of speech"
    for language, word in entry.words:
        yield from (f"{language}: {text}" for text in _word_problems(word))
        if entry.pos == "noun" and language in GENDERED:
            if word.gender not in VocabularyItem.Gender.values:
                yield f"{language}: a noun without a gender"
            elif word.gender == "neuter" and language != "de":
                yield f"{language}: has no neuter"


def _word_problems(word: Word) -> Iterator[str]:
    if not word.text.strip() or not word.example.strip():
        yield "no text or no example"
    for name, most in LONGEST.items():
        if len(getattr(word, name)) > most:
            yield f"{name} is longer than {most} characters"
    if word.gender and word.gender not in VocabularyItem.Gender.values:
        yield f"{word.gender!r} is no gender"


def _twice(starter: Mapping[str, Sequence[Entry]]) -> Iterator[str]:
    met: Counter[tuple[str, str, str]] = Counter(
        (language, word.text.casefold(), entry.pos)
        for entries in starter.values()
        for entry in entries
        for language, word in entry.words
    )
    for (language, text, pos), count in met.items():
        if count > 1:
            yield f"{language}: {text} ({pos}) comes {count} times"
