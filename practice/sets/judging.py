"""Whether an answer is right, and what is said of it. Reads no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from config.errors import DomainError
from learning.content.judging import CHOSEN, TYPED
from learning.mastery.models import Skill
from learning.matching import Match, match, normal
from learning.models import Concept
from practice.sets.models import Question

Type = Question.Type
LONGEST_ANSWER: Final = 1000
MOST_PAIRS: Final = 20
SHOWN: Final = frozenset((Type.MULTIPLE_CHOICE, Type.TRUE_FALSE, Type.ORDERING, Type.MATCHING))
"""Types whose answer stands on the page: being right says less."""
_SKILLS: Final[dict[str, str]] = {
    Concept.Kind.GRAMMAR: Skill.GRAMMAR,
    Concept.Kind.LEMMA: Skill.VOCABULARY,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    correct: bool
    accents_missing: bool = False
    wrong_pairs: tuple[str, ...] = ()
    """Of matching, the left sides that got another right side."""


def taken(question: Question, given: Any) -> Any:
    """An answer as it is kept: a text, or pairs. Empty is "I don't know".

    An order may come as a list of words; pairs as a mapping or a list of two. Raises DomainError
    `answer_invalid` for another shape.
    """
    if question.type == Type.MATCHING:
        return _pairs(given)
    if isinstance(given, bool) and question.type == Type.TRUE_FALSE:
        given = str(given).lower()
    if isinstance(given, list) and all(isinstance(word, str) for word in given):
        given = " ".join(given)
    if not isinstance(given, str) or len(given) > LONGEST_ANSWER:
        raise _invalid()
    return given.strip()


def judge(question: Question, answer: Any, *, language: str) -> Verdict:
    """Case and punctuation are forgiven; accents too, with a note, unless they are the point."""
    if not answer:
        return Verdict(correct=False)
    if question.type == Type.MATCHING:
        return _judged_pairs(question, answer)
    keys = [str(key) for key in question.key]
    if question.type in (Type.MULTIPLE_CHOICE, Type.TRUE_FALSE):
        return Verdict(normal(answer) in map(normal, keys))
    found = match(answer, keys, language=language)
    if found is Match.ACCENT and not question.strict:
        return Verdict(correct=True, accents_missing=True)
    return Verdict(found is Match.EXACT)


def weight_of(question: Question, answer: Any) -> float:
    """1 for what was written freely, 0.6 for what was chosen, put in order or left open."""
    return CHOSEN if question.type in SHOWN or not answer else TYPED


def skill_of(question: Question, concept: Concept) -> str:
    if question.type == Type.DICTATION:
        return Skill.LISTENING
    return _SKILLS.get(concept.kind, "")


def right_answers(question: Question) -> list[str]:
    """As they are told once it is time."""
    if question.type == Type.MATCHING:
        return [f"{pair[0]} – {pair[1]}" for pair in question.key]
    return [str(key) for key in question.key]


def feedback(question: Question, verdict: Verdict, answer: Any) -> str:
    """A sentence or two about one answer; at most 600 characters."""
    best = right_answers(question)
    told = _verdict_words(question, verdict, answer, best)
    if not verdict.correct and question.explanation:
        told = f"{told} {question.explanation}"
    return told[:600]


def _verdict_words(question: Question, verdict: Verdict, answer: Any, best: Sequence[str]) -> str:
    if verdict.accents_missing:
        return _("Right, but mind the accents: %(right)s") % {"right": best[0]}
    if verdict.correct:
        return _("Right.")
    if question.type == Type.TRUE_FALSE:
        return _("It is true.") if best[0] == "true" else _("It is false.")
    if verdict.wrong_pairs:
        words = ", ".join(verdict.wrong_pairs)
        return _("These belong elsewhere: %(words)s.") % {"words": words}
    if not answer:
        return _("Here is how it goes: %(right)s") % {"right": "; ".join(best[:5])}
    return _("Not this time. Right is: %(right)s") % {"right": best[0]}


def _judged_pairs(question: Question, answer: Sequence[Sequence[str]]) -> Verdict:
    given = {pair[0]: pair[1] for pair in answer}
    wrong = tuple(
        pair[0] for pair in question.key if normal(given.get(pair[0], "")) != normal(pair[1])
    )
    return Verdict(not wrong, wrong_pairs=wrong)


def _pairs(given: Any) -> list[list[str]]:
    if isinstance(given, dict):
        given = list(given.items())
    if not given:
        return []
    sound = isinstance(given, list) and len(given) <= MOST_PAIRS
    if not sound or not all(_is_pair(pair) for pair in given):
        raise _invalid()
    return [[str(left), str(right)] for left, right in given if right]


def _is_pair(pair: Any) -> bool:
    return (
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(isinstance(side, str) and len(side) <= LONGEST_ANSWER for side in pair)
    )


def _invalid() -> DomainError:
    return DomainError(
        _("That is not an answer to this question."),
        code="answer_invalid",
        details={"answer": [_("Give a text; for pairs, a list of [left, right].")]},
    )
