"""Packages that Anki itself has written, of a deck exported from here: `data/anki-*.apkg`.

Anki 26.09 took in the deck of `test_deck_round_trip` and exported it again, for older versions and
in its current format. Beside the collection it puts a stand-in that tells old versions to update;
the files here are without it.
"""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import UserFactory
from practice.decks.exchange.exporting import export_deck
from practice.decks.exchange.importing import begin_import, request_import
from practice.models import CardSchedule, Note, ReviewLog
from practice.tests.test_deck_round_trip import MP3, PNG, make_deck

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 4, 9, 30, tzinfo=UTC)
DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(params=["legacy", "current"])
def deck(request):
    data = (DATA / f"anki-{request.param}.apkg").read_bytes()
    learner = UserFactory(timezone="Europe/Madrid")
    upload = SimpleUploadedFile("deck.apkg", data)
    row = begin_import(row=request_import(learner=learner, upload=upload, language="es"), now=NOW)
    assert (row.result["notes"], row.result["cards"], row.result["reviews"]) == (5, 7, 9)
    assert row.result["skipped"] == 0
    return row.deck


def test_texts_tags_and_media_come_through(deck):
    assert (deck.name, deck.description) == ("Español::Comida", "From the <market>\nin town")
    apple = deck.notes.get(kind="basic")
    assert apple.front == "la manzana <roja> & más\n[sound:x.mp3]  ¿no?"
    assert (apple.back, apple.example) == ("the apple\u00a0!", "Como una manzana.")
    assert sorted(apple.tags) == ["fruit", "on the market"]
    assert apple.fields == {"Plural": "manzanas", "n": [1, 2]}
    assert (apple.audio.read(), apple.image.read()) == (MP3, PNG)
    kinds = {"basic", "reversed", "cloze", "typed", "listening"}
    assert set(deck.notes.values_list("kind", flat=True)) == kinds
    cloze = deck.notes.get(kind="cloze")
    assert cloze.front == "Yo {{c1::soy::to be}} {{c2::Ana & Co}}"


def test_schedules_come_through_as_exact_as_anki_keeps_them(deck):
    rows = CardSchedule.objects.filter(deck=deck)
    apple = rows.get(card__note__kind="basic")
    assert (apple.state, apple.stability, apple.difficulty) == ("review", 8.3277, 7.015)
    assert (apple.interval_days, apple.reviews, apple.lapses) == (8, 4, 1)
    assert rows.get(card__note__kind="reversed", card__ordinal=0).position == 42
    heard = rows.filter(suspended=True).values_list("card__note__kind", flat=True)
    assert set(heard) == {"typed", "listening"}


def test_reviews_come_through(deck):
    logs = ReviewLog.objects.filter(deck=deck, card__note__kind="basic").order_by("reviewed_at")
    assert list(logs.values_list("rating", "duration_ms")) == [
        (3, 4200), (4, 4201), (1, 4202), (3, 4203),
    ]  # fmt: skip
    assert logs[0].reviewed_at == datetime.fromtimestamp(1767607992.345, UTC)


def test_the_newest_format_is_as_anki_writes_it():
    ana = UserFactory(timezone="Europe/Madrid")
    exported = export_deck(deck=make_deck(ana), learner=ana, format="apkg-newest", now=NOW)
    assert exported.name == "Español--Comida.apkg"
    names = {"meta", "collection.anki21b", "media", "0", "1"}
    with (
        zipfile.ZipFile(exported.file) as ours,
        zipfile.ZipFile(DATA / "anki-current.apkg") as theirs,
    ):
        assert set(ours.namelist()) == set(theirs.namelist()) == names
        assert ours.read("meta") == theirs.read("meta")
        assert unpacked(ours, "media")
        assert unpacked(ours, "0") in (MP3, PNG)
        assert unpacked(ours, "collection.anki21b").startswith(b"SQLite format 3")
    assert Note.objects.count() == 5


def unpacked(archive, member):
    stream = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(archive.read(member)))
    return stream.read()
