import pytest
from django.urls import reverse

from accounts.tests.factories import AdminFactory, TutorAssignmentFactory, UserFactory
from config.ids import new_id
from practice.decks.services import review_card
from practice.models import Deck
from practice.tests.factories import DeckFactory, make_card

pytestmark = pytest.mark.django_db

LISTS = ["deck", "note", "cardschedule", "reviewlog"]


@pytest.fixture
def deck():
    deck = DeckFactory(owner=UserFactory(name="Ana Torres"))
    card = make_card(deck)
    review_card(learner=deck.owner, card=card, rating=3, client_id=new_id(), now=card.created_at)
    return deck


def address(name):
    return reverse(f"admin:practice_{name}_changelist")


@pytest.mark.parametrize("name", LISTS)
def test_a_tutor_sees_their_students_rows_and_no_others(client, deck, name):
    assignment = TutorAssignmentFactory()
    client.force_login(assignment.tutor)
    assert client.get(address(name)).context["cl"].result_count == 0
    assignment = TutorAssignmentFactory(student=deck.owner, tutor=assignment.tutor)
    assert client.get(address(name)).context["cl"].result_count == 1


@pytest.mark.parametrize("name", LISTS)
def test_lists_cost_the_same_with_more_rows(client, deck, name, django_assert_max_num_queries):
    client.force_login(AdminFactory())
    client.get(address(name))
    for _ in range(2):
        with django_assert_max_num_queries(12):
            assert client.get(address(name)).status_code == 200
        for number in range(5):
            card = make_card(DeckFactory(owner=deck.owner), f"{new_id()} {number}")
            review_card(
                learner=deck.owner, card=card, rating=3, client_id=new_id(), now=card.created_at
            )


def act(client, action, deck):
    data = {"action": action, "_selected_action": [str(deck.pk)]}
    return client.post(address("deck"), data)


def test_an_admin_copies_a_deck_and_takes_one_away(client, deck):
    cleo = AdminFactory()
    client.force_login(cleo)
    act(client, "copy", deck)
    assert Deck.objects.get(owner=cleo).copied_from == deck
    act(client, "take_away", deck)
    deck.refresh_from_db()
    assert deck.deleted_at


def test_a_tutor_takes_nothing_away(client, deck):
    tutor = TutorAssignmentFactory(student=deck.owner).tutor
    client.force_login(tutor)
    act(client, "take_away", deck)
    deck.refresh_from_db()
    assert deck.deleted_at is None
