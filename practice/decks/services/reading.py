"""What a batch of reviews starts from, each in one statement however many answers there are."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from accounts.models import User
from config.rows import Table, fetch, ids
from practice.decks.models import Card, CardSchedule, Deck, DeckMember, Note, ReviewLog
from practice.decks.studying import SHARING, Studied

_SCHEDULES: Final = Table(CardSchedule)
_CARDS: Final = Table(Card)
_NOTES: Final = Table(Note, without=("search", "fields", "guid", "created_at", "updated_at"))
_BARE_NOTES: Final = Table(Note, only=("id", "concept"))
_LOGS: Final = Table(ReviewLog)
_DECKS: Final = Table(Deck)
_MEMBERS: Final = Table(DeckMember)
_NOTE_OF: Final = Card._meta.get_field("note")
_CARD_OF: Final = CardSchedule._meta.get_field("card")

_WITH_SIBLINGS: Final = f"""
    SELECT {_SCHEDULES.columns("schedule")}, {_CARDS.columns("card")}, {{note}}
    FROM (SELECT DISTINCT note_id FROM practice_card WHERE id = ANY(%s::uuid[])) AS asked
    JOIN practice_note AS note ON note.id = asked.note_id
    JOIN practice_card AS card ON card.note_id = note.id
    JOIN practice_cardschedule AS schedule
        ON schedule.card_id = card.id AND schedule.learner_id = %s
"""  # noqa: S608 - made of our own columns
# The same decks as `decks_studied_by`, each with the learner's settings of it.
_STUDIED: Final = f"""
    SELECT {_DECKS.columns("deck")}, {_MEMBERS.columns("member")} FROM practice_deck AS deck
    LEFT JOIN practice_deckmember AS member
        ON member.deck_id = deck.id AND member.user_id = %(learner)s
    WHERE deck.id = ANY(%(decks)s::uuid[]) AND deck.deleted_at IS NULL
        AND (deck.owner_id = %(learner)s
            OR (deck.visibility = ANY(%(sharing)s) AND member.id IS NOT NULL))
"""  # noqa: S608 - made of our own columns
_SENT: Final = f"""
    SELECT {_LOGS.columns("log")} FROM practice_reviewlog AS log
    WHERE log.learner_id = %s AND log.client_id = ANY(%s::uuid[])
"""  # noqa: S608 - made of our own columns


def with_siblings(learner: User, cards: Collection[UUID]) -> list[CardSchedule]:
    """The learner's schedules of cards and of the other sides of their notes.

    What the notes say is read with one card, which is shown again. Of many it would be most of what
    is read, and nobody looks at it.
    """
    notes = _NOTES if len(cards) == 1 else _BARE_NOTES
    statement = _WITH_SIBLINGS.format(note=notes.columns("note"))
    return [_schedule(row, notes) for row in fetch(statement, [ids(cards), learner.pk])]


def studied_for_review(learner: User, decks: Collection[UUID]) -> dict[UUID, Studied]:
    named = {"learner": learner.pk, "decks": ids(decks), "sharing": list(SHARING)}
    found = {}
    for row in fetch(_STUDIED, named) if decks else ():
        deck, member = _DECKS.take(row[: len(_DECKS)]), row[len(_DECKS) :]
        own = deck.owner_id == learner.pk or member[0] is None
        found[deck.pk] = Studied(deck, deck if own else _MEMBERS.take(member))
    return found


def logs_sent_as(learner: User, client_ids: Collection[UUID]) -> dict[UUID, ReviewLog]:
    """Reviews on record, by the device's own names for them."""
    rows = fetch(_SENT, [learner.pk, ids(client_ids)])
    logs = [_LOGS.take(row) for row in rows]
    return {log.client_id: log for log in logs}


def _schedule(row: tuple[object, ...], notes: Table[Note]) -> CardSchedule:
    card_at, note_at = len(_SCHEDULES), len(_SCHEDULES) + len(_CARDS)
    schedule, card = _SCHEDULES.take(row[:card_at]), _CARDS.take(row[card_at:note_at])
    # As the ORM joins them; by assignment Django would check each pair anew.
    _NOTE_OF.set_cached_value(card, notes.take(row[note_at:]))
    _CARD_OF.set_cached_value(schedule, card)
    return schedule
