"""What is never remembered, whoever finds it: health, religion, politics, sexual life, ethnic
origin, unions, crimes, money, documents, addresses, and how to reach somebody.

The lists err on the side of forgetting: a visit to a church is not remembered either.
"""

import re
from collections.abc import Iterable
from functools import cache

import yaml

from ai.redaction import redact
from conversations.memory.extraction.data import read
from conversations.memory.extraction.folding import fold

_LONG_NUMBER = re.compile(r"\d[\d .-]{5,}\d")


def is_sensitive(text: str, *, languages: Iterable[str]) -> bool:
    """By the lists of these languages; the others have no lists, only numbers and addresses."""
    folded = fold(text)
    if any(words.search(folded) for words in map(_words, languages) if words):
        return True
    return bool(_LONG_NUMBER.search(text) or redact(text) != text)


@cache
def _words(language: str) -> re.Pattern[str] | None:
    listed: dict[str, str] = yaml.safe_load(read("sensitive.yaml"))
    if language not in listed:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(listed[language].split())})", re.IGNORECASE)
