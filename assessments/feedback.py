"""What a learner is told of one answer, in their own language as far as it was written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from assessments.models import Item, Response, WritingReview
from learning.concepts.models import Concept
from learning.concepts.selectors import grammar_points

READING: Final = "reading"
"""The outcome of a text that is still being read."""


OUTCOMES: Final = [(READING, "Being read"), *WritingReview.Outcome.choices]


@dataclass(frozen=True, slots=True)
class Told:
    """A text and the language it is in."""

    text: str = ""
    language: str = "en"


class Explanations:
    """Why keys are right: what the item says, else what its grammar point says, else English."""

    def __init__(self, items: Iterable[Item], *, native: str) -> None:
        self._native = native
        missing = [
            item
            for item in items
            if item.skill == Item.Skill.GRAMMAR and not item.explanations.get(native)
        ]
        self._points: dict[str, Concept] = {}
        if missing:
            self._points = grammar_points(missing[0].language, {item.topic for item in missing})

    def of(self, item: Item) -> Told:
        point = self._points.get(item.topic)
        taught = point.explanation if point and item.skill == Item.Skill.GRAMMAR else {}
        own = item.explanations.get(self._native) or taught.get(self._native)
        if own:
            return Told(own, self._native)
        return Told(item.explanations.get("en") or item.explanation or taught.get("en", ""))


def prompt_of(item: Item, *, native: str) -> Told:
    """What is asked. Of a translation, the sentence in the learner's language where there is one,
    else as its author wrote it: in English, or for English in Spanish."""
    if item.type != Item.Type.TRANSLATION:
        return Told(item.prompt, item.language)
    if native in item.prompts and native != item.language:
        return Told(item.prompts[native], native)
    return Told(item.prompt, "es" if item.language == "en" else "en")


def answer_text(item: Item, answer: str) -> str:
    """An answer in words: the text of the option it names, or itself."""
    texts = {option["id"]: option["text"] for option in item.options}
    return str(texts.get(answer, answer))


def answer_feedback(
    response: Response, explanations: Explanations, *, native: str
) -> dict[str, Any]:
    item, told = response.item, explanations.of(response.item)
    prompt = prompt_of(item, native=native)
    return {
        "question_id": response.pk,
        "number": response.number,
        "type": item.type,
        "skill": item.skill,
        "topic": item.topic,
        "level": item.level,
        "prompt": prompt.text,
        "prompt_language": prompt.language,
        "passage": item.passage,
        "answer": answer_text(item, response.answer),
        "dont_know": response.dont_know,
        "read": response.read,
        "correct": response.correct,
        "note": response.note,
        "correct_answer": answer_text(item, item.key[0]) if item.key else "",
        "explanation": told.text,
        "explanation_language": told.language,
        "review": review_of(response),
    }


def spoken(feedback: dict[str, Any]) -> str:
    """The feedback as one text, for clients that show nothing else."""
    parts = [feedback["explanation"]]
    if feedback["note"] == Response.Note.ACCENT:
        parts.insert(0, _("Mind the accent: %(right)s.") % {"right": feedback["correct_answer"]})
    return " ".join(part for part in parts if part)


def review_of(response: Response) -> dict[str, Any] | None:
    """How a free text was judged; None for other types, and for one that was left out."""
    item = response.item
    if item.type != Item.Type.CONVERSATION or not response.answer:
        return None
    review: WritingReview | None = getattr(response, "review", None)
    return {
        "outcome": review.outcome if review else READING,
        "scorer": review.scorer if review else "",
        "score": response.score,
        "criteria": review.criteria if review else [],
        "corrections": review.corrections if review else [],
        "aims": item.aims,
        "words": words_of(item),
    }


def words_of(item: Item) -> dict[str, int] | None:
    return {"low": item.words[0], "high": item.words[1]} if len(item.words) == 2 else None
