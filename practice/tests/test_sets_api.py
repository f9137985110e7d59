"""Practice sets over the API: made, read, answered, helped with, handed in."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.factories import TutorAssignmentFactory, TutorFactory, UserFactory
from config.ids import new_id
from learning.models import Concept, Evidence, LearningSession, Mastery, StudyDay
from learning.tests.factories import LearningSessionFactory
from learning.tests.learners import ConceptFactory, show
from practice.models import PracticeSet, Submission
from practice.sets.services import make_set, waiting_sets
from practice.tests import sets

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return sets.learner()


@pytest.fixture
def queued(monkeypatch, django_capture_on_commit_callbacks):
    """What was put on the queue."""
    sent = []
    monkeypatch.setattr("practice.sets.tasks.make_set_task.delay", sent.append)
    return sent


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def api(ana):
    return client_of(ana)


def post(client, path, body=None):
    return client.post(f"/api/{path}", body or {}, format="json")


def ids(made):
    return [str(pk) for pk in made.questions.values_list("pk", flat=True)]


def answer(client, made, number, value, **more):
    body = {"questionId": ids(made)[number], "answer": value, **more}
    return post(client, f"practice/{made.pk}/answer", body)


def test_a_set_is_asked_for_and_made_after_the_commit(
    ana, api, queued, django_capture_on_commit_callbacks
):
    concept = sets.point()
    with django_capture_on_commit_callbacks(execute=True):
        body = {"studentId": str(ana.pk), "conceptIds": [str(concept.pk)]}
        told = post(api, "practice/generate", body)
    made = PracticeSet.objects.get()
    assert (told.status_code, told.json()) == (
        202,
        {
            "practiceId": str(made.pk),
            "status": "generating",
            "message": "Practice problems are being generated",
        },
    )
    assert queued == [str(made.pk)]
    assert make_set(set_id=made.pk, now=timezone.now())
    read = api.get(f"/api/practice/{made.pk}").json()
    assert read["status"] == "ready"
    assert read["generator"] == "builtin"
    assert {one["conceptId"] for one in read["questions"]} == {str(concept.pk)}


def test_a_task_that_runs_twice_writes_once(ana):
    sets.point()
    made = PracticeSet.objects.create(learner=ana, language="es")
    assert make_set(set_id=made.pk, now=timezone.now())
    before = made.questions.count()
    assert not make_set(set_id=made.pk, now=timezone.now())
    assert made.questions.count() == before > 0


def test_sets_the_queue_lost_are_found_again(ana):
    made = PracticeSet.objects.create(learner=ana, language="es")
    now = timezone.now()
    assert waiting_sets(before=now - timedelta(minutes=10)) == []
    assert waiting_sets(before=now + timedelta(seconds=1)) == [made.pk]


def test_asking_twice_makes_one(ana, api, queued):
    for _ in range(2):
        assert post(api, "practice/generate", {"studentId": str(ana.pk)}).status_code == 202
    assert PracticeSet.objects.count() == 1


def test_without_concepts_errors_come_first_then_what_fades(ana):
    concept = sets.point()
    show(ana, concept, correct=False)
    sets.open_error(ana)
    made = PracticeSet.objects.create(learner=ana, language="es")
    make_set(set_id=made.pk, now=timezone.now())
    asked = list(made.questions.all())
    assert any("Soy cansado" in one.passage for one in asked)
    assert any(one.concept == concept for one in asked)


def test_words_that_fade_and_that_no_list_has_leave_room_for_those_we_can_ask(ana):
    items = sets.starter()
    for place in range(8):
        unlisted = ConceptFactory(kind=Concept.Kind.LEMMA, slug=f"rare{place}")
        show(ana, unlisted, correct=False)
    show(ana, items[0].concept, correct=False, day=1)
    made = PracticeSet.objects.create(learner=ana, language="es")
    make_set(set_id=made.pk, now=timezone.now())
    assert made.questions.filter(concept=items[0].concept).exists()


def test_with_nothing_to_ask_it_fails_and_says_so(ana, api):
    made = PracticeSet.objects.create(learner=ana, language="es")
    make_set(set_id=made.pk, now=timezone.now())
    read = api.get(f"/api/practice/{made.pk}").json()
    assert (read["status"], read["errorCode"], read["questions"]) == (
        "failed",
        "nothing_to_ask",
        [],
    )


def test_from_what_was_wrong_in_a_session(ana, api, queued):
    session = LearningSessionFactory(learner=ana)
    concept = sets.point()
    show(ana, concept, correct=False, day=3000)
    body = {"studentId": str(ana.pk), "sessionId": str(session.pk)}
    assert post(api, "practice/generate", body).status_code == 202
    made = PracticeSet.objects.get()
    assert made.context == {"concepts": [str(concept.pk)]}
    assert api.get(f"/api/practice/{made.pk}").json()["sessionId"] == str(session.pk)


class TestWhoMayAsk:
    def test_a_tutor_assigns_to_their_student(self, ana, queued):
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        told = post(client_of(tessa), "practice/generate", {"studentId": str(ana.pk)})
        assert told.status_code == 202
        assert PracticeSet.objects.get().assigned_by == tessa

    def test_nobody_else(self, ana, queued):
        for other in (UserFactory(name="Ben"), TutorFactory()):
            told = post(client_of(other), "practice/generate", {"studentId": str(ana.pk)})
            assert told.status_code == 404
        assert not PracticeSet.objects.exists()

    def test_not_a_stranger(self, ana):
        assert post(APIClient(), "practice/generate", {"studentId": str(ana.pk)}).status_code == 401

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"studentId": "x"}, 400),
            ({"conceptIds": []}, 400),
            ({"conceptIds": [str(new_id())]}, 404),
            ({"conceptIds": [str(new_id())] * 21}, 400),
            ({"sessionId": str(new_id())}, 404),
            ({"language": "tlh"}, 400),
        ],
    )
    def test_bad_input(self, ana, api, queued, body, status):
        whom = {} if body == {"conceptIds": []} else {"studentId": str(ana.pk)}
        assert post(api, "practice/generate", whom | body).status_code == status
        assert not PracticeSet.objects.exists()

    def test_somebody_elses_session(self, ana, api, queued):
        session = LearningSessionFactory()
        body = {"studentId": str(ana.pk), "sessionId": str(session.pk)}
        assert post(api, "practice/generate", body).status_code == 404

    def test_two_languages_at_once(self, ana, api, queued):
        concepts = [sets.point(), sets.point(language="fr")]
        body = {"studentId": str(ana.pk), "conceptIds": [str(one.pk) for one in concepts]}
        assert post(api, "practice/generate", body).json()["code"] == "mixed_languages"

    def test_who_studies_nothing(self, queued):
        newcomer = UserFactory()
        told = post(client_of(newcomer), "practice/generate", {"studentId": str(newcomer.pk)})
        assert (told.status_code, told.json()["code"]) == (409, "no_language")


def test_no_key_and_no_hint_leaves_before_its_time(ana, api):
    made = sets.ready_set(ana)
    told = api.get(f"/api/practice/{made.pk}")
    assert b"est\xc3\xa1" not in told.content
    assert b"states" not in told.content
    assert set(told.json()["questions"][0]) >= {
        "questionId",
        "question",
        "type",
        "options",
        "difficulty",
        "conceptId",
    }
    assert told.json()["result"] is None


def test_answers_are_kept_and_may_be_changed(ana, api):
    made = sets.ready_set(ana)
    assert answer(api, made, 1, "es").status_code == 200
    assert answer(api, made, 1, "está").status_code == 200
    read = api.get(f"/api/practice/{made.pk}").json()
    assert (read["status"], read["questions"][1]["answer"]) == ("in_progress", "está")
    assert Submission.objects.get().correct is None
    assert Evidence.objects.count() == 0
    session = LearningSession.objects.get()
    assert (session.session_type, session.status) == ("practice", "active")


@pytest.mark.parametrize("bad", [{"a": 1}, 7, "x" * 1001, ["a", 1], None])
def test_what_is_no_answer(ana, api, bad):
    told = answer(api, sets.ready_set(ana), 1, bad)
    assert told.status_code == 400


def test_a_question_of_another_set(ana, api):
    made, other = sets.ready_set(ana), sets.ready_set(ana)
    body = {"questionId": ids(other)[0], "answer": "x"}
    assert post(api, f"practice/{made.pk}/answer", body).json()["code"] == "unknown_question"


@pytest.mark.parametrize("status", ["generating", "failed"])
def test_nothing_to_answer_yet(ana, api, status):
    made = sets.ready_set(ana, status=status)
    assert answer(api, made, 1, "x").json()["code"] == "not_ready"
    assert post(api, f"practice/{made.pk}/submit").json()["code"] == "not_ready"


class TestHints:
    def test_step_by_step_and_no_further(self, ana, api):
        made = sets.ready_set(ana)
        body = {"questionId": ids(made)[1]}
        told = [post(api, f"practice/{made.pk}/hint", body).json() for _ in range(3)]
        assert [one["hint"] for one in told] == [
            "This is about states.",
            "It has 5 letters.",
            "It has 5 letters.",
        ]
        assert [one["left"] for one in told] == [1, 0, 0]
        assert not any(one["confirmed"] for one in told)
        assert not any("está" in one["hint"] for one in told)

    def test_a_right_answer_is_confirmed_and_a_wrong_one_helped_with(self, ana, api):
        made = sets.ready_set(ana)
        body = {"questionId": ids(made)[1], "answer": "está"}
        assert post(api, f"practice/{made.pk}/hint", body).json()["confirmed"] is True
        wrong = post(api, f"practice/{made.pk}/hint", body | {"answer": "es"}).json()
        assert (wrong["confirmed"], wrong["hint"]) == (False, "It has 5 letters.")
        assert Submission.objects.get().answered_at is None

    def test_a_question_without_hints(self, ana, api):
        made = sets.ready_set(ana)
        told = post(api, f"practice/{made.pk}/hint", {"questionId": ids(made)[2]}).json()
        assert told["left"] == 0


class TestHandingIn:
    def test_score_feedback_and_mastery(self, ana, api):
        concept = sets.point()
        made = sets.ready_set(ana, *sets.usual(concept))
        post(api, f"practice/{made.pk}/hint", {"questionId": ids(made)[1]})
        answers = [
            {"questionId": pk, "answer": value}
            for pk, value in zip(
                ids(made), ["estoy", "esta", ["La", "casa", "nueva", "es"]], strict=True
            )
        ]
        told = post(api, f"practice/{made.pk}/submit", {"answers": answers})
        body = told.json()
        assert told.status_code == 200
        assert (body["score"], body["totalQuestions"], body["correctAnswers"]) == (67, 3, 2)
        assert [one["correct"] for one in body["feedback"]] == [True, True, False]
        assert body["feedback"][1]["feedback"] == "Right, but mind the accents: está"
        assert "La casa es nueva." in body["feedback"][2]["feedback"]
        assert body["masteryUpdate"]["conceptId"] == str(concept.pk)
        assert body["masteryUpdate"]["newMasteryLevel"] > 0
        weights = {
            (row.source_id, row.weight, row.hint_used, row.correct)
            for row in Evidence.objects.all()
        }
        first, second, third = made.questions.values_list("pk", flat=True)
        assert weights == {
            (first, 0.6, False, True),
            (second, 1.0, True, True),
            (third, 0.6, False, False),
        }
        assert LearningSession.objects.get().status == "completed"
        assert StudyDay.objects.get().answers == 3

    def test_twice_is_once(self, ana, api):
        concept = sets.point()
        made = sets.ready_set(ana, *sets.usual(concept))
        body = {"answers": [{"questionId": ids(made)[0], "answer": "estoy"}]}
        first = post(api, f"practice/{made.pk}/submit", body).json()
        other = {"answers": [{"questionId": ids(made)[0], "answer": "soy"}]}
        assert post(api, f"practice/{made.pk}/submit", other).json() == first
        assert Evidence.objects.count() == 1
        assert StudyDay.objects.get().answers == 1

    def test_later_evidence_leaves_the_result_as_it_was(self, ana, api):
        concept = sets.point()
        made = sets.ready_set(ana, *sets.usual(concept))
        body = {"answers": [{"questionId": ids(made)[0], "answer": "estoy"}]}
        first = post(api, f"practice/{made.pk}/submit", body).json()
        show(ana, concept, correct=False, day=4000)
        assert post(api, f"practice/{made.pk}/submit").json() == first

    def test_what_is_open_is_no_evidence_and_not_known_is(self, ana, api):
        concept = sets.point()
        made = sets.ready_set(ana, *sets.usual(concept))
        answer(api, made, 1, "")
        body = post(api, f"practice/{made.pk}/submit").json()
        assert (body["score"], body["totalQuestions"]) == (0, 3)
        assert [(row.correct, row.weight) for row in Evidence.objects.all()] == [(False, 0.6)]

    def test_what_could_not_be_heard_counts_neither_way(self, ana, api):
        heard = {"type": "dictation", "passage": "Hola.", "key": ["Hola."], "concept": sets.point()}
        made = sets.ready_set(ana, heard, sets.usual()[0])
        answer(api, made, 0, "", unheard=True)
        answer(api, made, 1, "estoy")
        body = post(api, f"practice/{made.pk}/submit").json()
        assert (body["score"], body["totalQuestions"]) == (100, 1)
        assert body["feedback"][0]["correct"] is None
        assert not Evidence.objects.exists()

    def test_pairs_say_something_of_each_word(self, ana, api):
        items = sets.starter()[:3]
        key = [[one.text, one.translations["en"], str(one.concept_id)] for one in items]
        options = {"left": [one[0] for one in key], "right": [one[1] for one in key][::-1]}
        made = sets.ready_set(ana, {"type": "matching", "options": options, "key": key})
        swapped = [[key[0][0], key[0][1]], [key[1][0], key[2][1]], [key[2][0], key[1][1]]]
        answer(api, made, 0, swapped)
        body = post(api, f"practice/{made.pk}/submit").json()
        assert body["correctAnswers"] == 0
        right = dict(Evidence.objects.values_list("concept__slug", "correct"))
        assert right == {"manzana": True, "pera": False, "mesa": False}
        assert len(body["masteryUpdates"]) == 3
        assert Mastery.objects.count() == 3

    def test_no_answer_after_that(self, ana, api):
        made = sets.ready_set(ana)
        post(api, f"practice/{made.pk}/submit")
        assert answer(api, made, 0, "estoy").json()["code"] == "set_completed"
        hint = post(api, f"practice/{made.pk}/hint", {"questionId": ids(made)[0]})
        assert hint.json()["code"] == "set_completed"
        read = api.get(f"/api/practice/{made.pk}").json()
        assert read["result"]["feedback"][0]["rightAnswers"] == ["estoy"]

    @pytest.mark.parametrize(
        "body", [{"answers": "x"}, {"answers": [{"answer": "x"}]}, {"answers": [{"questionId": 1}]}]
    )
    def test_bad_input(self, ana, api, body):
        made = sets.ready_set(ana)
        assert post(api, f"practice/{made.pk}/submit", body).status_code == 400
        assert PracticeSet.objects.get().status == "ready"


class TestOthers:
    @pytest.mark.parametrize("what", ["", "/answer", "/hint", "/submit"])
    def test_a_set_that_is_not_yours_is_not_there(self, ana, what):
        made = sets.ready_set(ana)
        ben = client_of(sets.learner("Ben"))
        path = f"/api/practice/{made.pk}{what}"
        body = {"questionId": ids(made)[0], "answer": "x"}
        told = ben.post(path, body, format="json") if what else ben.get(path)
        assert told.status_code == 404

    def test_a_tutor_looks_on_and_does_not_answer(self, ana):
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        made = sets.ready_set(ana)
        client = client_of(tessa)
        assert client.get(f"/api/practice/{made.pk}").status_code == 200
        assert answer(client, made, 0, "estoy").status_code == 403
        assert post(client, f"practice/{made.pk}/submit").status_code == 403

    @pytest.mark.parametrize("what", ["answer", "hint", "submit"])
    def test_wrong_method(self, ana, api, what):
        made = sets.ready_set(ana)
        assert api.get(f"/api/practice/{made.pk}/{what}").status_code == 405


class TestList:
    def test_by_status(self, ana, api):
        done = sets.ready_set(ana, status="completed")
        open_set = sets.ready_set(ana)
        sets.ready_set(sets.learner("Ben"))
        path = f"/api/practice/student/{ana.pk}"
        for status, expected in (("assigned", open_set), ("completed", done)):
            body = api.get(path, {"status": status}).json()
            assert [one["practiceId"] for one in body["practices"]] == [str(expected.pk)]
        assert api.get(path, {"limit": 1}).json()["hasMore"] is True
        assert api.get(path, {"status": "x"}).status_code == 400

    def test_another_students(self, ana, api):
        assert api.get(f"/api/practice/student/{sets.learner('Ben').pk}").status_code == 404

    @pytest.mark.parametrize("count", [1, 12])
    def test_queries(self, ana, api, django_assert_num_queries, count):
        for _ in range(count):
            sets.ready_set(ana)
        with django_assert_num_queries(3):
            api.get(f"/api/practice/student/{ana.pk}")

    @pytest.mark.parametrize("times", [1, 4])
    def test_queries_of_one(self, ana, api, django_assert_num_queries, times):
        made = sets.ready_set(ana, *sets.usual(sets.point()) * times)
        with django_assert_num_queries(4):
            api.get(f"/api/practice/{made.pk}")
