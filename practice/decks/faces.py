"""What a card shows: its question, its answer, and what is spoken or typed."""

from dataclasses import dataclass

from practice.decks.cloze import filled, parts, with_gap
from practice.decks.models import Card, Note

Kind = Note.Kind


@dataclass(frozen=True, slots=True)
class Face:
    """Languages are codes, empty for the learner's own. `parts` cuts the answer of a cloze card at
    its gaps; `extra` stands below the answer; `expected` is what is to be typed."""

    question: str
    answer: str
    question_language: str = ""
    answer_language: str = ""
    spoken: str = ""
    expected: str = ""
    extra: str = ""
    parts: tuple[tuple[str, bool], ...] = ()


def face_of(card: Card) -> Face:
    """The card's note must be at hand."""
    note = card.note
    if note.kind == Kind.CLOZE:
        return _cloze(note, card.ordinal + 1)
    if note.kind == Kind.LISTENING:
        return Face(
            "", note.front, answer_language=note.language, spoken=note.front, extra=note.back
        )
    if note.kind == Kind.TYPED:
        return Face(note.front, note.back, answer_language=note.language, expected=note.back)
    if card.ordinal == 1:
        return Face(note.back, note.front, answer_language=note.language)
    return Face(note.front, note.back, question_language=note.language)


def _cloze(note: Note, number: int) -> Face:
    return Face(
        with_gap(note.front, number),
        filled(note.front),
        question_language=note.language,
        answer_language=note.language,
        extra=note.back,
        parts=tuple(parts(note.front, number)),
    )


def title_of(card: Card) -> str:
    """One line that tells a card from others in a list."""
    face = face_of(card)
    return " ".join((face.question or face.spoken).split())
