"""What follows when the grade of an answer changes: evidence, the result, the level on record."""

from dataclasses import asdict
from datetime import datetime
from functools import partial

from accounts.models import LearnerLanguage, User
from accounts.services import set_level
from assessments.engine.stopping import DEFAULT_RULES
from assessments.models import Assessment, Item, Response
from assessments.services.completion import write_result
from assessments.services.evidence import SOURCE, TYPED, Tested
from assessments.services.state import Sitting
from assessments.services.verdicts import Verdict, measured, verdict_of
from assessments.writing.judgement import PASSES_AT
from config.levels import LEVELS
from learning.mastery.models import Evidence, Skill, Surface
from learning.mastery.services import Shown, record_evidence, revise_evidence
from learning.mastery.skills import set_skill_levels


def regrade(response: Response, *, correct: bool, by: User | None, now: datetime) -> None:
    """Give an answer another grade, and let what it showed of concepts count as that.

    Call with the assessment locked; the response comes with its item. `by` is the person who says
    so, None when a rule does.
    """
    response.correct, response.regraded_at = correct, now
    response.graded_by = by or response.graded_by
    response.note = response.note if correct else ""
    response.score = _score(response, correct=correct)
    response.save(update_fields=["correct", "regraded_at", "graded_by", "note", "score"])
    _revise_evidence(response, correct=correct)


def revise_result(assessment: Assessment, *, at_least: str = "") -> None:
    """Work a finished assessment's result out anew from its answers. Call with it locked.

    A result below the level `at_least` is not taken: a right answer more never costs a level. The
    learner's level on record rises if the new result says so and nothing later has set it; it never
    falls by this.
    """
    at = assessment.completed_at
    if assessment.status != Assessment.Status.COMPLETED or at is None:
        return
    sitting = Sitting.load(assessment)
    enough = len(sitting.answered) >= DEFAULT_RULES.minimum
    verdict = verdict_of(assessment, sitting.belief) if enough else measured(sitting.belief)
    if at_least and _rank(verdict.level) < _rank(at_least):
        return
    skills = {row["skill"]: row["level"] for row in assessment.scores}
    _write(sitting, verdict, at=at)
    if enough:
        _raise_skills(assessment, before=skills, at=at)
        _raise_level(assessment, verdict, at=at)


def _score(response: Response, *, correct: bool) -> float | None:
    """Of a free text: a person's word moves it over the mark or under it, no further."""
    if response.item.type != Item.Type.CONVERSATION:
        return response.score
    stood = response.score or 0.0
    return max(stood, PASSES_AT) if correct else min(stood, PASSES_AT - 0.01)


def _revise_evidence(response: Response, *, correct: bool) -> None:
    learner, item = response.assessment.learner, response.item
    revise = partial(
        revise_evidence,
        learner=learner,
        source_type=SOURCE,
        source_id=response.pk,
        correct=correct,
    )
    if item.type != Item.Type.CONVERSATION:
        revise()
        return
    # A text counts for what it is about; the slips found in it stay slips whatever its grade.
    concepts = Tested([item], item.language).by(item)
    mine = Evidence.objects.filter(learner=learner, source_type=SOURCE, source_id=response.pk)
    if mine.filter(concept__in=concepts).exists():
        revise(concepts=concepts)
        return
    shown = [
        Shown(
            concept=concept,
            surface=Surface.ASSESSMENT,
            correct=correct,
            source_type=SOURCE,
            source_id=response.pk,
            skill=Skill.WRITING,
            weight=TYPED,
        )
        for concept in concepts
    ]
    record_evidence(learner=learner, shown=shown, now=response.answered_at or response.asked_at)


def _write(sitting: Sitting, verdict: Verdict, *, at: datetime) -> None:
    """The result, at the time it was first drawn; what readers said of a text stands."""
    assessment = sitting.assessment
    written = [row for row in assessment.scores if row["skill"] == Skill.WRITING]
    stopped = assessment.stopped_because
    write_result(assessment, sitting, verdict, stopped_because=stopped, now=at)
    assessment.scores = [*assessment.scores, *written]
    assessment.save(update_fields=["scores"])
    _note(assessment, level=verdict.level, verdict=asdict(verdict))


def _raise_skills(assessment: Assessment, *, before: dict[str, str], at: datetime) -> None:
    """Skills that came out higher, unless a later test has spoken since."""
    learner, language = assessment.learner, assessment.language
    later = Assessment.objects.completed().filter(
        learner=learner, language=language, completed_at__gt=at
    )
    risen = {
        row["skill"]: row["level"]
        for row in assessment.scores
        if _rank(row["level"]) > _rank(before.get(row["skill"], ""))
    }
    if risen and not later.exists():
        set_skill_levels(learner=learner, language=language, levels=risen, now=at)


def _raise_level(assessment: Assessment, verdict: Verdict, *, at: datetime) -> None:
    learner, language = assessment.learner, assessment.language
    row = LearnerLanguage.objects.filter(user=learner, language=language).first()
    if row is None or not verdict.moves_level or _rank(verdict.level) < _rank(row.level):
        return
    if row.level_set_at is None or row.level_set_at <= at:
        kept = set_level(
            user=learner,
            language=language,
            level=verdict.level,
            source=LearnerLanguage.Source.PLACEMENT,
            probability=verdict.probability,
            low=verdict.low,
            high=verdict.high,
            now=at,
        )
        _note(assessment, level_set=kept.level_source == LearnerLanguage.Source.PLACEMENT)


def _note(assessment: Assessment, **facts: object) -> None:
    session = assessment.learning_session
    session.metadata = {**session.metadata, **facts}
    session.save(update_fields=["metadata"])


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1
