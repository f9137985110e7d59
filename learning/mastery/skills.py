"""How a learner does in each skill: a moving share of right answers, and what they have reached."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import F

from accounts.models import User
from learning.concepts.models import Concept
from learning.mastery.models import Evidence, SkillProgress

WINDOW: Final = 40
"""Answers the moving share looks back on, roughly: each new one counts for 1 / 40."""
ANSWER_MILESTONES: Final = (10, 100, 500, 1000, 5000)
STREAK_MILESTONES: Final = (7, 30, 100, 365)

Key = tuple[str, str]


def advance_skills(
    *,
    learner: User,
    evidence: Sequence[Evidence],
    concepts: Mapping[UUID, Concept],
    day: date,
) -> None:
    """Add new evidence to the learner's skills. Call inside the transaction that wrote it.

    Evidence without a skill, or about another subject, belongs to no skill of a language.
    """
    by_skill: dict[Key, list[Evidence]] = defaultdict(list)
    for row in evidence:
        language = concepts[row.concept_id].language
        if row.skill and language:
            by_skill[language, row.skill].append(row)
    if not by_skill:
        return
    rows = _rows(learner, by_skill)
    for key, signs in by_skill.items():
        _advance(rows[key], signs, day)
    SkillProgress.objects.bulk_update(
        rows.values(),
        ["score", "answers", "streak_days", "last_practice_date", "milestones", "updated_at"],
    )


def set_skill_levels(
    *, learner: User, language: str, levels: Mapping[str, str], now: datetime
) -> None:
    """Take each skill's level from an assessment. One reached for the first time is a milestone."""
    rows = _rows(learner, [(language, skill) for skill in levels])
    for (_, skill), row in rows.items():
        row.level = levels[skill]
        _reach(row, f"level {row.level}", now.date())
    SkillProgress.objects.bulk_update(rows.values(), ["level", "milestones", "updated_at"])


def add_practice_time(*, learner: User, language: str, skill: str, seconds: int) -> None:
    """Count time on task towards a skill."""
    _rows(learner, [(language, skill)])
    mine = SkillProgress.objects.filter(learner=learner, language=language, skill=skill)
    mine.update(seconds=F("seconds") + seconds)


def _rows(learner: User, keys: Sequence[Key] | Mapping[Key, object]) -> dict[Key, SkillProgress]:
    SkillProgress.objects.bulk_create(
        [SkillProgress(learner=learner, language=code, skill=skill) for code, skill in keys],
        ignore_conflicts=True,
    )
    stored = SkillProgress.objects.filter(
        learner=learner, language__in={code for code, _ in keys}, skill__in={s for _, s in keys}
    )
    rows = {(row.language, row.skill): row for row in stored.select_for_update().order_by("pk")}
    return {key: rows[key] for key in keys}


def _advance(row: SkillProgress, signs: Sequence[Evidence], day: date) -> None:
    score = float(row.score)
    for sign in signs:
        row.answers += 1
        # The first answers weigh more, so that the share starts where the learner does.
        part = sign.weight * max(1 / row.answers, 1 / WINDOW)
        score += part * ((100.0 if sign.correct else 0.0) - score)
    row.score = Decimal(f"{score:.2f}")
    _count_day(row, day)
    for count in ANSWER_MILESTONES:
        if row.answers >= count:
            _reach(row, f"{count} answers", day)
    for days in STREAK_MILESTONES:
        if row.streak_days >= days:
            _reach(row, f"{days} days in a row", day)


def _count_day(row: SkillProgress, day: date) -> None:
    last = row.last_practice_date
    if last and day <= last:
        return
    row.streak_days = row.streak_days + 1 if last == day - timedelta(days=1) else 1
    row.last_practice_date = day


def _reach(row: SkillProgress, name: str, day: date) -> None:
    if all(milestone["name"] != name for milestone in row.milestones):
        row.milestones = [*row.milestones, {"name": name, "reached_at": day.isoformat()}]
