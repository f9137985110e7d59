"""Sets as they go out: never with a key, and with no hint that was not asked for."""

from typing import Any

from practice.sets.judging import right_answers
from practice.sets.models import PracticeSet, Question, Submission
from practice.sets.services import Help
from practice.sets.wording import asked, instruction, title_of

Status = PracticeSet.Status


def submission_of(question: Question) -> Submission | None:
    return getattr(question, "submission", None)


def question_body(question: Question) -> dict[str, Any]:
    """What a learner may see before the set is handed in. `speak` is to be played, not shown."""
    given = submission_of(question)
    heard = question.type == Question.Type.DICTATION
    hints = given.hints_used if given else 0
    return {
        "question_id": question.pk,
        "number": question.position,
        "question": asked(question),
        "instruction": instruction(question),
        "prompt": question.prompt,
        "passage": "" if heard else question.passage,
        "speak": question.passage if heard else "",
        "cue": question.cue,
        "languages": question.languages,
        "type": question.type,
        "options": question.options if isinstance(question.options, list) else [],
        "pairs": question.options if isinstance(question.options, dict) else None,
        "difficulty": question.difficulty,
        "concept_id": question.concept_id,
        "answer": given.answer if given else None,
        "hints": list(question.hints[:hints]),
        "hints_left": max(len(question.hints) - hints, 0),
    }


def set_body(row: PracticeSet) -> dict[str, Any]:
    questions = list(row.questions.all())
    done = row.status == Status.COMPLETED
    return summary_body(row) | {
        "questions": [question_body(one) for one in questions],
        "result": result_body(row) if done else None,
    }


def summary_body(row: PracticeSet) -> dict[str, Any]:
    return {
        "practice_id": row.pk,
        "student_id": row.learner_id,
        "session_id": row.source_id if row.source_type.endswith("session") else None,
        "learning_session_id": row.session_id,
        "title": title_of(row),
        "language": row.language,
        "level": row.level,
        "status": row.status,
        "error_code": row.error_code,
        "generator": row.generator,
        "score": row.score,
        "assigned_by": row.assigned_by.name if row.assigned_by else None,
        "assigned_at": row.assigned_at,
        "due_at": row.due_at,
        "completed_at": row.completed_at,
    }


def result_body(row: PracticeSet) -> dict[str, Any]:
    """How a set that was handed in went."""
    questions = list(row.questions.all())
    counted = [one for one in questions if not _unheard(one)]
    changes = list(row.context.get("changes", ()))
    updates = [
        {
            "concept_id": one["concept_id"],
            "name": one["name"],
            "previous_mastery_level": one["before"],
            "new_mastery_level": one["after"],
            "forgets_at": one["forgets_at"],
        }
        for one in changes
    ]
    return {
        "practice_id": row.pk,
        "score": row.score or 0,
        "total_questions": len(counted),
        "correct_answers": sum(bool(_right(one)) for one in counted),
        "feedback": [feedback_body(one) for one in questions],
        "mastery_update": updates[0] if updates else None,
        "mastery_updates": updates,
    }


def feedback_body(question: Question) -> dict[str, Any]:
    """Of a question that is judged."""
    given = submission_of(question)
    return {
        "question_id": question.pk,
        "correct": None if _unheard(question) else bool(given and given.correct),
        "feedback": given.feedback if given else "",
        "answer": given.answer if given else None,
        "right_answers": right_answers(question),
        "explanation": question.explanation,
        "hints_used": given.hints_used if given else 0,
    }


def help_body(told: Help) -> dict[str, Any]:
    return {
        "question_id": told.question.pk,
        "hint": told.text,
        "confirmed": told.confirmed,
        "step": told.step,
        "left": told.left,
    }


def _unheard(question: Question) -> bool:
    given = submission_of(question)
    return bool(given and given.unheard)


def _right(question: Question) -> bool:
    given = submission_of(question)
    return bool(given and given.correct)
