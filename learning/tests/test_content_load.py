import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from learning.concepts.files import read_topics
from learning.content.authored import starter_topics
from learning.content.selectors import shelf
from learning.content.services import load_content, set_shown
from learning.models import Companion, ContentItem
from learning.tests.content import TASKS, exercise, lesson, point
from learning.tests.test_content_tasks import EXAMPLES, SLIPS

pytestmark = pytest.mark.django_db


@pytest.fixture
def ser():
    return point(
        "ser-estar",
        name="ser and estar",
        level="A1",
        explanation={"en": "Use estar for moods.", "fr": "On emploie estar pour une humeur."},
        slips=SLIPS,
        examples=EXAMPLES,
    )


def of(slug):
    return ContentItem.objects.get(slug=slug)


class TestLoading:
    def test_makes_a_lesson_and_an_exercise_of_a_point(self, ser):
        load_content(language="es")

        made, tasks = of("lesson:ser-estar"), of("exercise:ser-estar")
        assert (made.level, made.title, made.topics) == ("A1", "ser and estar", ["ser-estar"])
        assert made.content["slips"] == SLIPS
        assert [one.slug for one in tasks.concepts.all()] == ["ser-estar"]
        assert len(tasks.content["tasks"]) == 4
        assert tasks.content["tasks"][0]["answers"]

    def test_makes_a_starter_of_each_scenario(self):
        load_content(language="es")

        starters = ContentItem.objects.filter(content_type="conversation_starter")
        assert starters.count() >= 10
        assert of("starter:en-el-mercado").topics == ["food", "shopping"]
        assert all(starters.values_list("topics", flat=True))

    def test_a_second_load_changes_nothing(self, ser):
        first = load_content(language="es")
        before = list(ContentItem.objects.order_by("pk").values("pk", "updated_at"))
        again = load_content(language="es")

        assert first.created > 10
        assert (again.created, again.updated) == (0, 0)
        assert list(ContentItem.objects.order_by("pk").values("pk", "updated_at")) == before

    def test_takes_over_what_was_authored_anew(self, ser):
        load_content(language="es")
        ser.name = "ser or estar"
        ser.save()
        change = load_content(language="es")

        assert (change.created, change.updated) == (0, 2)
        assert of("lesson:ser-estar").title == "ser or estar"

    def test_keeps_hidden_what_is_hidden(self, ser):
        load_content(language="es")
        set_shown(items=[of("lesson:ser-estar")], shown=False)
        ser.name = "ser or estar"
        ser.save()
        load_content(language="es")

        assert not of("lesson:ser-estar").is_active

    def test_leaves_alone_what_staff_made_and_what_lost_its_source(self, ser):
        mine = lesson(ser, title="My own")
        load_content(language="es")
        ser.delete()
        load_content(language="es")

        mine.refresh_from_db()
        assert mine.title == "My own"
        assert of("lesson:ser-estar").is_active

    def test_is_a_command(self, capsys):
        call_command("load_content")
        call_command("load_content")

        told = capsys.readouterr().out
        assert "0 pieces new, 0 changed." in told
        assert "0 companions new, 0 changed." in told
        assert Companion.objects.exists()

    def test_queues_the_vectors_only_after_the_commit(self, ser, monkeypatch):
        queued = []
        monkeypatch.setattr("learning.content.services.embed_content_task.delay", queued.append)
        with transaction.atomic():
            load_content(language="es")
            assert queued == []

    def test_more_points_cost_no_more_queries(self, ser):
        def cost(number):
            for each in range(number):
                point(f"p{number}-{each}", slips=SLIPS, examples=EXAMPLES)
            with CaptureQueriesContext(connection) as queries:
                load_content(language="es")
            return len(queries)

        cost(1)
        assert cost(2) == cost(20)

    def test_starters_are_about_topics_there_are(self):
        known = {topic.slug for topic in read_topics()}
        told = [slug for each in starter_topics().values() for one in each.values() for slug in one]

        assert set(told) <= known


class TestSearch:
    @pytest.fixture
    def ana(self):
        return UserFactory()

    def found(self, user, words, **more):
        return [item.title for item in shelf(user, search=words, **more)]

    def test_reads_each_text_in_its_own_language(self, ana):
        lesson(
            title="Past",
            content={
                "explanation": {"en": "For finished actions.", "fr": "Pour les actions finies."},
                "examples": [
                    {"text": "Ayer compramos manzanas.", "translation": "We bought some."}
                ],
            },
        )
        # The plural, another tense, another form: each by the dictionary of its language.
        assert self.found(ana, "manzana") == ["Past"]
        assert self.found(ana, "comprar") == ["Past"]
        assert self.found(ana, "finishing action") == ["Past"]
        assert self.found(ana, "finie", native="fr") == ["Past"]
        assert self.found(ana, "pera") == []

    def test_a_title_counts_for_more(self, ana):
        lesson(title="Otro", content={"explanation": {"en": "like the imperfect"}})
        lesson(title="The imperfect", content={"explanation": {"en": "x"}})

        assert self.found(ana, "imperfect") == ["The imperfect", "Otro"]

    def test_the_key_of_a_task_is_not_searched(self, ana):
        exercise(title="Who", content={"tasks": TASKS})

        assert self.found(ana, "cansada") == ["Who"]
        assert self.found(ana, "médica") == ["Who"]
        assert self.found(ana, "estoy") == []

    @pytest.mark.parametrize("words", ["'", "&", "a | & !", '"', "()", ":*"])
    def test_takes_whatever_was_typed(self, ana, words):
        self.found(ana, words)
