from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.services import issue_tokens
from accounts.tests.factories import LearnerLanguageFactory
from config.ids import new_id
from practice.decks.services import NewNote, add_notes
from practice.decks.today import steps
from practice.models import CardSchedule
from practice.tests.factories import DeckFactory

pytestmark = pytest.mark.django_db

ROOT = "/api/flashcards"
NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def spanish():
    return LearnerLanguageFactory()


def offered(spanish):
    return steps(spanish.user, spanish, NOW)


def fill(deck, count, **schedule):
    add_notes(deck=deck, notes=[NewNote(f"f{n}", "b") for n in range(count)])
    if schedule:
        CardSchedule.objects.filter(deck=deck).update(**schedule)


def test_without_cards_nothing_is_offered(spanish):
    assert offered(spanish) == []


def test_due_cards_come_with_their_time_and_reason(spanish):
    deck = DeckFactory(owner=spanish.user)
    fill(deck, 12, state="review", due_at=NOW - timedelta(days=1))
    [step] = offered(spanish)
    assert (step.action, step.minutes, step.url) == ("Continue: 12 cards", 2, "/review")
    assert step.reason.startswith("12 cards are about to be forgotten")


def test_new_cards_alone_are_less_urgent(spanish):
    fill(DeckFactory(owner=spanish.user), 3)
    [new] = offered(spanish)
    CardSchedule.objects.update(state="review", due_at=NOW)
    [due] = offered(spanish)
    assert new.urgency < due.urgency


def test_another_languages_cards_wait_for_their_own_day(spanish):
    fill(DeckFactory(owner=spanish.user, language="fr"), 3)
    assert offered(spanish) == []
    fill(DeckFactory(owner=spanish.user, language=""), 1)
    assert offered(spanish)[0].action == "Continue: 1 card"


def test_queries_do_not_grow_with_decks(spanish, django_assert_max_num_queries):
    fill(DeckFactory(owner=spanish.user), 1)
    offered(spanish)
    for _ in range(2):
        with django_assert_max_num_queries(10):
            offered(spanish)
        for _ in range(6):
            fill(DeckFactory(owner=spanish.user), 3)


class TestAfterReviews:
    """What the page shows is kept; a review must be seen on it at once all the same."""

    @pytest.fixture(params=["es", ""])
    def cards(self, request, spanish):
        fill(DeckFactory(owner=spanish.user, language=request.param), 3)
        return list(CardSchedule.objects.order_by("pk").values_list("card", flat=True))

    @pytest.fixture
    def api(self, spanish):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=spanish.user).token}")
        return client

    @pytest.fixture
    def do(self, django_capture_on_commit_callbacks):
        def do(send, *sent):
            with django_capture_on_commit_callbacks(execute=True):
                assert send(*sent).status_code == 200

        return do

    def shown(self, client, spanish):
        client.force_login(spanish.user)
        context = client.get(reverse("learning:today")).context
        offers = [context["primary"], *context["steps"]]
        return next(step.action for step in offers if step.url == reverse("practice:review"))

    def test_one_by_one_and_taken_back(self, client, api, do, spanish, cards):
        first, second, _ = cards
        assert self.shown(client, spanish) == "Continue: 3 cards"
        do(api.put, f"{ROOT}/cards/{first}/review", {"rating": 4})
        assert self.shown(client, spanish) == "Continue: 2 cards"
        do(api.put, f"{ROOT}/cards/{second}/review", {"rating": 4})
        assert self.shown(client, spanish) == "Continue: 1 card"
        do(api.post, f"{ROOT}/reviews/undo", {})
        assert self.shown(client, spanish) == "Continue: 2 cards"

    def test_many_at_once(self, client, api, do, spanish, cards):
        assert self.shown(client, spanish) == "Continue: 3 cards"
        sent = [{"cardId": card, "rating": 4, "clientId": new_id()} for card in cards[:2]]
        do(api.post, f"{ROOT}/reviews", {"reviews": sent})
        assert self.shown(client, spanish) == "Continue: 1 card"
