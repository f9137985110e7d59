"""Words and questions as files of the back office, and who sees what there."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tests.factories import AdminFactory, TutorAssignmentFactory, UserFactory
from learning.tests.learners import ConceptFactory
from practice.models import PracticeSet, Question, VocabularyItem, VocabularyList
from practice.sets.exchange import QuestionResource
from practice.tests import sets
from practice.vocabulary.exchange import WordResource
from practice.vocabulary.services import NewWord, save_words

pytestmark = pytest.mark.django_db

WORDS = reverse("admin:practice_vocabularyitem_changelist")
QUESTIONS = reverse("admin:practice_question_changelist")
ASSIGN = reverse("admin:practice_practiceset_assign")
HEADER = "language,list,text,part_of_speech,gender,translation,translations,example,level,tags\n"
ROW = 'es,At the bank,la cuenta,noun,feminine,account,"{""de"": ""das Konto""}",,A2,money | bank\n'


@pytest.fixture
def cleo(client):
    cleo = AdminFactory()
    client.force_login(cleo)
    return cleo


def upload(text, name="file.csv"):
    return SimpleUploadedFile(name, text.encode())


def bring_in(client, text):
    """Both steps of an import: the preview and the confirmation. Gives the preview."""
    url = reverse("admin:practice_vocabularyitem_import")
    shown = client.post(url, {"import_file": upload(text), "format": "0"})
    confirm = shown.context.get("confirm_form")
    if confirm:
        client.post(reverse("admin:practice_vocabularyitem_process_import"), confirm.initial)
    return shown


class TestWords:
    def test_come_in_with_their_list_and_can_be_found(self, client, cleo):
        account = ConceptFactory(kind="lemma", slug="la cuenta", name="la cuenta")
        bring_in(client, HEADER + ROW)
        item = VocabularyItem.objects.get()
        assert (item.vocabulary_list.name, item.vocabulary_list.visibility) == (
            "At the bank",
            "public",
        )
        assert (item.translation, item.translations) == ("account", {"de": "das Konto"})
        assert (item.tags, item.concept) == (["money", "bank"], account)
        client.force_login(sets.learner())
        assert b"la cuenta" in client.get("/vocabulary?q=account").content

    def test_come_in_twice_and_are_there_once(self, client, cleo):
        for meaning in ("account", "bill"):
            bring_in(client, HEADER + ROW.replace("account", meaning))
        assert VocabularyItem.objects.get().translation == "bill"
        assert VocabularyList.objects.count() == 1

    def test_go_out_and_come_back_equal(self, client, cleo):
        bring_in(client, HEADER + ROW)
        before = WordResource().export().csv
        assert "la cuenta" in before
        VocabularyList.objects.all().delete()
        bring_in(client, before)
        assert WordResource().export().csv == before

    def test_that_came_with_the_product_are_left_alone(self, client, cleo):
        sets.starter()
        out = WordResource().export().csv
        assert "apple" in out
        bring_in(client, out.replace("apple", "stone"))
        assert VocabularyItem.objects.count() == len(sets.WORDS)
        assert VocabularyItem.objects.get(text="manzana").translations == {"en": "apple"}

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("es,", "xx,"),
            ("At the bank", ""),
            ("noun", "thing"),
            ("A2", "Z9"),
            ('"{""de"": ""das Konto""}"', "[1]"),
            ("la cuenta", "x" * 201),
        ],
    )
    def test_that_do_not_hold_together_change_nothing(self, client, cleo, old, new):
        shown = bring_in(client, HEADER + ROW.replace(old, new))
        assert shown.context["result"].has_errors() or shown.context["result"].invalid_rows
        assert not VocabularyItem.objects.exists()

    def test_of_learners_are_not_among_them(self, client, cleo):
        save_words(owner=UserFactory(), words=[NewWord("es", "secreto")])
        assert client.get(WORDS).context["cl"].result_count == 0

    @pytest.mark.parametrize("count", [1, 20])
    def test_cost_the_same(self, client, cleo, count, django_assert_max_num_queries):
        rows = "".join(ROW.replace("la cuenta", f"palabra {n}") for n in range(count))
        bring_in(client, HEADER + rows)
        with django_assert_max_num_queries(14):
            assert client.get(WORDS).status_code == 200


TRUTH = {"type": "true_false", "passage": "Soy cansado.", "key": ["false"]}
PAIRS = {
    "type": "matching",
    "key": [["pan", "bread"], ["agua", "water"], ["sal", "salt"]],
}


class TestQuestions:
    def assign(self, client, student, text, name="set.csv"):
        data = {"student": student.pk, "language": "es", "title": "My own", "questions": ""}
        return client.post(ASSIGN, data | {"questions": upload(text, name)})

    def test_go_out_and_come_in_as_a_set_that_is_ready(self, client, cleo):
        ana, ben = sets.learner(), sets.learner("Ben")
        sets.ready_set(ana, *sets.usual(sets.point()), {**PAIRS, "options": SIDES})
        out = QuestionResource().export().csv
        assert self.assign(client, ben, out).status_code == 302
        made = PracticeSet.objects.get(learner=ben)
        assert (made.status, made.title, made.assigned_by) == ("ready", "My own", cleo)
        same = ("type", "passage", "options", "key", "hints", "concept", "difficulty")
        rows = [
            list(one.questions.values_list(*same)) for one in PracticeSet.objects.order_by("pk")
        ]
        assert rows[0] == rows[1]

    def test_may_stand_in_json(self, client, cleo):
        ben = sets.learner("Ben")
        self.assign(client, ben, json.dumps([TRUTH, PAIRS]), "set.json")
        assert PracticeSet.objects.get(learner=ben).questions.count() == 2

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
            json.dumps([TRUTH | {"key": []}]),
            json.dumps([TRUTH | {"key": ["maybe"]}]),
            json.dumps([TRUTH | {"type": "riddle"}]),
            json.dumps([TRUTH | {"difficulty": "very"}]),
            json.dumps([PAIRS | {"key": [["pan"]]}]),
            json.dumps([TRUTH] * 41),
            json.dumps({"type": "true_false"}),
            json.dumps([["true_false"]]),
            "[" * 20,
            "x" * (513 * 1024),
        ],
    )
    def test_that_cannot_be_asked_are_refused_in_words(self, client, cleo, text):
        answer = self.assign(client, sets.learner("Ben"), text, "set.json")
        assert answer.status_code == 200
        assert not Question.objects.exists()

    def test_a_tutor_assigns_to_their_students_only(self, client):
        tie = TutorAssignmentFactory(student=sets.learner())
        client.force_login(tie.tutor)
        text = json.dumps([TRUTH])
        assert self.assign(client, tie.student, text, "set.json").status_code == 302
        assert self.assign(client, sets.learner("Ben"), text, "set.json").status_code == 200
        assert PracticeSet.objects.get().learner == tie.student

    @pytest.mark.parametrize("name", ["question", "practiceset"])
    def test_a_tutor_sees_those_of_their_students_only(self, client, name):
        tie = TutorAssignmentFactory(student=sets.learner())
        sets.ready_set(sets.learner("Ben"), TRUTH)
        mine = sets.ready_set(tie.student, TRUTH)
        client.force_login(tie.tutor)
        url = reverse(f"admin:practice_{name}_changelist")
        assert client.get(url).context["cl"].result_count == 1
        for row in Question.objects.all():
            page = client.get(reverse("admin:practice_question_change", args=[row.pk]))
            assert page.status_code == (200 if row.practice_set == mine else 302)

    def test_a_tutor_takes_out_those_of_their_students_only(self, client):
        tie = TutorAssignmentFactory(student=sets.learner())
        sets.ready_set(sets.learner("Ben"), TRUTH | {"passage": "De Ben."})
        sets.ready_set(tie.student, TRUTH | {"passage": "De Ana."})
        client.force_login(tie.tutor)
        picked = {f"questionresource_{name}": "on" for name in QuestionResource.Meta.fields}
        url = reverse("admin:practice_question_export")
        out = client.post(url, {"format": "0", "resource": "0"} | picked).content.decode()
        assert "De Ana." in out
        assert "De Ben." not in out

    @pytest.mark.parametrize("count", [1, 15])
    def test_cost_the_same(self, client, cleo, count, django_assert_max_num_queries):
        for _ in range(count):
            sets.ready_set(sets.learner(), TRUTH)
        with django_assert_max_num_queries(14):
            assert client.get(QUESTIONS).status_code == 200


SIDES = {"left": ["pan", "agua", "sal"], "right": ["bread", "salt", "water"]}


@pytest.mark.parametrize(
    ("table", "action", "to"),
    [
        ("vocabularylist", "import_words", "vocabularyitem_import"),
        ("vocabularylist", "export_words", "vocabularyitem_export"),
        ("question", "bring_in", "practiceset_assign"),
    ],
)
def test_lists_and_questions_lead_to_their_files(client, cleo, table, action, to):
    address = reverse(f"admin:practice_{table}_{action}")
    page = client.get(reverse(f"admin:practice_{table}_changelist"))
    assert address in page.content.decode()
    there = client.get(address)
    assert there.url == reverse(f"admin:practice_{to}")
    assert client.get(there.url).status_code == 200
