"""The back office of every noun."""

from practice.decks.admin import CardScheduleAdmin, DeckAdmin, NoteAdmin, ReviewLogAdmin
from practice.decks.exchange.admin import DeckImportAdmin
from practice.sets.admin import PracticeSetAdmin, QuestionAdmin
from practice.vocabulary.admin import VocabularyItemAdmin, VocabularyListAdmin

__all__ = [
    "CardScheduleAdmin",
    "DeckAdmin",
    "DeckImportAdmin",
    "NoteAdmin",
    "ReviewLogAdmin",
    "PracticeSetAdmin",
    "QuestionAdmin",
    "VocabularyItemAdmin",
    "VocabularyListAdmin",
]
