import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AdminFactory, LearnerLanguageFactory, UserFactory
from config.ids import new_id
from practice.decks.exchange import limits
from practice.decks.exchange.importing import begin_import, request_import, run_import
from practice.models import Deck, DeckImport, Note
from practice.tests.factories import DeckFactory, make_card
from practice.tests.packages import Package

pytestmark = pytest.mark.django_db

TABLE = b"uno;one\n;nothing\ndos;two\n"


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path, monkeypatch):
    settings.RATELIMIT_CACHE_PREFIX = f"rl:{new_id()}:"
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(
        "practice.decks.exchange.importing.import_deck_task.delay", lambda import_id: None
    )


@pytest.fixture
def ana(client):
    ana = UserFactory(name="Ana Torres")
    LearnerLanguageFactory(user=ana)
    client.force_login(ana)
    return ana


def upload(client, data=TABLE, name="words.csv", **more):
    body = {"file": SimpleUploadedFile(name, data), "update": "on", **more}
    return client.post(reverse("practice:import_cards"), body)


def package(tmp_path):
    made = Package()
    made.note(["uno", "one"])
    return made.build(tmp_path / "collection")


def page_of(row):
    return reverse("practice:import", args=[row.pk])


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_a_package_is_brought_in_and_the_page_leads_to_the_deck(client, ana, tmp_path):
    answer = upload(client, package(tmp_path), "Spanish.apkg", language="es")
    row = DeckImport.objects.get()
    assert answer.url == page_of(row)
    shown = text_of(client.get(answer.url))
    assert "1 new card" in shown
    deck = Deck.objects.get(name="Spanish::Food")
    assert reverse("practice:deck", args=[deck.pk]) in shown
    assert "Spanish.apkg" in text_of(client.get(reverse("practice:import_cards")))


def test_a_table_is_shown_before_it_is_written(client, ana):
    answer = upload(client)
    row = DeckImport.objects.get()
    shown = text_of(client.get(answer.url))
    assert "2 of 3 rows become cards." in shown
    assert "Write what the card asks." in shown
    assert not Note.objects.exists()
    layout = {"delimiter": ";", "encoding": "utf-8", "column0": "back", "column1": "front"}
    looked = client.post(page_of(row), {**layout, "look": "1"})
    assert "2 of 3 rows become cards." in text_of(looked)
    assert not Note.objects.exists()
    done = client.post(page_of(row), {**layout, "begin": "1"})
    assert done.url == page_of(row)
    fronts = Note.objects.order_by("pk").values_list("front", flat=True)
    assert list(fronts) == ["one", "two"]
    assert "Entries that make no card" in text_of(client.get(page_of(row)))


def test_a_table_cut_anew_has_its_columns_found_anew(client, ana):
    upload(client, b"a,uno;one\nb,dos;two\n")
    row = DeckImport.objects.get()
    layout = {"delimiter": ",", "encoding": "utf-8", "column0": "front", "column1": "back"}
    client.post(page_of(row), {**layout, "begin": "1"})
    assert not Note.objects.exists()
    row.refresh_from_db()
    assert row.options["delimiter"] == ","


@pytest.mark.parametrize(
    "columns", [{"column0": "front", "column1": "front"}, {"column0": "", "column1": "back"}]
)
def test_columns_that_cannot_be(client, ana, columns):
    upload(client)
    row = DeckImport.objects.get()
    layout = {"delimiter": ";", "encoding": "utf-8", "begin": "1"}
    answer = client.post(page_of(row), layout | columns)
    assert answer.status_code == 400
    assert 'role="alert"' in text_of(answer)
    row.refresh_from_db()
    assert (row.status, bool(row.file)) == ("waiting", True)


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"no archive", "deck.apkg", "not an Anki package"),
        (b"%PDF", "deck.pdf", "We read Anki packages"),
        (b"a\x00b", "deck.csv", "We read Anki packages"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_said_beside_the_field(client, ana, data, name, words):
    answer = upload(client, data, name)
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert not Deck.objects.exists()
    assert not DeckImport.objects.filter(status="waiting").exists()


def test_the_page_asks_again_while_it_is_under_way(client, ana, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "AT_ONCE", 0)
    answer = upload(client, package(tmp_path), "Spanish.apkg")
    shown = text_of(client.get(answer.url))
    assert 'hx-trigger="every 2s"' in shown
    assert "0 of 1 entries" in shown
    run_import(import_id=DeckImport.objects.get().pk, now=timezone.now())
    part = client.get(answer.url, headers={"HX-Request": "true"})
    assert "Your cards are here" in text_of(part)
    assert "hx-trigger" not in text_of(part)
    assert "<html" not in text_of(part)


def test_a_file_may_go_into_a_deck_of_ones_own(client, ana):
    mine, bens = DeckFactory(owner=ana), DeckFactory(owner=UserFactory(), name="Ben's")
    assert upload(client, deck=bens.pk).status_code == 400
    upload(client, deck=mine.pk)
    row = DeckImport.objects.get()
    begin_import(row=row, now=timezone.now())
    assert mine.notes.count() == 2


def test_somebody_elses_import_is_not_there(client, ana):
    ben = UserFactory(name="Ben Okoro")
    row = request_import(learner=ben, upload=SimpleUploadedFile("words.csv", TABLE))
    assert client.get(page_of(row)).status_code == 404
    assert client.post(page_of(row), {"begin": "1"}).status_code == 404


def test_a_deck_offers_its_files(client, ana):
    deck = DeckFactory(owner=ana)
    make_card(deck)
    address = reverse("practice:export_deck", args=[deck.pk])
    assert address in text_of(client.get(reverse("practice:deck", args=[deck.pk])))
    for format in ("apkg", "csv", "json"):
        answer = client.get(address, {"format": format})
        assert answer["Content-Disposition"].endswith(f'.{format}"')
        assert b"".join(answer.streaming_content)
    assert client.get(address, {"format": "pdf"}).status_code == 404
    assert client.post(address).status_code == 405
    bens = DeckFactory(owner=UserFactory())
    assert client.get(reverse("practice:export_deck", args=[bens.pk])).status_code == 404


def test_pages_cost_the_same_with_more_imports(client, ana, django_assert_max_num_queries):
    for _ in range(2):
        with django_assert_max_num_queries(12):
            client.get(reverse("practice:import_cards"))
        for number in range(6):
            data = SimpleUploadedFile(f"words{number}.csv", TABLE)
            row = begin_import(row=request_import(learner=ana, upload=data), now=timezone.now())
        with django_assert_max_num_queries(12):
            client.get(page_of(row))


def test_the_back_office_exports_a_deck_and_lists_imports(client, ana):
    deck = DeckFactory(owner=ana)
    begin_import(
        row=request_import(learner=ana, upload=SimpleUploadedFile("words.csv", TABLE)),
        now=timezone.now(),
    )
    client.force_login(AdminFactory())
    decks = reverse("admin:practice_deck_changelist")
    for action, ending in (
        ("as_package", "apkg"),
        ("as_newest", "apkg"),
        ("as_table", "csv"),
        ("as_json", "json"),
    ):
        answer = client.post(decks, {"action": action, "_selected_action": [str(deck.pk)]})
        assert answer["Content-Disposition"].endswith(f'.{ending}"')
        assert b"".join(answer.streaming_content)
    both = [str(one) for one in Deck.objects.values_list("pk", flat=True)]
    answer = client.post(decks, {"action": "as_package", "_selected_action": both})
    assert "Content-Disposition" not in answer
    assert "words.csv" in text_of(client.get(reverse("admin:practice_deckimport_changelist")))
    assert client.get(decks).status_code == 200
    bring_in = client.get(reverse("admin:practice_deck_bring_in"))
    assert bring_in.url == reverse("practice:import_cards")
