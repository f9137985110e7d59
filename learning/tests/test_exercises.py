from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.tests.factories import UserFactory
from config.errors import Conflict, DomainError, NotFound
from learning.content.exercises import (
    answer_task,
    begin_exercise,
    changes_of,
    run_of,
    show_hint,
)
from learning.content.links import of_answers
from learning.models import (
    ContentUse,
    Evidence,
    ExerciseAnswer,
    LearningSession,
    Mastery,
    SkillProgress,
    StudyDay,
)
from learning.tests.content import RIGHT, exercise, lesson, point
from learning.tests.learners import shown

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def concept():
    return point("ser-estar", name="ser and estar", level="A1")


@pytest.fixture
def item(concept):
    return exercise(concept)


def answer(learner, item, task, text="", *, after=0, **more):
    now = NOW + timedelta(seconds=after)
    return answer_task(learner=learner, item=item, task_id=task, answer=text, now=now, **more)


def go_through(learner, item, answers=RIGHT, start=0):
    for number, (task, text) in enumerate(answers.items(), 1):
        outcome = answer(learner, item, task, text, after=start + 20 * number)
    return outcome


class TestAnswers:
    def test_write_evidence_that_rests_on_them(self, ana, item, concept):
        begin_exercise(learner=ana, item=item, now=NOW)
        answer(ana, item, "one", "soy", after=10)
        show_hint(learner=ana, item=item, task_id="two", now=NOW)
        answer(ana, item, "two", "estoy", after=20)
        answer(ana, item, "three", "Mi hermana esta médica.", after=30)

        rows = {row.pk: row.task for row in ExerciseAnswer.objects.all()}
        found = {
            rows[sign.source_id]: (sign.correct, sign.weight, sign.hint_used)
            for sign in Evidence.objects.filter(learner=ana, concept=concept)
        }
        assert found == {
            "one": (True, 0.6, False),
            "two": (True, 1.0, True),
            "three": (False, 1.0, False),
        }
        sign = Evidence.objects.first()
        assert (sign.surface, sign.skill) == ("lesson", "grammar")
        assert sign.source_type == "learning.exerciseanswer"
        assert Mastery.objects.get(learner=ana, concept=concept).evidence_count == 3

    def test_do_not_know_counts_as_wrong_but_for_less(self, ana, item):
        outcome = answer(ana, item, "two", dont_know=True)

        assert not outcome.answer.correct
        assert Evidence.objects.get().weight == 0.6

    def test_the_same_again_changes_nothing(self, ana, item):
        first = answer(ana, item, "one", "soy")
        again = answer(ana, item, "one", " soy ", after=5)

        assert first.answer == again.answer
        assert Evidence.objects.count() == 1
        assert StudyDay.objects.get(learner=ana).answers == 1

    def test_another_to_the_same_task_is_refused(self, ana, item):
        answer(ana, item, "one", "estoy")
        with pytest.raises(Conflict) as refused:
            answer(ana, item, "one", "soy")
        assert refused.value.code == "already_answered"

    @pytest.mark.parametrize(
        ("task", "text", "code"), [("nine", "soy", "unknown_task"), ("one", "  ", "answer_missing")]
    )
    def test_that_cannot_be_judged_are_refused(self, ana, item, task, text, code):
        with pytest.raises(DomainError) as refused:
            answer(ana, item, task, text)
        assert refused.value.code == code

    def test_come_in_any_order(self, ana, item):
        answer(ana, item, "three", RIGHT["three"])

        assert run_of(ana, item).next_task["id"] == "one"


class TestTheEnd:
    def test_closes_the_session_and_notes_the_use(self, ana, item):
        outcome = go_through(ana, item, {**RIGHT, "two": "soy"})

        assert outcome.run.over
        session = LearningSession.objects.get(learner=ana)
        assert (session.status, session.session_type) == ("completed", "practice")
        assert (session.metadata["right"], session.metadata["total"]) == (2, 3)
        use = ContentUse.objects.get(learner=ana, item=item)
        assert use.score == pytest.approx(2 / 3)
        assert use.finished_at == NOW + timedelta(seconds=60)

    def test_says_what_it_changed(self, ana, item, concept):
        from learning.mastery.services import record_evidence

        record_evidence(learner=ana, shown=[shown(concept, correct=False)], now=NOW)
        go_through(ana, item, start=3600)

        change = changes_of(ana, run_of(ana, item))[0]
        assert change.concept == concept
        assert change.before < change.after
        assert change.forgets_at > NOW

    def test_what_was_not_practised_before_has_no_before(self, ana, item):
        go_through(ana, item)

        assert changes_of(ana, run_of(ana, item))[0].before is None

    def test_an_answer_after_it_is_refused_until_one_begins_again(self, ana, item):
        go_through(ana, item)
        assert answer(ana, item, "one", "soy").run.over
        with pytest.raises(Conflict):
            answer(ana, item, "one", "estoy")

        run = begin_exercise(learner=ana, item=item, now=NOW + timedelta(days=1))
        assert (run.answers, run.over) == ([], False)
        go_through(ana, item, start=86_400)
        assert Evidence.objects.filter(learner=ana).count() == 6

    def test_counts_time_between_answers_for_grammar(self, ana, item):
        run = begin_exercise(learner=ana, item=item, now=NOW)
        LearningSession.objects.filter(pk=run.session.pk).update(started_at=NOW)
        go_through(ana, item)

        assert LearningSession.objects.get(learner=ana).seconds == 60
        assert SkillProgress.objects.get(learner=ana, skill="grammar").seconds == 60


def test_evidence_leads_back_to_what_was_answered(ana, item):
    row = answer(ana, item, "two", "estoy").answer
    unknown = answer(ana, item, "one", dont_know=True).answer

    found = of_answers({row.pk, unknown.pk})
    assert (found[row.pk].text, found[unknown.pk].text) == ("estoy", "Yo … Ana.")
    assert found[row.pk].url == f"/learn/{item.pk}"


def test_goes_on_where_it_was_left(ana, item):
    answer(ana, item, "one", "soy")
    session = LearningSession.objects.get()
    session.status = "paused"
    session.save()

    run = begin_exercise(learner=ana, item=item, now=NOW)

    assert run.session == session
    assert run.session.status == "active"
    assert [row.task for row in run.answers] == ["one"]


def test_a_lesson_has_nothing_to_answer(ana, concept):
    with pytest.raises(NotFound):
        begin_exercise(learner=ana, item=lesson(concept), now=NOW)


def test_two_learners_do_not_meet(ana, item):
    ben = UserFactory()
    answer(ana, item, "one", "soy")
    answer(ben, item, "one", "estoy")

    assert [row.answer for row in run_of(ben, item).answers] == ["estoy"]


def test_the_tenth_time_costs_the_queries_of_the_first(ana, item, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    def cost(start):
        begin_exercise(learner=ana, item=item, now=NOW + timedelta(seconds=start))
        answer(ana, item, "one", "soy", after=start + 5)
        with CaptureQueriesContext(connection) as queries:
            answer(ana, item, "two", "estoy", after=start + 10)
        answer(ana, item, "three", RIGHT["three"], after=start + 15)
        return len(queries)

    first = cost(0)
    assert {cost(86_400 * day) for day in range(1, 9)} == {first}


@pytest.mark.django_db(transaction=True)
def test_two_tabs_answer_once():
    ana, item = UserFactory(), exercise(point("ser"))

    def both(_):
        try:
            return answer(ana, item, "one", "soy").answer.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(both, range(2))

    assert first == second
    assert Evidence.objects.count() == 1
    assert LearningSession.objects.count() == 1
