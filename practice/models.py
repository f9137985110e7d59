"""Django's view of the app: every noun's tables in one module."""

from practice.decks.models import (
    Card,
    CardSchedule,
    Deck,
    DeckImport,
    DeckMember,
    Note,
    ReviewLog,
    Visibility,
)
from practice.sets.models import PracticeSet, Question, Submission
from practice.vocabulary.models import VocabularyItem, VocabularyList

__all__ = [
    "Card",
    "CardSchedule",
    "Deck",
    "DeckImport",
    "DeckMember",
    "Note",
    "PracticeSet",
    "Question",
    "ReviewLog",
    "Submission",
    "Visibility",
    "VocabularyItem",
    "VocabularyList",
]
