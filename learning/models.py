"""Django's view of the app: every noun's tables in one module."""

from learning.companions.models import Bookmark, Companion, CompanionSession
from learning.concepts.models import Concept
from learning.content.models import ContentEmbedding, ContentItem, ContentUse, ExerciseAnswer
from learning.loads.models import Load
from learning.mastery.models import (
    ErrorEvent,
    Evidence,
    Mastery,
    RecurringError,
    Skill,
    SkillProgress,
    Surface,
)
from learning.sessions.models import LearningSession, StudyDay

__all__ = [
    "Bookmark",
    "Companion",
    "CompanionSession",
    "Concept",
    "ContentEmbedding",
    "ContentItem",
    "ContentUse",
    "ErrorEvent",
    "Evidence",
    "ExerciseAnswer",
    "LearningSession",
    "Load",
    "Mastery",
    "RecurringError",
    "Skill",
    "SkillProgress",
    "StudyDay",
    "Surface",
]
