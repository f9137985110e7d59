"""A tutoring session that is deleted while a worker counts it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from conversations.models import TranscriptChunk, TutoringSession
from conversations.transcripts.services import delete_session
from conversations.transcripts.withdrawal import CHUNK
from learning.concepts.services import lemma_concepts
from learning.mastery.services import Shown, record_evidence
from learning.models import Evidence
from learning.tests.waiting import until_somebody_waits


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_what_is_counted_this_moment(ana):
    session = TutoringSession.objects.create(
        student=ana, language="es", held_at=timezone.now(), size=1, content_hash="a"
    )
    chunk = TranscriptChunk.objects.create(
        session=session, student=ana, language="es", position=0, text="Ana: Hola."
    )
    concept = lemma_concepts(language="es", lemmas=["hola"])["hola"]
    shown = Shown(concept, "tutoring", correct=True, source_type=CHUNK, source_id=chunk.pk)

    def delete():
        try:
            delete_session(session=TutoringSession.objects.get(pk=session.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            TutoringSession.objects.select_for_update().get(pk=session.pk)
            deleting = pool.submit(delete)
            until_somebody_waits()
            record_evidence(learner=ana, shown=[shown], now=timezone.now())
        deleting.result(20)
    assert not TutoringSession.objects.exists()
    assert not Evidence.objects.exists()
    delete_session(session=session)  # as a second click does
