from typing import Final

FSRS: Final = "fsrs"
SM2: Final = "sm2"
NAMES: Final = {
    FSRS: ("again", "hard", "good", "easy"),
    SM2: ("again", "hard", "fair", "good", "easy"),
}
"""The ratings of each scheduler, from 1."""
_RECALLED: Final = {FSRS: 2, SM2: 3}
"""The lowest rating of a card that was recalled; SM-2's own papers put it at 3 of 5."""
_CONVERTED: Final = {
    (SM2, FSRS): (1, 1, 2, 3, 4),
    (FSRS, SM2): (1, 3, 4, 5),
}


def is_rating(rating: int, scheduler: str) -> bool:
    return 1 <= rating <= len(NAMES[scheduler])


def recalled(rating: int, scheduler: str) -> bool:
    return rating >= _RECALLED[scheduler]


def converted(rating: int, *, given_in: str, wanted_in: str) -> int:
    """A rating of one scale in the other."""
    if given_in == wanted_in:
        return rating
    return _CONVERTED[given_in, wanted_in][rating - 1]
