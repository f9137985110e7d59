"""Anki's note types as kinds of ours, and ours as note types of Anki's."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from practice.decks.exchange.apkg.collection import NoteType, Template
from practice.decks.models import Note

Kind = Note.Kind
OURS: Final = ("Front", "Back", "Example", "Sound", "Picture", "Language", "Further")
"""The fields of the note types we export."""
NAMES: Final = {
    Kind.BASIC: "Parlance front and back",
    Kind.REVERSED: "Parlance both ways",
    Kind.CLOZE: "Parlance gaps",
    Kind.TYPED: "Parlance typed answer",
    Kind.LISTENING: "Parlance listening",
}
_FIELD: Final = re.compile(r"\{\{([^{}]+)\}\}")
_SPECIAL: Final = frozenset(("FrontSide", "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag"))


@dataclass(frozen=True, slots=True)
class Side:
    """One card of a note type, by the names of the fields it asks and answers with."""

    kind: str
    question: tuple[str, ...]
    answer: tuple[str, ...]

    @property
    def used(self) -> frozenset[str]:
        return frozenset((*self.question, *self.answer))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a note type becomes. `ours`: a kind of ours that was exported as it is. `both_ways`: its
    two sides ask each other's answers."""

    fields: tuple[str, ...]
    ours: str = ""
    cloze: bool = False
    both_ways: bool = False
    sides: list[Side] = field(default_factory=list)


def plan_for(kind: NoteType) -> Plan:
    ours = next((ours for ours, name in NAMES.items() if kind.name.startswith(name)), "")
    if ours and set(OURS) <= set(kind.fields):
        return Plan(kind.fields, ours=ours)
    if kind.cloze:
        return Plan(kind.fields, cloze=True, sides=[_cloze_side(kind)])
    sides = [_side(template, kind.fields) for template in kind.templates]
    mirrored = (
        len(sides) == 2
        and sides[0].kind == sides[1].kind == Kind.BASIC
        and set(sides[0].question) == set(sides[1].answer)
        and set(sides[1].question) == set(sides[0].answer)
    )
    return Plan(kind.fields, both_ways=mirrored, sides=sides)


def _side(template: Template, known: tuple[str, ...]) -> Side:
    asked = list(_named(template.question, known))
    typed = [name for name, filters in asked if "type" in filters]
    # A hint is only shown on demand: whatever it holds belongs to the answer.
    question = _once(
        name for name, filters in asked if "type" not in filters and "hint" not in filters
    )
    if not question:
        question = known[:1]
    shown = _once(name for name, _ in _named(template.answer, known))
    answer = tuple(name for name in shown if name not in question)
    if typed:
        return Side(Kind.TYPED, question, tuple(typed[:1]))
    rest = tuple(name for name in known if name not in question)
    return Side(Kind.BASIC, question, answer or rest)


def _cloze_side(kind: NoteType) -> Side:
    template = kind.templates[0] if kind.templates else Template("", "", "")
    named = list(_named(template.question, kind.fields))
    gaps = _once(name for name, filters in named if "cloze" in filters) or kind.fields[:1]
    shown = _once(name for name, _ in _named(template.answer, kind.fields))
    return Side(Kind.CLOZE, gaps, tuple(name for name in shown if name not in gaps))


def _named(template: str, known: tuple[str, ...]) -> Iterator[tuple[str, set[str]]]:
    """The fields a template shows, with their filters; not those it only asks about."""
    for found in _FIELD.finditer(template):
        inside = found[1].strip()
        if inside[:1] in "#^/!":
            continue
        *filters, name = inside.split(":")
        if name.strip() in known and name not in _SPECIAL:
            yield name.strip(), {one.split()[0] for one in filters if one.strip()}


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
