"""How much a memory matters, 0 to 1, when it is found. Age is no part of it: see `aging`."""

from typing import Final

EMPHASIS: Final = 0.1
"""For words such as *love*, *always*."""
DETAIL: Final = 0.1
"""For a name, a place or a time in it: harder to guess, so worth more to have."""
SAID_AGAIN: Final = 0.05
"""For each further time it was said, up to `MOST_AGAIN` times."""
MOST_AGAIN: Final = 3
MODEL_SHARE: Final = 0.4
"""How much a model's own rating counts beside what its kind of memory is worth."""
BASES: Final = {"learning": 0.7, "plans": 0.6, "work": 0.6, "personal": 0.55, "interests": 0.4}
"""What a memory of each namespace is worth before anything else is known of it."""


def importance(base: float, *, emphatic: bool = False, detailed: bool = False) -> float:
    return _within(base + EMPHASIS * emphatic + DETAIL * detailed)


def rated(namespace: str, rating: int) -> float:
    """`rating` is a model's, 1 to 5."""
    return _within((1 - MODEL_SHARE) * BASES[namespace] + MODEL_SHARE * rating / 5)


def said_again(found: float, *, seen: int) -> float:
    """`seen` counts this time too; `found` is the importance before it."""
    return _within(found + SAID_AGAIN) if seen <= 1 + MOST_AGAIN else found


def _within(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 3)
