from datetime import UTC, datetime, timedelta

import pytest

from learning.mastery.memory import FOREVER, Sign, remember

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def after(*signs):
    """The memory after `(days, correct)` or `(days, correct, extras)`."""
    memory = None
    for days, correct, *extras in signs:
        memory = remember(memory, Sign(correct, START + timedelta(days=days), **dict(*extras)))
    return memory


def test_right_answers_spaced_out_build_a_lasting_memory():
    once, thrice = after((0, True)), after((0, True), (2, True), (8, True))
    assert thrice.stability > 5 * once.stability
    assert thrice.mastery(thrice.last) > once.mastery(once.last)


def test_drilling_on_one_day_builds_less_than_spacing():
    crammed, spaced = after(*[(0, True)] * 4), after((0, True), (2, True), (8, True), (20, True))
    assert spaced.stability > 3 * crammed.stability


def test_a_slip_costs_memory_and_command():
    known = after((0, True), (3, True), (10, True))
    slipped = after((0, True), (3, True), (10, True), (12, False))
    assert slipped.stability < known.stability
    assert slipped.command < known.command
    assert slipped.difficulty > known.difficulty


def test_mastery_falls_with_time_and_never_leaves_its_scale():
    memory = after((0, True), (3, True))
    days = [0, 1, 10, 100, 1000, 10_000]
    course = [memory.mastery(memory.last + timedelta(days=count)) for count in days]
    assert course == sorted(course, reverse=True)
    assert all(0 <= value <= 100 for value in course)


def test_recall_is_nine_in_ten_after_as_many_days_as_the_stability():
    memory = after((0, True), (3, True))
    later = memory.last + timedelta(days=memory.stability)
    assert memory.recall(later) == pytest.approx(0.9)


@pytest.mark.parametrize("target", [50, 60, 70, 80])
def test_the_day_it_fades_is_the_day_mastery_passes_the_target(target):
    memory = after((0, True), (1, True), (2, True), (4, True))
    day = memory.falls_below(target)
    hour = timedelta(hours=1)
    chance = lambda at: 100 * memory.recall(at) * memory.command  # noqa: E731 - unrounded mastery
    assert chance(day - hour) > target > chance(day + hour)


def test_what_is_below_the_target_already_has_faded_when_it_was_shown():
    memory = after((0, False))
    assert memory.falls_below(70) == memory.last


def test_the_day_it_fades_stays_within_what_a_date_holds():
    memory = after(*[(day * day, True) for day in range(40)])
    assert memory.falls_below(1) == memory.last + FOREVER


def test_light_evidence_moves_memory_a_part_of_the_way():
    base = [(0, True), (3, True)]
    light = after(*base, (10, True, {"weight": 0.5}))
    full, none = after(*base, (10, True)), after(*base)
    assert none.stability < light.stability < full.stability
    assert light.stability == pytest.approx((none.stability * full.stability) ** 0.5)


def test_help_makes_a_right_answer_worth_less():
    alone, helped = after((0, True), (5, True)), after((0, True), (5, True, {"hint_used": True}))
    assert helped.stability < alone.stability


def test_guessing_half_right_is_not_mastery():
    memory = after(*[(day, day % 2 == 0) for day in range(20)])
    assert memory.mastery(memory.last) < 60


def test_the_command_forgets_old_slips():
    early = after(*[(day, False) for day in range(5)], *[(day, True) for day in range(5, 25)])
    assert early.command > 0.85


def test_a_clock_that_runs_backwards_does_no_harm():
    memory = after((5, True), (0, True))
    assert memory.last == START + timedelta(days=5)
    assert memory.count == 2
