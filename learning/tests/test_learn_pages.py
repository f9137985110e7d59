import re
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    LearnerProfileFactory,
    UserFactory,
)
from config.ids import new_id
from learning.content.services import set_shown
from learning.mastery.services import record_evidence
from learning.models import ContentUse, Evidence
from learning.tests.content import RIGHT, exercise, lesson, point, starter
from learning.tests.learners import shown

pytestmark = pytest.mark.django_db

SHELF = reverse("learning:shelf")


@pytest.fixture
def ana(client):
    user = UserFactory()
    LearnerLanguageFactory(user=user, level="A2")
    client.force_login(user)
    return user


@pytest.fixture
def concept():
    return point("por-para", name="por and para")


def of(item, name="content"):
    return reverse(f"learning:{name}", args=[item.pk])


def practise(learner, concept, **more):
    record_evidence(learner=learner, shown=[shown(concept, **more)], now=timezone.now())


class TestShelf:
    def test_shows_what_comes_next_and_why(self, client, ana, concept):
        item = lesson(concept)
        practise(ana, concept, correct=False)
        starter(title="En el mercado")

        response = client.get(SHELF)
        page = response.content.decode()
        assert response.context["primary"].candidate.item_id == item.pk
        assert "You missed “por and para” once this week." in page
        assert "En el mercado" in page

    def test_begins_at_the_learners_level(self, client, ana):
        lesson(title="Mine"), lesson(title="Later", level="B2")

        titles = [item.title for item, _ in client.get(SHELF).context["rows"]]
        assert titles == ["Mine"]

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("level=B2", ["Later"]),
            ("level=", ["Mine", "Talk", "Later"]),
            ("level=&kind=lesson", ["Mine", "Later"]),
            ("level=&topic=food", ["Talk"]),
            ("level=&q=later", ["Later"]),
            ("level=Z&kind=nonsense", ["Mine", "Talk", "Later"]),
            ("q=%27%3B", []),
        ],
    )
    def test_filters(self, client, ana, query, titles):
        lesson(title="Mine"), lesson(title="Later", level="B2")
        starter(title="Talk", topics=["food"])

        response = client.get(f"{SHELF}?{query}")
        assert [item.title for item, _ in response.context["rows"]] == titles
        assert response.context["primary"] is None

    def test_an_exercise_stands_behind_its_lesson(self, client, ana, concept):
        lesson(concept), exercise(concept)
        exercise(title="Alone")

        def kinds(query=""):
            rows = client.get(f"{SHELF}{query}").context["rows"]
            return [(item.title, item.content_type) for item, _ in rows]

        assert kinds() == [("por and para", "lesson"), ("Alone", "exercise")]
        assert len(kinds("?kind=exercise&level=A2")) == 2

    def test_says_how_the_learner_stands(self, client, ana, concept):
        lesson(concept)
        practise(ana, concept)

        (_, standing), *_ = client.get(SHELF).context["rows"]
        assert standing.mastery > 50

    def test_leads_from_a_concept_to_its_exercise(self, client, ana, concept):
        lesson(concept)
        tasks = exercise(concept)

        assert client.get(f"{SHELF}?concept={concept.pk}").url == of(tasks)
        assert client.get(f"{SHELF}?concept={new_id()}").status_code == 200
        assert client.get(f"{SHELF}?concept=x").status_code == 200

    def test_with_nothing_on_it_says_so(self, client, ana):
        page = client.get(SHELF).content.decode()

        assert "Nothing presses right now" in page
        assert "Nothing fits that" in page

    def test_somebody_without_a_language_is_welcomed_first(self, client):
        client.force_login(UserFactory())
        assert client.get(SHELF).url == reverse("accounts:onboarding")
        client.force_login(AdminFactory())
        assert client.get(SHELF).url == reverse("admin:index")

    def test_forty_pieces_cost_the_queries_of_two(self, client, ana):
        LearnerProfileFactory(user=ana, interests=["food"])

        def cost(number):
            for _ in range(number):
                one = point(f"p{new_id()}")
                lesson(one), exercise(one)
                practise(ana, one, correct=False)
            with CaptureQueriesContext(connection) as queries:
                client.get(SHELF)
            return len(queries)

        assert cost(2) == cost(38)


class TestPieces:
    def test_a_lesson_leads_to_its_exercise(self, client, ana, concept):
        read, tasks = lesson(concept), exercise(concept)
        assert "Practise it" in client.get(of(read)).content.decode()

        response = client.post(of(read, "begin"))
        assert response.url == of(tasks)
        assert ContentUse.objects.get(item=read).finished_at
        assert ContentUse.objects.get(item=tasks).session.status == "active"

    def test_a_lesson_alone_is_read(self, client, ana):
        read = lesson()
        assert "I have read it" in client.get(of(read)).content.decode()

        assert client.post(of(read, "begin")).url == SHELF
        assert ContentUse.objects.get(item=read).finished_at

    def test_reading_writes_nothing(self, client, ana, concept):
        for item in (lesson(concept), exercise(concept), starter()):
            assert client.get(of(item)).status_code == 200

        assert not ContentUse.objects.exists()

    def test_a_starter_begins_a_conversation_in_its_scenario(self, client, ana):
        content = {"setting": "A stall.", "scenario": "en-el-mercado", "opening": "¡Hola!"}
        item = starter(content=content, level="A1")
        page = client.get(of(item)).content.decode()
        told = dict(re.findall(r'name="(scenario|level)" value="([^"]+)"', page))

        response = client.post(reverse("conversations:list"), told)
        assert response.status_code == 302
        assert "/talk/" in response.url

    def test_a_starter_in_a_language_not_studied_now_can_only_be_read(self, client, ana):
        page = client.get(of(starter(language="fr"))).content.decode()

        assert "Start talking" not in page
        assert "study French" in page

    @pytest.mark.parametrize(("method", "name"), [("get", "content"), ("post", "begin")])
    def test_hidden_ones_are_absent(self, client, ana, method, name):
        item = lesson()
        set_shown(items=[item], shown=False)

        assert getattr(client, method)(of(item, name)).status_code == 404

    @pytest.mark.parametrize(("method", "name"), [("post", "content"), ("get", "answer")])
    def test_other_methods_are_refused(self, client, ana, method, name):
        assert getattr(client, method)(of(lesson(), name)).status_code == 405


class TestExercise:
    @pytest.fixture
    def item(self, concept):
        return exercise(concept)

    @pytest.fixture(params=[False, True], ids=["page", "htmx"])
    def send(self, request, client, ana, item):
        headers = {"HX-Request": "true"} if request.param else {}
        client.post(of(item, "begin"))

        def post(task, answer="", **more):
            data = {"task": task, "answer": answer, **more}
            return client.post(of(item, "answer"), data, headers=headers)

        return post

    def test_shows_a_task_without_its_key(self, client, ana, item):
        client.post(of(item, "begin"))
        client.post(of(item, "answer"), {"task": "one", "answer": "soy"})
        page = client.get(of(item)).content.decode()

        assert "I am tired today." in page
        assert "estoy" not in page
        assert RIGHT["three"] not in page

    def test_tells_at_once_and_goes_on(self, client, send, item):
        page = send("one", "estoy").content.decode()

        assert "Not this time" in page
        assert "<strong>soy</strong>" in page
        assert "Use ser for who you are." in page
        assert client.get(of(item)).context["task"]["id"] == "two"

    def test_right_is_said_to_be_right(self, send):
        assert "Right" in send("one", "soy").content.decode()

    def test_a_missing_accent_is_told(self, send):
        page = send("three", "Mi hermana es medica.").content.decode()

        assert "mind the accent" in page

    def test_help_is_shown_and_counts(self, send):
        send("one", "soy")
        page = send("two", "esto", hint="true").content.decode()
        assert "It begins with:" in page
        assert 'value="esto"' in page
        assert Evidence.objects.count() == 1

        send("two", "estoy")
        assert Evidence.objects.filter(hint_used=True).count() == 1

    def test_not_knowing_is_an_answer(self, send):
        page = send("two", dont_know="true").content.decode()

        assert "Here is how it goes" in page
        assert Evidence.objects.get().weight == 0.6

    def test_an_empty_answer_is_asked_for_again(self, send):
        response = send("two")

        assert "Give an answer" in response.content.decode()
        assert response.context["task"]["id"] == "one"

    @pytest.mark.parametrize("data", [("nine", "soy"), ("x" * 50, "soy"), ("one", "x" * 500)])
    def test_nonsense_writes_nothing(self, send, data):
        assert send(*data).status_code == 200
        assert not Evidence.objects.exists()

    def test_an_answer_from_another_tab_shows_where_it_stands(self, send):
        send("one", "soy")
        response = send("one", "estoy")

        assert response.context["task"]["id"] == "two"
        assert Evidence.objects.count() == 1

    def test_ends_with_what_it_changed_and_what_comes_next(self, client, send, item):
        lesson(point("later", name="What comes later"))
        for task, text in RIGHT.items():
            page = send(task, text).content.decode()
        assert "See what changed" in page

        page = client.get(of(item)).content.decode()
        assert "3 of 3 right" in page
        assert "por and para" in page
        assert "above your target until about" in page
        assert "What comes later" in page

    def test_can_be_done_again(self, client, send, item):
        for task, text in RIGHT.items():
            send(task, text)
        client.post(of(item, "begin"))

        assert client.get(of(item)).context["task"]["id"] == "one"

    def test_the_tenth_answer_costs_the_queries_of_the_first(self, client, ana, monkeypatch):
        tasks = [
            {"id": f"t{number}", "type": "gap", "prompt": "___", "answers": ["a"]}
            for number in range(10)
        ]
        item = exercise(point("long"), content={"tasks": tasks})
        client.post(of(item, "begin"))

        # Time on task is written when a second has passed: here with each answer, on any machine.
        begun, ticks = timezone.now(), count(1)
        monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(seconds=2 * next(ticks)))

        def cost(number):
            data = {"task": f"t{number}", "answer": "a"}
            with CaptureQueriesContext(connection) as queries:
                client.post(of(item, "answer"), data)
            return len(queries)

        first, *others = (cost(number) for number in range(9))
        # The first evidence of a skill and a day makes their rows.
        assert set(others) == {others[0]}
        assert others[0] <= first


def test_the_navigation_leads_there(client, ana):
    page = client.get(reverse("learning:today")).content.decode()

    assert f'href="{SHELF}"' in page


def test_today_leads_to_what_is_recommended(client, ana, concept):
    item = lesson(concept)
    practise(ana, concept, correct=False)

    page = client.get(reverse("learning:today")).content.decode()
    assert of(item) in page
    assert "You missed “por and para” once this week." in page
