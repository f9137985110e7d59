"""Files made to do harm are refused with a reason, and change nothing."""

import importlib
import io
import json
import sqlite3
import stat
import struct
import zipfile
from datetime import UTC, datetime

import pytest
import zstandard
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import UserFactory
from practice.decks.exchange import limits
from practice.decks.exchange.errors import SENTENCES, ImportRefused
from practice.decks.exchange.importing import begin_import, request_import, run_import
from practice.decks.services.bringing import bring_notes
from practice.models import Deck, DeckImport, Note
from practice.tests.packages import Package

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def ana():
    return UserFactory(name="Ana Torres")


def refusal_of(ana, data, name="deck.apkg"):
    """The code with which a file is refused, having changed nothing."""

    def take_in():
        row = request_import(learner=ana, upload=SimpleUploadedFile(name, data))
        begin_import(row=row, now=NOW)

    with pytest.raises(ImportRefused) as refused:
        take_in()
    assert not Deck.objects.exists()
    assert not Note.objects.exists()
    assert refused.value.message == SENTENCES[refused.value.code]
    kept = DeckImport.objects.first()
    assert kept is None or (kept.status, bool(kept.file)) == ("failed", False)
    assert kept is None or kept.error == refused.value.message
    return refused.value.code


def sound(version="anki21", **more):
    package = Package(version, **more)
    package.note(["uno", "one"])
    return package


def zipped(*members):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members:
            package.writestr(name, data)
    return archive.getvalue()


def member(name, mode=0):
    told = zipfile.ZipInfo(name)
    told.external_attr = mode << 16
    return told


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "deck.apkg", "empty_file"),
        (b"this is no archive", "deck.apkg", "not_an_archive"),
        (b"PK\x03\x04 cut short", "deck.apkg", "not_an_archive"),
        (b"\x7fELF and so on", "deck.exe", "unknown_format"),
        (zipped(("letter.txt", b"hello")), "deck.apkg", "no_collection"),
        (zipped(("collection.anki2", b"no database" * 99)), "deck.apkg", "broken_collection"),
        (zipped(("collection.anki21b", b"no zstd")), "deck.apkg", "not_an_archive"),
        (zipped(("collection.anki2", b""), ("media", b"[1]")), "deck.apkg", "wrong_values"),
        (zipped(("collection.anki2", b""), ("media", b"{")), "deck.apkg", "wrong_values"),
        (b'{"format": "another"', "deck.json", "wrong_values"),
        (b"[" * 100_000, "deck.json", "wrong_values"),
        (b"front,back\n\xff\xfe\x00\x00", "deck.csv", "unknown_format"),
    ],
)
def test_what_is_no_file_of_cards(ana, data, name, code):
    assert refusal_of(ana, data, name) == code


@pytest.mark.parametrize(
    "extra",
    [
        ("../../etc/passwd", b"x"),
        ("/etc/passwd", b"x"),
        ("..\\secret", b"x"),
        ("C:secret", b"x"),
        ("folder/", b""),
        (member("0", stat.S_IFLNK | 0o777), b"/etc/passwd"),
        (member("0", stat.S_IFIFO | 0o666), b""),
    ],
)
def test_members_that_point_elsewhere(ana, tmp_path, extra):
    data = sound(extra=[extra]).build(tmp_path / "collection")
    assert refusal_of(ana, data) == "unsafe_archive"


@pytest.mark.parametrize("version", ["anki21", "anki21b"])
def test_media_named_as_paths(ana, tmp_path, version):
    package = sound(version, media={"../../settings.py": b"ID3"})
    assert refusal_of(ana, package.build(tmp_path / "collection")) == "unsafe_archive"


def test_an_archive_that_says_it_is_huge(ana, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST_ARCHIVE", 100_000)
    package = sound(media={"a.mp3": b"ID3" + bytes(200_000)})
    assert refusal_of(ana, package.build(tmp_path / "collection")) == "archive_bomb"


def test_an_archive_that_is_larger_than_it_says(ana, tmp_path):
    data = bytearray(sound().build(tmp_path / "collection"))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert refusal_of(ana, bytes(data)) == "not_an_archive"


@pytest.mark.parametrize("version", ["anki21", "anki21b"])
def test_a_collection_that_unpacks_without_end(ana, tmp_path, monkeypatch, version):
    monkeypatch.setattr(limits, "LARGEST_COLLECTION", 300_000)
    bomb = bytes(5_000_000)
    packed = zstandard.ZstdCompressor().compress(bomb) if version == "anki21b" else bomb
    data = zipped((f"collection.{version}", packed))
    assert len(data) < 20_000
    assert refusal_of(ana, data) == "archive_bomb"


def test_media_that_unpack_without_end_are_not_there(ana, tmp_path):
    package = Package(media={"a.mp3": b"ID3" + bytes(6_000_000)})
    package.note(["uno [sound:a.mp3]", "one"])
    data = package.build(tmp_path / "collection")
    row = request_import(learner=ana, upload=SimpleUploadedFile("deck.apkg", data))
    begin_import(row=row, now=NOW)
    assert not Note.objects.get().audio


def test_too_many_members(ana, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_MEMBERS", 5)
    data = sound(extra=[(f"x{n}", b"") for n in range(9)]).build(tmp_path / "collection")
    assert refusal_of(ana, data) == "archive_bomb"


def test_one_name_twice(ana, tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = sound(extra=[("media", b"{}")]).build(tmp_path / "collection")
    assert refusal_of(ana, data) == "unsafe_archive"


@pytest.mark.parametrize("version", ["anki2", "anki21b"])
@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("DROP TABLE notes; CREATE VIEW notes AS SELECT * FROM cards", "unsafe_collection"),
        ("CREATE VIEW more AS SELECT 1", "unsafe_collection"),
        (
            "CREATE TRIGGER t AFTER INSERT ON cards BEGIN DELETE FROM notes; END",
            "unsafe_collection",
        ),
        ("CREATE VIRTUAL TABLE v USING fts5(x)", "unsafe_collection"),
        ("DROP TABLE revlog", "broken_collection"),
        ("ALTER TABLE notes RENAME COLUMN flds TO fields", "broken_collection"),
        ("DELETE FROM notes", "no_notes"),
        ("UPDATE notes SET flds = x'00ff'", "wrong_values"),
        ("UPDATE notes SET guid = x'00'", "wrong_values"),
        ("UPDATE notes SET mid = 'basic'", "wrong_values"),
        ("UPDATE cards SET due = 'tomorrow'", "wrong_values"),
        ("UPDATE cards SET data = x'7b7d'", "wrong_values"),
        ("INSERT INTO revlog VALUES (1, 1, 0, 'good', 1, 1, 1, 1, 1)", "wrong_values"),
        ("UPDATE col SET ver = 99", "unknown_collection"),
        ("UPDATE col SET crt = 'long ago'", "wrong_values"),
        ("UPDATE notes SET flds = hex(zeroblob(600000))", "field_too_large"),
        (
            "INSERT INTO notes SELECT id + 1, guid, mid, mod, usn, tags, flds, 0, 0, 0, ''"
            " FROM notes",
            "duplicate_guids",
        ),
    ],
)
def test_collections_that_are_not_what_they_should_be(ana, tmp_path, version, sql, code):
    data = sound(version, sql=sql).build(tmp_path / "collection")
    assert refusal_of(ana, data) == code


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE col SET models = 'none'",
        "UPDATE col SET models = '{\"1\": 5}'",
        "UPDATE col SET decks = '[]'",
        "UPDATE col SET decks = '{\"x\": {}}'",
        "UPDATE col SET conf = '{'",
    ],
)
def test_settings_that_are_no_json_of_anki(ana, tmp_path, sql):
    data = sound(sql=sql).build(tmp_path / "collection")
    assert refusal_of(ana, data) == "wrong_values"


def test_a_damaged_page(ana, tmp_path):
    path = tmp_path / "collection"
    package = Package()
    for number in range(300):
        package.note([f"word {number}" * 20, "meaning"])
    broken = bytearray(package.collection(path))
    for at in range(len(broken) // 3, len(broken), 4096):
        broken[at : at + 300] = b"\xff" * 300
    data = zipped(("collection.anki2", bytes(broken)))
    assert refusal_of(ana, data) == "broken_collection"


@pytest.mark.parametrize(
    ("limit", "code"), [("notes", "too_many_notes"), ("cards", "too_many_cards")]
)
def test_too_many_rows(ana, tmp_path, monkeypatch, limit, code):
    package = Package()
    for number in range(4):
        package.note([f"word {number}", "meaning"])
    counted = "practice.decks.exchange.apkg.collection._COUNTED"
    monkeypatch.setattr(counted, ((limit, 3, code),))
    assert refusal_of(ana, package.build(tmp_path / "collection")) == code


def test_a_hundred_thousand_notes_and_one(ana, tmp_path):
    sql = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100001)"
        " INSERT INTO notes SELECT x, 'g' || x, 1700000000001, 0, 0, '', 'a' || char(31) || 'b',"
        " '', 0, 0, '' FROM n"
    )
    assert refusal_of(ana, Package(sql=sql).build(tmp_path / "collection")) == "too_many_notes"
    rows = "".join(f"word {number},meaning\n" for number in range(100_001))
    assert refusal_of(ana, rows.encode(), "deck.csv") == "too_many_notes"


@pytest.mark.parametrize("most", range(3))
def test_more_cards_or_reviews_than_one_note_can_have(ana, tmp_path, monkeypatch, most):
    package = Package()
    cards = package.note(["uno", "one"], cards=(0, 1, 2))
    for number, card in enumerate(cards * 2):
        package.log(card, NOW.replace(second=number))
    grouped = "practice.decks.exchange.apkg.collection._GROUPED"
    asked = importlib.import_module("practice.decks.exchange.apkg.collection")._GROUPED[most][0]
    monkeypatch.setattr(grouped, ((asked, 1),))
    assert refusal_of(ana, package.build(tmp_path / "collection")) == "too_many_cards"


def test_few_reviews_are_held_together_however_many_a_note_has(ana, tmp_path, monkeypatch):
    package = Package()
    for number in range(12):
        [card] = package.note([f"word {number}", "meaning"], type=2, queue=2, ivl=3)
        for place in range(10):
            package.log(card, NOW.replace(minute=number, second=place))
    monkeypatch.setattr(limits, "HEAVIEST_BATCH", 25 * limits.A_REVIEW)
    held = []

    def seen(*, notes, **more):
        held.append(sum(len(past.reviews) for note in notes for past in note.pasts.values()))
        return bring_notes(notes=notes, **more)

    monkeypatch.setattr("practice.decks.exchange.importing.bring_notes", seen)
    upload = SimpleUploadedFile("deck.apkg", package.build(tmp_path / "collection"))
    row = begin_import(row=request_import(learner=ana, upload=upload), now=NOW)
    assert (row.result["notes"], row.result["reviews"]) == (12, 120)
    assert len(held) > 1
    assert max(held) <= 30


def test_a_collection_that_takes_for_ever_is_let_go(ana, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "READING_SECONDS", -1)
    monkeypatch.setattr("practice.decks.exchange.apkg.collection._STEPS", 10)
    data = sound().build(tmp_path / "collection")
    assert refusal_of(ana, data) == "too_slow"


def test_the_file_cannot_write_or_reach_others(tmp_path):
    from practice.decks.exchange.apkg.collection import Collection

    path = tmp_path / "collection"
    sound().collection(path)
    before = path.read_bytes()
    reader = Collection(path)._db
    for sql in (
        "DELETE FROM notes",
        "ATTACH DATABASE ':memory:' AS other",
        "PRAGMA writable_schema = ON",
        "CREATE TABLE more (x)",
        "SELECT load_extension('x')",
    ):
        with pytest.raises(sqlite3.Error):
            reader.execute(sql)
    reader.close()
    assert path.read_bytes() == before


def test_too_large_a_file(ana, monkeypatch):
    monkeypatch.setitem(limits.LARGEST_FILE, "csv", 5)
    assert refusal_of(ana, b"front,back\na,b\n", "deck.csv") == "too_large"


NOTE = {"guid": "a", "kind": "basic", "front": "uno", "back": "one"}
REVIEW = {
    "rating": 3,
    "at": "2026-01-01T00:00:00Z",
    "scheduler": "fsrs",
    "before": {},
    "after": {"state": "review", "due_at": "2026-01-05T00:00:00Z"},
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "another"}, "unknown_format"),
        ({"version": 2}, "unknown_version"),
        ({"notes": []}, "no_notes"),
        ({"notes": [NOTE, NOTE]}, "duplicate_guids"),
        ({"notes": [NOTE | {"front": 5}]}, "wrong_values"),
        ({"notes": [NOTE | {"guid": ""}]}, "wrong_values"),
        ({"notes": [NOTE | {"front": "x" * 1_100_000}]}, "field_too_large"),
        ({"notes": [NOTE | {"cards": [{"ordinal": 0, "position": -1}]}]}, "wrong_values"),
        (
            {"notes": [NOTE | {"cards": [{"ordinal": 0, "schedule": {"state": "review"}}]}]},
            "wrong_values",
        ),
        (
            {
                "notes": [
                    NOTE | {"cards": [{"ordinal": 0, "reviews": [REVIEW | {"rating": 9}]}]},
                ]
            },
            "wrong_values",
        ),
    ],
)
def test_json_that_is_not_ours_or_cannot_be(ana, change, code):
    told = {"format": "parlance-deck", "version": 1, "deck": {"name": "D"}, "notes": [NOTE]}
    assert refusal_of(ana, json.dumps(told | change).encode(), "deck.json") == code


def test_a_large_file_is_refused_by_the_worker_and_the_row_says_why(ana, monkeypatch):
    monkeypatch.setattr(limits, "SMALL_FILE", 1)
    upload = SimpleUploadedFile("deck.apkg", b"PK\x03\x04 broken")
    row = begin_import(row=request_import(learner=ana, upload=upload), now=NOW)
    assert row.status == "waiting"
    assert not run_import(import_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.status, row.error_code) == ("failed", "not_an_archive")
    assert row.error == SENTENCES["not_an_archive"]
    assert not Deck.objects.exists()
