from datetime import UTC, datetime, timedelta

import pytest

from accounts.tests.factories import LearnerLanguageFactory
from practice.decks.services import NewNote, add_notes
from practice.decks.today import steps
from practice.models import CardSchedule
from practice.tests.factories import DeckFactory

pytestmark = pytest.mark.django_db

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
    assert step.reason.startswith("12 are about to be forgotten")


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
