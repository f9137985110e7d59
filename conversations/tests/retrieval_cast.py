"""What the tests of retrieval search: an embedder that goes by spelling, a row of each kind."""

from datetime import timedelta

import numpy as np
from django.utils import timezone

from ai.errors import ProviderError
from ai.providers import ngrams
from conversations.models import TranscriptChunk, TutoringSession
from conversations.retrieval import index
from conversations.tests.factories import ConversationFactory, MessageFactory, ReplyFactory
from learning.models import ContentItem
from practice.models import Deck, Note, VocabularyItem, VocabularyList


class SpellingEmbedder:
    """Near is what is spelt alike. Counts the texts it is given; fails when told to."""

    name = "spelling.v1"
    degraded = False

    def __init__(self):
        self.texts = []
        self.fails = False

    async def embed(self, texts):
        if self.fails:
            raise ProviderError("timeout", "No answer.", retryable=True)
        self.texts += texts
        made = ngrams.hashed(list(texts))
        return np.hstack([made, np.zeros((len(texts), 512), dtype=np.float32)]).tolist()


def store_session(*, student, text, language="es", title="Química", tutor=None, parts=1):
    """A tutoring session of so many chunks, each one utterance, indexed."""
    session = TutoringSession.objects.create(
        student=student,
        tutor=tutor,
        language=language,
        title=title,
        subject="",
        held_at=timezone.now(),
        format=TutoringSession.Format.PLAIN_TEXT,
        file="transcripts/told.txt",
        size=len(text),
        content_hash=f"{student.pk}{title}{text}"[:64],
        status=TutoringSession.Status.COMPLETED,
    )
    said = {"speaker": "Marta", "start": 12.0, "end": 20.0, "at": 7, "to": 7 + len(text)}
    for position in range(parts):
        TranscriptChunk.objects.create(
            session=session,
            student=student,
            language=language,
            position=position,
            text=f"Marta: {text}",
            speakers=["Marta"],
            start=12.0,
            end=20.0,
            utterances=[said],
        )
    index.index_chunks(session_id=session.pk)
    return session


def store_lesson(*, text, language="es", told_in="en", title="Ser and estar", **fields):
    lesson = ContentItem.objects.create(
        content_type=ContentItem.Type.LESSON,
        language=language,
        level="A2",
        title=title,
        content={"explanation": {told_in: text}},
        **fields,
    )
    index.index_lessons(ids=[lesson.pk])
    return lesson


def store_word(*, owner, text, translation, example=""):
    words = VocabularyList.objects.create(owner=owner, name="Mine", language="es", level="A1")
    word = VocabularyItem.objects.create(
        vocabulary_list=words,
        language="es",
        level="A1",
        text=text,
        translation=translation,
        example=example,
    )
    index.index_saved(words=[word.pk])
    return word


def store_note(*, owner, front, back):
    deck = Deck.objects.create(owner=owner, name="Mine", language="es")
    note = Note.objects.create(deck=deck, front=front, back=back, language="es")
    index.index_saved(notes=[note.pk])
    return note


def store_talk(*, learner, said, answer="Muy bien.", ago=timedelta(hours=2)):
    talk = ConversationFactory(learner=learner, last_message_at=timezone.now() - ago)
    message = MessageFactory(conversation=talk, content=said)
    ReplyFactory(conversation=talk, content=answer, reply_to=message)
    index.index_conversation(conversation_id=talk.pk)
    return talk
