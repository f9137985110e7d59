"""The back office of every noun."""

from practice.vocabulary.admin import VocabularyListAdmin

__all__ = ["VocabularyListAdmin"]
