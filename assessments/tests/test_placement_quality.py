"""A few hundred simulated learners on the real bank; `benchmarks/placement.py` runs thousands."""

import pytest

from benchmarks.placement import ADAPTIVE, RANDOM, Truth, authored_bank, run


@pytest.fixture(scope="module")
def bank():
    return authored_bank("es")


def figures(bank, *, habit, chosen=ADAPTIVE):
    outcome = run(bank, learners=300, habit=habit, truth=Truth("as stated"), chosen=chosen, seed=7)
    return outcome.figures


def test_learners_who_say_what_they_do_not_know_are_placed_well(bank):
    found = figures(bank, habit=0.9)

    assert found["exact"] >= 0.75
    assert found["within one"] >= 0.99
    assert found["too high"] <= 0.12
    assert found["items"] <= 18
    assert abs(found["stated"] - found["exact"]) < 0.06
    assert found["interval holds"] >= 0.95


def test_guessing_costs_questions_rather_than_a_wrong_level(bank):
    honest, guessing = figures(bank, habit=0.9), figures(bank, habit=0.0)

    assert guessing["items"] > honest["items"] + 1
    assert guessing["too high"] <= 0.16


def test_choosing_items_beats_drawing_them(bank):
    chosen, drawn = figures(bank, habit=0.9), figures(bank, habit=0.9, chosen=RANDOM)

    assert chosen["items"] < 0.75 * drawn["items"]
    assert chosen["exact"] > drawn["exact"] - 0.03
