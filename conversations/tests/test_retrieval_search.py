"""A search finds what the asker may read, by meaning and by words, in as many queries always."""

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import UserFactory
from ai import factory
from conversations.models import Passage
from conversations.retrieval import search
from conversations.retrieval.answers import builtin_answer
from conversations.retrieval.found import ALL_KINDS
from conversations.retrieval.ranking import ranked
from conversations.retrieval.vectors import vectors_or_none
from conversations.retrieval.words import words_of
from conversations.tests.retrieval_cast import (
    SpellingEmbedder,
    store_lesson,
    store_note,
    store_session,
    store_talk,
    store_word,
)

pytestmark = pytest.mark.django_db

SAID = "La penicilina es un antibiótico muy antiguo."
ASK = "¿Qué es la penicilina?"


@pytest.fixture(autouse=True)
def embedder(monkeypatch):
    made = SpellingEmbedder()
    monkeypatch.setattr(factory, "embedder", lambda: made)
    return made


def find(asker, ask=ASK, *, students=None, kinds=ALL_KINDS, language="es", native="en", limit=6):
    """As `retrieve`, on the connection of the test."""
    words = words_of(ask, languages=(language, native))
    pool = search.candidates(
        words=words,
        about=async_to_sync(vectors_or_none)([ask, words.telling]),
        learner_id=asker.pk,
        student_ids=students,
        kinds=kinds,
        language=language,
        native_language=native,
    )
    return ranked(ask, pool, language=language, limit=limit)


def ids(retrieved):
    return [one.source_id for one in retrieved.found]


class TestWhoMayRead:
    def test_ones_own_session_is_found_with_who_spoke_and_when(self, ana):
        session = store_session(student=ana, text=SAID)
        (found,) = find(ana).found
        assert (found.kind, found.source_id, found.title) == ("transcript", session.pk, "Química")
        assert found.highlights[0].text == SAID
        assert found.locator_at(10) == {"start": 12.0, "end": 20.0, "speaker": "Marta"}

    def test_another_learners_is_not(self, ana, ben):
        store_session(student=ben, text=SAID)
        store_word(owner=ben, text="penicilina", translation="penicillin")
        store_note(owner=ben, front="penicilina", back="penicillin")
        store_talk(learner=ben, said=SAID)
        assert ids(find(ana)) == []

    def test_however_near_the_others_rows_are_ones_own_fill_the_list(self, ana, ben):
        store_session(student=ben, text=SAID, parts=60)
        mine = store_session(student=ana, text="Compré penicilina en la farmacia.")
        assert ids(find(ana)) == [mine.pk]

    def test_a_tutor_finds_what_their_own_students_said(self, ana, ben, tessa):
        hers = store_session(student=ana, text=SAID)
        store_session(student=ben, text=SAID)
        assert ids(find(tessa, students=[ana.pk, ben.pk])) == [hers.pk]
        assert ids(find(tessa, students=[ben.pk])) == []
        assert ids(find(tessa)) == []

    def test_naming_students_opens_nothing_to_a_learner(self, ana, ben):
        store_session(student=ben, text=SAID)
        assert ids(find(ana, students=[ben.pk])) == []

    def test_an_admin_finds_what_the_students_named_said(self, ana, ben, cleo):
        store_session(student=ana, text=SAID)
        his = store_session(student=ben, text=SAID)
        assert ids(find(cleo, students=[ben.pk])) == [his.pk]


class TestSourcesThatAreGone:
    def test_a_deleted_session(self, ana):
        store_session(student=ana, text=SAID).delete()
        assert ids(find(ana)) == []

    def test_a_hidden_lesson(self, ana):
        lesson = store_lesson(text="Penicilina is feminine.")
        assert ids(find(ana)) == [lesson.pk]
        type(lesson).objects.filter(pk=lesson.pk).update(is_active=False)
        assert ids(find(ana)) == []

    def test_a_deleted_conversation(self, ana):
        talk = store_talk(learner=ana, said=SAID)
        assert ids(find(ana)) == [talk.pk]
        type(talk).objects.filter(pk=talk.pk).update(deleted_at=timezone.now())
        assert ids(find(ana)) == []

    def test_a_deleted_word_and_a_note_of_a_deleted_deck(self, ana):
        word = store_word(owner=ana, text="penicilina", translation="penicillin")
        note = store_note(owner=ana, front="la penicilina", back="penicillin")
        assert set(ids(find(ana))) == {word.pk, note.pk}
        word.delete()
        type(note.deck).objects.filter(pk=note.deck_id).update(deleted_at=timezone.now())
        assert ids(find(ana)) == []


class TestKindsAndLanguages:
    @pytest.fixture
    def all_kinds(self, ana):
        store_session(student=ana, text=SAID)
        store_lesson(text="Penicilina is feminine.")
        store_word(owner=ana, text="penicilina", translation="penicillin")
        store_talk(learner=ana, said=SAID)

    @pytest.mark.parametrize("kind", ALL_KINDS)
    def test_only_the_kinds_asked_for(self, ana, all_kinds, kind):
        assert {one.kind for one in find(ana, kinds=[kind]).found} == {kind}

    def test_all_of_them_together(self, ana, all_kinds):
        assert {one.kind for one in find(ana).found} == set(ALL_KINDS)

    def test_a_message_is_found_at_its_place(self, ana, all_kinds):
        (found,) = find(ana, kinds=["conversation"]).found
        at = found.text.index("Muy bien")
        assert found.locator_at(at)["speaker"] == "AI tutor"
        assert set(found.locator_at(0)) == {"messageId", "speaker"}

    def test_lessons_of_the_language_that_is_learned_told_in_one_that_is_read(self, ana):
        told = store_lesson(text="Penicilina is feminine.")
        store_lesson(text="Penicilina ist weiblich.", told_in="de", title="Auf Deutsch")
        store_lesson(text="Penicilina is feminine.", language="fr", title="Of French")
        assert ids(find(ana)) == [told.pk]

    def test_what_was_said_in_the_language_being_learned_comes_first(self, ana):
        store_session(student=ana, text=SAID, language="de", title="Deutsch")
        spanish = store_session(student=ana, text=SAID, title="Español")
        assert ids(find(ana))[0] == spanish.pk

    @pytest.mark.parametrize(
        ("language", "said", "ask"),
        [
            ("es", "Los niños corrieron hacia la playa.", "corrió un niño"),
            ("fr", "Les élèves mangeaient des pommes.", "élève mange"),
            ("de", "Die Häuser wurden verkauft.", "ein Haus verkaufen"),
            ("en", "She was running to the stations.", "run to a station"),
        ],
    )
    def test_other_forms_of_a_word_are_found(self, ana, embedder, language, said, ask):
        session = store_session(student=ana, text=said, language=language)
        embedder.fails = True
        assert ids(find(ana, ask, language=language)) == [session.pk]


class TestWithoutVectors:
    def test_words_alone_find_when_the_embedder_fails(self, ana, embedder):
        session = store_session(student=ana, text=SAID)
        embedder.fails = True
        retrieved = find(ana)
        assert ids(retrieved) == [session.pk]
        assert 0 < retrieved.confidence < 1

    def test_vectors_of_another_embedder_are_not_compared(self, ana, embedder):
        session = store_session(student=ana, text=SAID)
        embedder.name = "another.v1"
        assert ids(find(ana)) == [session.pk]
        assert ids(find(ana, "Was ist das?")) == []

    def test_nothing_is_found_for_a_question_of_stop_words(self, ana, embedder):
        store_session(student=ana, text=SAID)
        embedder.fails = True
        assert ids(find(ana, "¿Qué es?")) == []

    @pytest.mark.parametrize(
        "ask", ["'; DROP TABLE x; --", "\\'", "a & | ! <-> :*", "日本語", "🙂"]
    )
    def test_a_question_is_never_sql(self, ana, ask):
        store_session(student=ana, text=SAID)
        find(ana, ask)


@pytest.mark.parametrize("size", [1, 40])
def test_a_search_asks_as_much_of_a_long_history_as_of_a_short_one(ana, size):
    for number in range(size):
        store_session(student=ana, text=SAID, title=f"Hour {number}")
    Passage.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        find(ana)
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ask", ["", "   "])
async def test_an_empty_question_finds_nothing(ana, ask):
    found = await search.retrieve(
        learner_id=ana.pk, question=ask, language="es", native_language="en"
    )
    assert (found.found, found.enough) == ((), False)


@pytest.mark.django_db(transaction=True)
async def test_it_reads_in_threads_of_its_own(ana):
    from channels.db import database_sync_to_async

    session = await database_sync_to_async(store_session)(student=ana, text=SAID)
    found = await search.retrieve(
        learner_id=ana.pk, question="q" * 5000 + ASK, language="es", native_language="en"
    )
    assert len(found.question) == search.LONGEST_QUESTION
    found = await search.retrieve(
        learner_id=ana.pk, question=ASK, language="es", native_language="en"
    )
    assert ids(found) == [session.pk]


class TestAnswers:
    @pytest.fixture
    def told(self, ana, monkeypatch):
        from dataclasses import replace

        store_session(student=ana, text=f"{SAID} Hay que tomarla cada ocho horas.")
        return replace(find(ana), enough=True, confidence=0.9)

    @pytest.mark.parametrize(
        ("native", "head"),
        [
            ("en", "From your tutoring session “Química” of "),
            ("es", "De tu sesión de tutoría «Química» del "),
            ("fr", "Dans ta séance de tutorat « Química » du "),
            ("de", "Aus deiner Tutorstunde „Química“ vom "),
            ("ja", "From your tutoring session “Química” of "),
        ],
    )
    def test_what_was_said_is_quoted_in_the_learners_own_language(self, told, native, head):
        answer = builtin_answer(retrieved=told, native_language=native)
        assert answer.text.startswith(head)
        assert SAID in answer.text
        assert "Marta" in answer.text
        assert "0:12" in answer.text
        assert answer.sources[0].excerpt in told.found[0].text
        assert not answer.suggest_tutor

    def test_below_the_threshold_it_says_so_and_offers_the_tutor(self, told):
        from dataclasses import replace

        answer = builtin_answer(retrieved=replace(told, enough=False), native_language="de")
        assert answer.sources == ()
        assert answer.suggest_tutor
        assert "Tutor fragen" in answer.text

    def test_a_long_speech_is_quoted_in_part_and_word_for_word(self, ana):
        from dataclasses import replace

        store_session(student=ana, text="penicilina y " * 200)
        answer = builtin_answer(retrieved=replace(find(ana), enough=True), native_language="en")
        (source,) = answer.sources
        assert len(source.excerpt) <= 300
        assert source.excerpt in find(ana).found[0].text

    def test_notes_lessons_and_talk_are_introduced_each_by_its_kind(self, ana):
        from dataclasses import replace

        store_note(owner=ana, front="la penicilina", back="penicillin")
        retrieved = replace(find(ana), enough=True)
        assert builtin_answer(retrieved=retrieved, native_language="en").text == (
            "You saved “la penicilina”:\n\n“la penicilina — penicillin” [1]"
        )
        Passage.objects.all().delete()
        store_talk(learner=ana, said=SAID)
        retrieved = replace(find(ana), enough=True)
        assert (
            f"You: “{SAID}” [1]" in builtin_answer(retrieved=retrieved, native_language="en").text
        )


def test_names_never_reach_an_embedder_somewhere_else(ana, embedder, monkeypatch):
    monkeypatch.setattr(factory, "is_local_embedder", lambda: False)
    store_session(student=ana, text="Marta dice que Ana Torres vive en Soria.")
    assert embedder.texts
    assert not any("Ana Torres" in text or "Marta" in text for text in embedder.texts)


def test_a_tutor_without_students_finds_nothing(ana):
    store_session(student=ana, text=SAID)
    assert ids(find(UserFactory(), students=[])) == []
