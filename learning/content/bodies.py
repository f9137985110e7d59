"""Content as it goes out: never with the key of a task that is not answered."""

from typing import Any

from accounts.models import User
from learning.content.exercises import Run, Task, changes_of
from learning.content.models import ContentItem, ExerciseAnswer

_TOLD_OF_TASK = ("id", "type", "prompt", "cue", "options", "words")
_TOLD_OF_STARTER = ("scenario", "summary", "setting", "goal", "opening")


def task_body(task: Task) -> dict[str, Any]:
    """What a learner may see of a task before they answer."""
    return {"prompt": ""} | {name: task[name] for name in _TOLD_OF_TASK if name in task}


def explanation_of(item: ContentItem, native: str) -> str:
    told = item.content.get("explanation", {})
    return str(told.get(native) or told.get("en") or "")


def content_body(item: ContentItem, native: str) -> dict[str, Any]:
    told = item.content
    if item.content_type == ContentItem.Type.CONVERSATION_STARTER:
        return {name: told[name] for name in _TOLD_OF_STARTER if told.get(name)}
    body: dict[str, Any] = {"explanation": explanation_of(item, native)}
    if item.content_type == ContentItem.Type.EXERCISE:
        return body | {"tasks": [task_body(task) for task in told.get("tasks", ())]}
    examples = [{"translation": "", **example} for example in told.get("examples", ())]
    return body | {"examples": examples, "slips": told.get("slips", [])}


def given_body(row: ExerciseAnswer, task: Task | None) -> dict[str, Any]:
    return {
        "task_id": row.task,
        "answer": row.answer,
        "correct": row.correct,
        "note": row.note,
        "hint_used": row.hint_used,
        "right_answers": task["answers"] if task else [],
    }


def run_body(learner: User, run: Run) -> dict[str, Any]:
    tasks = {task["id"]: task for task in run.tasks}
    return {
        "session_id": run.session.pk,
        "answered": [given_body(row, tasks.get(row.task)) for row in run.answers],
        "next": next_body(run),
        "result": result_body(learner, run),
    }


def next_body(run: Run) -> dict[str, Any] | None:
    task = None if run.over else run.next_task
    return task_body(task) if task else None


def result_body(learner: User, run: Run) -> dict[str, Any] | None:
    """None while the exercise is under way."""
    if not run.over:
        return None
    total = len(run.answers)
    return {
        "right": run.right,
        "total": total,
        "score": run.right / total if total else 0.0,
        "changes": changes_of(learner, run),
    }
