from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from practice.decks.errors import InvalidDeck
from practice.decks.models import Card, Deck, DeckMember, Note, Visibility
from practice.decks.services.decks import STUDY_FIELDS
from practice.decks.services.fitness import flag_deck, judge_deck
from practice.decks.services.notes import NewNote, add_notes, schedule_cards

MOST_MEMBERS: Final = 200


def share_deck(*, deck: Deck, visibility: str, emails: Iterable[str] = ()) -> list[User]:
    """Say who may see a deck, and let people study it by name, each on a schedule of their own.

    Gives those who came in. Making it private keeps the names, and takes the deck from their
    shelves until it is shared again. Raises InvalidDeck for an address nobody has, and
    ContentBlocked for what nobody should be shown: call it outside of a transaction.
    """
    if visibility not in Visibility.values:
        raise InvalidDeck(visibility=_("Choose who may see the deck."))
    named = _people(emails)
    if deck.members.count() + len(named) > MOST_MEMBERS:
        raise InvalidDeck(emails=_("A deck can be shared with at most 200 people by name."))
    if visibility == Visibility.PRIVATE:
        return _share(deck, visibility, named)
    text, verdict = judge_deck(deck)
    came = _share(deck, visibility, named)
    flag_deck(deck, text=text, verdict=verdict)
    return came


@transaction.atomic
def _share(deck: Deck, visibility: str, named: list[User]) -> list[User]:
    deck.visibility = visibility
    deck.save(update_fields=["visibility", "updated_at"])
    return [user for user in named if _let_in(deck, user)]


@transaction.atomic
def join_deck(*, deck: Deck, learner: User) -> None:
    """Study a public deck, or one shared with the learner, where it stands. Joining twice is
    joining once, and whose deck it is studies it already."""
    _let_in(deck, learner)


def leave_deck(*, deck: Deck, learner: User) -> None:
    """No longer study somebody's deck, or no longer let a member study it. Their reviews stay."""
    DeckMember.objects.filter(deck=deck, user=learner).delete()


@transaction.atomic
def copy_deck(*, deck: Deck, owner: User, name: str = "") -> Deck:
    """A deck of one's own with the same notes, none of them seen yet, on the owner's settings.

    What a card was made from belongs to whoever made it, and is not copied.
    """
    fields = {field: getattr(deck, field) for field in (*STUDY_FIELDS, "language", "description")}
    copy = Deck.objects.create(owner=owner, name=name or deck.name, copied_from=deck, **fields)
    notes = Note.objects.filter(deck=deck).select_related("concept").order_by("pk")
    add_notes(deck=copy, notes=[_again(note) for note in notes])
    return copy


def members_of(deck: Deck) -> list[User]:
    return list(User.objects.filter(shared_decks__deck=deck).order_by("name", "pk"))


def _people(emails: Iterable[str]) -> list[User]:
    wanted = {email.strip().lower() for email in emails if email.strip()}
    found = list(User.objects.filter(email__in=wanted, is_active=True))
    missing = sorted(wanted - {user.email for user in found})
    if missing:
        raise InvalidDeck(
            emails=_("Nobody here has the address %(email)s.") % {"email": missing[0]}
        )
    return found


def _let_in(deck: Deck, learner: User) -> bool:
    if learner.pk == deck.owner_id:
        return False
    settings = {field: getattr(deck, field) for field in STUDY_FIELDS}
    _, new = DeckMember.objects.get_or_create(deck=deck, user=learner, defaults=settings)
    if new:
        cards = Card.objects.filter(deck=deck).order_by("note_id", "ordinal")
        schedule_cards(deck=deck, learner=learner, cards=list(cards))
    return new


def _again(note: Note) -> NewNote:
    return NewNote(
        front=note.front,
        back=note.back,
        kind=note.kind,
        tags=note.tags,
        example=note.example,
        language=note.language,
        concept=note.concept,
        fields=note.fields,
        guid=note.guid,
        audio=note.audio.name,
        image=note.image.name,
    )
