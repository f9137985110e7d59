"""Charts as SVG, drawn on the server: shapes with places in the drawing's own units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from config.levels import LEVELS
from learning.progress.selectors import DayLoad, LevelPoint

WIDTH: Final = 720
LEVEL_HEIGHT: Final = 34
BAR_ROOM: Final = 120


@dataclass(frozen=True, slots=True)
class LevelMark:
    """A stated level: a dot, and the bar of its interval."""

    x: int
    y: int
    top: int
    bottom: int
    point: LevelPoint


@dataclass(frozen=True, slots=True)
class LevelChart:
    rows: list[tuple[str, int]]
    """Each level with the middle of its row."""
    marks: list[LevelMark]
    line: str
    """The points of the line from mark to mark."""
    height: int
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: int
    width: int
    height: int
    date: date
    count: int
    labelled: bool

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class BarChart:
    bars: list[Bar]
    most: int
    room: int = BAR_ROOM
    width: int = WIDTH


def level_chart(points: Sequence[LevelPoint]) -> LevelChart | None:
    """Levels over time, the rows of the scale from C2 down to A1. None without a level."""
    if not points:
        return None
    first, last = points[0].at, points[-1].at
    span = max((last - first).total_seconds(), 1.0)
    marks = []
    for point in points:
        part = (point.at - first).total_seconds() / span if len(points) > 1 else 0.5
        marks.append(
            LevelMark(
                x=round(70 + part * (WIDTH - 130)),
                y=_row(point.level),
                top=_row(point.high or point.level) - 10,
                bottom=_row(point.low or point.level) + 10,
                point=point,
            )
        )
    line = " ".join(f"{mark.x},{mark.y}" for mark in marks)
    rows = [(level, _row(level)) for level in LEVELS]
    return LevelChart(rows, marks, line, height=LEVEL_HEIGHT * len(LEVELS))


def forecast_chart(days: Sequence[DayLoad]) -> BarChart | None:
    """A bar a day; None when nothing falls due. Every seventh is labelled, where there is room."""
    most = max((day.count for day in days), default=0)
    if not most:
        return None
    step = WIDTH // len(days)
    bars = []
    for place, day in enumerate(days):
        height = round(day.count / most * (BAR_ROOM - 20))
        bars.append(
            Bar(
                x=place * step,
                y=BAR_ROOM - height,
                width=step - 4,
                height=height,
                date=day.date,
                count=day.count,
                labelled=place % 7 == 0 and place < len(days) - 3,
            )
        )
    return BarChart(bars, most)


def _row(level: str) -> int:
    return LEVEL_HEIGHT * (len(LEVELS) - 1 - LEVELS.index(level)) + LEVEL_HEIGHT // 2
