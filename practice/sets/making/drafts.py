"""An exercise before it is stored, and whether it may be. No database."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from learning.content.tasks_made import GAP
from learning.matching import normal
from learning.models import Concept
from practice.sets.making.hints import gives_away
from practice.sets.models import Question

Type = Question.Type
TRUTHS: Final = ("true", "false")
CHOSEN: Final = frozenset((Type.MULTIPLE_CHOICE, Type.TRUE_FALSE))
FEWEST_OPTIONS, MOST_OPTIONS = 2, 6
FEWEST_PAIRS: Final = 3
LONGEST_DICTATION: Final = 15
_LIMITS: Final = (("prompt", 1000), ("passage", 4000), ("cue", 400), ("explanation", 600))


@dataclass(frozen=True, slots=True)
class Draft:
    """`key` holds every right answer as a text, or of matching the pairs `[left, right, concept]`.

    `options` are texts, or of matching `{"left": [...], "right": [...]}`. Drafts of one `unit` ask
    about the same sentence or word: of two in a set, one would give the other away.
    """

    type: str
    key: list[Any]
    unit: str
    difficulty: int
    prompt: str = ""
    passage: str = ""
    cue: str = ""
    options: Any = field(default_factory=list)
    explanation: str = ""
    hints: list[str] = field(default_factory=list)
    concept: Concept | None = None
    languages: dict[str, str] = field(default_factory=dict)
    strict: bool = False

    @property
    def answers(self) -> list[str]:
        """What no hint may hold."""
        if self.type == Type.MATCHING:
            return [right for _, right, *_ in self.key]
        return [] if self.type == Type.TRUE_FALSE else list(self.key)

    @property
    def texts(self) -> list[str]:
        options = self.options
        if isinstance(options, dict):
            options = [*options.get("left", ()), *options.get("right", ())]
        return [self.prompt, self.passage, self.cue, self.explanation, *self.hints, *options]


def problems(draft: Draft, *, names: Sequence[str] = ()) -> list[str]:
    """What is wrong with a draft; nothing, and it can be asked."""
    found = [*_shape(draft), *_CHECKS.get(draft.type, _typed)(draft)]
    if any(gives_away(hint, draft.answers) for hint in draft.hints):
        found.append("a hint gives the answer away")
    if _named(draft.texts, names):
        found.append("it names a person")
    return found


def _shape(draft: Draft) -> Iterator[str]:
    if draft.type not in Type.values:
        yield "the type is not one of ours"
    if not draft.key:
        yield "it has no key"
    asks = draft.prompt or draft.passage or draft.type in (Type.ORDERING, Type.MATCHING)
    if not asks:
        yield "it asks nothing"
    if not 1 <= draft.difficulty <= 10:
        yield "the difficulty is not from 1 to 10"
    for name, longest in _LIMITS:
        if len(getattr(draft, name)) > longest:
            yield f"the {name} is too long"


def _choice(draft: Draft) -> Iterator[str]:
    options = [normal(option) for option in draft.options]
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        yield "the options are too few or too many"
    if len(set(options)) < len(options) or not all(options):
        yield "two options are the same"
    if len(draft.key) != 1 or options.count(normal(str(draft.key[0]))) != 1:
        yield "not exactly one option is right"


def _truth(draft: Draft) -> Iterator[str]:
    if len(draft.key) != 1 or draft.key[0] not in TRUTHS:
        yield "the key is neither true nor false"


def _cloze(draft: Draft) -> Iterator[str]:
    if len(re.findall(r"_{2,}", draft.passage)) != 1:
        yield f"the text has not exactly one {GAP}"
    yield from _typed(draft)


def _ordering(draft: Draft) -> Iterator[str]:
    words = Counter(normal(word) for word in draft.options)
    if len(draft.options) < FEWEST_PAIRS:
        yield "there is too little to order"
    for key in draft.key:
        if Counter(normal(" ".join(draft.options)).split()) != Counter(normal(key).split()):
            yield "the words are not those of the sentence"
    if draft.key and [normal(one) for one in draft.options] == normal(draft.key[0]).split():
        yield "the words are in order already"
    if not words:
        yield "there are no words"


def _matching(draft: Draft) -> Iterator[str]:
    left, right = ([normal(pair[side]) for pair in draft.key] for side in (0, 1))
    if len(left) < FEWEST_PAIRS:
        yield "there are too few pairs"
    if len(set(left)) < len(left) or len(set(right)) < len(right):
        yield "two sides are the same"


def _dictation(draft: Draft) -> Iterator[str]:
    if not 1 <= len(draft.passage.split()) <= LONGEST_DICTATION:
        yield "it is too long to write down"
    yield from _typed(draft)


def _typed(draft: Draft) -> Iterator[str]:
    if not all(isinstance(key, str) and normal(key) for key in draft.key):
        yield "a right answer is empty"


_CHECKS: Final[dict[str, Callable[[Draft], Iterator[str]]]] = {
    Type.MULTIPLE_CHOICE: _choice,
    Type.TRUE_FALSE: _truth,
    Type.CLOZE: _cloze,
    Type.ORDERING: _ordering,
    Type.MATCHING: _matching,
    Type.DICTATION: _dictation,
}


def _named(texts: Iterable[str], names: Sequence[str]) -> bool:
    """Whether a part of a person's name stands in the texts as a name is written."""
    parts = [part for name in names for part in name.split() if len(part) > 1]
    said = " ".join(texts)
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", said) for part in parts)
