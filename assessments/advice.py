"""What a result says in words: strengths, weaknesses and what to do next, each with its reason."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Final

from django.utils.translation import gettext as _

from ai.scenarios import catalogue
from assessments.models import Assessment, Item, Response
from assessments.services.evidence import Tested

NOTABLE: Final = 0.3
"""Answers above or below what ability predicts before a topic is named; one can do it."""
MOST: Final = 5
SURE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Finding:
    """One topic that went better or worse than the learner's ability predicts."""

    topic: str
    skill: str
    name: str
    level: str
    surprise: float
    """Right answers minus expected ones, over the topic's questions."""
    right: int
    questions: int

    @property
    def text(self) -> str:
        skill = Item.Skill(self.skill).label.lower()
        about = f" ({skill}, {self.level})"
        return self.name[: 120 - len(about)] + about


def topic_findings(
    responses: Iterable[Response], *, ability: float
) -> tuple[list[Finding], list[Finding]]:
    """Strengths and weaknesses, the most telling first."""
    by_topic: dict[tuple[str, str], list[Response]] = defaultdict(list)
    for response in responses:
        by_topic[response.item.topic, response.item.skill].append(response)
    names = _names([rows[0].item for rows in by_topic.values()])
    findings = [_finding(key, names[key], rows, ability) for key, rows in by_topic.items()]
    strengths = sorted((f for f in findings if f.surprise >= NOTABLE), key=lambda f: -f.surprise)
    weaknesses = sorted((f for f in findings if f.surprise <= -NOTABLE), key=lambda f: f.surprise)
    return strengths[:MOST], weaknesses[:MOST]


def _names(items: Sequence[Item]) -> dict[tuple[str, str], str]:
    """What each topic is called: by its concept, else by its slug."""
    if not items:
        return {}
    tested = Tested(items, items[0].language)
    concepts = {(item.topic, item.skill): tested.topic_of(item) for item in items}
    return {
        key: concept.name if concept else topic_name(key[0]) for key, concept in concepts.items()
    }


def _finding(key: tuple[str, str], name: str, rows: list[Response], ability: float) -> Finding:
    right = sum(bool(row.correct) for row in rows)
    expected = sum(1 / (1 + exp(-row.discrimination * (ability - row.difficulty))) for row in rows)
    levels = sorted(row.item.level for row in rows)
    return Finding(*key, name, levels[len(levels) // 2], right - expected, right, len(rows))


def topic_name(topic: str) -> str:
    """`past-tenses` as people write it."""
    words = topic.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def recommendations(assessment: Assessment, *, weaknesses: list[Finding]) -> list[dict[str, Any]]:
    """`{kind, title, reason, level, scenario?, topic?, skill?}` in the order to take them."""
    steps = [_talk(assessment)]
    steps += [_focus(finding) for finding in weaknesses[:3]]
    weakest = _weakest_skill(assessment)
    if weakest:
        steps.append(weakest)
    if (assessment.probability or 0) < SURE:
        steps.append(_check_again(assessment))
    return steps


def _talk(assessment: Assessment) -> dict[str, Any]:
    step = {
        "kind": "conversation",
        "title": _("Talk with the tutor at %(level)s") % {"level": assessment.level},
        "reason": _("At your level talking teaches most, and slips show up there."),
        "level": assessment.level,
    }
    scenario = next(iter(catalogue(assessment.language, assessment.level)), None)
    if scenario is None:
        return step
    return step | {
        "title": _("Talk: “%(title)s”") % {"title": scenario.title},
        "reason": _("It is written for %(level)s, where you stand. %(goal)s")
        % {"level": assessment.level, "goal": scenario.goal},
        "scenario": scenario.slug,
    }


def _focus(finding: Finding) -> dict[str, Any]:
    return {
        "kind": "focus",
        "title": _("Work on: %(topic)s") % {"topic": finding.name},
        "reason": _(
            "You had %(right)d of %(questions)d right, fewer than your level leads to expect."
        )
        % {"right": finding.right, "questions": finding.questions},
        "level": finding.level,
        "topic": finding.topic,
        "skill": finding.skill,
    }


def _weakest_skill(assessment: Assessment) -> dict[str, Any] | None:
    behind = [row for row in assessment.scores if row["level"] < assessment.level]
    if not behind:
        return None
    row = min(behind, key=lambda row: (row["level"], -row["probability"]))
    names = {"skill": Item.Skill(row["skill"]).label, "level": row["level"]}
    return {
        "kind": "skill",
        "title": _("Give %(skill)s more of your time") % {"skill": str(names["skill"]).lower()},
        "reason": _("%(skill)s came out at %(level)s, below your other answers.") % names,
        "level": row["level"],
        "skill": row["skill"],
    }


def _check_again(assessment: Assessment) -> dict[str, Any]:
    return {
        "kind": "retake",
        "title": _("Take the test again in a few weeks"),
        "reason": _("Your answers fit %(low)s to %(high)s, so the level may still move.")
        % {"low": assessment.level_low, "high": assessment.level_high},
        "level": assessment.level,
    }
