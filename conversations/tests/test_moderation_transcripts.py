import pytest

from ai.models import ModerationFlag
from conversations.models import TranscriptChunk
from conversations.moderation.transcripts import flag_transcript
from conversations.tests.transcripts import read_through

pytestmark = pytest.mark.django_db


def session_saying(*texts, student, **fields):
    session = read_through(student, chunks=len(texts), **fields)
    for position, text in enumerate(texts):
        TranscriptChunk.objects.filter(session=session, position=position).update(text=text)
    return session


def test_an_ordinary_lesson_is_left_alone(ana):
    session = session_saying("Ana: Fui al mercado.", "Tessa: ¿Y qué compraste?", student=ana)
    assert flag_transcript(session) == []


def test_what_is_grave_is_queued_for_who_sent_it(ana, tessa):
    session = session_saying("Ana: Hola.", "Ana: Te voy a matar.", student=ana, uploader=tessa)
    [flag] = flag_transcript(session)
    assert (flag.user, flag.surface, flag.source_id) == (tessa, "transcript", session.pk)
    assert (flag.severity, flag.action, flag.status) == ("high", "queued", "queued")
    assert "Te voy a matar" in flag.excerpt


def test_mild_words_and_numbers_are_their_own_affair(ana):
    session = session_saying("Ana: Mierda, mi número es 612 345 678.", student=ana)
    assert flag_transcript(session) == []


def test_despair_is_told_as_somebodys(ana, tessa):
    session = session_saying("Ana: Quiero suicidarme.", student=ana, uploader=tessa)
    [flag] = flag_transcript(session)
    assert flag.reason.startswith("Somebody in it")


def test_again_it_adds_nothing(ana):
    session = session_saying("Ana: Te voy a matar.", "Ana: Te voy a matar.", student=ana)
    assert len(flag_transcript(session)) == 1
    assert flag_transcript(session) == []
    assert ModerationFlag.objects.count() == 1
