from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.languages import TAUGHT
from practice.decks.errors import InvalidDeck
from practice.decks.models import Deck, DeckMember, StudyOptions
from practice.decks.services.rescheduling import reschedule_soon
from practice.decks.studying import scheduler_of

MOST_STEPS: Final = 10
LONGEST_STEP: Final = 86_400
"""Seconds; what is longer is an interval of days, and the scheduler's to choose."""
STUDY_FIELDS: Final = (
    "scheduler",
    "desired_retention",
    "new_per_day",
    "reviews_per_day",
    "learning_steps",
    "relearning_steps",
)
RESCHEDULING: Final = ("scheduler", "desired_retention")
"""Settings that give other dates to cards reviewed before."""


def create_deck(
    *, owner: User, name: str, language: str = "", description: str = "", **options: Any
) -> Deck:
    """A deck of one's own. `options` are STUDY_FIELDS. Raises InvalidDeck."""
    _check_about(name=name, language=language)
    check_options(options)
    options.setdefault("scheduler", scheduler_of(owner))
    return Deck.objects.create(
        owner=owner, name=name.strip(), language=language, description=description, **options
    )


@transaction.atomic
def update_deck(*, deck: Deck, **changes: Any) -> Deck:
    """Rename or describe a deck. Raises InvalidDeck."""
    _check_about(name=changes.get("name", deck.name), language=changes.get("language", ""))
    for name in changes.keys() & {"name", "description", "language"}:
        setattr(deck, name, changes[name])
    deck.save(update_fields=["name", "description", "language", "updated_at"])
    return deck


@transaction.atomic
def update_study(*, deck: Deck, learner: User, **options: Any) -> StudyOptions:
    """Change how a learner studies a deck of theirs, or one shared with them, by STUDY_FIELDS.

    What was reviewed gets new dates where the settings ask for them. Raises InvalidDeck.
    """
    check_options(options)
    by: StudyOptions = (
        deck if deck.owner_id == learner.pk else DeckMember.objects.get(deck=deck, user=learner)
    )
    before = {name: getattr(by, name) for name in RESCHEDULING}
    for name, value in options.items():
        setattr(by, name, value)
    by.save(update_fields=list(options))
    if any(getattr(by, name) != value for name, value in before.items()):
        reschedule_soon(deck=deck, learner=learner)
    return by


def default_deck(*, learner: User, language: str) -> Deck:
    """Where single cards of a language are put: made when it is first needed."""
    mine = Deck.objects.live().filter(owner=learner, language=language, is_default=True)
    deck = mine.first()
    if deck is not None:
        return deck
    spoken = TAUGHT[language].name if language else ""
    name = _("My %(language)s cards") % {"language": spoken} if spoken else _("My cards")
    try:
        with transaction.atomic():
            return Deck.objects.create(
                owner=learner,
                name=name,
                language=language,
                is_default=True,
                scheduler=scheduler_of(learner),
            )
    except IntegrityError:  # another tab made it this moment
        return mine.get()


def delete_deck(*, deck: Deck, now: datetime) -> None:
    """Takes it from every shelf. Its reviews stay on record."""
    deck.deleted_at = now
    deck.save(update_fields=["deleted_at", "updated_at"])


def _check_about(*, name: str, language: str) -> None:
    if not name.strip():
        raise InvalidDeck(name=_("Give the deck a name."))
    if language and language not in TAUGHT:
        raise InvalidDeck(language=_("We do not teach that language yet."))


def check_options(options: Mapping[str, Any]) -> None:
    """Raises InvalidDeck for settings no scheduler could work with."""
    unknown = options.keys() - set(STUDY_FIELDS)
    if unknown:
        raise TypeError(f"not settings of study: {', '.join(sorted(unknown))}")
    if options.get("scheduler", "fsrs") not in StudyOptions.Scheduler.values:
        raise InvalidDeck(scheduler=_("Choose FSRS or SM-2."))
    if not 0.7 <= options.get("desired_retention", 0.9) <= 0.98:
        raise InvalidDeck(desired_retention=_("Choose a share between 70 % and 98 %."))
    for name in ("new_per_day", "reviews_per_day"):
        if not 0 <= options.get(name, 0) <= 9999:
            raise InvalidDeck(**{name: _("Choose a number between 0 and 9,999.")})
    for name in ("learning_steps", "relearning_steps"):
        _check_steps(name, options.get(name, ()))


def _check_steps(name: str, steps: Any) -> None:
    if len(steps) > MOST_STEPS or not all(1 <= step <= LONGEST_STEP for step in steps):
        raise InvalidDeck(**{name: _("Give at most ten steps, none longer than a day.")})
