from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zlib import crc32

from django.db import transaction
from django.utils import timezone

from assessments.bank.files import BankItem
from assessments.bank.item_rules import SLUG
from assessments.bank.parameters import starting_parameters
from assessments.models import Dispute, Item

OPTION_IDS = "abcdefgh"
WRITTEN = ("level", "skill", "topic", "type", "prompt", "passage", "lemma")
LISTED = ("prompts", "aims", "words")
MADE = ("options", "key", "diacritics", "explanation", "explanations")
PARAMETERS = ("discrimination", "difficulty", "guessing")

TYPED = (Item.Type.FILL_BLANK, Item.Type.TRANSLATION)
"""Types whose key is every right answer, so that one found right later joins it."""

Options = list[dict[str, str]]


@dataclass(slots=True)
class BankChange:
    """How many items a load touched."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0


@transaction.atomic
def load_bank(*, language: str, items: Sequence[BankItem]) -> BankChange:
    """Bring the stored items in line with the files; a second load changes nothing.

    Parameters that answers have calibrated stay. An item no longer in the files is retired, never
    deleted, since answers point at it; one that somebody retired stays so. Items made in the admin
    are left alone: they cannot have a slug like those of the files.
    """
    known = {item.slug: item for item in Item.objects.filter(language=language)}
    change = BankChange()
    granted = _granted_answers(language)
    new, changed = [], []
    for source in items:
        stored = known.get(source.slug)
        if stored is None:
            new.append(Item(language=language, slug=source.slug, **authored_fields(source, None)))
        elif _apply(stored, _with_granted(authored_fields(source, stored), granted[stored.pk])):
            changed.append(stored)
    Item.objects.bulk_create(new)
    fields = [*WRITTEN, *LISTED, *MADE, *PARAMETERS, "updated_at"]
    Item.objects.bulk_update(changed, fields, batch_size=200)
    change.created, change.updated = len(new), len(changed)
    change.unchanged = len(items) - len(new) - len(changed)
    change.retired = _retire_missing(known, {source.slug for source in items})
    return change


def authored_fields(source: BankItem, stored: Item | None) -> dict[str, Any]:
    options = shuffled_options(source, stored.options if stored else [])
    fields: dict[str, Any] = {name: getattr(source, name).strip() for name in WRITTEN}
    fields |= {name: getattr(source, name) for name in LISTED}
    fields |= {
        "options": options,
        "key": _key(source, options),
        "diacritics": source.diacritics or Item.Diacritics.LENIENT,
        "explanation": source.explanations.get("en", "").strip(),
        "explanations": source.explanations,
    }
    if stored is None:
        fields["state"] = Item.State.ACTIVE
    if stored is None or stored.calibrated_at is None:
        parameters = starting_parameters(
            slug=source.slug, level=source.level, skill=source.skill, options=len(options)
        )
        fields |= {name: getattr(parameters, name) for name in PARAMETERS}
    return fields


def _key(source: BankItem, options: Options) -> list[str]:
    """The right option's id, or every right text; of a free text, the model answer."""
    if source.type == Item.Type.MULTIPLE_CHOICE:
        return [option["id"] for option in options if option["text"] == source.answer]
    return [text.strip() for text in (source.answer, *source.accepted)]


def _granted_answers(language: str) -> dict[UUID, list[str]]:
    """By item, the answers that a tutor found right when the grade was disputed."""
    granted: dict[UUID, list[str]] = defaultdict(list)
    accepted = Dispute.objects.filter(
        status=Dispute.Status.ACCEPTED,
        response__item__language=language,
        response__item__type__in=TYPED,
    )
    rows = accepted.order_by("decided_at").values_list("response__item", "response__answer")
    for item_id, answer in rows:
        granted[item_id].append(answer)
    return granted


def _with_granted(fields: dict[str, Any], answers: list[str]) -> dict[str, Any]:
    """The files do not know these: a load would take them away again."""
    missing = [text for text in dict.fromkeys(answers) if text not in fields["key"]]
    return fields | {"key": [*fields["key"], *missing]}


def _apply(item: Item, fields: dict[str, Any]) -> bool:
    changes = {name: value for name, value in fields.items() if getattr(item, name) != value}
    for name, value in changes.items():
        setattr(item, name, value)
    if changes:
        # By this, processes that keep the items know to read them anew.
        item.updated_at = timezone.now()
    return bool(changes)


def shuffled_options(source: BankItem, stored: Options) -> Options:
    """Options in an order that follows from the slug alone, with ids a to d.

    A text keeps the id it has been answered under, so old answers still name what was chosen.
    """
    order = sorted(source.options, key=lambda text: crc32(f"{source.slug} {text}".encode()))
    kept = {option["text"]: option["id"] for option in stored if option["text"] in order}
    free = (id_ for id_ in OPTION_IDS if id_ not in kept.values())
    options = [{"id": kept[text] if text in kept else next(free), "text": text} for text in order]
    return sorted(options, key=lambda option: option["id"])


def is_from_files(slug: str) -> bool:
    """Whether a slug is of the kind only the bank's files use."""
    return SLUG.match(slug) is not None


def set_item_state(*, items: Sequence[Item], state: str) -> int:
    """Activate, retire or shelve items; how many that changed. Open questions stay answerable."""
    chosen = Item.objects.filter(pk__in=[item.pk for item in items]).exclude(state=state)
    return chosen.update(state=Item.State(state), updated_at=timezone.now())


def _retire_missing(known: dict[str, Item], slugs: set[str]) -> int:
    gone = [item.pk for slug, item in known.items() if slug not in slugs and is_from_files(slug)]
    active = Item.objects.filter(pk__in=gone).exclude(state=Item.State.RETIRED)
    return active.update(state=Item.State.RETIRED, updated_at=timezone.now())
