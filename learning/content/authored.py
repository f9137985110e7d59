"""Content made from what is authored: a lesson and an exercise of each grammar point, a
conversation starter of each scenario."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from ai.scenarios import Scenario
from learning.concepts.models import Concept
from learning.content.models import ContentItem
from learning.content.tasks_made import tasks_of

Type = ContentItem.Type

LESSON_MINUTES: Final = 3
TALK_MINUTES: Final = 5
_TASKS_A_MINUTE: Final = 2


def lesson_of(point: Concept) -> ContentItem:
    return ContentItem(
        slug=f"lesson:{point.slug}",
        content_type=Type.LESSON,
        language=point.language,
        level=point.level,
        title=point.name,
        topics=[point.slug],
        minutes=LESSON_MINUTES,
        content={
            "explanation": point.explanation,
            "examples": point.examples,
            "slips": point.slips,
        },
    )


def exercise_of(point: Concept) -> ContentItem | None:
    """None when nothing about the point can be asked."""
    tasks = tasks_of(slips=point.slips, examples=point.examples, language=point.language)
    if not tasks:
        return None
    return ContentItem(
        slug=f"exercise:{point.slug}",
        content_type=Type.EXERCISE,
        language=point.language,
        level=point.level,
        title=point.name,
        topics=[point.slug],
        minutes=max(1, round(len(tasks) / _TASKS_A_MINUTE)),
        content={"tasks": [task.stored() for task in tasks], "explanation": point.explanation},
    )


def content_of_points(points: Iterable[Concept]) -> Iterator[tuple[ContentItem, Concept]]:
    for point in points:
        yield lesson_of(point), point
        exercise = exercise_of(point)
        if exercise:
            yield exercise, point


def starter_of(scenario: Scenario) -> ContentItem:
    return ContentItem(
        slug=f"starter:{scenario.slug}",
        content_type=Type.CONVERSATION_STARTER,
        language=scenario.language,
        level=scenario.level,
        title=scenario.title,
        topics=list(starter_topics().get(scenario.language, {}).get(scenario.slug, ())),
        minutes=TALK_MINUTES,
        content={
            "scenario": scenario.slug,
            "summary": scenario.summary,
            "setting": scenario.setting,
            "goal": scenario.goal,
            "opening": scenario.opening,
        },
    )


@lru_cache(maxsize=1)
def starter_topics() -> Mapping[str, Mapping[str, list[str]]]:
    """By language and scenario."""
    path = Path(__file__).with_name("starters.yaml")
    told: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {str(code): dict(starters) for code, starters in told.items()}
