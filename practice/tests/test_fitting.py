"""Parameters fitted to a learner: found at night, stored where they foretell better, and used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.conf import settings
from fsrs.scheduler import DEFAULT_PARAMETERS

from accounts.tests.factories import UserFactory
from config.celery import app
from config.ids import new_id
from practice.decks.fitting import AGAIN_AFTER, decks_to_fit, logs_of
from practice.decks.scheduling import fit as fitting
from practice.decks.scheduling.calendar import Calendar
from practice.decks.scheduling.fit import Log, fit, recalls
from practice.decks.scheduling.options import Options
from practice.decks.scheduling.replay import Desk
from practice.decks.scheduling.state import CardState, as_json
from practice.decks.services import (
    NewNote,
    add_notes,
    fit_deck,
    reschedule_deck,
    review_card,
    update_study,
)
from practice.decks.studying import past_of, studied
from practice.decks.tasks import fit_due_parameters_task
from practice.models import Card, CardSchedule, DeckMember, ReviewLog
from practice.tests.factories import DeckFactory, schedule_of

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
DAYS = Calendar("UTC", 4)
FORGETFUL = (*(one / 8 for one in DEFAULT_PARAMETERS[:4]), *DEFAULT_PARAMETERS[4:])
WILD = (*(one * 8 for one in DEFAULT_PARAMETERS[:4]), *DEFAULT_PARAMETERS[4:])


@pytest.fixture
def deck():
    return DeckFactory()


@pytest.fixture
def at_once():
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


def live(deck, *, cards=110, memory=FORGETFUL, learner=None):
    """Six reviews of each card by a learner of that memory, on record and in the schedules."""
    learner, dice = learner or deck.owner, np.random.default_rng(3)
    notes = add_notes(deck=deck, notes=[NewNote(str(new_id()), "b") for _ in range(cards)])
    made = list(Card.objects.filter(note__in=notes).order_by("pk"))
    logs = [log for card in made for log in _reviews(card, learner, memory, dice)]
    ReviewLog.objects.bulk_create(logs)
    ReviewLog.objects.update(created_at=NOW - timedelta(days=1))
    CardSchedule.objects.filter(card__in=made).update(state="review", due_at=NOW)
    reschedule_deck(deck=deck, learner=learner)
    return made


def _reviews(card, learner, memory, dice):
    state, at, ratings, days = CardState(), NOW - timedelta(days=90), [], []
    for number in range(6):
        days.append(int(dice.integers(1, 12)) if number else 0)
        at += timedelta(days=days[-1])
        chance = recalls([Log([*ratings, 3], days)], memory)[0][-1] if number else 1.0
        ratings.append(3 if dice.random() < chance else 1)
        after = Desk(Options(fuzz=False), DAYS, card.pk.hex).review(state, ratings[-1], at)
        yield ReviewLog(
            learner=learner,
            card=card,
            deck_id=card.deck_id,
            client_id=new_id(),
            scheduler="fsrs",
            rating=ratings[-1],
            before=as_json(state),
            after=as_json(after),
            timezone="UTC",
            reviewed_at=at,
        )
        state = after


def held_out_loss(deck, parameters):
    logs = logs_of(deck=deck.pk, learner=deck.owner_id, calendar=DAYS)
    return fit(logs, parameters or DEFAULT_PARAMETERS).loss_before


def found_instead(monkeypatch, weights):
    monkeypatch.setattr(fitting, "_descend", lambda table: np.array(weights))


def test_at_night_a_learners_own_parameters_are_found_stored_and_used(deck, at_once):
    cards = live(deck)
    before = schedule_of(cards[0])
    assert fit_due_parameters_task() == 1
    deck.refresh_from_db()
    assert len(deck.parameters) == len(DEFAULT_PARAMETERS)
    assert deck.parameters[2] < DEFAULT_PARAMETERS[2]
    assert deck.fitted_at
    # The schedules are what the fitted parameters make of the same reviews.
    options = replace(Options(fuzz=False), parameters=tuple(deck.parameters))
    desk = Desk(options, DAYS, cards[0].pk.hex)
    past = [past_of(log) for log in ReviewLog.objects.filter(card=cards[0]).order_by("reviewed_at")]
    state = desk.replay(CardState(), past)[-1]
    stored = schedule_of(cards[0])
    assert stored.stability == pytest.approx(state.stability)
    assert stored.stability != pytest.approx(before.stability)
    assert stored.due_at == state.due_at
    # And so is the next review.
    review_card(
        learner=deck.owner, card=cards[0].pk, rating=3, client_id=new_id(), now=NOW, timezone="UTC"
    )
    expected = desk.review(state, 3, NOW)
    assert schedule_of(cards[0]).stability == pytest.approx(expected.stability)
    assert schedule_of(cards[0]).due_at == expected.due_at


def test_the_fit_foretells_better_than_fsrs_own_parameters(deck):
    live(deck)
    assert fit_deck(deck=deck.pk, learner=deck.owner_id, now=NOW)
    deck.refresh_from_db()
    assert held_out_loss(deck, deck.parameters) < held_out_loss(deck, ())


def test_one_that_foretells_worse_is_dropped_and_nothing_moves(deck, monkeypatch):
    live(deck)
    before = list(CardSchedule.objects.order_by("pk").values("due_at", "stability", "version"))
    found_instead(monkeypatch, WILD)
    assert not fit_deck(deck=deck.pk, learner=deck.owner_id, now=NOW)
    deck.refresh_from_db()
    assert deck.parameters == []
    assert deck.fitted_at == NOW
    after = list(CardSchedule.objects.order_by("pk").values("due_at", "stability", "version"))
    assert after == before


def test_an_older_fit_is_kept_while_it_foretells_best(deck, monkeypatch):
    live(deck)
    deck.parameters = list(FORGETFUL)
    deck.save()
    found_instead(monkeypatch, WILD)
    assert not fit_deck(deck=deck.pk, learner=deck.owner_id, now=NOW)
    deck.refresh_from_db()
    assert deck.parameters == list(FORGETFUL)


def test_an_older_fit_that_fsrs_own_parameters_beat_makes_way_for_them(deck, monkeypatch):
    cards = live(deck)
    deck.parameters = list(WILD)
    deck.save()
    reschedule_deck(deck=deck, learner=deck.owner)
    wild = schedule_of(cards[0]).stability
    found_instead(monkeypatch, WILD)
    assert fit_deck(deck=deck.pk, learner=deck.owner_id, now=NOW)
    deck.refresh_from_db()
    assert deck.parameters == []
    assert schedule_of(cards[0]).stability != wild


def test_few_reviews_are_left_alone(deck):
    live(deck, cards=20)
    assert decks_to_fit(now=NOW) == []
    assert not fit_deck(deck=deck.pk, learner=deck.owner_id, now=NOW)
    deck.refresh_from_db()
    assert deck.parameters == []


def test_many_reviews_of_few_cards_are_no_fit():
    logs = [Log([3] * 150, [0] + [2] * 149) for _ in range(4)]
    assert not fit(logs).better


def test_a_deck_is_tried_once_a_month_and_only_under_fsrs(deck):
    live(deck)
    wanted = [(deck.pk, deck.owner_id)]
    assert decks_to_fit(now=NOW) == wanted
    deck.fitted_at = NOW
    deck.save()
    assert decks_to_fit(now=NOW + AGAIN_AFTER - timedelta(days=1)) == []
    assert decks_to_fit(now=NOW + AGAIN_AFTER + timedelta(days=1)) == wanted
    update_study(deck=deck, learner=deck.owner, scheduler="sm2")
    assert decks_to_fit(now=NOW + AGAIN_AFTER + timedelta(days=1)) == []


def test_a_members_parameters_are_their_own(deck):
    ben = UserFactory(name="Ben")
    deck.visibility = "shared"
    deck.save()
    DeckMember.objects.create(deck=deck, user=ben)
    live(deck, learner=ben)
    assert fit_deck(deck=deck.pk, learner=ben.pk, now=NOW)
    assert studied(ben, [deck.pk])[deck.pk].by.parameters
    deck.refresh_from_db()
    assert deck.parameters == []


def test_undone_reviews_and_uses_elsewhere_say_nothing(deck):
    live(deck, cards=10)
    whole = logs_of(deck=deck.pk, learner=deck.owner_id, calendar=DAYS)
    last = ReviewLog.objects.latest("reviewed_at")
    ReviewLog.objects.filter(pk=last.pk).update(undone_at=NOW)
    left = logs_of(deck=deck.pk, learner=deck.owner_id, calendar=DAYS)
    assert sum(len(log.days) for log in left) == sum(len(log.days) for log in whole) - 1


def test_it_is_asked_each_night():
    nightly = {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    assert fit_due_parameters_task.name in nightly
