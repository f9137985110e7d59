import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from learning.content.exchange import ContentResource
from learning.content.exercises import answer_task
from learning.content.selectors import shelf
from learning.content.validate import content_problems
from learning.models import ContentItem, ExerciseAnswer
from learning.tests.content import TASKS, exercise, lesson, point, starter

pytestmark = pytest.mark.django_db

ITEMS = reverse("admin:learning_contentitem_changelist")
HEADER = "id,language,content_type,level,title,topics,about,minutes,content,is_active\n"


@pytest.fixture
def cleo(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


def change(item):
    return reverse("admin:learning_contentitem_change", args=[item.pk])


def form(**fields):
    told = {
        "content_type": "lesson",
        "language": "es",
        "level": "A2",
        "title": "My lesson",
        "topics": "food",
        "minutes": "4",
        "content": json.dumps({"explanation": {"en": "About apples."}}),
        "is_active": "on",
    }
    return told | fields


class TestContent:
    def test_of_ones_own_is_added_ready_to_be_found(self, client, cleo):
        about = point("por-para")
        url = reverse("admin:learning_contentitem_add")
        response = client.post(url, form(concepts=[str(about.pk)]))

        assert response.status_code == 302
        item = ContentItem.objects.get()
        assert (item.slug, list(item.concepts.all())) == ("", [about])
        assert list(shelf(UserFactory(), search="apple")) == [item]

    @pytest.mark.parametrize(
        "fields",
        [
            {"content": "{}"},
            {"content": "[]"},
            {"content": json.dumps({"song": "la la"})},
            {"content_type": "exercise", "content": json.dumps({"tasks": []})},
            {"level": "Z1"},
            {"title": ""},
        ],
    )
    def test_that_does_not_hold_together_is_refused(self, client, cleo, fields):
        url = reverse("admin:learning_contentitem_add")

        assert client.post(url, form(**fields)).status_code == 200
        assert not ContentItem.objects.exists()

    def test_of_ones_own_is_changed(self, client, cleo):
        item = lesson()
        client.post(change(item), form(title="Better"))

        item.refresh_from_db()
        assert item.title == "Better"
        assert shelf(cleo, search="better").exists()

    def test_from_the_files_can_only_be_hidden(self, client, cleo):
        item = lesson(slug="lesson:ser", title="ser")
        client.post(change(item), form(title="Changed", is_active=""))

        item.refresh_from_db()
        assert (item.title, item.is_active) == ("ser", False)

    def test_is_shown_and_hidden_in_bulk(self, client, cleo):
        items = [lesson(), lesson()]
        data = {"action": "hide", "_selected_action": [str(item.pk) for item in items]}
        client.post(ITEMS, data)
        assert not ContentItem.objects.published().exists()

        client.post(ITEMS, data | {"action": "show"})
        assert ContentItem.objects.published().count() == 2

    @pytest.mark.parametrize(
        "query", ["content_type__exact=lesson", "language__exact=es", "level__exact=A2", "q=Find"]
    )
    def test_is_filtered_and_found(self, client, cleo, query):
        wanted = lesson(title="Find me")
        starter(language="fr", level="B1")

        assert list(client.get(f"{ITEMS}?{query}").context["cl"].queryset) == [wanted]

    def test_says_how_it_is_used(self, client, cleo):
        item = exercise(point("ser"))
        for task, answer in (("one", "soy"), ("two", "soy")):
            answer_task(
                learner=UserFactory(), item=item, task_id=task, answer=answer, now=timezone.now()
            )

        assert "50% of 2" in client.get(ITEMS).content.decode()

    def test_is_never_deleted(self, client, cleo):
        url = reverse("admin:learning_contentitem_delete", args=[lesson().pk])

        assert client.post(url, {"post": "yes"}).status_code == 403

    def test_thirty_cost_the_queries_of_two(self, client, cleo):
        def cost(number):
            for _ in range(number):
                exercise(point(f"p{ContentItem.objects.count()}"))
            with CaptureQueriesContext(connection) as queries:
                client.get(ITEMS)
            return len(queries)

        assert cost(2) == cost(28)


class TestFiles:
    def send(self, client, text, name="content.csv", number="0"):
        upload = SimpleUploadedFile(name, text.encode())
        url = reverse("admin:learning_contentitem_import")
        data = {"import_file": upload, "format": number, "resource": ""}
        return client.post(url, data)

    def confirm(self, client, response):
        data = response.context["confirm_form"].initial
        return client.post(reverse("admin:learning_contentitem_process_import"), data)

    def row(self, **changes):
        content = json.dumps({"explanation": {"en": "About apples."}}).replace('"', '""')
        values = {
            "id": "", "language": "es", "content_type": "lesson", "level": "A2",
            "title": "My lesson", "topics": "food | shopping", "about": "por-para",
            "minutes": "4", "content": f'"{content}"', "is_active": "1",
        } | changes  # fmt: skip
        return HEADER + ",".join(values.values()) + "\n"

    def test_csv_brings_content_in(self, client, cleo):
        about = point("por-para")
        self.confirm(client, self.send(client, self.row()))

        item = ContentItem.objects.get()
        assert (item.topics, item.minutes) == (["food", "shopping"], 4)
        assert list(item.concepts.all()) == [about]
        assert shelf(cleo, search="apples").exists()

    def test_yaml_too(self, client, cleo):
        text = (
            "- {language: es, content_type: exercise, level: A1, title: Mine, topics: [food],"
            " minutes: 2, is_active: true, content: {tasks: [{id: '1', type: gap, prompt:"
            " '___ Ana.', answers: [Soy]}]}}\n"
        )
        self.confirm(client, self.send(client, text, name="content.yaml", number="1"))

        assert ContentItem.objects.get().content["tasks"][0]["answers"] == ["Soy"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"language": "tlh"},
            {"content_type": "song"},
            {"content": "{}"},
            {"content": "nonsense"},
            {"about": "no-such-point"},
            {"level": "Z1"},
            {"title": ""},
        ],
    )
    def test_a_row_that_is_not_sound_is_refused(self, client, cleo, changes):
        point("por-para")
        result = self.send(client, self.row(**changes)).context["result"]

        assert result.has_errors() or result.has_validation_errors()
        assert not ContentItem.objects.exists()

    def test_what_goes_out_comes_back_unchanged(self, client, cleo):
        lesson(point("por-para"), topics=["food"])
        exercise(point("ser"), slug="exercise:ser")
        starter()
        url = reverse("admin:learning_contentitem_export")
        names = [field.column_name for field in ContentResource().get_export_fields()]
        fields = {f"contentresource_{name}": "on" for name in names}
        text = client.post(url, {"format": "0", "resource": "", **fields}).content.decode()
        before = list(ContentItem.objects.order_by("pk").values())
        self.confirm(client, self.send(client, text))

        assert "por-para" in text
        assert list(ContentItem.objects.order_by("pk").values()) == before

    def test_what_the_files_own_is_left_alone(self, client, cleo):
        point("por-para")
        item = lesson(slug="lesson:por-para", title="Theirs")
        self.confirm(client, self.send(client, self.row(id=str(item.pk))))

        item.refresh_from_db()
        assert item.title == "Theirs"

    def test_ones_own_is_changed(self, client, cleo):
        point("por-para")
        item = lesson(title="Old")
        self.confirm(client, self.send(client, self.row(id=str(item.pk))))

        item.refresh_from_db()
        assert item.title == "My lesson"
        assert [one.slug for one in item.concepts.all()] == ["por-para"]


class TestTutors:
    def test_see_what_their_students_answered(self, client):
        tessa = TutorFactory()
        ana = TutorAssignmentFactory(tutor=tessa).student
        item = exercise(point("ser"))
        for learner in (ana, UserFactory()):
            answer_task(learner=learner, item=item, task_id="one", answer="soy", now=timezone.now())
        client.force_login(tessa)

        rows = client.get(reverse("admin:learning_exerciseanswer_changelist"))
        assert list(rows.context["cl"].queryset) == [
            ExerciseAnswer.objects.get(session__learner=ana)
        ]

    @pytest.mark.parametrize("name", ["changelist", "add", "import", "export"])
    def test_have_no_way_to_the_keys(self, client, name):
        client.force_login(TutorFactory())

        assert client.get(reverse(f"admin:learning_contentitem_{name}")).status_code == 403

    def test_answers_are_looked_at_only(self, client, cleo):
        assert client.get(reverse("admin:learning_exerciseanswer_add")).status_code == 403
        assert client.get(reverse("admin:learning_concept_add")).status_code == 403


@pytest.mark.parametrize(
    ("task", "problem"),
    [
        ({}, "an id is missing"),
        ({"type": "song"}, "is not one of"),
        ({"answers": []}, "a right answer is missing"),
        ({"answers": [" "]}, "a right answer is missing"),
        ({"answers": "soy"}, "answers is no list"),
        ({"type": "choice", "options": ["soy"]}, "no wrong answer"),
        ({"type": "choice", "options": ["eres", "es"]}, "not the right one"),
        ({"type": "order", "words": ["soy"]}, "no words to put in order"),
        ({"prompt": "Yo Ana."}, "has no gap"),
        ({"prompt": ""}, "a prompt is missing"),
        ({"secret": "x"}, "secret is not one of"),
    ],
)
def test_what_is_wrong_with_a_task_is_said(task, problem):
    sound = {"id": "1", "type": "gap", "prompt": "___ Ana.", "answers": ["soy"]}
    content = {"tasks": [task and sound | task]}

    assert any(problem in found for found in content_problems("exercise", content))
    assert not list(content_problems("exercise", {"tasks": [sound]}))


def test_the_tasks_of_tests_are_sound():
    assert not list(content_problems("exercise", {"tasks": TASKS}))
    twice = [TASKS[0], TASKS[0]]
    assert list(content_problems("exercise", {"tasks": twice})) == ["the id one is used 2 times"]
