"""Quizzes about lessons, questions about pictures, phrases of a text."""

import pytest
from rest_framework.test import APIClient

from config.ids import new_id
from learning.models import Concept, ContentItem, Evidence
from learning.tests.learners import ConceptFactory
from practice.models import PracticeSet
from practice.sets.services import make_set
from practice.tests import sets
from practice.vocabulary.services import NewWord, save_words

pytestmark = pytest.mark.django_db
TEXT = "La mesa es nueva. Una mujer come una manzana en la calle larga."


@pytest.fixture
def ana():
    return sets.learner()


@pytest.fixture
def api(ana):
    client = APIClient()
    client.force_authenticate(ana)
    return client


@pytest.fixture(autouse=True)
def builtin(settings, monkeypatch):
    settings.AI_CHAIN = ["builtin"]
    monkeypatch.setattr("practice.sets.tasks.make_set_task.delay", lambda set_id: None)


def lesson(**more):
    concept = sets.point()
    told = {"explanation": concept.explanation, "slips": concept.slips, "examples": []}
    fields = {"content_type": "lesson", "language": "es", "level": "A1", "title": "Two verbs"}
    item = ContentItem.objects.create(**fields | {"content": told} | more)
    item.concepts.set([concept])
    return item


def post(client, path, body=None):
    return client.post(f"/api/{path}", body or {}, format="json")


class TestQuiz:
    def test_of_a_lesson_to_its_result(self, api):
        item = lesson()
        told = post(api, "quizzes/generate", {"lessonId": str(item.pk)})
        body = told.json()
        assert (told.status_code, body["status"], body["lessonId"]) == (201, "ready", str(item.pk))
        kinds = {one["type"] for one in body["questions"]}
        assert kinds <= {"multiple_choice", "true_false", "short_answer"}
        quiz = PracticeSet.objects.get()
        answers = [
            {"questionId": str(one.pk), "answer": one.key[0]} for one in quiz.questions.all()
        ]
        result = post(api, f"quizzes/{quiz.pk}/submit", {"answers": answers}).json()
        assert result["score"] == 100
        assert result["masteryUpdate"]["name"] == "ser estar"
        assert Evidence.objects.filter(correct=True).count() == len(answers)
        read = api.get(f"/api/quizzes/{quiz.pk}").json()
        assert read["result"] == result

    def test_a_lesson_of_ones_own_without_a_concept_is_no_evidence(self, api):
        item = lesson()
        item.concepts.clear()
        quiz_id = post(api, "quizzes/generate", {"lessonId": str(item.pk)}).json()["quizId"]
        assert post(api, f"quizzes/{quiz_id}/submit").status_code == 200
        assert not Evidence.objects.exists()

    def test_it_waits_for_a_model(self, api, monkeypatch):
        monkeypatch.setattr("practice.sets.making.model.available", lambda: True)
        told = post(api, "quizzes/generate", {"lessonId": str(lesson().pk)})
        assert (told.status_code, told.json()["status"]) == (202, "generating")

    @pytest.mark.parametrize("more", [{"content_type": "exercise"}, {"is_active": False}])
    def test_what_is_no_lesson(self, api, more):
        body = {"lessonId": str(lesson(**more).pk)}
        assert post(api, "quizzes/generate", body).status_code == 404

    def test_bad_input(self, api):
        assert post(api, "quizzes/generate", {}).status_code == 400
        assert post(api, "quizzes/generate", {"lessonId": str(new_id())}).status_code == 404

    def test_anothers_and_other_kinds(self, api, ana):
        bens = sets.ready_set(sets.learner("Ben"), kind="quiz")
        practice = sets.ready_set(ana)
        for made in (bens, practice):
            assert api.get(f"/api/quizzes/{made.pk}").status_code == 404
            assert post(api, f"quizzes/{made.pk}/submit").status_code == 404

    def test_a_stranger(self):
        assert post(APIClient(), "quizzes/generate", {}).status_code == 401


class TestPictures:
    def ask(self, api, **more):
        sets.starter()
        return post(api, "qa/generate", {"description": TEXT, "language": "es", **more})

    def test_each_answer_is_told_at_once_and_the_last_completes(self, api):
        told = self.ask(api, imageUrl="https://example.org/a.jpg")
        body = told.json()
        assert (told.status_code, body["status"]) == (201, "ready")
        assert body["imageUrl"] == "https://example.org/a.jpg"
        assert body["questions"]
        made = PracticeSet.objects.get()
        for number, one in enumerate(made.questions.all()):
            value = one.key[0] if number else "no"
            given = {"questionId": str(one.pk), "answer": value}
            answered = post(api, f"qa/{made.pk}/answer", given).json()
            assert answered["correct"] is bool(number)
            assert answered["rightAnswers"] == one.key
            assert post(api, f"qa/{made.pk}/answer", given).json() == answered
            other = post(api, f"qa/{made.pk}/answer", given | {"answer": "something else"})
            assert other.json()["code"] == "already_answered"
        assert api.get(f"/api/qa/{made.pk}").json()["status"] == "completed"

    def test_a_description_without_words_we_know(self, api):
        told = post(api, "qa/generate", {"description": "Xyzzy.", "language": "es"})
        assert told.json()["status"] == "failed"

    @pytest.mark.parametrize(
        "wrong", [{"description": ""}, {"language": "tlh"}, {"imageUrl": "javascript:alert(1)"}]
    )
    def test_bad_input(self, api, wrong):
        assert self.ask(api, **wrong).status_code == 400

    def test_anothers(self, api):
        made = sets.ready_set(sets.learner("Ben"), kind="picture")
        body = {"questionId": str(made.questions.first().pk), "answer": "x"}
        assert api.get(f"/api/qa/{made.pk}").status_code == 404
        assert post(api, f"qa/{made.pk}/answer", body).status_code == 404

    def test_made_once(self, api):
        self.ask(api)
        made = PracticeSet.objects.get()
        assert not make_set(set_id=made.pk, now=made.assigned_at)


class TestPhrases:
    def find(self, api, text=TEXT, **more):
        return post(api, "phrases/extract", {"text": text, "language": "es", **more})

    def test_each_stands_in_the_text(self, api):
        sets.starter()
        ConceptFactory(
            kind=Concept.Kind.LEMMA, slug="comer", forms=["come"], level="A1", frequency=5.0
        )
        text = f"🍎 {TEXT}"
        found = self.find(api, text).json()["phrases"]
        assert {one["text"] for one in found} == {"mesa", "come", "manzana", "calle"}
        for one in found:
            assert text[one["start"] : one["end"]] == one["text"]
            assert one["example"] in text
        words = {one["text"]: one for one in found}
        assert words["manzana"]["translation"] == "apple"
        assert words["manzana"]["kind"] == "noun"
        assert words["come"]["lemma"] == "comer"

    def test_the_longest_entry_wins(self, api):
        items = sets.starter()
        items[0].text, items[0].part_of_speech = "en la calle", "phrase"
        items[0].save()
        found = {one["text"]: one for one in self.find(api).json()["phrases"]}
        assert found["en la calle"]["kind"] == "phrase"
        assert "calle" not in found

    def test_what_is_saved_is_known(self, api, ana):
        sets.starter()
        save_words(owner=ana, words=[NewWord("es", "mesa", "table")])
        known = {one["text"]: one["known"] for one in self.find(api).json()["phrases"]}
        assert known["mesa"] is True
        assert known["manzana"] is False

    def test_what_lies_far_below_is_left_out(self, api):
        sets.starter()
        assert self.find(api, level="C1").json()["phrases"] == []

    @pytest.mark.parametrize("times", [1, 30])
    def test_queries(self, api, django_assert_num_queries, times):
        sets.starter()
        with django_assert_num_queries(3):
            self.find(api, " ".join([TEXT] * times))

    @pytest.mark.parametrize("wrong", [{"text": ""}, {"text": "x" * 8001}, {"language": "tlh"}])
    def test_bad_input(self, api, wrong):
        assert self.find(api, **wrong).status_code == 400

    def test_a_stranger(self):
        assert self.find(APIClient()).status_code == 401
