"""The back office finds every noun's part here."""

from learning.companions.admin import CompanionAdmin, CompanionSessionAdmin
from learning.concepts.admin import ConceptAdmin
from learning.content.admin import ContentItemAdmin, ExerciseAnswerAdmin
from learning.mastery.admin import (
    EvidenceAdmin,
    MasteryAdmin,
    RecurringErrorAdmin,
    SkillProgressAdmin,
)
from learning.sessions.admin import LearningSessionAdmin, StudyDayAdmin

__all__ = [
    "CompanionAdmin",
    "CompanionSessionAdmin",
    "ConceptAdmin",
    "ContentItemAdmin",
    "EvidenceAdmin",
    "ExerciseAnswerAdmin",
    "LearningSessionAdmin",
    "MasteryAdmin",
    "RecurringErrorAdmin",
    "SkillProgressAdmin",
    "StudyDayAdmin",
]
