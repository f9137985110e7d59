"""Exercises from a text: its own sentences, with words that our lists know."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from ai.language.tokens import sentences
from learning.content.tasks_made import GAP, can_be_ordered
from learning.matching import normal
from practice.sets.making.aiming import difficulty_of
from practice.sets.making.drafts import LONGEST_DICTATION, Draft
from practice.sets.making.hints import ladder, says, shape
from practice.sets.making.words import WRONG_OPTIONS, meaning_of
from practice.sets.models import Question
from practice.vocabulary.models import VocabularyItem

Type = Question.Type
LONGEST_SENTENCE: Final = 240
_WORD: Final = re.compile(r"[\w'’-]+")


def from_text(
    text: str, *, language: str, level: str, pool: Sequence[VocabularyItem], native: str
) -> list[Draft]:
    """For each sentence: a word to choose, a word to write, a statement to judge, an order.

    `pool` is vocabulary of the language: words of the text, and others of their kind.
    """
    there = {normal(word) for word in words_in(text)}
    known = {normal(one.text): one for one in pool}
    absent = [one for one in pool if normal(one.text) not in there]
    drafts: list[Draft] = []
    for start, end in sentences(text):
        sentence = text[start:end].strip()
        if len(sentence) <= LONGEST_SENTENCE:
            drafts += _from_sentence(sentence, known, absent, language, level, native)
    return drafts


def _from_sentence(
    sentence: str,
    known: dict[str, VocabularyItem],
    absent: Sequence[VocabularyItem],
    language: str,
    level: str,
    native: str,
) -> Iterator[Draft]:
    unit, languages = f"sentence:{normal(sentence)[:80]}", {"passage": language}
    for word in _WORD.finditer(sentence):
        item = known.get(normal(word[0]))
        others = [one for one in absent if item and _stands_in(one, item)]
        if not item or len(others) < WRONG_OPTIONS:
            continue
        gapped = f"{sentence[: word.start()]}{GAP}{sentence[word.end() :]}"
        meaning = meaning_of(item, native)
        solved = [says(one.text, meaning_of(one, native).text) for one in others[:3]]
        for kind in (Type.MULTIPLE_CHOICE, Type.CLOZE):
            options = sorted([word[0], *(one.text for one in others[:WRONG_OPTIONS])])
            yield Draft(
                type=kind,
                key=[word[0]],
                unit=unit,
                difficulty=difficulty_of(type_=kind, level=level),
                prompt=_("What does the text say?") if kind == Type.MULTIPLE_CHOICE else "",
                passage=gapped,
                cue=meaning.text if kind == Type.CLOZE else "",
                options=options if kind == Type.MULTIPLE_CHOICE else [],
                hints=ladder([meaning.text], [shape(word[0])], solved, answers=[word[0]]),
                concept=item.concept,
                languages=languages | {"cue": meaning.language},
            )
        yield from _statements(sentence, word, others[0], unit, level, languages)
    if can_be_ordered(sentence):
        yield _order(sentence, unit, level, languages)
    elif 3 <= len(sentence.split()) <= LONGEST_DICTATION:
        yield Draft(
            type=Type.DICTATION,
            key=[sentence],
            unit=unit,
            difficulty=difficulty_of(type_=Type.DICTATION, level=level),
            passage=sentence,
            hints=[shape(sentence)],
            languages=languages,
        )


def words_in(text: str) -> list[str]:
    return _WORD.findall(text)


def _stands_in(one: VocabularyItem, item: VocabularyItem) -> bool:
    """Whether a word could stand in the other's place, and would say something else."""
    return (
        one.part_of_speech == item.part_of_speech
        and one.gender == item.gender
        and not set(one.translations.values()) & set(item.translations.values())
    )


def _statements(
    sentence: str,
    word: re.Match[str],
    other: VocabularyItem,
    unit: str,
    level: str,
    languages: dict[str, str],
) -> Iterator[Draft]:
    """One statement a word: as the text has it, or with another word in its place."""
    swapped = f"{sentence[: word.start()]}{other.text}{sentence[word.end() :]}"
    truth = len(sentence) % 2 == 0
    yield Draft(
        type=Type.TRUE_FALSE,
        key=["true" if truth else "false"],
        unit=unit,
        difficulty=difficulty_of(type_=Type.TRUE_FALSE, level=level),
        prompt=_("Does the text say this?"),
        passage=sentence if truth else swapped,
        hints=[_("Compare it with the text word by word.")],
        languages=languages,
    )


def _order(sentence: str, unit: str, level: str, languages: dict[str, str]) -> Draft:
    words = _WORD.findall(sentence)
    return Draft(
        type=Type.ORDERING,
        key=[sentence],
        unit=unit,
        difficulty=difficulty_of(type_=Type.ORDERING, level=level),
        options=[words[0], *reversed(words[1:])],
        hints=ladder([_("The text says it.")], [shape(sentence)], answers=[sentence]),
        languages=languages,
    )
