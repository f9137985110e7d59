import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import (
    AdminFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from assessments.exchange import ItemResource
from assessments.models import Assessment, Item
from assessments.tests.factories import (
    ItemFactory,
    make_assessment,
    make_bank,
    typed_item,
    writing_item,
)

pytestmark = pytest.mark.django_db

ITEMS = reverse("admin:assessments_item_changelist")
ASSESSMENTS = reverse("admin:assessments_assessment_changelist")
HEADER = "language,slug,level,skill,topic,type,prompt,passage,options,answer,explanation,state\n"


def change(thing):
    name = f"admin:assessments_{type(thing).__name__.lower()}_change"
    return reverse(name, args=[thing.pk])


@pytest.fixture
def cleo(client):
    admin = AdminFactory()
    client.force_login(admin)
    return admin


@pytest.fixture
def tessa(client):
    tutor = TutorFactory()
    client.force_login(tutor)
    return tutor


class TestItems:
    def test_lists_searches_and_filters(self, client, cleo):
        make_bank(each=1)
        page = client.get(ITEMS, {"level__exact": "B1", "q": "vocabulary"}).content.decode()

        assert "es-b1-vocabulary-0" in page
        assert "es-b1-grammar-0" not in page
        assert "es-a1-vocabulary-0" not in page

    def test_fifty_items_cost_the_queries_of_five(self, client, cleo):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(ITEMS).status_code == 200
            return len(queries)

        make_bank(each=1)
        make_assessment(answers=3)
        few = cost()
        for number in range(60):
            ItemFactory(slug=f"own-{number}")
        make_assessment(answers=9)

        assert cost() == few

    def test_shows_the_question_as_a_learner_sees_it(self, client, cleo):
        page = client.get(change(ItemFactory(prompt="Yo ___ <b>Ana</b>."))).content.decode()

        assert "Yo ___ &lt;b&gt;Ana&lt;/b&gt;." in page
        assert "es ✓" in page

    def test_retires_and_activates(self, client, cleo):
        item = ItemFactory()
        for action, state in (("retire", "retired"), ("activate", "active")):
            client.post(ITEMS, {"action": action, "_selected_action": [item.pk]})
            item.refresh_from_db()
            assert item.state == state

    def test_cannot_delete(self, client, cleo):
        url = reverse("admin:assessments_item_delete", args=[ItemFactory().pk])

        assert client.post(url, {"post": "yes"}).status_code == 403
        assert Item.objects.count() == 1

    def form(self, **changes):
        return {
            "language": "es", "level": "B1", "skill": "grammar", "slug": "own-1",
            "topic": "ser-estar", "state": "active", "type": "multiple_choice",
            "prompt": "Yo ___ Ana.", "passage": "", "explanation": "Names take ser.",
            "options": '[{"id": "a", "text": "soy"}, {"id": "b", "text": "estoy"}]', "key": "a",
            "discrimination": "1.4", "difficulty": "0.2", "guessing": "0.25",
        } | changes  # fmt: skip

    def test_adds_an_item_whose_parameters_stay(self, client, cleo):
        response = client.post(reverse("admin:assessments_item_add"), self.form())

        assert response.status_code == 302, response.context["adminform"].form.errors
        assert Item.objects.get().calibrated_at is not None

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"slug": "es-b1-grammar-ser-01"}, "slug"),
            ({"options": '["soy", "estoy"]'}, "options"),
            ({"options": '[{"id": "a", "text": "soy"}]'}, "options"),
            ({"options": '[{"id": "a", "text": "s"}, {"id": "a", "text": "e"}]'}, "options"),
            ({"options": '{"a": "soy"}'}, "options"),
            ({"key": "c"}, "key"),
            ({"key": "a,b"}, "key"),
            ({"guessing": "0.9"}, "guessing"),
        ],
    )
    def test_refuses_an_item_that_cannot_be_judged(self, client, cleo, changes, field):
        response = client.post(reverse("admin:assessments_item_add"), self.form(**changes))

        assert field in response.context["adminform"].form.errors
        assert not Item.objects.exists()

    def test_the_content_of_the_files_is_read_only(self, client, cleo):
        item = ItemFactory(slug="es-b1-grammar-ser-01")
        client.post(change(item), self.form(prompt="Otra cosa ___.", state="draft"))

        item.refresh_from_db()
        assert item.prompt != "Otra cosa ___."


class TestExchange:
    def send(self, client, text, *, name="items.csv", number="0"):
        upload = SimpleUploadedFile(name, text.encode())
        form = {"import_file": upload, "format": number, "resource": ""}
        return client.post(reverse("admin:assessments_item_import"), form)

    def confirm(self, client, response):
        initial = response.context["confirm_form"].initial
        return client.post(reverse("admin:assessments_item_process_import"), initial)

    def row(self, **changes):
        values = {
            "language": "es", "slug": "own-1", "level": "B1", "skill": "grammar", "topic": "ser",
            "type": "multiple_choice", "prompt": "Yo ___ Ana.", "passage": "",
            "options": "soy | estoy | tengo | hay", "answer": "soy", "explanation": "Ser.",
            "state": "draft",
        } | changes  # fmt: skip
        return HEADER + ",".join(values.values()) + "\n"

    def test_imports_a_csv(self, client, cleo):
        response = self.send(client, self.row())
        assert self.confirm(client, response).status_code == 302

        item = Item.objects.get()
        assert [row["text"] for row in item.options if row["id"] in item.key] == ["soy"]
        assert (item.state, len(item.options), item.guessing) == ("draft", 4, 0.25)

    def test_imports_yaml(self, client, cleo):
        text = (
            "- {language: es, slug: own-1, level: B1, skill: grammar, topic: ser,"
            " type: multiple_choice, prompt: Yo ___ Ana., options: [soy, estoy, tengo, hay],"
            " answer: soy, explanation: Ser., passage: '', state: active}\n"
        )
        response = self.send(client, text, name="items.yaml", number="1")
        self.confirm(client, response)

        assert Item.objects.get().prompt == "Yo ___ Ana."

    def test_imports_a_typed_item(self, client, cleo):
        text = (
            "- {language: es, slug: own-1, level: B1, skill: grammar, topic: ser,"
            " type: translation, prompt: He is here., answer: Está aquí.,"
            " accepted: [Él está aquí.], prompts: {fr: Il est ici.}, explanation: Estar.,"
            " diacritics: strict, state: active}\n"
        )
        self.confirm(client, self.send(client, text, name="items.yaml", number="1"))

        item = Item.objects.get()
        assert item.key == ["Está aquí.", "Él está aquí."]
        assert (item.prompts, item.diacritics) == ({"fr": "Il est ici."}, "strict")

    @pytest.mark.parametrize(
        "changes",
        [
            {"type": "fill_blank"},
            {"answer": "eres"},
            {"options": "soy | estoy"},
            {"language": "tlh"},
            {"level": "C9"},
            {"slug": "es-b1-grammar-ser-01"},
            {"state": "asleep"},
        ],
    )
    def test_refuses_a_row_that_is_not_sound(self, client, cleo, changes):
        response = self.send(client, self.row(**changes))

        result = response.context["result"]
        assert result.has_errors() or result.has_validation_errors()
        assert not Item.objects.exists()

    def test_what_is_exported_can_be_imported_unchanged(self, client, cleo):
        ItemFactory(slug="own-1")
        ItemFactory(slug="es-b1-grammar-ser-01")
        typed_item(slug="own-2", key=["está", "esta aquí"], diacritics="strict")
        told = {"en": "Where things are.", "fr": "Lieu.", "de": "Ort."}
        typed_item(
            slug="own-3",
            type="translation",
            prompt="He is here.",
            prompts={"fr": "Il est ici."},
            explanation="Where things are.",
            explanations=told,
        )
        writing_item(slug="own-4")
        url = reverse("admin:assessments_item_export")
        names = [field.column_name for field in ItemResource().get_export_fields()]
        fields = {f"itemresource_{name}": "on" for name in names}
        text = client.post(url, {"format": "0", "resource": "", **fields}).content.decode()
        before = list(Item.objects.values())

        assert "está | es | hay | tiene,es," in text
        self.confirm(client, self.send(client, text))
        assert list(Item.objects.values()) == before


class TestAssessments:
    def test_a_tutor_sees_their_students_only(self, client, tessa):
        make_bank(each=1)
        mine = make_assessment(learner=TutorAssignmentFactory(tutor=tessa).student, answers=15)
        other = make_assessment(learner=UserFactory(), answers=15)

        assert list(client.get(ASSESSMENTS).context["cl"].queryset) == [mine]
        page = client.get(change(mine)).content.decode()
        assert "es-b1-grammar-0" in page
        assert client.get(change(other)).status_code == 302

    def test_nobody_edits_one(self, client, cleo):
        make_bank(each=1)
        assessment = make_assessment(answers=15)
        client.post(change(assessment), {"level": "C1"})

        assert Assessment.objects.get().level == assessment.level
        assert client.get(reverse("admin:assessments_assessment_add")).status_code == 403

    def test_twenty_cost_the_queries_of_one(self, client, cleo):
        make_bank(each=1)

        def cost(number):
            for _ in range(number):
                make_assessment(answers=15)
            with CaptureQueriesContext(connection) as queries:
                client.get(ASSESSMENTS)
            return len(queries)

        assert cost(1) == cost(8)


class TestTutors:
    @pytest.mark.parametrize("name", ["changelist", "add", "import", "export"])
    def test_have_no_way_to_the_keys(self, client, tessa, name):
        ItemFactory()
        url = reverse(f"admin:assessments_item_{name}")

        assert client.get(url).status_code == 403

    def test_cannot_import_by_posting(self, client, tessa):
        upload = SimpleUploadedFile("items.csv", HEADER.encode())
        url = reverse("admin:assessments_item_import")

        assert client.post(url, {"import_file": upload, "format": "0"}).status_code == 403
