"""Keeping a word that was looked up: among the learner's words, or as a card."""

from dataclasses import dataclass

from accounts.models import User
from practice.decks.models import Note
from practice.vocabulary.lookup import WordFacts
from practice.vocabulary.models import VocabularyItem
from practice.vocabulary.services import NewWord, make_cards, save_words


@dataclass(frozen=True, slots=True)
class Kept:
    """What the learner has of a word already."""

    item: VocabularyItem | None
    carded: bool


def kept_of(*, learner: User, language: str, text: str) -> Kept:
    mine = VocabularyItem.objects.filter(
        vocabulary_list__owner=learner, language=language, text=text
    )
    notes = Note.objects.filter(deck__owner=learner, deck__deleted_at=None, language=language)
    return Kept(mine.order_by("pk").first(), notes.filter(front=text).exists())


def save_looked_up(
    *, learner: User, language: str, text: str, facts: WordFacts | None, translation: str,
    sentence: str,
) -> VocabularyItem:  # fmt: skip
    """Into the learner's words, with what is known of it; the sentence it stood in is its example.

    What the learner says it means comes before what the lists say.
    """
    meaning = facts.meanings[0] if facts and facts.meanings else None
    word = NewWord(
        language=language,
        text=text,
        translation=translation or (meaning.translation if meaning else ""),
        part_of_speech=meaning.part_of_speech if meaning else "",
        gender=meaning.gender if meaning else "",
        forms=meaning.forms if meaning else "",
        usage=meaning.usage if meaning else "",
        example=sentence or (facts.examples[0][0] if facts and facts.examples else ""),
        level=facts.level if facts else "",
    )
    return save_words(owner=learner, words=[word])[0].item


def make_card_of(*, learner: User, item: VocabularyItem) -> bool:
    """Whether it is new: a word that stands on the front of a card already gets no second one.

    Raises DomainError `no_meaning` for a word without a meaning.
    """
    if kept_of(learner=learner, language=item.language, text=item.text).carded:
        return False
    return bool(make_cards(learner=learner, items=[item]))
