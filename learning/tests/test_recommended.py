"""What is recommended, from what is on record."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import LearnerLanguageFactory, LearnerProfileFactory, UserFactory
from ai.models import EMBEDDING_DIMENSIONS, CachedEmbedding
from config.ids import new_id
from learning.content import selectors
from learning.content.services import finish_content, note_scenario, set_shown
from learning.content.today import steps
from learning.mastery.errors import SlipMade, record_slips
from learning.mastery.services import record_evidence, revise_evidence
from learning.models import ContentEmbedding, Surface
from learning.tests.content import exercise, lesson, point, starter
from learning.tests.learners import shown

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def ana():
    return UserFactory()


def recommended(learner, level="A2", now=NOW):
    return selectors.recommended(learner=learner, language="es", level=level, now=now)


def titles(learner, **more):
    return [offer.candidate.title for offer in recommended(learner, **more)]


def practise(learner, concept, *, correct=True, days=0, times=1, source=None):
    for number in range(times):
        sign = shown(concept, correct=correct, source=source)
        now = NOW - timedelta(days=days, minutes=times - number)
        record_evidence(learner=learner, shown=[sign], now=now)


def slip(learner, corrected, *, concept=None, times=2, now=NOW):
    for _ in range(times):
        made = SlipMade(
            key=corrected,
            kind="grammar",
            original="wrong",
            corrected=corrected,
            reason="",
            source_type="conversations.correction",
            source_id=new_id(),
            concept=concept,
        )
        record_slips(learner=learner, language="es", slips=[made], now=now)


def vector(*places):
    """A unit vector along some of the axes."""
    made = [0.0] * EMBEDDING_DIMENSIONS
    for place in places:
        made[place] = len(places) ** -0.5
    return made


def place(item, *places, embedder="test"):
    ContentEmbedding.objects.create(
        item=item, embedder=embedder, content_hash="x", embedding=vector(*places)
    )


def place_text(text, *places, embedder="test"):
    CachedEmbedding.objects.create(
        embedder=embedder,
        content_hash=sha256(text.encode()).hexdigest(),
        embedding=vector(*places),
    )


class TestLearners:
    def test_with_opposite_profiles_go_different_ways(self, ana):
        """Both at A2; each gets wrong what the other knows, and likes something else."""
        ben = UserFactory()
        por, ser = point("por-para", name="por and para"), point("ser-estar", name="ser and estar")
        for one in (por, ser):
            lesson(one), exercise(one)
        starter(title="At the market", topics=["food"])
        starter(title="On the road", topics=["travel"])
        LearnerProfileFactory(user=ana, interests=["food"])
        LearnerProfileFactory(user=ben, interests=["travel"])
        practise(ana, por, correct=False, times=3)
        practise(ana, ser, times=4)
        practise(ben, ser, correct=False, times=3)
        practise(ben, por, times=4)

        assert titles(ana)[:2] == ["por and para", "At the market"]
        assert titles(ben)[:2] == ["ser and estar", "On the road"]
        assert recommended(ana)[0].reason == "You missed “por and para” 3 times this week."
        assert recommended(ana)[1].reason == "Close to what interests you: food."

    def test_two_calls_give_one_answer(self, ana):
        for number in range(12):
            one = point(f"point-{number}", level="A1" if number % 2 else "A2")
            lesson(one), exercise(one)
            practise(ana, one, correct=number % 3 == 0, days=number)
        starter()

        assert recommended(ana) == recommended(ana)

    def test_see_nothing_of_each_other(self, ana):
        ben = UserFactory()
        concept = point("por-para")
        lesson(concept)
        practise(ben, concept, correct=False, times=3)
        slip(ben, "por ti", concept=concept)

        assert recommended(ana)[0].need == "new"

    def test_without_a_level_begin_at_the_first(self, ana):
        lesson(point("greetings", level="A1"))
        lesson(point("subjunctive", level="B1"))

        assert titles(ana, level="") == ["greetings"]


class TestErrors:
    def test_count_misses_of_the_last_seven_days(self, ana):
        concept = point("por-para", name="por and para")
        lesson(concept)
        practise(ana, concept, correct=False, days=8, times=4)
        practise(ana, concept, correct=False, days=6, times=2)

        assert recommended(ana)[0].reason == "You missed “por and para” 2 times this week."

    def test_judged_anew_count_no_more(self, ana):
        concept = point("por-para", name="por and para")
        lesson(concept)
        source = new_id()
        practise(ana, concept, correct=False, source=source)
        practise(ana, concept, correct=False)
        revise_evidence(
            learner=ana, source_type="assessments.response", source_id=source, correct=True
        )

        assert recommended(ana)[0].reason == "You missed “por and para” once this week."

    def test_that_are_open_bring_their_lesson_back_whatever_the_level(self, ana):
        concept = point("articles", name="Articles", level="A1")
        lesson(concept)
        practise(ana, concept, times=3)
        slip(ana, "la mano", concept=concept, now=NOW - timedelta(days=40))

        offer = recommended(ana, level="C1")[0]
        assert offer.reason == "A mistake of yours with “Articles” keeps coming back."

    def test_about_words_bring_a_conversation_near_to_them(self, ana):
        place(starter(title="Market"), 1)
        place(starter(title="Trains"), 2)
        slip(ana, "una manzana")
        place_text("una manzana", 1)

        offer = recommended(ana)[0]
        assert offer.candidate.title == "Market"
        assert offer.reason == "A place to use “una manzana”, which you got wrong before."


class TestOrderOfTheCourse:
    def test_a_point_waits_for_what_it_requires(self, ana):
        first = point("present", name="present")
        lesson(first), lesson(point("subjunctive", name="subjunctive", requires=["present"]))

        assert titles(ana) == ["present"]
        practise(ana, first, times=3)
        assert titles(ana) == ["subjunctive"]

    def test_what_lies_below_the_level_counts_as_known(self, ana):
        point("present", level="A1")
        lesson(point("past", name="past", requires=["present"]))

        assert titles(ana) == ["past"]

    def test_unless_it_was_shown_not_to_be(self, ana):
        first = point("present", level="A1")
        lesson(point("past", name="past", requires=["present"]))
        practise(ana, first, correct=False, times=2)

        assert titles(ana) == []

    def test_from_lesson_to_exercise_to_something_else(self, ana):
        one = point("present", name="present")
        read, tasks = lesson(one), exercise(one)
        assert recommended(ana)[0].candidate.item_id == read.pk

        finish_content(learner=ana, item=read, now=NOW)
        assert recommended(ana)[0].candidate.item_id == tasks.pk

        finish_content(learner=ana, item=tasks, now=NOW)
        assert recommended(ana) == []

    def test_a_conversation_that_was_begun_rests(self, ana):
        item = starter(slug="starter:at-the-market")
        note_scenario(learner=ana, language="es", scenario="at-the-market", now=NOW)
        note_scenario(learner=ana, language="es", scenario="no-such-scenario", now=NOW)

        assert recommended(ana) == []
        assert recommended(ana, now=NOW + timedelta(days=8))[0].candidate.item_id == item.pk


class TestShelf:
    def test_other_languages_levels_and_hidden_content_stay_away(self, ana):
        lesson(title="French", language="fr")
        lesson(title="Too hard", level="C1")
        starter(title="Not at the level", level="A1")
        set_shown(items=[lesson(title="Hidden")], shown=False)
        lesson(title="This one")

        assert titles(ana) == ["This one"]

    def test_what_is_about_two_points_is_offered_once_for_the_more_pressing(self, ana):
        por, ser = point("por-para", name="por"), point("ser-estar", name="ser")
        lesson(title="Both").concepts.set([por, ser])
        practise(ana, ser, correct=False, times=2)

        assert [offer.reason for offer in recommended(ana)] == [
            "You missed “ser” 2 times this week."
        ]


class TestVectors:
    def test_place_what_a_learner_wants(self, ana):
        place(starter(title="Market"), 1)
        place(starter(title="Trains", topics=["food"]), 2)
        LearnerProfileFactory(user=ana, interests=["  food  "], motivation="moving to Lima")
        place_text("food", 1, 3)
        place_text("moving to Lima", 2, 3)

        reasons = {offer.candidate.title: offer.reason for offer in recommended(ana)}
        assert reasons == {
            "Market": "Close to what interests you: food.",
            "Trains": "Close to what you learn for: moving to Lima.",
        }

    def test_of_another_embedder_say_nothing(self, ana):
        place(starter(title="Market", topics=["food"]), 1, embedder="old")
        LearnerProfileFactory(user=ana, interests=["food"])
        place_text("food", 1, embedder="new")

        # And then the topic speaks.
        assert recommended(ana)[0].reason == "Close to what interests you: food."

    def test_that_are_far_say_nothing(self, ana):
        place(starter(title="Market"), 1)
        LearnerProfileFactory(user=ana, interests=["football"])
        place_text("football", 2)

        assert "Close" not in recommended(ana)[0].reason

    def test_only_the_nearest_count(self, ana):
        for number in range(5):
            place(starter(title=f"Talk {number}"), 1, *range(10, 10 + number))
        LearnerProfileFactory(user=ana, interests=["football"])
        place_text("football", 1)

        near = [one.candidate.title for one in recommended(ana) if "football" in one.reason]
        assert sorted(near) == ["Talk 0", "Talk 1", "Talk 2"]


def test_a_filtered_search_by_nearness_goes_on_until_it_has_its_rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT '[1]'::vector, current_setting('hnsw.iterative_scan')")
        assert cursor.fetchone()[1] == "relaxed_order"


class TestCost:
    def test_a_long_history_costs_the_query_of_a_short_one(self, ana):
        ben = UserFactory()
        LearnerProfileFactory(user=ben, interests=["food", "travel"], motivation="work")

        def cost(learner, size):
            for number in range(size):
                concept = point(f"{learner.pk}-{number}")
                lesson(concept), exercise(concept)
                practise(learner, concept, correct=False, times=3)
                slip(learner, f"error {number}", concept=concept if number % 2 else None)
            with CaptureQueriesContext(connection) as queries:
                recommended(learner)
            return len(queries)

        assert cost(ana, 2) == cost(ben, 20) == 1


class TestToday:
    def test_offers_the_first_and_the_first_of_another_kind(self, ana):
        language = LearnerLanguageFactory(user=ana, level="A2")
        concept = point("por-para", name="por and para")
        lesson(concept), lesson(point("other"))
        starter(title="En el mercado")
        practise(ana, concept, correct=False, times=3)

        first, other = steps(ana, language, NOW)
        assert (first.title, first.urgency) == ("Learn: por and para", 60)
        assert first.reason == recommended(ana)[0].reason
        assert other.title == "Talk: En el mercado"
        assert other.urgency < first.urgency

    def test_says_nothing_before_there_is_a_level(self, ana):
        lesson(point("greetings", level="A1"))

        assert steps(ana, LearnerLanguageFactory(user=ana, level=""), NOW) == []

    def test_evidence_of_a_conversation_counts_too(self, ana):
        concept = point("por-para", name="por and para")
        lesson(concept)
        sign = shown(concept, correct=False, surface=Surface.CONVERSATION)
        record_evidence(learner=ana, shown=[sign], now=NOW)

        assert recommended(ana)[0].reason == "You missed “por and para” once this week."
