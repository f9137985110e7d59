import pytest

from accounts.tests.factories import UserFactory
from learning.models import Concept
from learning.tests.learners import ConceptFactory
from practice.models import Note, VocabularyItem
from practice.sets.phrases import Phrase
from practice.tests import sets

pytestmark = pytest.mark.django_db
TEXT = "La mesa es nueva.\nUna mujer come una manzana en la calle larga."


@pytest.fixture
def ana():
    return sets.learner()


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    sets.starter()
    ConceptFactory(
        kind=Concept.Kind.LEMMA, slug="comer", name="comer", forms=["come"], frequency=5.0
    )
    return client


def send(client, *places, text=TEXT, **more):
    return client.post("/phrases", {"text": text, "phrase": places} | more)


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def place(word):
    # A browser sends line breaks as two characters.
    return str(TEXT.replace("\n", "\r\n").index(word))


def test_a_page_to_paste_a_text_into(as_ana):
    page = text_of(as_ana.get("/phrases"))
    assert "Your text" in page
    assert "the text itself is not kept" in page


def test_what_is_found_with_its_meaning_and_its_sentence(as_ana):
    page = text_of(send(as_ana))
    assert "4 words and phrases" in page
    for shown in ("mesa", "table", "come", "comer", "Una mujer come una manzana"):
        assert shown in page


def test_the_chosen_words_are_saved(as_ana, ana):
    text = TEXT.replace("\n", "\r\n")
    page = text_of(send(as_ana, place("mesa"), place("come"), text=text, keep="words"))
    assert "2 words are saved." in page
    assert "in your words" in page
    mine = VocabularyItem.objects.filter(vocabulary_list__owner=ana)
    assert {one.text: one.translation for one in mine} == {"mesa": "table", "comer": ""}
    assert mine.get(text="mesa").example == "La mesa es nueva."
    assert not Note.objects.exists()


def test_cards_are_made_where_there_is_a_meaning(as_ana, ana):
    text = TEXT.replace("\n", "\r\n")
    page = text_of(send(as_ana, place("mesa"), place("come"), text=text, keep="cards"))
    assert "1 new word in your cards." in page
    assert "1 word has no meaning yet" in page
    told = {f"meaning-{place('come')}": "to eat"}
    text_of(send(as_ana, place("come"), text=text, keep="cards", **told))
    assert {(note.front, note.back) for note in Note.objects.filter(deck__owner=ana)} == {
        ("mesa", "table"),
        ("comer", "to eat"),
    }


def test_nothing_chosen_and_nothing_found_are_said(as_ana):
    assert "Choose at least one" in text_of(send(as_ana, keep="words"))
    assert "nothing new to learn" in text_of(send(as_ana, text="de la en"))


@pytest.mark.parametrize("text", ["", "x" * 8001])
def test_a_text_that_cannot_be_read(as_ana, text):
    text_of(send(as_ana, text=text), 400)


def test_who_learns_nothing_is_asked_what_first(client):
    client.force_login(UserFactory())
    assert client.get("/phrases").headers["Location"] == "/welcome"


def test_strangers_and_other_methods(as_ana, client):
    assert as_ana.delete("/phrases").status_code == 405
    client.logout()
    assert client.get("/phrases").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("times", [1, 40])
def test_queries_do_not_grow_with_the_text(as_ana, times, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        send(as_ana, text=" ".join([TEXT] * times))


@pytest.mark.parametrize(
    ("text", "kind", "lemma", "language", "kept"),
    [
        ("Äpfel", "noun", "apfel", "de", "Apfel"),
        ("ging", "verb", "gehen", "de", "gehen"),
        ("Mesas", "noun", "mesa", "es", "mesa"),
        ("en la calle", "phrase", "calle", "es", "en la calle"),
    ],
)
def test_words_are_kept_as_a_dictionary_has_them(text, kind, lemma, language, kept):
    found = Phrase(text, 0, len(text), kind, lemma, "A1", "", "", known=False)
    assert found.dictionary_form(language) == kept
