from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from accounts.models import LearnerLanguage
from accounts.services import set_level
from assessments.advice import recommendations, topic_findings
from assessments.engine import Belief
from assessments.engine.stopping import DEFAULT_RULES
from assessments.models import Assessment
from assessments.services.state import Sitting, answers_of
from assessments.services.verdicts import Verdict, measured, verdict_of
from learning.mastery.skills import set_skill_levels
from learning.sessions.services import complete_session

SKILLS_DIFFER_BY: Final = 1.0
"""Spread of one skill about the others, on the ability scale: two thirds of a level."""


def complete_assessment(sitting: Sitting, *, stopped_because: str, now: datetime) -> None:
    """Write the result. Call with the assessment locked.

    It changes what is on record of the learner once it rests on the fewest answers the engine would
    have asked for; with less (a bank that ran out, a short batch) only the result stands.
    """
    assessment, belief = sitting.assessment, sitting.belief
    enough = len(sitting.answered) >= DEFAULT_RULES.minimum
    verdict = verdict_of(assessment, belief) if enough else measured(belief)
    write_result(assessment, sitting, verdict, stopped_because=stopped_because, now=now)
    took = enough and _write_levels(assessment, verdict, now=now)
    metadata = {"level": verdict.level, "verdict": asdict(verdict), "level_set": took}
    complete_session(session=assessment.learning_session, now=now, metadata=metadata)


def _write_levels(assessment: Assessment, verdict: Verdict, *, now: datetime) -> bool:
    """Whether the level on record took the result's: a tutor's word stands above a test."""
    learner, language = assessment.learner, assessment.language
    levels = {row["skill"]: row["level"] for row in assessment.scores}
    set_skill_levels(learner=learner, language=language, levels=levels, now=now)
    if not verdict.moves_level:
        return False
    row = set_level(
        user=learner,
        language=language,
        level=verdict.level,
        source=LearnerLanguage.Source.PLACEMENT,
        probability=verdict.probability,
        low=verdict.low,
        high=verdict.high,
        now=now,
    )
    return row.level_source == LearnerLanguage.Source.PLACEMENT


def write_result(
    assessment: Assessment,
    sitting: Sitting,
    verdict: Verdict,
    *,
    stopped_because: str,
    now: datetime,
) -> None:
    """Put what the answers say on the assessment."""
    belief = sitting.belief
    strengths, weaknesses = topic_findings(sitting.answered, ability=belief.ability)
    assessment.status = Assessment.Status.COMPLETED
    assessment.stopped_because = stopped_because
    assessment.level, assessment.probability = verdict.level, verdict.probability
    assessment.level_low, assessment.level_high = verdict.low, verdict.high
    assessment.decision = verdict.decision
    assessment.ability = round(belief.ability, 4)
    assessment.standard_error = round(belief.standard_error, 4)
    assessment.scores = skill_scores(sitting)
    assessment.strengths = [finding.text for finding in strengths]
    assessment.weaknesses = [finding.text for finding in weaknesses]
    assessment.recommendations = recommendations(assessment, weaknesses=weaknesses)
    assessment.completed_at = now
    assessment.save()


def skill_scores(sitting: Sitting) -> list[dict[str, Any]]:
    """Level of each skill that was asked: `{skill, level, probability, items}`."""
    skills = {row.skill for row in sitting.answered}
    return [_skill_score(sitting, skill) for skill in sorted(skills)]


def _skill_score(sitting: Sitting, skill: str) -> dict[str, Any]:
    # What the other skills say is the prior, blurred by how far skills differ; no answer counts
    # twice, and a skill with three questions does not claim to be certain.
    own = [row for row in sitting.answered if row.skill == skill]
    others = [row for row in sitting.answered if row.skill != skill]
    elsewhere = sitting.prior_belief.after(answers_of(others))
    belief = Belief.before(elsewhere.blurred(SKILLS_DIFFER_BY)).after(answers_of(own))
    return {
        "skill": skill,
        "level": belief.level,
        "probability": round(belief.probability, 4),
        "items": len(own),
    }
