"""Moderation of decks that are shared."""

import pytest
from rest_framework.test import APIClient

from accounts.tests.factories import UserFactory
from ai.errors import ContentBlocked
from ai.models import ModerationFlag
from practice.decks.models import Deck
from practice.decks.services import share_deck
from practice.tests.factories import make_card

pytestmark = pytest.mark.django_db
THREAT = "Te voy a matar."


@pytest.fixture
def deck():
    return Deck.objects.create(owner=UserFactory(), name="My deck", language="es")


def shared(deck, visibility="public"):
    share_deck(deck=deck, visibility=visibility)
    deck.refresh_from_db()
    return deck.visibility


def test_an_ordinary_deck_is_shared_without_a_trace(deck):
    make_card(deck)
    assert shared(deck) == "public"
    assert not ModerationFlag.objects.exists()


@pytest.mark.parametrize("where", ["front", "back", "example", "name"])
def test_what_nobody_should_be_shown_stays_private(deck, where):
    if where == "name":
        deck.name = THREAT
        deck.save()
    else:
        make_card(deck, **{where: THREAT})
    with pytest.raises(ContentBlocked):
        shared(deck)
    deck.refresh_from_db()
    assert deck.visibility == "private"
    flag = ModerationFlag.objects.get()
    assert (flag.user, flag.surface, flag.action) == (deck.owner, "deck", "blocked")


def test_a_private_deck_is_its_owners_affair(deck):
    make_card(deck, front=THREAT)
    assert shared(deck, "private") == "private"
    assert not ModerationFlag.objects.exists()


def test_what_is_doubtful_is_shared_and_queued_once(deck):
    make_card(deck, front="Eres un hijo de puta.")
    assert shared(deck) == shared(deck) == "public"
    flag = ModerationFlag.objects.get()
    assert (flag.source_id, flag.action, flag.status) == (deck.pk, "queued", "queued")


def test_swear_words_as_vocabulary_are_only_noted(deck):
    make_card(deck, front="mierda", back="shit")
    assert shared(deck) == "public"
    assert ModerationFlag.objects.get().action == "noted"


def test_the_api_says_why_and_how_to_appeal(deck):
    make_card(deck, front=THREAT)
    api = APIClient()
    api.force_authenticate(deck.owner)
    answer = api.post(f"/api/flashcards/decks/{deck.pk}/share", {"visibility": "public"})
    assert (answer.status_code, answer.json()["code"]) == (400, "content_blocked")
    flag = ModerationFlag.objects.get()
    assert answer.json()["details"]["appeal"] == [f"/api/moderation/flags/{flag.pk}/appeal"]


def test_the_page_says_why(client, deck):
    make_card(deck, front=THREAT)
    client.force_login(deck.owner)
    page = client.post(f"/decks/{deck.pk}/share", {"visibility": "public", "emails": ""})
    assert page.status_code == 400
    assert "It threatens somebody" in page.content.decode()
