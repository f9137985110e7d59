import pytest

from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from practice.models import Note, VocabularyItem, VocabularyList
from practice.tests.test_vocabulary import ENTRY, FOOD, words
from practice.vocabulary.services import create_list, load_starter

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    ana = UserFactory(name="Ana")
    LearnerLanguageFactory(user=ana, language="es", level="A1")
    return ana


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_page_invites_to_save(as_ana):
    page = text_of(as_ana.get("/vocabulary"))
    assert "No words of yours yet" in page
    assert "Save a word" in page


def test_saving_a_word(as_ana, ana):
    answer = as_ana.post("/vocabulary", {"text": "pera", "translation": "pear"}, follow=True)
    assert "“pera” is saved." in text_of(answer)
    assert VocabularyItem.objects.get().vocabulary_list.owner == ana


def test_what_is_wrong_with_a_word_is_said_beside_it(as_ana):
    answer = as_ana.post("/vocabulary", {"text": "", "translation": "pear"})
    assert answer.status_code == 400
    assert b"pear" in answer.content


def test_searching_goes_through_every_list(as_ana):
    load_starter(starter={"food": [ENTRY]}, topics=[FOOD])
    assert "manzana" in text_of(as_ana.get("/vocabulary?q=apple"))
    assert "No word found" in text_of(as_ana.get("/vocabulary?q=xyz"))


def test_a_starter_list_becomes_cards_once(as_ana, ana):
    load_starter(starter={"food": [ENTRY]}, topics=[FOOD])
    row = VocabularyList.objects.get(language="es")
    url = f"/vocabulary/lists/{row.pk}"
    assert "Make cards of all" in text_of(as_ana.get(url))
    assert "1 word is in your cards" in text_of(as_ana.post(f"{url}/cards", follow=True))
    assert "there already" in text_of(as_ana.post(f"{url}/cards", follow=True))
    note = Note.objects.get()
    assert (note.front, note.back, note.deck.owner) == ("manzana", "apple", ana)
    assert note.cards.count() == 2


def test_one_word_becomes_a_card_and_the_page_is_the_one_it_was_asked_on(as_ana):
    as_ana.post("/vocabulary", {"text": "pera", "translation": "pear"})
    item = VocabularyItem.objects.get()
    url, here = f"/vocabulary/words/{item.pk}/card", "/vocabulary?q=pera"
    assert as_ana.post(url, {"next": here}).headers["Location"] == here
    elsewhere = as_ana.post(url, {"next": "https://evil.example/"}).headers["Location"]
    assert elsewhere == f"/vocabulary/lists/{item.vocabulary_list_id}"
    assert Note.objects.count() == 1


def test_a_word_without_a_meaning_makes_no_card(as_ana, ana):
    (item,) = words(ana, "pera")
    page = text_of(as_ana.post(f"/vocabulary/words/{item.pk}/card", follow=True))
    assert "Say what it means first" in page
    assert not Note.objects.exists()


def test_making_copying_and_deleting_lists(as_ana, ana):
    made = as_ana.post("/vocabulary/lists", {"name": "Fruit"})
    row = VocabularyList.objects.get(owner=ana)
    assert made.headers["Location"] == f"/vocabulary/lists/{row.pk}"
    as_ana.post(f"/vocabulary/lists/{row.pk}/copy")
    assert VocabularyList.objects.filter(owner=ana).count() == 2
    as_ana.post(f"/vocabulary/lists/{row.pk}/delete")
    assert VocabularyList.objects.filter(owner=ana).count() == 1


def test_a_list_without_a_name_is_not_made(as_ana):
    page = text_of(as_ana.post("/vocabulary/lists", {"name": ""}, follow=True))
    assert "Give the list a name" in page
    assert not VocabularyList.objects.exists()


def test_removing_a_word(as_ana, ana):
    (item,) = words(ana, "pera")
    as_ana.post(f"/vocabulary/words/{item.pk}/delete")
    assert not VocabularyItem.objects.exists()


def test_anothers_lists_and_words_are_not_found(as_ana):
    ben = UserFactory(name="Ben")
    (item,) = words(ben, "uva")
    theirs = f"/vocabulary/lists/{item.vocabulary_list_id}"
    assert as_ana.get(theirs).status_code == 404
    for path in (f"{theirs}/copy", f"{theirs}/delete", f"{theirs}/cards"):
        assert as_ana.post(path).status_code == 404
    for act in ("card", "delete"):
        assert as_ana.post(f"/vocabulary/words/{item.pk}/{act}").status_code == 404


def test_changes_are_only_posted(as_ana, ana):
    row = create_list(owner=ana, name="Fruit", language="es")
    for act in ("copy", "delete", "cards"):
        assert as_ana.get(f"/vocabulary/lists/{row.pk}/{act}").status_code == 405


def test_strangers_are_sent_to_sign_in(client):
    assert client.get("/vocabulary").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("count", [2, 30])
def test_queries_do_not_grow(as_ana, ana, count, django_assert_max_num_queries):
    words(ana, *[f"palabra{number}" for number in range(count)])
    for number in range(count):
        create_list(owner=ana, name=f"List {number}", language="es")
    with django_assert_max_num_queries(8):
        as_ana.get("/vocabulary")
