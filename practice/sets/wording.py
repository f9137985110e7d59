"""What a set, a question and an answer are called on a page and on the wire."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.sets.models import PracticeSet, Question

Type, Kind = Question.Type, PracticeSet.Kind
_INSTRUCTIONS: Final[dict[str, Any]] = {
    Type.MULTIPLE_CHOICE: gettext_lazy("Which one is right?"),
    Type.TRUE_FALSE: gettext_lazy("True or false?"),
    Type.CLOZE: gettext_lazy("Fill the gap"),
    Type.ORDERING: gettext_lazy("Put the words in order"),
    Type.MATCHING: gettext_lazy("Find the pairs"),
    Type.TRANSLATION: gettext_lazy("How do you say it?"),
    Type.DICTATION: gettext_lazy("Write what you hear"),
    Type.SHORT_ANSWER: gettext_lazy("Put this right"),
}


def instruction(question: Question) -> str:
    """What to do, in the interface's language; a question with words of its own needs none."""
    if question.prompt and not question.passage:
        return ""
    return question.prompt or str(_INSTRUCTIONS[question.type])


def asked(question: Question) -> str:
    """All that is asked, in one text. What is to be heard is not in it."""
    parts = [question.prompt or str(_INSTRUCTIONS[question.type])]
    if question.type != Type.DICTATION:
        parts += [question.passage, f"({question.cue})" if question.cue else ""]
    return " ".join(part for part in parts if part)


def title_of(row: PracticeSet) -> str:
    if row.title:
        return row.title
    if row.kind == Kind.PICTURE:
        return _("Questions about a picture")
    return _("Your weak points")


def shown_answer(answer: Any) -> str:
    """An answer as a text."""
    if isinstance(answer, list):
        return "; ".join(f"{left} – {right}" for left, right in answer)
    return str(answer or "")
