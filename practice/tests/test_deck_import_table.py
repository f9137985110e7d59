from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import UserFactory
from practice.decks.exchange.errors import ImportRefused
from practice.decks.exchange.importing import begin_import, preview_import, request_import
from practice.decks.exchange.table import detected
from practice.models import Deck, Note

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ana():
    return UserFactory(name="Ana Torres")


@pytest.fixture
def asked(ana):
    def ask(text, name="words.csv", encoding="utf-8", **layout):
        data = text if isinstance(text, bytes) else text.encode(encoding)
        upload = SimpleUploadedFile(name, data)
        return request_import(learner=ana, upload=upload, layout=layout, language="es")

    return ask


@pytest.fixture
def take_in(asked):
    def take(*arguments, **more):
        return begin_import(row=asked(*arguments, **more), now=NOW)

    return take


def notes():
    return [(note.front, note.back) for note in Note.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("uno,one\ndos,two\n", ","),
        ("uno;one, single\ndos;two, a pair\n", ";"),
        ("uno\tone, or; a\ndos\ttwo\n", "\t"),
        ("uno|one\ndos|two", "|"),
        ('"uno, y dos",one\n"tres",three\n', ","),
    ],
)
def test_the_delimiter_is_found(asked, text, delimiter):
    with asked(text).file.open("rb") as file:
        assert detected(file).delimiter == delimiter


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(take_in, encoding):
    take_in("el niño,the child\n¿qué?,what\n", encoding=encoding)
    assert notes() == [("el niño", "the child"), ("¿qué?", "what")]


def test_an_encoding_may_be_said(take_in, asked):
    row = asked("слово,word\n", encoding="cp1251")
    assert preview_import(row=row).rows == [["ñëîâî", "word"]]
    begin_import(row=row, now=NOW, encoding="cp1251")
    assert notes() == [("слово", "word")]


def test_the_wrong_encoding_is_refused(asked):
    row = asked("el niño,the child\n", encoding="cp1252")
    with pytest.raises(ImportRefused) as refused:
        begin_import(row=row, now=NOW, encoding="utf-8")
    assert refused.value.code == "wrong_encoding"


def test_headings_say_which_column_is_which(take_in):
    row = take_in(
        "tags;translation;word;sentence;page\nfruit market;the apple;la manzana;Una manzana.;7\n"
    )
    note = Note.objects.get()
    assert (note.front, note.back) == ("la manzana", "the apple")
    assert (note.example, note.tags) == ("Una manzana.", ["fruit", "market"])
    assert row.deck.name == "words"
    assert (row.deck.language, note.language) == ("es", "es")


@pytest.mark.parametrize(
    "heading",
    ["Palabra,Significado,Frase,Etiquetas", "mot,traduction,exemple,étiquettes",
     "Wort,Übersetzung,Beispielsatz,Schlagwörter"],
)  # fmt: skip
def test_headings_may_be_in_other_languages(take_in, heading):
    row = take_in(f"{heading}\nuno,one,Solo uno.,number\n")
    note = row.deck.notes.get()
    assert (note.front, note.back, note.example) == ("uno", "one", "Solo uno.")
    assert note.tags == ["number"]


def test_columns_may_be_mapped(take_in):
    take_in("one,7,uno\ntwo,8,dos\n", columns=["back", "", "front"])
    assert notes() == [("uno", "one"), ("dos", "two")]


def test_cells_of_many_lines(take_in):
    take_in('front,back\n"uno\r\ndos","one\n\ntwo"\n')
    assert notes() == [("uno\ndos", "one\n\ntwo")]


def test_kinds_are_named_or_seen(take_in):
    take_in(
        "front,back,kind\nuno,one,reversed\n{{c1::dos}} tres,,\nhola,hello,typed\nx,y,nonsense\n"
    )
    kinds = Note.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["reversed", "cloze", "typed", "basic"]


def test_a_preview_says_what_would_be_made_and_writes_nothing(asked):
    row = asked("front,back\nuno,one\n,nothing\ndos,\ntres,three\n")
    shown = preview_import(row=row)
    assert (shown.total, shown.good) == (4, 2)
    assert shown.names == ["front", "back"]
    assert shown.rows == [["uno", "one"], ["", "nothing"], ["dos", ""], ["tres", "three"]]
    assert [(one.place, one.title) for one in shown.refused] == [(3, ""), (4, "dos")]
    assert all(one.reason for one in shown.refused)
    assert not Note.objects.exists()
    assert not Deck.objects.exists()


def test_a_preview_is_short_however_long_the_table(asked):
    row = asked("front,back\n" + "".join(f"word {number},meaning\n" for number in range(2000)))
    shown = preview_import(row=row)
    assert (shown.total, shown.good) == (2000, 2000)
    assert len(shown.rows) == len(shown.made) == 10


def test_a_table_without_a_front_is_refused(take_in):
    with pytest.raises(ImportRefused) as refused:
        take_in("uno,one\n", columns=["back", "tags"])
    assert refused.value.code == "no_front"


def test_rows_that_make_no_card_are_named(take_in):
    row = take_in("front,back\nuno,one\n,nothing\ndos,\n")
    assert row.result["notes"] == 1
    assert [one["place"] for one in row.result["refused"]] == [3, 4]


def test_a_second_import_updates_by_the_front(take_in):
    take_in("front,back\nuno,one\nla banca,bank\nla banca,bench\n")
    row = take_in("front,back\nuno,a one\nla banca,bank\nla banca,bench\ndos,two\n")
    assert (row.result["notes"], row.result["updated"], row.result["kept"]) == (1, 1, 2)
    expected = [("uno", "a one"), ("la banca", "bank"), ("la banca", "bench"), ("dos", "two")]
    assert notes() == expected


def test_the_text_files_of_anki_say_how_to_read_them(take_in):
    take_in(
        "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n#tags column:5\n"
        "abc\tBasic\tla <b>manzana</b>\tthe apple<br>red\tfruit food::red\n",
        name="Spanish.txt",
    )
    note = Note.objects.get()
    assert (note.front, note.back) == ("la manzana", "the apple\nred")
    assert (note.guid, note.tags) == ("abc", ["fruit", "food::red"])


def test_text_that_looks_like_markup_stays_as_it_is(take_in):
    take_in("front,back\na < b & c,<b>x</b>\n")
    assert notes() == [("a < b & c", "<b>x</b>")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"front,back\n", "no_notes"),
        (b'front,back\n"' + b"x" * 200_000, "field_too_large"),
        (b"a," * 60, "wrong_values"),
    ],
)
def test_tables_that_cannot_be(take_in, data, code):
    with pytest.raises(ImportRefused) as refused:
        take_in(data)
    assert refused.value.code == code
    assert not Note.objects.exists()
