import pytest

from accounts.tests.factories import LearnerLanguageFactory, UserFactory
from config.ids import new_id
from learning.models import Evidence
from learning.tests.learners import ConceptFactory
from practice.models import Card, Note, VocabularyItem
from practice.tests.test_vocabulary import ENTRY, FOOD
from practice.vocabulary.commonness import commonness
from practice.vocabulary.services import load_starter

pytestmark = pytest.mark.django_db

LOOK_UP, KEEP = "/vocabulary/look-up", "/vocabulary/look-up/keep"
HERE = "Hoy compro manzanas rojas."


@pytest.fixture
def ana():
    ana = UserFactory(name="Ana")
    LearnerLanguageFactory(user=ana, language="es", level="A1")
    return ana


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture(autouse=True)
def _known():
    ConceptFactory(
        kind="lemma", slug="manzana", name="manzana", level="A1", frequency=4.1, forms=["manzanas"]
    )
    ConceptFactory(
        kind="lemma", slug="hacer", name="hacer", level="A1", frequency=6, forms=["hizo", "hago"]
    )
    load_starter(starter={"food": [ENTRY]}, topics=[FOOD])


def look(client, word="manzanas", **more):
    return client.post(LOOK_UP, {"word": word, "language": "es", "sentence": HERE} | more)


def keep(client, how, word="manzanas", **more):
    return client.post(KEEP, {"word": word, "language": "es", "sentence": HERE, "keep": how} | more)


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def test_a_form_shows_its_word_with_all_that_is_known(as_ana):
    shown = text_of(look(as_ana))
    for told in ("manzana", "A1", "common, about once in 80,000 words", "apple", "noun, feminine"):
        assert told in shown
    assert "Como una manzana." in shown
    assert "I eat an apple." in shown


def test_it_counts_as_looked_up_once_a_place(as_ana, ana):
    place = str(new_id())
    for _ in range(2):
        look(as_ana, source=place)
    row = Evidence.objects.get(learner=ana)
    assert (row.surface, row.correct, row.weight) == ("lookup", False, 0.3)


def test_a_language_that_is_not_learned_counts_nothing(as_ana):
    ConceptFactory(kind="lemma", language="fr", slug="pomme", name="pomme", forms=[])
    assert "pomme" in text_of(look(as_ana, "pomme", language="fr"))
    assert not Evidence.objects.exists()


def test_a_word_without_translation_says_so_and_asks_for_one(as_ana):
    shown = text_of(look(as_ana, "hizo"))
    assert "no translation" in shown
    assert "What it means" in shown
    assert "hago" in shown


def test_a_word_that_is_in_no_list_is_no_evidence_and_can_be_kept(as_ana, ana):
    assert "not in our lists" in text_of(look(as_ana, "Villanueva"))
    assert not Evidence.objects.exists()
    text_of(keep(as_ana, "word", "Villanueva", translation="a town"))
    item = VocabularyItem.objects.get(vocabulary_list__owner=ana)
    assert (item.text, item.translation, item.concept) == ("Villanueva", "a town", None)


def test_saving_takes_the_dictionary_form_and_the_sentence(as_ana, ana):
    assert "In your words" in text_of(keep(as_ana, "word"))
    item = VocabularyItem.objects.get(vocabulary_list__owner=ana)
    assert (item.text, item.translation, item.example) == ("manzana", "apple", HERE)
    assert (item.gender, item.level, item.concept.slug) == ("feminine", "A1", "manzana")
    assert "In your words" in text_of(look(as_ana))


def test_a_card_is_made_once_and_the_word_is_saved_with_it(as_ana, ana):
    for _ in range(2):
        shown = text_of(keep(as_ana, "card"))
    assert "In your cards" in shown
    assert "In your words" in shown
    note = Note.objects.get(deck__owner=ana)
    assert (note.front, note.back, note.concept.slug) == ("manzana", "apple", "manzana")
    assert Card.objects.count() == 2


def test_a_card_without_a_meaning_is_refused_in_words(as_ana):
    shown = text_of(keep(as_ana, "card", "hizo"))
    assert "Say what it means first" in shown
    assert not Note.objects.exists()
    assert "In your cards" in text_of(keep(as_ana, "card", "hizo", translation="to do"))
    assert Note.objects.get().front == "hacer"


def test_keeping_is_no_second_look_up(as_ana):
    keep(as_ana, "word")
    keep(as_ana, "card")
    assert not Evidence.objects.filter(surface="lookup").exists()


@pytest.mark.parametrize(
    "wrong", [{"word": ""}, {"word": "x" * 81}, {"language": "xx"}, {"source": "nowhere"}]
)
def test_bad_input_is_said_in_words(as_ana, wrong):
    answer = look(as_ana, **wrong)
    assert answer.status_code == 400
    assert "cannot be looked up" in answer.content.decode()
    assert keep(as_ana, "elsewhere").status_code == 400


def test_the_learners_own_meaning_of_another_is_not_shown(as_ana, client):
    ben = UserFactory(name="Ben")
    LearnerLanguageFactory(user=ben, language="es", level="A1")
    client.force_login(ben)
    keep(client, "word", "hizo", translation="secret of Ben")
    client.force_login(UserFactory(name="Ana again"))
    shown = text_of(look(client, "hizo"))
    assert "secret of Ben" not in shown
    assert "Save to my words" in shown


@pytest.mark.parametrize("path", [LOOK_UP, KEEP])
def test_only_posted_and_only_signed_in(as_ana, client, path):
    assert as_ana.get(path).status_code == 405
    client.logout()
    assert client.post(path).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("count", [1, 20])
def test_queries_do_not_grow_with_what_is_saved(as_ana, ana, count, django_assert_max_num_queries):
    for number in range(count):
        keep(as_ana, "card", f"palabra{number}", translation="word")
    with django_assert_max_num_queries(30):
        look(as_ana)


def test_how_common_a_word_is():
    assert commonness(6.02) == "very common, about once in 1,000 words"
    assert commonness(3.2) == "uncommon, about once in 600,000 words"
    assert commonness(2.1).startswith("rare")
    assert commonness(None) == ""


def test_an_entry_of_the_lists_without_its_lemma_is_shown_all_the_same(as_ana):
    VocabularyItem.objects.filter(text="manzana").update(text="por favor", concept=None)
    shown = text_of(look(as_ana, "Por favor"))
    assert "apple" in shown
    assert not Evidence.objects.exists()
