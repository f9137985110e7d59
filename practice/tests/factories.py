"""Decks and cards for any app's tests."""

import factory

from accounts.tests.factories import UserFactory
from practice.decks.services import add_note
from practice.models import CardSchedule, Deck


class DeckFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Deck

    owner = factory.SubFactory(UserFactory)
    name = "Market words"
    language = "es"


def make_card(deck, front="la manzana", back="the apple", **more):
    """A note's first card."""
    return add_note(deck=deck, front=front, back=back, **more).cards.order_by("ordinal")[0]


def schedule_of(card, learner=None):
    return CardSchedule.objects.get(card=card, learner=learner or card.deck.owner)
