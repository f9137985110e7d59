"""What learners do while the queue is down stands, and what follows from it comes later."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from kombu.exceptions import OperationalError as QueueDownError

from config.ids import new_id
from learning.concepts.services import lemma_concepts
from practice.decks.evidence import unread_reviews
from practice.decks.exchange import importing, limits
from practice.decks.services import Answer, rescheduling, review_batch, update_study
from practice.models import DeckImport, Note, ReviewLog
from practice.tests.factories import DeckFactory, make_card

# What is queued on commit is queued only where something is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card():
    made = make_card(DeckFactory())
    concept = lemma_concepts(language="es", lemmas=["manzana"])["manzana"]
    Note.objects.filter(pk=made.note_id).update(concept=concept)
    return made


@pytest.fixture
def down(monkeypatch):
    def refuse(*_args):
        raise QueueDownError

    for task in (
        "practice.decks.evidence.record_reviews_task",
        "practice.decks.exchange.importing.import_deck_task",
        "practice.decks.services.rescheduling.reschedule_task",
    ):
        monkeypatch.setattr(f"{task}.delay", refuse)


def review(card):
    answer = Answer(card.pk, 3, new_id())
    return review_batch(learner=card.deck.owner, answers=[answer], now=timezone.now())


def test_a_review_counts_and_is_read_by_the_sweep(card, down):
    [outcome] = review(card)
    assert ReviewLog.objects.get() == outcome.log
    assert unread_reviews(now=timezone.now() + timedelta(minutes=6)) == [outcome.log.pk]


def test_other_settings_of_study_are_kept(card, down, monkeypatch):
    review(card)
    monkeypatch.setattr(rescheduling, "AT_ONCE", 0)
    update_study(deck=card.deck, learner=card.deck.owner, desired_retention=0.95)
    card.deck.refresh_from_db()
    assert card.deck.desired_retention == 0.95


def test_an_import_waits_for_the_sweep(card, down, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(limits, "SMALL_FILE", 0)
    upload = SimpleUploadedFile("words.csv", b"front,back\nuno,one\n")
    row = importing.request_import(learner=card.deck.owner, upload=upload, deck=card.deck)
    importing.begin_import(row=row, now=timezone.now())
    assert DeckImport.objects.get().status == "waiting"
    assert importing.waiting_imports(now=timezone.now() + timedelta(minutes=11)) == [row.pk]
