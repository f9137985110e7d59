import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services import issue_tokens
from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from config.ids import new_id
from learning.content.services import set_shown
from learning.mastery.services import record_evidence
from learning.models import Evidence, LearningSession
from learning.tests.content import RIGHT, TASKS, exercise, lesson, point, starter
from learning.tests.learners import shown

pytestmark = pytest.mark.django_db

CONTENT = "/api/content"


@pytest.fixture
def ana():
    user = UserFactory(native_language="fr")
    LearnerLanguageFactory(user=user, level="A2")
    return user


@pytest.fixture
def api(ana):
    return signed_in(ana)


def signed_in(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=user).token}")
    return client


@pytest.fixture
def concept():
    return point("ser-estar", name="ser and estar", level="A1")


def of(item, *more):
    return "/".join((CONTENT, str(item.pk), *more))


class TestList:
    def test_gives_what_there_is_of_each(self, api, concept):
        item = lesson(concept, topics=["ser-estar"], minutes=3)

        assert api.get(CONTENT).json() == {
            "content": [
                {
                    "id": str(item.pk),
                    "contentType": "lesson",
                    "title": "ser and estar",
                    "language": "es",
                    "level": "A1",
                    "difficultyLevel": "beginner",
                    "topics": ["ser-estar"],
                    "minutes": 3,
                }
            ],
            "total": 1,
            "limit": 20,
            "offset": 0,
            "hasMore": False,
        }

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("contentType=exercise", ["Two"]),
            ("language=fr", ["Three"]),
            ("level=B1", ["Two"]),
            ("difficultyLevel=beginner", ["One", "Three"]),
            ("topic=food", ["One"]),
            ("q=manzana", ["One"]),
            ("q=manzana&language=fr", []),
            ("", ["One", "Two", "Three"]),
        ],
    )
    def test_filters(self, api, query, titles):
        lesson(title="One", topics=["food"], content={"explanation": {"en": "las manzanas"}})
        exercise(title="Two", level="B1")
        lesson(title="Three", language="fr")

        found = [row["title"] for row in api.get(f"{CONTENT}?{query}").json()["content"]]
        assert found == titles

    @pytest.mark.parametrize("query", ["level=Z9", "contentType=song", "language=tlh"])
    def test_refuses_what_there_cannot_be(self, api, query):
        response = api.get(f"{CONTENT}?{query}")

        assert (response.status_code, response.json()["code"]) == (400, "invalid")

    def test_turns_pages(self, api):
        for _ in range(5):
            lesson()

        page = api.get(f"{CONTENT}?limit=2&offset=2").json()
        assert (len(page["content"]), page["total"], page["hasMore"]) == (2, 5, True)

    def test_hidden_content_is_for_staff(self, api):
        set_shown(items=[lesson()], shown=False)

        assert api.get(CONTENT).json()["total"] == 0
        assert signed_in(AdminFactory()).get(CONTENT).json()["total"] == 1

    def test_forty_cost_the_queries_of_two(self, api):
        def cost(number):
            for _ in range(number):
                lesson(point(f"p{new_id()}"))
            with CaptureQueriesContext(connection) as queries:
                api.get(f"{CONTENT}?limit=100")
            return len(queries)

        assert cost(2) == cost(38)


class TestRecommended:
    def test_says_what_and_why(self, api, ana, concept):
        item = exercise(concept, topics=["ser-estar"], minutes=2)
        for _ in range(3):
            record_evidence(learner=ana, shown=[shown(concept, correct=False)], now=timezone.now())

        body = api.get(f"{CONTENT}/recommended").json()
        assert (body["total"], body["hasMore"]) == (1, False)
        row = body["content"][0]
        assert 0 < row.pop("score") <= 1
        assert row == {
            "id": str(item.pk),
            "contentType": "exercise",
            "title": "ser and estar",
            "level": "A1",
            "topics": ["ser-estar"],
            "minutes": 2,
            "reason": "You missed “ser and estar” 3 times this week.",
            "need": "error",
        }

    def test_two_identical_calls_give_one_answer(self, api):
        for number in range(8):
            lesson(point(f"p{number}"))
        starter()

        first = api.get(f"{CONTENT}/recommended").content
        assert api.get(f"{CONTENT}/recommended").content == first

    def test_of_one_type_only_and_paged(self, api):
        lesson(point("one"))
        starter(title="Talk")

        body = api.get(f"{CONTENT}/recommended?contentType=conversation_starter&limit=1").json()
        assert [row["title"] for row in body["content"]] == ["Talk"]

    def test_for_a_language_not_placed_yet_begins_at_the_start(self, api):
        lesson(title="Bonjour", language="fr", level="A1")

        body = api.get(f"{CONTENT}/recommended?language=fr").json()
        assert [row["title"] for row in body["content"]] == ["Bonjour"]

    def test_wants_a_language(self):
        response = signed_in(UserFactory()).get(f"{CONTENT}/recommended")

        assert (response.status_code, response.json()["code"]) == (409, "no_language")

    def test_a_long_history_costs_the_queries_of_a_short_one(self, api, ana):
        def cost(number):
            for _ in range(number):
                one = point(f"p{new_id()}")
                lesson(one), exercise(one)
                record_evidence(learner=ana, shown=[shown(one)], now=timezone.now())
            with CaptureQueriesContext(connection) as queries:
                api.get(f"{CONTENT}/recommended")
            return len(queries)

        assert cost(2) == cost(20)


class TestOne:
    def test_a_lesson_is_explained_in_the_callers_language(self, api, concept):
        item = lesson(
            concept,
            content={
                "explanation": {"en": "How it is.", "fr": "Comme c’est."},
                "examples": [{"text": "Estoy aquí."}],
                "slips": [{"wrong": "Soy aquí.", "right": "Estoy aquí."}],
            },
        )
        body = api.get(of(item)).json()

        assert body["content"] == {
            "explanation": "Comme c’est.",
            "examples": [{"text": "Estoy aquí.", "translation": ""}],
            "slips": [{"wrong": "Soy aquí.", "right": "Estoy aquí."}],
        }
        assert body["concepts"] == [{"conceptId": str(concept.pk), "name": "ser and estar"}]
        assert body["run"] is None

    def test_an_exercise_comes_without_its_key(self, api, concept):
        response = api.get(of(exercise(concept)))

        assert [task["id"] for task in response.json()["content"]["tasks"]] == list(RIGHT)
        assert "answers" not in response.content.decode()
        assert RIGHT["three"] not in response.content.decode()

    def test_a_starter_says_how_it_begins(self, api):
        body = api.get(of(starter())).json()

        assert body["content"]["opening"] == "¡Hola!"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_hidden_and_absent_are_the_same(self, api, concept, method):
        item = exercise(concept)
        set_shown(items=[item], shown=False)
        end = ("begin",) if method == "post" else ()
        responses = [
            getattr(api, method)(of(item, *end)),
            getattr(api, method)("/".join((CONTENT, str(new_id()), *end))),
        ]

        assert [response.status_code for response in responses] == [404, 404]


class TestAnswers:
    def answer(self, api, item, task, text="", **more):
        return api.post(of(item, "answer"), {"taskId": task, "answer": text, **more})

    def test_are_judged_and_lead_to_the_next(self, api, concept):
        item = exercise(concept)
        body = self.answer(api, item, "one", "estoy").json()

        assert body["answered"] == {
            "taskId": "one",
            "answer": "estoy",
            "correct": False,
            "note": "",
            "hintUsed": False,
            "rightAnswers": ["soy"],
        }
        assert body["next"]["id"] == "two"
        assert body["result"] is None

    def test_tell_the_key_of_no_other_task(self, api, concept):
        body = self.answer(api, exercise(concept), "one", "soy").content.decode()

        assert '"estoy"' in json.dumps(TASKS[1])
        assert '"estoy"' not in body
        assert RIGHT["three"] not in body

    def test_end_with_what_they_changed(self, api, concept):
        item = exercise(concept)
        for task, text in RIGHT.items():
            body = self.answer(api, item, task, text).json()

        assert body["next"] is None
        result = body["result"]
        assert (result["right"], result["total"], result["score"]) == (3, 3, 1.0)
        change = result["changes"][0]
        assert (change["name"], change["before"]) == ("ser and estar", None)
        assert change["after"] > 50
        assert api.get(of(item)).json()["run"]["result"] == result

    def test_with_help_of_the_clients_or_ours_count_for_less(self, api, concept):
        item = exercise(concept)
        hint = api.post(of(item, "hint"), {"taskId": "two"}).json()
        self.answer(api, item, "two", "estoy")
        self.answer(api, item, "one", "soy", hintUsed=True)

        assert hint == {
            "taskId": "two",
            "hint": "e",
            "explanation": "Use ser for who you are.",
        }
        assert list(Evidence.objects.values_list("hint_used", flat=True)) == [True, True]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "invalid"),
            ({"taskId": "one"}, "answer_missing"),
            ({"taskId": "nine", "answer": "soy"}, "unknown_task"),
            ({"taskId": "one", "answer": "x" * 401}, "invalid"),
        ],
    )
    def test_that_say_nothing_are_refused(self, api, concept, body, code):
        response = api.post(of(exercise(concept), "answer"), body)

        assert (response.status_code, response.json()["code"]) == (400, code)
        assert not Evidence.objects.exists()

    def test_twice_are_one_and_changed_are_refused(self, api, concept):
        item = exercise(concept)
        first = self.answer(api, item, "one", "soy")
        again = self.answer(api, item, "one", "soy")
        other = self.answer(api, item, "one", "estoy")

        assert first.json() == again.json()
        assert (other.status_code, other.json()["code"]) == (409, "already_answered")

    def test_begin_goes_on_and_after_the_end_starts_again(self, api, concept):
        item = exercise(concept)
        first = api.post(of(item, "begin"))
        again = api.post(of(item, "begin"))
        for task, text in RIGHT.items():
            self.answer(api, item, task, text)
        over = self.answer(api, item, "one", "estoy")
        anew = api.post(of(item, "begin"))

        assert first.status_code == 201
        assert first.json() == again.json()
        assert over.status_code == 409
        assert anew.json()["sessionId"] != first.json()["sessionId"]
        assert anew.json()["next"]["id"] == "one"

    def test_a_lesson_takes_none(self, api, concept):
        response = api.post(of(lesson(concept), "begin"))

        assert (response.status_code, response.json()["code"]) == (404, "no_exercise")

    def test_are_each_learners_own(self, api, concept):
        item, ben = exercise(concept), UserFactory()
        self.answer(api, item, "one", "estoy")

        assert signed_in(ben).get(of(item)).json()["run"] is None

    def test_of_a_learner_are_seen_by_their_tutor_as_sessions(self, api, ana, concept):
        tessa, stranger = TutorFactory(), TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        self.answer(api, exercise(concept), "one", "soy")

        session = LearningSession.objects.get()
        path = f"/api/sessions/{session.pk}"
        assert signed_in(tessa).get(path).json()["metadata"]["title"] == "ser and estar"
        assert signed_in(stranger).get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "end"),
    [("get", ()), ("get", ("recommended",)), ("get", (str(new_id()),)),
     ("post", (str(new_id()), "begin")), ("post", (str(new_id()), "hint")),
     ("post", (str(new_id()), "answer"))],
)  # fmt: skip
def test_strangers_are_asked_who_they_are(method, end):
    path = "/".join((CONTENT, *end))

    assert getattr(APIClient(), method)(path).status_code == 401


@pytest.mark.parametrize(
    ("method", "end"),
    [("post", ()), ("post", ("recommended",)), ("delete", (str(new_id()),)),
     ("get", (str(new_id()), "begin")), ("put", (str(new_id()), "answer"))],
)  # fmt: skip
def test_methods_that_mean_nothing_are_refused(api, method, end):
    path = "/".join((CONTENT, *end))

    assert getattr(api, method)(path).status_code == 405


def test_what_fades_by_tomorrow_is_not_recommended_today(api, ana, concept):
    exercise(concept)
    for day in (10, 5, 1):
        now = timezone.now() - timedelta(days=day)
        record_evidence(learner=ana, shown=[shown(concept)], now=now)

    assert api.get(f"{CONTENT}/recommended").json()["content"] == []
