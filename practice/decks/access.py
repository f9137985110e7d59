"""Fetching and authorising in one call; what is absent and what is not yours are both 404."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User
from config.errors import NotFound
from practice.decks.models import Deck
from practice.decks.studying import Studied, studied


def seen_deck(caller: User, deck_id: UUID) -> Deck:
    rows = Deck.objects.visible_to(caller).select_related("owner")
    deck: Deck = get_object_or_404(rows, pk=deck_id)
    return deck


def own_deck(caller: User, deck_id: UUID) -> Deck:
    rows = Deck.objects.editable_by(caller).select_related("owner")
    deck: Deck = get_object_or_404(rows, pk=deck_id)
    return deck


def studied_deck(caller: User, deck_id: UUID) -> Studied:
    found = studied(caller, [deck_id]).get(deck_id)
    if found is None:
        raise NotFound
    return found
