"""Whether two memories say the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from conversations.memory.extraction.folding import fold
from conversations.memory.relevance import stems

JACCARD: Final = 0.6
"""Share of common words from which two say the same."""
COSINE: Final = 0.72
"""Measured with the built-in embedder: rewordings .58 to .82, other facts of a kind up to .68."""
_NEGATION = re.compile(
    r"\b(?:no|not|never|don't|doesn't|nunca|tampoco|ne|n'|pas|jamais|plus|nicht|nie|kein\w*)\b|\bn'"
)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Told:
    namespace: str
    subject: str
    content: str
    vector: Sequence[float] | None
    builtin: bool
    """Found by patterns, whose subjects are the same for the same thing."""


def same(one: Told, other: Told) -> bool:
    """The same thing said twice. Never across a *not*, or with other numbers."""
    if one.namespace != other.namespace:
        return False
    if one.builtin and other.builtin and one.subject != other.subject:
        return False
    if fold(one.content).lower() == fold(other.content).lower():
        return True
    if denies(one.content) != denies(other.content) or _numbers(one) != _numbers(other):
        return False
    if one.builtin and other.builtin:
        # One template with another value in it.
        return False
    return jaccard(one.content, other.content) >= JACCARD or _cosine(one, other) >= COSINE


def contradicts(one: Told, other: Told) -> bool:
    """Of one subject, something else. To be asked where they are not the `same`."""
    return bool(one.subject) and (one.namespace, one.subject) == (other.namespace, other.subject)


def jaccard(one: str, other: str) -> float:
    words, others = stems(one), stems(other)
    return len(words & others) / len(words | others) if words | others else 0.0


def denies(content: str) -> bool:
    return bool(_NEGATION.search(fold(content).lower()))


def _numbers(told: Told) -> set[str]:
    return set(_NUMBER.findall(told.content))


def _cosine(one: Told, other: Told) -> float:
    if one.vector is None or other.vector is None:
        return 0.0
    return sum(a * b for a, b in zip(one.vector, other.vector, strict=True))
