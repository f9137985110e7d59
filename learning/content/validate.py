"""What makes the parts of a piece of content sound."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from learning.content.models import ContentItem
from learning.content.tasks_made import GAP, TaskType

Type = ContentItem.Type
_SHAPES: Final[dict[str, dict[str, type]]] = {
    Type.LESSON: {"explanation": dict, "examples": list, "slips": list},
    Type.EXERCISE: {"explanation": dict, "tasks": list},
    Type.CONVERSATION_STARTER: dict.fromkeys(
        ("scenario", "summary", "setting", "goal", "opening"), str
    ),
}
_TASK: Final[dict[str, type]] = {
    "id": str,
    "type": str,
    "prompt": str,
    "answers": list,
    "cue": str,
    "options": list,
    "words": list,
    "hint": str,
    "strict": bool,
}


def content_problems(content_type: str, content: Any) -> Iterator[str]:
    """Everything wrong with what a piece of content of this type is made of."""
    shape = _SHAPES.get(content_type)
    if shape is None:
        yield f"{content_type!r} is not a type of content"
    elif not isinstance(content, Mapping):
        yield "its parts are an object with names"
    else:
        wrong = list(_shape_problems(content, shape))
        yield from wrong
        if not wrong:
            yield from _CHECKS[content_type](content)


def _shape_problems(told: Mapping[str, Any], shape: Mapping[str, type]) -> Iterator[str]:
    for name, value in told.items():
        if name not in shape:
            yield f"{name} is not one of {', '.join(shape)}"
        elif not isinstance(value, shape[name]):
            yield f"{name} is no {shape[name].__name__}"


def _lesson_problems(told: Mapping[str, Any]) -> Iterator[str]:
    if not str(told.get("explanation", {}).get("en") or "").strip():
        yield "an explanation in English is missing"
    yield from _rows_problems(told.get("examples", []), "example", {"text"}, {"translation"})
    yield from _rows_problems(told.get("slips", []), "slip", {"wrong", "right"}, set())


def _rows_problems(
    rows: list[Any], name: str, needed: set[str], optional: set[str]
) -> Iterator[str]:
    for number, row in enumerate(rows, 1):
        texts = isinstance(row, Mapping) and all(isinstance(text, str) for text in row.values())
        if not texts or not needed <= set(row) <= needed | optional:
            yield f"{name} {number} has not the texts {', '.join(sorted(needed))}"


def _exercise_problems(told: Mapping[str, Any]) -> Iterator[str]:
    tasks = told.get("tasks", [])
    if not tasks:
        yield "there is no task"
    if not all(isinstance(task, Mapping) for task in tasks):
        yield "a task is an object with names"
        return
    for name, count in Counter(str(task.get("id")) for task in tasks).items():
        if count > 1:
            yield f"the id {name} is used {count} times"
    for number, task in enumerate(tasks, 1):
        for problem in _shape_problems(task, _TASK):
            yield f"task {number}: {problem}"
        for problem in _task_problems(task):
            yield f"task {number}: {problem}"


def _task_problems(task: Mapping[str, Any]) -> Iterator[str]:
    kind, answers = task.get("type"), task.get("answers")
    if not task.get("id"):
        yield "an id is missing"
    if kind not in list(TaskType):
        yield f"{kind!r} is not one of {', '.join(TaskType)}"
    if (
        not isinstance(answers, list)
        or not answers
        or not all(isinstance(answer, str) and answer.strip() for answer in answers)
    ):
        yield "a right answer is missing"
    elif kind == TaskType.CHOICE and not set(answers) < set(task.get("options", [])):
        yield "the options hold no wrong answer, or not the right one"
    if kind == TaskType.ORDER and len(task.get("words", [])) < 2:
        yield "there are no words to put in order"
    if kind != TaskType.ORDER and not task.get("prompt"):
        yield "a prompt is missing"
    if kind == TaskType.GAP and GAP not in str(task.get("prompt", "")):
        yield f"the prompt has no gap {GAP}"


def _starter_problems(told: Mapping[str, Any]) -> Iterator[str]:
    if not (told.get("setting") or told.get("summary")):
        yield "a setting is missing"


_CHECKS: Final[dict[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    Type.LESSON: _lesson_problems,
    Type.EXERCISE: _exercise_problems,
    Type.CONVERSATION_STARTER: _starter_problems,
}
