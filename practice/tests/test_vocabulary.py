import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.services import issue_tokens
from accounts.tests.factories import (
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from config.ids import new_id
from config.languages import TAUGHT
from learning.concepts.files import Topic, read_topics
from learning.models import Evidence
from learning.tests.learners import ConceptFactory
from practice.models import VocabularyItem, VocabularyList
from practice.vocabulary.files import Entry, Word, read_starter
from practice.vocabulary.services import (
    NewWord,
    copy_list,
    create_list,
    load_starter,
    save_words,
)
from practice.vocabulary.validate import starter_problems

pytestmark = pytest.mark.django_db

SAVE = "/api/vocabulary/save"
APPLE = {"language": "es", "text": "manzana", "translation": "apple", "partOfSpeech": "noun"}
FOOD = Topic("food", "A1", dict.fromkeys(TAUGHT, "Food and drink"))
ENTRY = Entry(
    level="A1",
    pos="noun",
    en=Word("apple", "I eat an apple."),
    es=Word("manzana", "Como una manzana.", gender="feminine"),
    fr=Word("pomme", "Je mange une pomme.", gender="feminine"),
    de=Word("Apfel", "Ich esse einen Apfel.", gender="masculine", forms="die Äpfel"),
)


def client_of(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=user).token}")
    return client


@pytest.fixture
def ana():
    return UserFactory(name="Ana")


@pytest.fixture
def as_ana(ana):
    return client_of(ana)


@pytest.fixture
def as_ben():
    return client_of(UserFactory(name="Ben"))


def words(owner, *texts, language="es", into=None):
    saved = save_words(
        owner=owner,
        words=[NewWord(language=language, text=text, into=into) for text in texts],
    )
    return [one.item for one in saved]


class TestSaving:
    def test_one_word_goes_into_the_default_list(self, as_ana, ana):
        answer = as_ana.post(SAVE, APPLE, format="json")
        assert answer.status_code == 201
        body = answer.json()
        assert (body["created"], body["items"][0]["text"]) == (1, "manzana")
        assert VocabularyList.objects.get(owner=ana).name == "My Spanish words"

    def test_many_keep_their_order(self, as_ana):
        items = [APPLE | {"text": text} for text in ("pera", "uva", "kiwi")]
        body = as_ana.post(SAVE, {"items": items}, format="json").json()
        assert [item["text"] for item in body["items"]] == ["pera", "uva", "kiwi"]

    def test_languages_go_into_lists_of_their_own(self, as_ana, ana):
        items = [APPLE, {"language": "fr", "text": "pomme"}]
        as_ana.post(SAVE, {"items": items}, format="json")
        assert set(VocabularyList.objects.values_list("language", flat=True)) == {"es", "fr"}

    def test_saved_again_it_is_brought_up_to_date(self, as_ana):
        as_ana.post(SAVE, APPLE, format="json")
        again = as_ana.post(SAVE, APPLE | {"example": "Una manzana roja."}, format="json")
        assert (again.status_code, again.json()["created"]) == (200, 0)
        item = VocabularyItem.objects.get()
        assert (item.example, item.translation) == ("Una manzana roja.", "apple")

    def test_a_known_word_is_tied_to_its_concept(self, as_ana):
        concept = ConceptFactory(kind="lemma", slug="manzana", name="manzana")
        as_ana.post(SAVE, APPLE, format="json")
        assert VocabularyItem.objects.get().concept == concept

    def test_into_a_list_of_ones_own(self, as_ana, ana):
        into = create_list(owner=ana, name="Fruit", language="es")
        as_ana.post(SAVE, APPLE | {"listId": str(into.pk)}, format="json")
        assert into.items.count() == 1

    def test_each_of_many_says_where_it_goes_and_where_it_stood(self, as_ana, ana):
        fruit = create_list(owner=ana, name="Fruit", language="es")
        verbs = create_list(owner=ana, name="Verbs", language="es")
        source = {"type": "conversations.message", "id": str(new_id())}
        items = [
            {"language": "es", "text": "correr", "listId": str(verbs.pk)},
            APPLE | {"source": source},
        ]
        body = {"items": items, "listId": str(fruit.pk)}
        answer = as_ana.post(SAVE, body, format="json").json()
        assert [one["listId"] for one in answer["items"]] == [str(verbs.pk), str(fruit.pk)]
        assert str(fruit.items.get().source_id) == source["id"]

    def test_one_of_many_into_anothers_list_saves_nothing(self, as_ben, ana):
        into = create_list(owner=ana, name="Fruit", language="es", visibility="public")
        items = [APPLE, APPLE | {"listId": str(into.pk)}]
        assert as_ben.post(SAVE, {"items": items}, format="json").status_code == 404
        assert not VocabularyItem.objects.exists()

    def test_into_anothers_list_is_not_found(self, as_ben, ana):
        into = create_list(owner=ana, name="Fruit", language="es", visibility="public")
        answer = as_ben.post(SAVE, APPLE | {"listId": str(into.pk)}, format="json")
        assert answer.status_code == 404
        assert not VocabularyItem.objects.exists()

    def test_into_a_list_of_another_language_is_refused(self, as_ana, ana):
        into = create_list(owner=ana, name="Fruits", language="fr")
        answer = as_ana.post(SAVE, APPLE | {"listId": str(into.pk)}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (400, "wrong_language")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"items": []},
            {"items": [APPLE] * 201},
            APPLE | {"language": "xx"},
            APPLE | {"text": ""},
            APPLE | {"text": "x" * 201},
            APPLE | {"partOfSpeech": "thing"},
            {"items": "apple"},
        ],
    )
    def test_bad_input_saves_nothing(self, as_ana, body):
        assert as_ana.post(SAVE, body, format="json").status_code == 400
        assert not VocabularyItem.objects.exists()

    def test_strangers_are_turned_away(self):
        assert APIClient().post(SAVE, APPLE, format="json").status_code == 401

    def test_it_is_only_posted(self, as_ana):
        assert as_ana.get(SAVE).status_code == 405

    @pytest.mark.parametrize("count", [1, 40])
    def test_queries_do_not_grow(self, ana, count, django_assert_num_queries):
        words(ana, "uva")
        with django_assert_num_queries(8):
            words(ana, *[f"palabra{number}" for number in range(count)])


class TestSearching:
    def find(self, client, query):
        return [item["text"] for item in client.get(f"/api/vocabulary?{query}").json()["items"]]

    def test_without_accents_and_in_any_form(self, as_ana, ana):
        words(ana, "árbol", "corriendo", "manzana")
        assert self.find(as_ana, "language=es&q=arboles") == ["árbol"]
        assert self.find(as_ana, "language=es&q=correr") == ["corriendo"]

    def test_by_its_beginning_and_by_its_meaning(self, as_ana):
        as_ana.post(SAVE, APPLE, format="json")
        assert self.find(as_ana, "language=es&q=manz") == ["manzana"]
        assert self.find(as_ana, "language=es&q=apples") == ["manzana"]

    def test_german_plurals_find_their_word(self, as_ana, ana):
        words(ana, "Haus", language="de")
        assert self.find(as_ana, "language=de&q=Hauses") == ["Haus"]

    def test_only_ones_own_unless_asked(self, as_ana, as_ben, ana):
        load_starter(starter={"food": [ENTRY]}, topics=[FOOD])
        assert self.find(as_ana, "language=es") == []
        assert self.find(as_ana, "language=es&scope=all&q=apple") == ["manzana"]
        words(ana, "pera")
        assert self.find(as_ben, "language=es&scope=all&q=pera") == []

    def test_odd_queries_break_nothing(self, as_ana, ana):
        words(ana, "pera")
        for query in ("%27%22%20%26%20%7C", "%00"[:0] + "%25%25", "(((", "-", "&amp;"):
            assert as_ana.get(f"/api/vocabulary?language=es&q={query}").status_code == 200

    @pytest.mark.parametrize("count", [2, 30])
    def test_queries_do_not_grow(self, as_ana, ana, count, django_assert_max_num_queries):
        words(ana, *[f"palabra{number}" for number in range(count)])
        with django_assert_max_num_queries(3):
            as_ana.get("/api/vocabulary")


class TestItems:
    def url(self, item):
        return f"/api/vocabulary/items/{item.pk}"

    def test_change(self, as_ana, ana):
        (item,) = words(ana, "mansana")
        answer = as_ana.patch(self.url(item), {"text": "manzana"}, format="json")
        assert answer.json()["text"] == "manzana"
        assert as_ana.get("/api/vocabulary?language=es&q=manzana").json()["total"] == 1

    def test_not_into_one_that_is_there(self, as_ana, ana):
        item, _ = words(ana, "mansana", "manzana")
        answer = as_ana.patch(self.url(item), {"text": "manzana"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "word_exists")

    def test_delete(self, as_ana, ana):
        (item,) = words(ana, "pera")
        assert as_ana.delete(self.url(item)).status_code == 204
        assert not VocabularyItem.objects.exists()

    def test_anothers_is_not_found(self, as_ben, ana):
        (item,) = words(ana, "pera")
        assert as_ben.patch(self.url(item), {"text": "uva"}, format="json").status_code == 404
        assert as_ben.delete(self.url(item)).status_code == 404

    def test_a_starter_word_cannot_be_changed(self, as_ana):
        load_starter(starter={"food": [ENTRY]}, topics=[FOOD])
        item = VocabularyItem.objects.filter(language="es").get()
        assert as_ana.delete(self.url(item)).status_code == 404


class TestLists:
    def test_make_change_and_delete(self, as_ana):
        made = as_ana.post(
            "/api/vocabulary/lists", {"name": "Fruit", "language": "es"}, format="json"
        )
        assert made.status_code == 201
        url = f"/api/vocabulary/lists/{made.json()['id']}"
        changed = as_ana.patch(url, {"name": "Fruits", "visibility": "public"}, format="json")
        assert (changed.json()["name"], changed.json()["visibility"]) == ("Fruits", "public")
        assert as_ana.delete(url).status_code == 204
        assert as_ana.get(url).status_code == 404

    def test_private_ones_are_seen_by_their_owner_and_tutor(self, as_ana, as_ben, ana):
        made = create_list(owner=ana, name="Fruit", language="es")
        url = f"/api/vocabulary/lists/{made.pk}"
        tessa = TutorFactory()
        TutorAssignmentFactory(tutor=tessa, student=ana)
        assert as_ana.get(url).status_code == 200
        assert as_ben.get(url).status_code == 404
        assert client_of(tessa).get(url).status_code == 200
        assert client_of(tessa).patch(url, {"name": "x"}, format="json").status_code == 404

    def test_public_ones_are_seen_but_not_changed(self, as_ben, ana):
        made = create_list(owner=ana, name="Fruit", language="es", visibility="public")
        url = f"/api/vocabulary/lists/{made.pk}"
        assert as_ben.get(url).json()["owned"] is False
        assert as_ben.patch(url, {"name": "Mine"}, format="json").status_code == 404
        assert as_ben.delete(url).status_code == 404

    def test_a_copy_is_ones_own(self, as_ben, ana):
        made = create_list(owner=ana, name="Fruit", language="es", visibility="public")
        words(ana, "pera", "uva", into=made)
        answer = as_ben.post(f"/api/vocabulary/lists/{made.pk}/copy")
        assert answer.status_code == 201
        assert (answer.json()["owned"], answer.json()["count"]) == (True, 2)
        assert made.items.count() == 2

    def test_cards_of_a_list(self, as_ana, as_ben, ana):
        as_ana.post(SAVE, APPLE, format="json")
        url = f"/api/vocabulary/lists/{VocabularyList.objects.get().pk}/cards"
        assert as_ana.post(url).json() == {"success": True, "created": 1}
        assert as_ana.post(url).json()["created"] == 0
        assert as_ben.post(url).status_code == 404

    def test_a_copy_of_a_starter_list_speaks_the_learners_language(self):
        load_starter(starter={"food": [ENTRY]}, topics=[FOOD])
        marie = UserFactory(native_language="fr")
        copied = copy_list(vocabulary_list=VocabularyList.objects.get(language="es"), owner=marie)
        assert copied.items.get().translation == "pomme"

    @pytest.mark.parametrize("body", [{}, {"name": "x"}, {"name": "", "language": "es"}])
    def test_bad_input(self, as_ana, body):
        assert as_ana.post("/api/vocabulary/lists", body, format="json").status_code == 400

    def test_strangers_are_turned_away(self):
        assert APIClient().get("/api/vocabulary/lists").status_code == 401

    @pytest.mark.parametrize("count", [1, 12])
    def test_queries_do_not_grow(self, as_ana, ana, count, django_assert_max_num_queries):
        for number in range(count):
            create_list(owner=ana, name=f"List {number}", language="es")
        with django_assert_max_num_queries(3):
            as_ana.get("/api/vocabulary/lists")


class TestLookUp:
    def look(self, client, word, **more):
        body = {"language": "es", "word": word} | more
        return client.post("/api/vocabulary/lookup", body, format="json")

    @pytest.fixture(autouse=True)
    def _known(self):
        ConceptFactory(
            kind="lemma", slug="manzana", name="manzana", frequency=4.1, forms=["manzanas"]
        )
        load_starter(starter={"food": [ENTRY]}, topics=[FOOD])

    def test_a_form_leads_to_its_word(self, as_ana):
        body = self.look(as_ana, "Manzanas").json()
        assert (body["lemma"], body["frequency"]) == ("manzana", 4.1)
        assert body["meanings"][0]["translation"] == "apple"
        assert body["examples"] == [{"text": "Como una manzana.", "translation": "I eat an apple."}]

    def test_it_counts_a_little_against_knowing_it_once_a_place(self, as_ana, ana):
        LearnerLanguageFactory(user=ana, language="es", level="A1")
        place = str(new_id())
        for _ in range(2):
            self.look(as_ana, "manzana", sourceId=place)
        row = Evidence.objects.get()
        assert (row.surface, row.correct, row.weight) == ("lookup", False, 0.3)

    def test_an_unknown_word(self, as_ana):
        answer = self.look(as_ana, "zzyzx")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_word")

    def test_strangers_are_turned_away(self):
        assert self.look(APIClient(), "manzana").status_code == 401


class TestStarterLists:
    def test_a_list_for_each_language_with_the_other_languages_as_meanings(self):
        assert load_starter(starter={"food": [ENTRY]}, topics=[FOOD]) == len(TAUGHT)
        apfel = VocabularyItem.objects.get(language="de")
        assert (apfel.text, apfel.forms, apfel.gender) == ("Apfel", "die Äpfel", "masculine")
        assert apfel.translations == {"en": "apple", "es": "manzana", "fr": "pomme"}
        assert apfel.example_translations["es"] == "Como una manzana."
        assert apfel.vocabulary_list.visibility == "public"

    def test_a_second_load_changes_nothing(self):
        for _ in range(2):
            load_starter(starter={"food": [ENTRY]}, topics=[FOOD])
        assert VocabularyItem.objects.count() == len(TAUGHT)
        assert VocabularyList.objects.count() == len(TAUGHT)

    def test_what_left_the_files_leaves_the_list(self):
        pear = Entry("A1", "noun", *(Word(f"pear {n}", "x", gender="feminine") for n in range(4)))
        load_starter(starter={"food": [ENTRY, pear]}, topics=[FOOD])
        load_starter(starter={"food": [ENTRY]}, topics=[FOOD])
        assert VocabularyItem.objects.count() == len(TAUGHT)

    def test_problems_are_named(self):
        odd = Entry("X1", "thing", Word("a", ""), *(Word("b", "c") for _ in range(3)))
        text = " ".join(starter_problems({"food": [odd, ENTRY, ENTRY]}, topics=set()))
        for words_ in ("no such topic", "'X1'", "'thing'", "no text", "comes 2 times"):
            assert words_ in text

    def test_a_noun_has_a_gender(self):
        bare = Entry("A1", "noun", *(Word("a", "b") for _ in range(4)))
        assert "without a gender" in " ".join(starter_problems({"food": [bare]}, topics={"food"}))

    def test_the_files_are_sound(self):
        topics = {topic.slug for topic in read_topics()}
        assert list(starter_problems(read_starter(), topics=topics)) == []

    def test_an_unreadable_file_is_named(self, tmp_path, monkeypatch):
        (tmp_path / "food.yaml").write_text("- {level: A1}")
        monkeypatch.setattr("practice.vocabulary.files.FOLDER", tmp_path)
        with pytest.raises(CommandError, match=r"food\.yaml"):
            call_command("load_vocabulary")
