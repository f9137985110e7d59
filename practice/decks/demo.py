"""The demo learner's cards, with a fortnight of reviews: some are due, some are new."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from config.ids import new_id
from practice.decks.models import Card, CardSchedule, Deck, Note
from practice.decks.services import Answer, NewNote, add_notes, default_deck, review_batch

LANGUAGE: Final = "es"
NEW_A_DAY: Final = 5
REVIEWED: Final = (12, 11, 9, 6, 3)
"""Days ago."""
AGAIN, GOOD = 1, 3
BREAK: Final = timedelta(minutes=12)
"""Longer than the longest learning step: what was met before it comes back after it."""
SITTINGS: Final = 2
"""After the first of a day, for what was met or forgotten in it."""
SECONDS_A_CARD: Final = 5


@dataclass(frozen=True, slots=True)
class Word:
    front: str
    back: str
    example: str = ""
    forgotten: tuple[int, ...] = ()
    """On which of those days."""


WORDS: Final = (
    Word("la sartén", "the frying pan", "Calienta el aceite en la sartén."),
    Word("pelar", "to peel", "Hay que pelar las patatas."),
    Word("la cucharada", "the tablespoonful", "Añade una cucharada de sal.", (12, 9, 6)),
    Word("hervir", "to boil", "El agua está hirviendo."),
    Word("el ajo", "the garlic"),
    Word("picar", "to chop", "Pica la cebolla muy fina.", (11,)),
    Word("el horno", "the oven", "Mete el pan en el horno."),
    Word("crudo", "raw"),
    Word("alquilar", "to rent", "Quiero alquilar un piso con luz."),
    Word("la fianza", "the deposit", "Piden un mes de fianza.", (11, 6)),
    Word("el contrato", "the contract"),
    Word("la convivencia", "living together", "La convivencia no siempre es fácil.", (9,)),
    Word("el ruido", "the noise"),
    Word("mudarse", "to move house", "Me mudé a Manchester en otoño."),
    Word("el vecino", "the neighbour"),
    Word("compartir", "to share", "Compartía piso con dos amigas."),
    Word("el refugio", "the mountain hut", "La habitación del refugio era fría."),
    Word("el sendero", "the path", "", (6,)),
    Word("perder el autobús", "to miss the bus", "Perdimos el autobús."),
    Word("la ventanilla", "the ticket window", "", (6,)),
    Word("el retraso", "the delay", "El tren llegó con retraso.", (3,)),
    Word("la mochila", "the backpack"),
    Word("cansado", "tired", "Hoy estoy cansada."),
    Word("el equipaje", "the luggage"),
    Word("la cumbre", "the summit"),
    Word("aprovechar", "to make the most of", "Aprovecha el buen tiempo."),
    Word("la enfermera", "the nurse"),
    Word("el turno de noche", "the night shift"),
)
FORGOTTEN: Final = {one.front: one.forgotten for one in WORDS}


@transaction.atomic
def seed_cards(*, learner: User, now: datetime) -> None:
    """Make them unless the learner has a deck. What was reviewed lies in the past."""
    if Deck.objects.filter(owner=learner).exists():
        return
    deck = default_deck(learner=learner, language=LANGUAGE)
    add_notes(deck=deck, notes=[NewNote(one.front, one.back, example=one.example) for one in WORDS])
    _date_back(deck, now - timedelta(days=REVIEWED[0], hours=1))
    for days_ago in REVIEWED:
        at = now - timedelta(days=days_ago)
        shown = [*_due(deck, at), *_unseen(deck)]
        failed = {one.card_id for one in shown if days_ago in FORGOTTEN[one.card.note.front]}
        _review(learner, shown, failed, at=at)
        for _ in range(SITTINGS):
            at += BREAK
            _review(learner, _due(deck, at), set(), at=at)


def _date_back(deck: Deck, at: datetime) -> None:
    """Cards are always made now, and none is reviewed before it was made."""
    Note.objects.filter(deck=deck).update(created_at=at)
    Card.objects.filter(note__deck=deck).update(created_at=at)


def _due(deck: Deck, at: datetime) -> list[CardSchedule]:
    return list(_schedules(deck).filter(due_at__lte=at))


def _unseen(deck: Deck) -> list[CardSchedule]:
    return list(_schedules(deck).filter(state="new").order_by("position")[:NEW_A_DAY])


def _schedules(deck: Deck) -> QuerySet[CardSchedule]:
    return deck.schedules.select_related("card__note")


def _review(
    learner: User, shown: Sequence[CardSchedule], failed: Collection[UUID], *, at: datetime
) -> None:
    answers = [
        Answer(
            card_id=one.card_id,
            rating=AGAIN if one.card_id in failed else GOOD,
            client_id=new_id(),
            reviewed_at=at,
            duration_ms=SECONDS_A_CARD * 1000,
        )
        for one in shown
    ]
    review_batch(learner=learner, answers=answers, now=at)
