"""What is findable follows what is there: read once, again when it changed, gone when it goes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ai import factory
from ai.errors import ProviderError
from conversations.models import Conversation, Message, Passage, TranscriptChunk
from conversations.retrieval import index
from conversations.retrieval.tasks import embed_missing_task, index_changed_task
from conversations.retrieval.upkeep import (
    changed_conversations,
    changed_notes,
    changed_words,
    embed_missing,
    index_changed,
)
from conversations.tests.factories import MessageFactory, ReplyFactory
from conversations.tests.retrieval_cast import (
    SpellingEmbedder,
    store_lesson,
    store_note,
    store_session,
    store_talk,
    store_word,
)
from learning.models import ContentItem

pytestmark = pytest.mark.django_db

SAID = "La penicilina es un antibiótico. Hay que tomarla ocho días."


@pytest.fixture(autouse=True)
def embedder(monkeypatch):
    made = SpellingEmbedder()
    monkeypatch.setattr(factory, "embedder", lambda: made)
    return made


def texts(kind):
    return list(Passage.objects.filter(kind=kind).order_by("pk").values_list("text", flat=True))


class TestChunks:
    def test_each_gets_words_a_vector_and_one_of_each_sentence(self, ana):
        session = store_session(student=ana, text=SAID)
        chunk = TranscriptChunk.objects.get(session=session)
        assert chunk.embedder == "spelling.v1"
        assert chunk.embedding is not None
        assert len(bytes(chunk.sentences)) == 2 * 512
        assert "penicilin" in chunk.search

    def test_a_second_run_embeds_nothing(self, ana, embedder):
        session = store_session(student=ana, text=SAID, parts=3)
        before = len(embedder.texts)
        assert index.index_chunks(session_id=session.pk) == 0
        assert len(embedder.texts) == before

    def test_what_changed_is_embedded_again(self, ana):
        session = store_session(student=ana, text=SAID, parts=2)
        chunk = TranscriptChunk.objects.filter(session=session).first()
        chunk.text, chunk.utterances = "Marta: Otra cosa.", []
        chunk.save()
        assert index.index_chunks(session_id=session.pk) == 1

    def test_words_are_kept_when_the_embedder_fails_and_vectors_follow(self, ana, embedder):
        embedder.fails = True
        with pytest.raises(ProviderError):
            store_session(student=ana, text=SAID)
        chunk = TranscriptChunk.objects.get()
        assert (bool(chunk.search), chunk.embedding) == (True, None)
        embedder.fails = False
        assert embed_missing_task() == 1
        assert embed_missing_task() == 0

    def test_another_embedder_takes_over_so_many_at_a_time(self, ana, embedder):
        store_session(student=ana, text=SAID, parts=3)
        embedder.name = "another.v1"
        assert [embed_missing(limit=2), embed_missing(limit=2), embed_missing(limit=2)] == [2, 1, 0]


class TestLessons:
    def test_what_is_wrong_is_left_out(self):
        lesson = store_lesson(text="Use estar for feelings.")
        lesson.content |= {
            "examples": [{"text": "Estoy cansada.", "translation": "I am tired."}],
            "slips": [{"wrong": "Soy cansada.", "right": "Estoy cansada."}],
        }
        lesson.save()
        index_changed_task()
        assert texts("lesson") == [
            "Use estar for feelings.",
            "Estoy cansada. — I am tired.",
            "Estoy cansada.",
        ]

    def test_a_hidden_one_goes_and_comes_back(self):
        lesson = store_lesson(text="Use estar for feelings.")
        ContentItem.objects.filter(pk=lesson.pk).update(is_active=False)
        index_changed_task()
        assert texts("lesson") == []
        ContentItem.objects.filter(pk=lesson.pk).update(is_active=True)
        index_changed_task()
        assert texts("lesson") == ["Use estar for feelings."]

    def test_a_shorter_one_loses_what_it_says_no_more(self):
        lesson = store_lesson(text="Use estar for feelings.")
        lesson.content = {"examples": [{"text": "Estoy."}]}
        lesson.save()
        index_changed_task()
        assert texts("lesson") == ["Estoy."]


class TestSaved:
    def test_words_and_notes(self, ana):
        store_word(owner=ana, text="ventana", translation="window", example="Abre la ventana.")
        store_note(owner=ana, front="la mesa", back="table")
        assert texts("saved") == ["ventana — window\nAbre la ventana.", "la mesa — table"]
        assert set(Passage.objects.values_list("learner", flat=True)) == {ana.pk}
        assert (changed_words(), changed_notes()) == ([], [])

    def test_what_is_edited_is_read_again_and_what_is_deleted_is_forgotten(self, ana):
        word = store_word(owner=ana, text="ventana", translation="window")
        note = store_note(owner=ana, front="la mesa", back="table")
        word.translation = "window (of a house)"
        word.save()
        note.delete()
        assert index_changed(now=timezone.now()) == 1
        assert texts("saved") == ["ventana — window (of a house)"]

    def test_a_deck_in_the_bin_takes_its_notes_along(self, ana):
        note = store_note(owner=ana, front="la mesa", back="table")
        note.deck.deleted_at = timezone.now()
        note.deck.save()
        index_changed_task()
        assert texts("saved") == []


class TestConversations:
    def test_each_line_knows_its_message(self, ana):
        talk = store_talk(learner=ana, said="Me duele la cabeza.", answer="Toma agua.")
        (passage,) = Passage.objects.filter(source_id=talk.pk)
        assert passage.text == "Learner: Me duele la cabeza.\nAI tutor: Toma agua."
        places = passage.locator["messages"]
        said = [passage.text[one["at"] : one["to"]] for one in places]
        assert said == ["Me duele la cabeza.", "Toma agua."]
        stored = Message.objects.filter(conversation=talk).order_by("position")
        assert [one["messageId"] for one in places] == [str(one.pk) for one in stored]

    def test_one_that_is_going_on_waits(self, ana):
        talk = store_talk(learner=ana, said="Me duele.", ago=timedelta(minutes=10))
        assert texts("conversation") == []
        assert changed_conversations(now=timezone.now()) == []
        assert changed_conversations(now=timezone.now() + timedelta(hours=1)) == [talk.pk]

    def test_it_is_read_once_and_again_when_it_went_on(self, ana):
        talk = store_talk(learner=ana, said="Me duele.")
        now = timezone.now()
        assert changed_conversations(now=now) == []
        message = MessageFactory(conversation=talk, content="Ya no.")
        ReplyFactory(conversation=talk, content="Qué bien.", reply_to=message)
        talk.save()
        assert changed_conversations(now=now) == [talk.pk]
        index_changed_task()
        assert "Ya no." in texts("conversation")[0]

    def test_what_failed_is_not_said(self, ana):
        talk = store_talk(learner=ana, said="Me duele.")
        Message.objects.filter(role="assistant").update(status="failed")
        index.index_conversation(conversation_id=talk.pk)
        assert texts("conversation") == ["Learner: Me duele."]

    def test_lines_of_the_built_in_tutor_are_no_source(self, ana):
        talk = store_talk(learner=ana, said="Me duele.", answer="No tengo respuesta para eso.")
        Message.objects.filter(role="assistant").update(provider="builtin")
        index.index_conversation(conversation_id=talk.pk)
        assert texts("conversation") == ["Learner: Me duele."]

    def test_one_in_which_the_learner_said_nothing_is_not_read_again_and_again(self, ana):
        talk = store_talk(learner=ana, said="Me duele.")
        Message.objects.filter(role="user").delete()
        Message.objects.update(provider="builtin")
        index.index_conversation(conversation_id=talk.pk)
        assert texts("conversation") == []
        assert changed_conversations(now=timezone.now() + timedelta(hours=1)) == []

    def test_a_deleted_one_is_forgotten(self, ana):
        talk = store_talk(learner=ana, said="Me duele.")
        Conversation.objects.filter(pk=talk.pk).update(deleted_at=timezone.now())
        index_changed_task()
        assert texts("conversation") == []

    def test_a_long_one_is_cut_between_exchanges(self, ana):
        talk = store_talk(learner=ana, said="Uno. " * 300, answer="Dos. " * 100)
        message = MessageFactory(conversation=talk, content="Tres. " * 200)
        ReplyFactory(conversation=talk, content="Cuatro.", reply_to=message)
        index.index_conversation(conversation_id=talk.pk)
        first, second = texts("conversation")
        assert "Tres" not in first
        assert second.startswith("Learner: Tres.")

    def test_without_an_embedder_the_words_are_there(self, ana, embedder):
        talk = store_talk(learner=ana, said="Me duele.", ago=timedelta(minutes=1))
        Conversation.objects.filter(pk=talk.pk).update(
            last_message_at=timezone.now() - timedelta(hours=2)
        )
        embedder.fails = True
        assert index_changed_task() == 1
        assert Passage.objects.get().search
        embedder.fails = False
        assert embed_missing_task() == 1


def test_a_second_sweep_has_nothing_to_do(ana, embedder):
    store_lesson(text="Use estar for feelings.")
    store_word(owner=ana, text="ventana", translation="window")
    store_note(owner=ana, front="la mesa", back="table")
    store_talk(learner=ana, said="Me duele.")
    before = len(embedder.texts)
    assert index_changed_task() == 0
    assert embed_missing_task() == 0
    assert len(embedder.texts) == before
