from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from practice.decks.workload import Workload

WIDTH: Final = 720
ROOM: Final = 120


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: int
    width: int
    height: int
    day: date
    count: int
    labelled: bool


@dataclass(frozen=True, slots=True)
class LoadChart:
    """Places in the drawing's own units."""

    bars: list[Bar]
    width: int = WIDTH
    room: int = ROOM


def load_chart(ahead: Workload, *, today: date) -> LoadChart:
    most, step = max(*ahead.reviews, 1), WIDTH // len(ahead.reviews)
    bars = []
    for place, count in enumerate(ahead.reviews):
        height = round(ROOM * count / most)
        day = today + timedelta(days=place)
        bars.append(Bar(place * step, ROOM - height, step - 4, height, day, count, place % 7 == 0))
    return LoadChart(bars)
