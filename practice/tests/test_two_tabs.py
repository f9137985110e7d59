"""Two tabs that change one note: each keeps what the other said."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.errors import NotFound
from practice.decks.services import add_note, delete_notes, tag_notes, update_note
from practice.models import Note
from practice.tests.factories import DeckFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def note():
    return add_note(deck=DeckFactory(), front="una", back="un", tags=["old"])


def in_another_tab(note):
    """The note as it was read before the first tab changed it."""
    return Note.objects.get(pk=note.pk)


def test_an_edit_keeps_what_another_tab_edited(note):
    other = in_another_tab(note)
    update_note(note=note, front="la manzana")
    update_note(note=other, back="the apple")
    kept = Note.objects.get()
    assert (kept.front, kept.back) == ("la manzana", "the apple")
    assert kept.search == "la manzana the apple old"


def test_an_edit_keeps_a_tag_of_another_tab(note):
    other = in_another_tab(note)
    tag_notes(notes=[note], add=["new"])
    update_note(note=other, back="the apple")
    assert Note.objects.get().tags == ["old", "new"]


def test_a_tag_keeps_the_tag_and_the_words_of_another_tab(note):
    other = in_another_tab(note)
    update_note(note=note, front="la manzana", tags=["new"])
    assert tag_notes(notes=[other], add=["fruit"]) == 1
    kept = Note.objects.get()
    assert sorted(kept.tags) == ["fruit", "new"]
    assert kept.search.startswith("la manzana un")


def test_an_edit_brings_no_deleted_note_back(note):
    other = in_another_tab(note)
    delete_notes(notes=[note])
    with pytest.raises(NotFound):
        update_note(note=other, back="the apple")
    assert tag_notes(notes=[other], add=["new"]) == 0
    assert not Note.objects.exists()


def test_both_lock_the_notes_they_read(note):
    for change in (
        lambda: update_note(note=note, back="the apple"),
        lambda: tag_notes(notes=[note], add=["new"]),
    ):
        with CaptureQueriesContext(connection) as queries:
            change()
        read = [one["sql"] for one in queries if 'FROM "practice_note"' in one["sql"]]
        assert [sql.endswith("FOR NO KEY UPDATE") for sql in read] == [True]
