"""The gold set of memories, and how an extractor does on it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import yaml

from ai.language.detect import detect
from config.ids import new_id
from conversations.memory.extraction import builtin, checks
from conversations.memory.extraction.candidates import Candidate, Reading
from conversations.memory.extraction.gathering import Line, gather
from conversations.memory.matching import Told, same

GOLD = Path(__file__).parent / "gold" / "memories.yaml"
UNSEEN = GOLD.with_name("memories_unseen.yaml")
"""Written after the patterns, which were not mended by it: how well they do with strangers."""
ROLES = {"l": "user", "t": "assistant"}
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
SUBJECTS = {
    "job": ("fact", "work"),
    "workplace": ("fact", "work"),
    "studies": ("fact", "work"),
    "taste": ("preference", "interests"),
    "plays": ("fact", "interests"),
    "plan": ("fact", "plans"),
}
IN_ANOTHER_LANGUAGE = {
    "en": "Tienes un perro que se llama Bruno y vives en una casa.",
    "es": "You have a dog called Bruno and you live in a house.",
    "fr": "You have a dog called Bruno and you live in a house.",
    "de": "You have a dog called Bruno and you live in a house.",
}


@dataclass(frozen=True)
class Case:
    reading: Reading
    expected: dict[str, str]
    """How each is said in the learner's own language, by subject."""
    told: Sequence[str]
    why: str
    texts: Sequence[str]


@dataclass
class Score:
    found: int = 0
    right: int = 0
    expected: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected


Extractor = Callable[[Case], Iterable[Candidate]]


def cases(file: Path = GOLD) -> list[Case]:
    return [_case(row) for row in yaml.safe_load(file.read_text(encoding="utf-8"))]


def _case(row: dict) -> Case:
    lines = [Line(new_id(), ROLES[who], text, AT) for who, text in row["lines"]]
    said = gather(lines, scenario=row.get("scenario", ""), after=None)
    reading = Reading(row["learning"], row["native"], "Ana Torres", said)
    expect = row.get("expect", [])
    pairs = [expect] if expect and isinstance(expect[0], str) else expect
    texts = [text for who, text in row["lines"] if who == "l"]
    return Case(reading, dict(pairs), row.get("told", ()), row.get("why", ""), texts)


def by_patterns(case: Case) -> list[Candidate]:
    return builtin.extract(case.reading)


def by_script(case):
    """What a model might answer: the right memories, and for each message five that are not."""
    said = case.reading.said
    for one in said:
        for subject, content in case.expected.items():
            yield proposal(one, subject=subject, content=content, quote=one.text)
        subject, content = next(iter(case.expected.items()), ("home", "You live here."))
        native = case.reading.native_language
        yield proposal(one, subject="wrong", content=content, quote="Words nobody wrote here.")
        yield proposal(one, subject="wrong", content=content, quote=one.text.upper())
        yield proposal(one, subject="wrong", content=IN_ANOTHER_LANGUAGE[native], quote=one.text)
        yield proposal(one, subject="wrong", content=content + " x" * 120, quote=one.text)
        yield proposal(one, subject="wrong", content=content + " 1987", quote=one.text)
        if case.why in ("temporary", "role_play", "sensitive", "supposed", "asked", "quoted"):
            yield proposal(one, subject="wrong", content=content, quote=one.text)


def proposal(said, *, subject, content, quote):
    kind, namespace = SUBJECTS.get(subject.split(":")[0], ("fact", "personal"))
    if subject.split(":")[0] in ("reason", "topic", "corrections", "pace", "way", "learning-time"):
        namespace = "learning"
    return Candidate(
        type=kind,
        namespace=namespace,
        subject=subject,
        content=content,
        quote=quote,
        importance=0.5,
        message_id=said.message_id,
        said_at=said.said_at,
    )


def measure(extractor: Extractor, *, found_by: str, held: Iterable[Case] | None = None) -> Score:
    """What an extractor's candidates come to once they are checked: of all cases, or of some."""
    score = Score()
    for case in cases() if held is None else held:
        found = [
            one
            for one in extractor(case)
            if not checks.refusal(one, case.reading, found_by=found_by)
            and not _was_told(one, case, found_by)
        ]
        _count(score, case, found)
    return score


def _was_told(candidate: Candidate, case: Case, found_by: str) -> bool:
    by_rules = found_by == builtin.NAME
    new = Told(candidate.namespace, candidate.subject, candidate.content, None, by_rules)
    return any(
        same(new, Told(candidate.namespace, candidate.subject, told, None, by_rules))
        for told in case.told
    )


def _count(score: Score, case: Case, found: Sequence[Candidate]) -> None:
    native = case.reading.native_language
    for one in found:
        right = one.subject in case.expected
        score.right += right
        if not right:
            score.wrong.append(f"{case.why or 'unforeseen'}: {one.content} <- {one.quote}")
        told = checks.unquoted(one.content)
        if detect(told, expected=(native, case.reading.language, "en")) != native:
            score.foreign.append(f"{native}: {one.content}")
    score.found += len(found)
    score.expected += len(case.expected)
    missed = set(case.expected) - {one.subject for one in found}
    score.missed += [f"{subject}: {case.texts}" for subject in sorted(missed)]
