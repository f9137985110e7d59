"""Advertising and flooding, by the shape of a text; its phrases are among the rules."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from ai.moderation.folding import Word
from ai.moderation.verdict import Category, Finding, Severity

_LINK: Final = re.compile(r"https?://|www\.\w", re.IGNORECASE)
_LINKS: Final = 4
_REPEATS: Final = 25
_SHARE: Final = 0.6
_RUN: Final = re.compile(r"(\S)\1{59,}")
_LAUGHTER: Final = frozenset(
    {"ha", "ja", "he", "je", "hi", "haha", "jaja", "hehe", "lol", "ah", "oh"}
)


def spam_findings(text: str, words: list[Word]) -> Iterator[Finding]:
    links = [found.start() for found in _LINK.finditer(text)]
    if len(links) >= _LINKS:
        yield _finding(text, links[0], len(text), "rule:links")
    if run := _RUN.search(text):
        yield _finding(text, run.start(), run.end(), "rule:run")
    if len(words) >= _REPEATS and _floods(words):
        yield _finding(text, 0, len(text), "rule:repetition")


def _floods(words: list[Word]) -> bool:
    word, count = Counter(one.text for one in words).most_common(1)[0]
    return count >= _REPEATS and count > _SHARE * len(words) and word not in _LAUGHTER


def _finding(text: str, start: int, end: int, found_by: str) -> Finding:
    return Finding.in_text(
        text,
        category=Category.SPAM,
        severity=Severity.MODERATE,
        start=start,
        end=end,
        found_by=found_by,
    )
