"""The ranking alone: no database, no clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from learning.content.candidates import Aim, Candidate, Choice
from learning.content.ranking import Need, rank
from learning.mastery.memory import Memory

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TOPICS = {"travel": {"en": "Travel and holidays", "es": "Viajes y vacaciones"}}


def an_id(number):
    return UUID(int=number)


def a_lesson(number, **fields):
    told = {
        "item_id": an_id(number),
        "content_type": "lesson",
        "slug": "",
        "title": f"Point {number}",
        "level": "A2",
        "topics": (),
        "minutes": 3,
        "concept_id": an_id(1000 + number),
        "concept": f"point {number}",
    }
    return Candidate(**(told | fields))


def an_exercise(number, **fields):
    beside = an_id(1000 + number)
    told = {"item_id": an_id(500 + number), "content_type": "exercise", "concept_id": beside}
    return a_lesson(number, **(told | fields))


def a_talk(number, **fields):
    told = {"content_type": "conversation_starter", "concept_id": None, "concept": ""}
    return a_lesson(number, **(told | fields))


def held(*, right=3.0, wrong=0.0, days=20, stability=10.0):
    return Memory(stability, 5.0, right, wrong, 3, NOW - days * DAY)


def weak(**fields):
    memory = held(right=1, wrong=3)
    return {"memory": memory, "forgets_at": memory.last} | fields


def fading(days=5, **fields):
    return {"memory": held(), "forgets_at": NOW - days * DAY} | fields


def known(**fields):
    return {"memory": held(days=1), "forgets_at": NOW + 9 * DAY} | fields


def offers(*candidates, level="A2", unplaced=()):
    choice = Choice(list(candidates), list(unplaced))
    return rank(choice, level=level, now=NOW, topic_words=TOPICS)


def numbers(*candidates, **more):
    return [offer.candidate.item_id.int for offer in offers(*candidates, **more)]


class TestOrder:
    def test_what_went_wrong_comes_before_what_is_weak_then_fading_then_new(self):
        found = offers(
            a_lesson(1), an_exercise(2, **fading()), a_lesson(3, **weak()), a_lesson(4, missed=2)
        )

        assert [offer.need for offer in found] == ["error", "weak", "fading", "new"]

    def test_what_a_learner_likes_does_not_hide_what_they_get_wrong(self):
        liked = {"near": ((Aim("interest", "food"), 0.9),)}

        assert numbers(a_lesson(1, **liked), a_lesson(2, **weak())) == [2, 1]

    def test_among_equals_it_is_what_they_like(self):
        liked = {"near": ((Aim("interest", "food"), 0.3),)}

        assert numbers(a_lesson(1), a_lesson(2, **liked)) == [2, 1]

    def test_more_misses_press_more(self):
        assert numbers(a_lesson(1, missed=2), a_lesson(2, missed=4)) == [2, 1]

    def test_a_course_goes_in_its_order(self):
        assert numbers(a_lesson(3), a_lesson(1), a_lesson(2)) == [1, 2, 3]

    def test_the_own_level_comes_first(self):
        assert numbers(a_lesson(1, level="A1"), a_lesson(2)) == [2, 1]

    def test_lessons_and_conversations_take_turns(self):
        found = offers(a_lesson(1), a_lesson(2), a_lesson(3), a_talk(8), a_talk(9))

        assert {offer.candidate.content_type for offer in found[:2]} == {
            "lesson",
            "conversation_starter",
        }

    def test_scores_lie_between_0_and_1_and_fall(self):
        near = ((Aim("goal", "x"), 1.0),)
        found = offers(
            a_lesson(1, missed=99, near=near), *(a_talk(n) for n in range(2, 60)), a_lesson(60)
        )
        scores = [offer.score for offer in found]

        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)

    def test_the_order_in_which_they_come_does_not_matter(self):
        some = [a_lesson(1), an_exercise(1), a_lesson(2, **weak()), a_talk(3), a_lesson(4)]

        assert offers(*some) == offers(*reversed(some))


class TestWhatIsLeftOut:
    def test_what_is_known(self):
        assert numbers(a_lesson(1, **known()), a_lesson(2, **known(missed=1))) == []

    def test_but_not_when_it_went_wrong_twice_or_an_error_is_open(self):
        assert numbers(a_lesson(1, **known(missed=2)), a_lesson(2, **known(errors=1))) == [1, 2]

    def test_something_new_whose_ground_is_not_laid(self):
        assert numbers(a_lesson(1, lacking=("the present",))) == []

    def test_what_is_practised_comes_after_what_it_builds_on(self):
        later = a_lesson(1, **weak(lacking=("point 2",)))

        assert numbers(later, a_lesson(2, **weak())) == [2, 1]

    @pytest.mark.parametrize(("level", "left"), [("A1", []), ("A2", [1]), ("B1", [1]), ("C1", [])])
    def test_something_new_far_from_the_level(self, level, left):
        assert numbers(a_lesson(1, level="B1"), level=level) == left

    @pytest.mark.parametrize(
        ("days", "score", "offered"),
        [(6, None, False), (8, None, True), (6, 1.0, False), (2, 0.3, True), (0, 0.3, False)],
    )
    def test_what_was_finished_lately(self, days, score, offered):
        done = {"finished_at": NOW - days * DAY, "score": score}

        assert bool(offers(an_exercise(1, **weak(**done)))) is offered

    def test_the_other_piece_about_the_same(self):
        assert numbers(a_lesson(1), an_exercise(1)) == [1]


class TestForm:
    def test_after_the_lesson_comes_its_exercise(self):
        read = a_lesson(1, finished_at=NOW - DAY)
        found = offers(read, an_exercise(1), a_lesson(2))

        assert found[0].candidate.item_id == an_id(501)
        assert found[0].reason == "You have read the lesson; now try it yourself."

    def test_what_fades_is_practised_rather_than_read(self):
        assert numbers(a_lesson(1, **fading()), an_exercise(1, **fading())) == [501]

    def test_what_is_weak_is_read_once_and_then_practised(self):
        long_ago = NOW - 30 * DAY
        lesson, exercise = a_lesson(1, **weak()), an_exercise(1, **weak())

        assert numbers(lesson, exercise) == [1]
        assert numbers(replace(lesson, finished_at=long_ago), exercise) == [501]


class TestReasons:
    def reason(self, candidate, **more):
        return offers(candidate, **more)[0].reason

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"missed": 3}, "You missed “point 1” 3 times this week."),
            ({"missed": 1, **weak()}, "You missed “point 1” once this week."),
            ({"errors": 1}, "A mistake of yours with “point 1” keeps coming back."),
            ({"errors": 2}, "2 mistakes of yours with “point 1” keep coming back."),
            (fading(), "You last practised this 20 days ago, and it is fading."),
            ({}, "Next at A2."),
            ({"level": "A1"}, "New to you here, at A1."),
        ],
    )
    def test_say_what_is_on_record(self, fields, reason):
        assert self.reason(a_lesson(1, **fields)) == reason

    def test_of_what_is_weak_name_the_mastery_that_progress_shows(self):
        fields = weak()

        expected = fields["memory"].mastery(NOW)
        assert self.reason(a_lesson(1, **fields)).endswith(
            f"the chance that you get it right is {expected} %."
        )

    @pytest.mark.parametrize(
        ("aim", "words"),
        [
            (Aim("interest", "football"), "Close to what interests you: football."),
            (
                Aim("goal", "a year in Valencia."),
                "Close to what you learn for: a year in Valencia.",
            ),
            (
                Aim("error", "una manzana"),
                "A place to use “una manzana”, which you got wrong before.",
            ),
        ],
    )
    def test_of_a_conversation_name_what_it_is_near_to(self, aim, words):
        assert self.reason(a_talk(1, near=((aim, 0.3),))) == words

    def test_of_one_that_was_had_before_say_when(self):
        reason = self.reason(a_talk(1, finished_at=NOW - 12 * DAY))

        assert reason == "At your level; you last had this conversation 12 days ago."

    def test_of_what_is_new_and_liked_say_both(self):
        near = ((Aim("interest", "food"), 0.3),)

        assert (
            self.reason(a_lesson(1, near=near)) == "Next at A2. Close to what interests you: food."
        )


class TestWithoutVectors:
    def test_a_topic_that_the_wish_names_speaks_for_it(self):
        found = offers(
            a_talk(1), a_talk(2, topics=("travel",)), unplaced=[Aim("interest", "Travel")]
        )

        assert found[0].candidate.item_id == an_id(2)
        assert found[0].reason == "Close to what interests you: Travel."

    def test_in_any_language_it_has_a_name_in(self):
        found = offers(a_talk(2, topics=("travel",)), unplaced=[Aim("goal", "mis viajes a Perú")])

        assert found[0].reason == "Close to what you learn for: mis viajes a Perú."

    def test_a_small_word_in_common_says_nothing(self):
        found = offers(a_talk(2, topics=("travel",)), unplaced=[Aim("interest", "cats and dogs")])

        assert "Close" not in found[0].reason


def test_every_need_has_its_weight_and_its_reason():
    from learning.content import ranking

    assert set(ranking.BASE) == set(ranking._REASONS) == set(Need)
    assert max(ranking.BASE.values()) + max(ranking.EXTRA.values()) + ranking.AIM <= 1
