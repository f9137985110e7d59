"""Writing vocabulary: lists, words saved one by one or many at once, the starter lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import Conflict, DomainError
from config.languages import TAUGHT
from learning.concepts.files import Topic
from learning.models import Concept
from practice.decks.models import Note, Visibility
from practice.decks.services import NewNote, add_notes, default_deck
from practice.vocabulary import search
from practice.vocabulary.files import Entry
from practice.vocabulary.fitness import flag_list, judge_list
from practice.vocabulary.models import VocabularyItem, VocabularyList

MOST_AT_ONCE: Final = 200
MOST_LISTS: Final = 200
EDITABLE: Final = (
    "text",
    "translation",
    "part_of_speech",
    "gender",
    "forms",
    "example",
    "usage",
    "category",
    "level",
    "tags",
)


@dataclass(frozen=True, slots=True)
class NewWord:
    """A word as a learner saves it."""

    language: str
    text: str
    translation: str = ""
    part_of_speech: str = ""
    gender: str = ""
    forms: str = ""
    example: str = ""
    usage: str = ""
    category: str = ""
    level: str = ""
    tags: tuple[str, ...] = ()
    source_type: str = ""
    source_id: UUID | None = None
    into: VocabularyList | None = None
    """The list it is for; none for that of its language."""


@dataclass(frozen=True, slots=True)
class Saved:
    item: VocabularyItem
    new: bool
    """False when the list had the word; what was said of it now is taken over."""


def create_list(
    *,
    owner: User,
    name: str,
    language: str,
    description: str = "",
    category: str = "",
    level: str = "",
    visibility: str = Visibility.PRIVATE,
) -> VocabularyList:
    """Raises Conflict `too_many_lists`; for a public one ContentBlocked, as `update_list` does."""
    if VocabularyList.objects.filter(owner=owner).count() >= MOST_LISTS:
        raise Conflict(_("You have as many lists as there may be."), code="too_many_lists")
    made = VocabularyList(
        owner=owner,
        name=name,
        language=language,
        description=description,
        category=category,
        level=level,
        visibility=visibility,
    )
    return _saved(made)


def default_list(*, owner: User, language: str) -> VocabularyList:
    """Where single words of a language are saved; made with the first one."""
    made, _made = VocabularyList.objects.get_or_create(
        owner=owner,
        language=language,
        is_default=True,
        defaults={"name": f"My {TAUGHT[language].name} words"},
    )
    return made


def shared_list(*, name: str, language: str) -> VocabularyList:
    """The public list of that name that belongs to nobody; made with its first word."""
    known = VocabularyList.objects.filter(owner=None, name=name, language=language)
    return known.order_by("-slug").first() or VocabularyList.objects.create(
        name=name, language=language, visibility=Visibility.PUBLIC
    )


@transaction.atomic
def save_shared_item(*, item: VocabularyItem) -> VocabularyItem:
    """A word of a public list, with its concept, and ready to be found."""
    item.concept = _concepts(item.language, [item.text]).get(item.text.casefold())
    item.category = item.category or item.vocabulary_list.category
    if item._state.adding:
        last = item.vocabulary_list.items.aggregate(last=Max("position"))["last"] or 0
        item.position = last + 1
    item.save()
    mine = VocabularyItem.objects.filter(pk=item.pk)
    search.index(mine, language=item.language, native="en")
    return item


def update_list(*, vocabulary_list: VocabularyList, changes: Mapping[str, Any]) -> VocabularyList:
    """Takes name, description, category, level and visibility.

    Raises ContentBlocked when it is public and holds what nobody should be shown: call it outside
    of a transaction.
    """
    for name in ("name", "description", "category", "level", "visibility"):
        if name in changes:
            setattr(vocabulary_list, name, changes[name])
    return _saved(vocabulary_list)


def _saved(vocabulary_list: VocabularyList) -> VocabularyList:
    """Looked at before others can see it."""
    if vocabulary_list.visibility != Visibility.PUBLIC:
        vocabulary_list.save()
        return vocabulary_list
    text, verdict = judge_list(vocabulary_list)
    vocabulary_list.save()
    flag_list(vocabulary_list, text=text, verdict=verdict)
    return vocabulary_list


@transaction.atomic
def copy_list(*, vocabulary_list: VocabularyList, owner: User) -> VocabularyList:
    """A list of one's own with the same words, to change at will."""
    copied = create_list(
        owner=owner,
        name=vocabulary_list.name,
        language=vocabulary_list.language,
        description=vocabulary_list.description,
        category=vocabulary_list.category,
        level=vocabulary_list.level,
    )
    copied.copied_from = vocabulary_list
    copied.save(update_fields=["copied_from"])
    kept = (*EDITABLE, "language", "translations", "example_translations", "concept", "position")
    VocabularyItem.objects.bulk_create(
        VocabularyItem(
            vocabulary_list=copied,
            **{name: getattr(item, name) for name in kept}
            | {"translation": translation_for(item, owner.native_language)},
        )
        for item in vocabulary_list.items.select_related("concept")
    )
    search.index(copied.items.all(), language=copied.language, native=owner.native_language)
    return copied


def delete_list(*, vocabulary_list: VocabularyList) -> None:
    vocabulary_list.delete()


def save_words(*, owner: User, words: Sequence[NewWord]) -> list[Saved]:
    """Save words, each into its list or the default list of its language; as they were given.

    A word the list has (same text and part of speech) is brought up to date with what is said of
    it now. Raises DomainError `too_many_words` or `wrong_language`.
    """
    if len(words) > MOST_AT_ONCE:
        raise DomainError(_("Save at most %d words at once.") % MOST_AT_ONCE, code="too_many_words")
    if any(word.into and word.into.language != word.language for word in words):
        raise DomainError(_("The list is for another language."), code="wrong_language")
    try:
        return _save_all(owner, words)
    except IntegrityError:  # another tab saved one of them this moment
        return _save_all(owner, words)


@transaction.atomic
def _save_all(owner: User, words: Sequence[NewWord]) -> list[Saved]:
    home = cache(lambda language: default_list(owner=owner, language=language))
    placed: dict[VocabularyList, list[NewWord]] = {}
    order: dict[tuple[UUID, str, str], int] = {}
    for place, word in enumerate(words):
        into = word.into or home(word.language)
        placed.setdefault(into, []).append(word)
        order[into.pk, word.text, word.part_of_speech] = place
    saved = [one for into, those in placed.items() for one in _save(into, those, owner)]
    return sorted(saved, key=lambda one: order[_name(one.item)])


def update_item(*, item: VocabularyItem, changes: Mapping[str, Any], owner: User) -> VocabularyItem:
    """Raises Conflict `word_exists` when the list has the changed word already."""
    for name in EDITABLE:
        if name in changes:
            setattr(item, name, changes[name])
    others = VocabularyItem.objects.filter(
        vocabulary_list=item.vocabulary_list_id, text=item.text, part_of_speech=item.part_of_speech
    )
    if others.exclude(pk=item.pk).exists():
        raise Conflict(_("The list has that word already."), code="word_exists")
    if "text" in changes:
        item.concept = _concepts(item.language, [item.text]).get(item.text.casefold())
    item.save()
    mine = VocabularyItem.objects.filter(pk=item.pk)
    search.index(mine, language=item.language, native=owner.native_language)
    return item


def delete_items(*, items: Iterable[VocabularyItem]) -> int:
    deleted, _each = VocabularyItem.objects.filter(pk__in=[item.pk for item in items]).delete()
    return deleted


def translation_for(item: VocabularyItem, native: str) -> str:
    """What it means in the reader's language: theirs, the starter list's, else the English one."""
    shown: str = item.translation or item.translations.get(native, "")
    return shown or str(item.translations.get("en", ""))


def _save(into: VocabularyList, words: Sequence[NewWord], owner: User) -> list[Saved]:
    names = [(word.text, word.part_of_speech) for word in words]
    known = {
        (item.text, item.part_of_speech): item
        for item in into.items.filter(text__in={text for text, _ in names})
    }
    concepts = _concepts(into.language, [word.text for word in words])
    last = into.items.aggregate(last=Max("position"))["last"] or 0
    fresh: dict[tuple[str, str], VocabularyItem] = {}
    for word in words:
        name = word.text, word.part_of_speech
        if name in known or name in fresh:
            _take(known.get(name) or fresh[name], word)
        else:
            fresh[name] = _new(into, word, concepts, position=last + len(fresh) + 1)
    VocabularyItem.objects.bulk_create(fresh.values())
    met = [known[name] for name in dict.fromkeys(names) if name in known]
    VocabularyItem.objects.bulk_update(met, EDITABLE) if met else None
    rows = [*fresh.values(), *met]
    written = VocabularyItem.objects.filter(pk__in=[item.pk for item in rows])
    search.index(written, language=into.language, native=owner.native_language)
    return [Saved(item, (item.text, item.part_of_speech) in fresh) for item in rows]


def _new(
    into: VocabularyList, word: NewWord, concepts: Mapping[str, Concept], *, position: int
) -> VocabularyItem:
    fields = {name: getattr(word, name) for name in EDITABLE}
    return VocabularyItem(
        vocabulary_list=into,
        language=into.language,
        concept=concepts.get(word.text.casefold()),
        source_type=word.source_type,
        source_id=word.source_id,
        position=position,
        **fields | {"tags": list(word.tags)},
    )


def _take(item: VocabularyItem, word: NewWord) -> None:
    for name in EDITABLE:
        if value := getattr(word, name):
            setattr(item, name, list(value) if name == "tags" else value)


def _name(item: VocabularyItem) -> tuple[UUID, str, str]:
    return item.vocabulary_list_id, item.text, item.part_of_speech


def _concepts(language: str, texts: Iterable[str]) -> dict[str, Concept]:
    """The words' own concepts, as far as they are single words on record."""
    wanted = {text.casefold() for text in texts}
    rows = Concept.objects.filter(kind=Concept.Kind.LEMMA, language=language, slug__in=wanted)
    return {row.slug: row for row in rows}


@transaction.atomic
def load_starter(*, starter: Mapping[str, Sequence[Entry]], topics: Sequence[Topic]) -> int:
    """Bring the starter lists in line with the files; how many words they hold.

    A list for each language and topic, easy words first. A second load changes nothing that is
    read; a list whose topic has left the files goes.
    """
    named = {topic.slug: topic for topic in topics}
    ours = VocabularyList.objects.filter(owner__isnull=True).exclude(slug="")
    ours.exclude(slug__in=starter).delete()
    total = 0
    for topic, entries in starter.items():
        ordered = sorted(entries, key=lambda entry: entry.level)
        total += sum(_load_list(named[topic], language, ordered) for language in TAUGHT)
    return total


def _load_list(topic: Topic, language: str, entries: Sequence[Entry]) -> int:
    into, _made = VocabularyList.objects.update_or_create(
        language=language,
        slug=topic.slug,
        defaults={
            "name": topic.name["en"],
            "category": topic.slug,
            "level": entries[0].level,
            "visibility": Visibility.PUBLIC,
        },
    )
    concepts = _concepts(language, [entry.in_language(language).text for entry in entries])
    rows = [
        _starter_item(into, entry, concepts, position=place)
        for place, entry in enumerate(entries, start=1)
    ]
    texts = [row.text for row in rows]
    into.items.exclude(text__in=texts).delete()
    VocabularyItem.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["vocabulary_list", "text", "part_of_speech"],
        update_fields=[
            "translations",
            "gender",
            "forms",
            "example",
            "example_translations",
            "usage",
            "level",
            "concept",
            "position",
        ],
    )
    search.index(into.items.all(), language=language, native="en")
    return len(rows)


def _starter_item(
    into: VocabularyList, entry: Entry, concepts: Mapping[str, Concept], *, position: int
) -> VocabularyItem:
    word = entry.in_language(into.language)
    others = {language: other for language, other in entry.words if language != into.language}
    return VocabularyItem(
        vocabulary_list=into,
        language=into.language,
        text=word.text,
        translations={language: other.text for language, other in others.items()},
        part_of_speech=entry.pos,
        gender=word.gender,
        forms=word.forms,
        example=word.example,
        example_translations={language: other.example for language, other in others.items()},
        usage=word.usage,
        category=into.category,
        level=entry.level,
        concept=concepts.get(word.text.casefold()),
        position=position,
    )


def make_cards(*, learner: User, items: Sequence[VocabularyItem]) -> int:
    """Cards for words, both ways, in the learner's own deck of the language; how many were new.

    A word that has its card already is passed over, and one without a meaning. Raises DomainError
    `no_meaning` when no word has one.
    """
    told = [item for item in items if _meaning(item, learner)]
    if items and not told:
        raise DomainError(_("Say what it means first: a card needs a back."), code="no_meaning")
    made = 0
    for language in dict.fromkeys(item.language for item in told):
        notes = [_note(item, learner) for item in told if item.language == language]
        deck = default_deck(learner=learner, language=language)
        made += len(add_notes(deck=deck, notes=notes))
    return made


def _meaning(item: VocabularyItem, learner: User) -> str:
    return translation_for(item, learner.native_language) or item.usage


def _note(item: VocabularyItem, learner: User) -> NewNote:
    return NewNote(
        front=item.text,
        back=_meaning(item, learner),
        kind=Note.Kind.REVERSED,
        example=item.example,
        language=item.language,
        tags=[item.category] if item.category else [],
        concept=item.concept,
        source_type="practice.vocabularyitem",
        source_id=item.pk,
    )
