"""The back office of every noun."""

from practice.sets.admin import PracticeSetAdmin
from practice.vocabulary.admin import VocabularyListAdmin

__all__ = ["PracticeSetAdmin", "VocabularyListAdmin"]
