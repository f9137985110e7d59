"""Exercises about words: from vocabulary with its meaning and example."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from learning.content.tasks_made import GAP
from learning.matching import normal
from practice.sets.making.aiming import difficulty_of
from practice.sets.making.drafts import LONGEST_DICTATION, Draft
from practice.sets.making.hints import ladder, says, shape
from practice.sets.models import Question
from practice.vocabulary.models import VocabularyItem

Type = Question.Type
WRONG_OPTIONS: Final = 3
PAIRS: Final = 5
_FEMININE, _MASCULINE, _NEUTER, _COMMON = (
    VocabularyItem.Gender.FEMININE,
    VocabularyItem.Gender.MASCULINE,
    VocabularyItem.Gender.NEUTER,
    VocabularyItem.Gender.COMMON,
)
_ARTICLES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "es": {
        _MASCULINE: ("el ", "un "),
        _FEMININE: ("la ", "una "),
        _COMMON: ("el ", "la ", "un ", "una "),
    },
    "fr": {
        _MASCULINE: ("le ", "l’", "un "),
        _FEMININE: ("la ", "l’", "une "),
        _COMMON: ("le ", "la ", "l’", "un ", "une "),
    },
    "de": {
        _MASCULINE: ("der ", "ein "),
        _FEMININE: ("die ", "eine "),
        _NEUTER: ("das ", "ein "),
        _COMMON: ("der ", "die ", "ein ", "eine "),
    },
}
_VOWEL: Final = re.compile(r"[aeiouhyàâéèêëîïôœùû]", re.IGNORECASE)
_STRESSED_A: Final = re.compile(r"h?[aá]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What a word or its example means to the learner, and the language that says so."""

    text: str
    language: str


def from_word(
    item: VocabularyItem,
    pool: Sequence[VocabularyItem],
    *,
    native: str,
    asked: Collection[str] = (),
) -> list[Draft]:
    """Every exercise the word allows. `pool` is where wrong options and similar words come from;
    words `asked` in the same set are no examples, since they would be solved."""
    meaning = meaning_of(item, native)
    if not meaning.text:
        return []
    others = [one for one in pool if _other(one, item)]
    similar = [one for one in others if one.text not in asked]
    made = [
        *_in_its_sentence(item, others, similar, native),
        _translation(item, similar, meaning, pool, native),
        *_heard(item, similar, native),
    ]
    return [draft for draft in made if draft]


def matching(items: Iterable[VocabularyItem], *, native: str) -> Draft | None:
    """Words beside their meanings. None when fewer than four of them differ."""
    pairs = {normal(meaning_of(one, native).text): one for one in items}
    chosen = list(islice((one for said, one in pairs.items() if said), PAIRS))
    if len(chosen) < PAIRS - 1:
        return None
    left = [one.text for one in chosen]
    right = [meaning_of(one, native).text for one in chosen]
    shuffled = sorted(right, key=str.casefold)
    if shuffled == right:
        shuffled.reverse()
    level = min(one.level or "A1" for one in chosen)
    return Draft(
        type=Type.MATCHING,
        key=[
            [a, b, str(one.concept_id or "")] for a, b, one in zip(left, right, chosen, strict=True)
        ],
        unit="matching",
        difficulty=difficulty_of(type_=Type.MATCHING, level=level),
        options={"left": left, "right": shuffled},
        hints=[
            _("Begin with the pairs you are sure of: what is left becomes less."),
            _("The kind of word helps: what is a thing, what is done, what describes?"),
        ],
        languages={"passage": chosen[0].language, "cue": meaning_of(chosen[0], native).language},
    )


def meaning_of(item: VocabularyItem, native: str) -> Told:
    if item.translation:
        return Told(item.translation, native)
    return _told(item.translations, native)


def _example_of(item: VocabularyItem, native: str) -> Told:
    return _told(item.example_translations, native)


def _told(by_language: dict[str, str], native: str) -> Told:
    if by_language.get(native):
        return Told(by_language[native], native)
    return Told(by_language.get("en", ""), "en")


def _other(one: VocabularyItem, item: VocabularyItem) -> bool:
    """Another word of the same kind that does not mean the same."""
    same = set(one.translations.values()) & set(item.translations.values())
    return (
        one.part_of_speech == item.part_of_speech
        and normal(one.text) != normal(item.text)
        and not same
    )


def _in_its_sentence(
    item: VocabularyItem,
    others: Sequence[VocabularyItem],
    similar: Sequence[VocabularyItem],
    native: str,
) -> Iterator[Draft]:
    """The example with the word left out: to choose it, and to write it."""
    found = re.search(rf"(?<!\w){re.escape(item.text)}(?!\w)", item.example, re.IGNORECASE)
    cue = _example_of(item, native)
    if not found or not cue.text:
        return
    gapped = f"{item.example[: found.start()]}{GAP}{item.example[found.end() :]}"
    answer = found[0]
    options = _options(item, others, answer)
    for kind in (Type.MULTIPLE_CHOICE, Type.CLOZE):
        chosen = kind == Type.MULTIPLE_CHOICE
        if chosen and len(options) <= WRONG_OPTIONS:
            continue
        not_this = next((one for one in options if normal(one) != normal(answer)), "")
        pointed = _("It is not “%(word)s”.") % {"word": not_this} if chosen else shape(answer)
        yield Draft(
            type=kind,
            key=[answer],
            unit=_unit(item),
            difficulty=difficulty_of(type_=kind, level=item.level),
            passage=gapped,
            cue=cue.text,
            options=options if chosen else [],
            explanation=_explanation(item, native),
            hints=_ladder(item, similar, [pointed], [answer], native),
            concept=item.concept,
            languages={"passage": item.language, "cue": cue.language},
        )


def _options(item: VocabularyItem, others: Sequence[VocabularyItem], answer: str) -> list[str]:
    """The word and three others, of its gender first: an article would give it away otherwise."""
    chance = Random(item.text)  # noqa: S311 - no secret; the same word, the same options
    mixed = chance.sample(list(others), len(others))
    mixed.sort(key=lambda one: one.gender != item.gender)
    as_written = str.capitalize if answer[:1].isupper() and item.text[:1].islower() else str
    wrong = {normal(one.text): as_written(one.text) for one in mixed}
    wrong.pop(normal(answer), None)
    return sorted([answer, *islice(wrong.values(), WRONG_OPTIONS)], key=str.casefold)


def _translation(
    item: VocabularyItem,
    others: Sequence[VocabularyItem],
    meaning: Told,
    pool: Sequence[VocabularyItem],
    native: str,
) -> Draft:
    same = [one for one in pool if normal(meaning_of(one, native).text) == normal(meaning.text)]
    key = [way for one in (item, *same) for way in ways_to_write(one)]
    return Draft(
        type=Type.TRANSLATION,
        key=list(dict.fromkeys(key)),
        unit=_unit(item),
        difficulty=difficulty_of(type_=Type.TRANSLATION, level=item.level),
        passage=meaning.text,
        explanation=_explanation(item, native),
        hints=_ladder(item, others, [shape(item.text)], list(dict.fromkeys(key)), native),
        concept=item.concept,
        languages={"passage": meaning.language},
    )


def ways_to_write(item: VocabularyItem) -> list[str]:
    """The word, and of a noun also with its article; of an English verb with “to”."""
    text = item.text
    if item.language == "en":
        verb = item.part_of_speech == VocabularyItem.PartOfSpeech.VERB
        noun = item.part_of_speech == VocabularyItem.PartOfSpeech.NOUN
        before: tuple[str, ...] = ("to ",) if verb else ("the ", "a ", "an ") if noun else ()
    else:
        before = _ARTICLES.get(item.language, {}).get(item.gender, ())
        if item.language == "es" and item.gender == _FEMININE and _STRESSED_A.match(text):
            before = (*before, "el ", "un ")
    return [text, *(f"{one}{text}" for one in before if _joins(one, text))]


def _joins(article: str, text: str) -> bool:
    """Whether the article can stand before the word: *l’* and *an* before a vowel, others not."""
    vowel = bool(_VOWEL.match(text))
    if article in ("l’", "an "):
        return vowel
    return not (vowel and article in ("le ", "a ")) or text[0] in "hHuU"


def _heard(item: VocabularyItem, others: Sequence[VocabularyItem], native: str) -> Iterator[Draft]:
    text, told = item.example, _example_of(item, native)
    if text and len(text.split()) <= LONGEST_DICTATION:
        yield Draft(
            type=Type.DICTATION,
            key=[text],
            unit=_unit(item),
            difficulty=difficulty_of(type_=Type.DICTATION, level=item.level),
            passage=text,
            explanation=told.text,
            hints=ladder([told.text], [shape(text)], _solved(others, native), answers=[text]),
            concept=item.concept,
            languages={"passage": item.language},
        )


def _ladder(
    item: VocabularyItem,
    others: Sequence[VocabularyItem],
    pointed: Sequence[str],
    answers: Sequence[str],
    native: str,
) -> list[str]:
    return ladder([_kind(item)], pointed, _solved(others, native), answers=answers)


def _kind(item: VocabularyItem) -> str:
    kind = item.get_part_of_speech_display() if item.part_of_speech else _("Word")
    if item.gender:
        return _("%(kind)s, %(gender)s.") % {
            "kind": kind,
            "gender": item.get_gender_display().lower(),
        }
    return pgettext("part of speech", "%(kind)s.") % {"kind": kind}


def _solved(others: Sequence[VocabularyItem], native: str) -> list[str]:
    known = [(one.text, meaning_of(one, native).text) for one in others[:5]]
    return [says(text, meaning) for text, meaning in known if meaning]


def _explanation(item: VocabularyItem, native: str) -> str:
    meaning = meaning_of(item, native).text
    told = f"{item.text}: {meaning}."
    return f"{told} {item.usage}".strip()[:600]


def _unit(item: VocabularyItem) -> str:
    return f"word:{normal(item.text)}"
