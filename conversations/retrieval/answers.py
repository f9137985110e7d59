"""Answering from passages without a model: by quoting the sentences nearest to the question."""

from dataclasses import dataclass

from conversations.retrieval.found import Retrieved, Source


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    sources: tuple[Source, ...]
    confidence: float
    suggest_tutor: bool


def builtin_answer(*, retrieved: Retrieved, native_language: str) -> Answer:
    """The best sentences, quoted with who said them and when, in the learner's own language.

    When there is not enough: that their sessions do not say it, and the offer to ask the tutor.
    """
    raise NotImplementedError


def not_found(*, native_language: str) -> str:
    """What to say when nothing answers, in the learner's own language."""
    raise NotImplementedError
