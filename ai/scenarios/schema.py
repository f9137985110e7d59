from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_TEXTS = ("slug", "level", "title", "summary", "setting", "goal", "greeting", "closing")
_STEP_TEXTS = ("ask", "simpler", "model", "reply")
_LEVELS = ("A1", "A2", "B1", "B2", "C1")
_FEWEST_STEPS, _MOST_STEPS = 6, 10


class ScenarioError(ValueError):
    """A scenario file that does not hold together; says which file and which field."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the tutor's and what may come of it. Texts are in the taught language."""

    ask: str
    simpler: str
    """The question again, in plainer words."""
    model: str
    """An answer the learner can lean on."""
    reply: str
    """Said when the answer is about what was asked."""
    about: tuple[str, ...]
    """Beginnings of words that show it is, in lower case."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tutor says to a question that learners ask of their own accord."""

    say: str
    about: tuple[str, ...]
    """Beginnings of words that show it, in lower case."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation to talk in. `summary`, `setting` and `goal` are in English, the rest is not."""

    slug: str
    language: str
    level: str
    title: str
    summary: str
    setting: str
    goal: str
    greeting: str
    closing: str
    steps: tuple[Step, ...]
    answers: tuple[Answer, ...] = ()

    def answer(self, words: Iterable[str]) -> str:
        """What to say to a question with these words; nothing when it is another one."""
        heard = list(words)
        found = (
            one.say
            for one in self.answers
            if any(word.startswith(start) for word in heard for start in one.about)
        )
        return next(found, "")

    @property
    def opening(self) -> str:
        """What the tutor says first: the greeting and the first question."""
        return f"{self.greeting} {self.steps[0].ask}"

    def lines(self) -> list[str]:
        """Everything the tutor may say in it, in the taught language."""
        said = [line for step in self.steps for line in (step.ask, step.simpler, step.reply)]
        return [self.greeting, *said, *(answer.say for answer in self.answers), self.closing]


def parse(text: str, *, path: Path) -> Scenario:
    """Raises ScenarioError when a field is missing, of the wrong type, unknown, or said twice."""
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path.name}: not YAML: {error}") from error
    _check_fields(data, {*_TEXTS, "steps"}, path.name, optional={"answers"})
    for name in _TEXTS:
        _check_text(data[name], f"{path.name}: {name}")
    if data["level"] not in _LEVELS:
        raise ScenarioError(f"{path.name}: level is {data['level']!r}, not A1 to C1")
    if data["slug"] != path.stem:
        raise ScenarioError(f"{path.name}: slug is {data['slug']!r}, not the file's name")
    steps = _steps(data["steps"], path.name)
    texts = {name: data[name].strip() for name in _TEXTS}
    answers = _answers(data.get("answers", []), path.name)
    scenario = Scenario(language=path.parent.name, steps=steps, answers=answers, **texts)
    _check_unique(scenario, path.name)
    return scenario


def _steps(entries: Any, where: str) -> tuple[Step, ...]:
    if not isinstance(entries, list) or not _FEWEST_STEPS <= len(entries) <= _MOST_STEPS:
        raise ScenarioError(f"{where}: steps must be {_FEWEST_STEPS} to {_MOST_STEPS}")
    return tuple(_step(entry, f"{where}: step {place}") for place, entry in enumerate(entries, 1))


def _step(entry: Any, where: str) -> Step:
    _check_fields(entry, {*_STEP_TEXTS, "about"}, where)
    for name in _STEP_TEXTS:
        _check_text(entry[name], f"{where}: {name}")
    about = entry["about"]
    if not isinstance(about, str) or len(about.split()) < 2:
        raise ScenarioError(f"{where}: about must name at least two words, with blanks between")
    texts = {name: entry[name].strip() for name in _STEP_TEXTS}
    return Step(about=tuple(about.lower().split()), **texts)


def _answers(entries: Any, where: str) -> tuple[Answer, ...]:
    if not isinstance(entries, list):
        raise ScenarioError(f"{where}: answers must be a list")
    return tuple(_one(entry, f"{where}: answer {place}") for place, entry in enumerate(entries, 1))


def _one(entry: Any, where: str) -> Answer:
    _check_fields(entry, {"say", "about"}, where)
    for name in ("say", "about"):
        _check_text(entry[name], f"{where}: {name}")
    return Answer(say=entry["say"].strip(), about=tuple(entry["about"].lower().split()))


def _check_fields(
    data: Any, names: set[str], where: str, *, optional: Set[str] = frozenset()
) -> None:
    if not isinstance(data, Mapping):
        raise ScenarioError(f"{where}: not a mapping")
    if missing := names - set(data):
        raise ScenarioError(f"{where}: lacks {', '.join(sorted(missing))}")
    if unknown := set(data) - names - optional:
        raise ScenarioError(f"{where}: does not know {', '.join(sorted(map(str, unknown)))}")


def _check_text(value: Any, where: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ScenarioError(f"{where} must be a text")


def _check_unique(scenario: Scenario, where: str) -> None:
    seen: set[str] = set()
    for line in scenario.lines():
        if line in seen:
            raise ScenarioError(f"{where}: says twice: {line}")
        seen.add(line)
