from datetime import timedelta
from uuid import uuid4

import pytest

from ai.embeddings import content_hash
from ai.factory import embedder
from ai.models import CachedEmbedding
from conversations.memory import aging
from conversations.memory.models import Memory, MemoryConsent, MemoryRecall
from conversations.memory.services import note_recalls, recall
from conversations.tests.factories import ReplyFactory
from conversations.tests.memory_cast import (
    NOW,
    MemoryConsentFactory,
    MemoryEvidenceFactory,
    MemoryFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def consent(ana, ben):
    MemoryConsentFactory(learner=ben)
    return MemoryConsentFactory(learner=ana)


def told(learner, text="Hola", **options):
    return [
        memory.content for memory in recall(learner_id=learner.pk, text=text, now=NOW, **options)
    ]


def unit(*places):
    vector = [0.0] * 1536
    for place in places:
        vector[place] = len(places) ** -0.5
    return vector


class TestWhose:
    def test_another_learners_are_never_told(self, ana, ben):
        MemoryFactory(learner=ben, content="Your job: baker.")
        assert told(ana, "job baker") == []

    def test_without_consent_nothing_is(self, ana):
        MemoryFactory(learner=ana)
        MemoryConsent.objects.filter(learner=ana).update(given=False)
        assert told(ana) == []
        MemoryConsent.objects.filter(learner=ana).delete()
        assert told(ana) == []

    def test_in_a_pause_nothing_is(self, ana, consent):
        MemoryFactory(learner=ana)
        MemoryConsent.objects.filter(learner=ana).update(paused_until=NOW + timedelta(hours=1))
        assert told(ana) == []
        MemoryConsent.objects.filter(learner=ana).update(paused_until=NOW)
        assert told(ana) == ["Your job: nurse."]

    def test_what_is_private_to_a_companion_is_told_to_that_one_alone(self, ana):
        companion = uuid4()
        MemoryFactory(learner=ana, companion_id=companion)
        assert told(ana) == []
        assert told(ana, companion_id=uuid4()) == []
        assert told(ana, companion_id=companion) == ["Your job: nurse."]

    def test_neither_ended_nor_archived_ones(self, ana):
        MemoryFactory(learner=ana, valid_to=NOW)
        MemoryFactory(learner=ana, subject="home", archived_at=NOW)
        assert told(ana) == []


class TestOrder:
    def test_what_has_to_do_with_it_comes_first(self, ana):
        MemoryFactory(learner=ana, importance=0.9, content="You like chess.", subject="taste:chess")
        MemoryFactory(learner=ana, importance=0.5, content="You live in Leeds.", subject="home")
        assert told(ana, "¿Qué tiempo hace en Leeds?")[0] == "You live in Leeds."

    def test_the_proofs_words_count_in_the_language_being_learned(self, ana):
        memory = MemoryFactory(
            learner=ana, importance=0.4, content="You have two cats.", subject=""
        )
        MemoryEvidenceFactory(memory=memory, quote="Tengo dos gatos.")
        MemoryFactory(learner=ana, importance=0.9, content="You like chess.", subject="")
        assert told(ana, "Mis gatos duermen mucho")[0] == "You have two cats."

    def test_a_subject_can_be_asked_for_in_any_language(self, ana):
        MemoryFactory(learner=ana, importance=0.4)
        MemoryFactory(learner=ana, importance=0.9, content="You like chess.", subject="taste:chess")
        assert told(ana, "Was ist mein Beruf?")[0] == "Your job: nurse."

    def test_a_vector_at_hand_counts(self, ana):
        name = embedder().name
        CachedEmbedding.objects.create(
            embedder=name, content_hash=content_hash("Algo distinto"), embedding=unit(1)
        )
        near = {"embedder": name, "embedding": unit(1, 2)}
        far = {"embedder": name, "embedding": unit(3)}
        MemoryFactory(learner=ana, subject="a", content="Near.", importance=0.5, **near)
        MemoryFactory(learner=ana, subject="b", content="Far.", importance=0.9, **far)
        assert told(ana, "Algo distinto")[0] == "Near."

    def test_the_old_fade_and_the_pinned_do_not(self, ana):
        old = NOW - timedelta(days=100)
        MemoryFactory(learner=ana, said_at=old, content="Old.", valid_from=old)
        assert told(ana) == []
        Memory.objects.update(pinned=True)
        assert told(ana) == ["Old."]

    def test_only_what_fits(self, ana):
        for number in range(30):
            MemoryFactory(learner=ana, subject=str(number), content=f"{number} {'x' * 200}")
        assert len(told(ana, tokens=150)) == 2
        assert told(ana, tokens=10) == []


class TestAge:
    def test_half_is_left_after_two_weeks(self, ana):
        memory = MemoryFactory(learner=ana, importance=0.8, said_at=NOW - timedelta(days=14))
        assert aging.strength(memory, NOW) == pytest.approx(0.4)
        memory.recalled_at = NOW
        assert aging.strength(memory, NOW) == pytest.approx(0.8)

    def test_the_unimportant_are_put_away_after_ninety_days(self, ana):
        long_ago = NOW - timedelta(days=91)
        gone = MemoryFactory(learner=ana, importance=0.4, said_at=long_ago)
        kept = [
            MemoryFactory(learner=ana, importance=0.7, said_at=long_ago),
            MemoryFactory(learner=ana, importance=0.4, said_at=long_ago, pinned=True),
            MemoryFactory(learner=ana, importance=0.4, said_at=long_ago, recalled_at=NOW),
            MemoryFactory(learner=ana, importance=0.4, said_at=NOW - timedelta(days=80)),
        ]
        assert aging.archive_forgotten(now=NOW) == 1
        assert Memory.objects.get(archived_at__isnull=False) == gone
        assert set(Memory.objects.standing()) == set(kept)
        assert aging.archive_forgotten(now=NOW) == 0


class TestNoting:
    def test_what_was_told_is_kept_once(self, ana):
        memory = MemoryFactory(learner=ana)
        reply = ReplyFactory(conversation__learner=ana)
        found = recall(learner_id=ana.pk, text="my job", now=NOW)
        note_recalls(reply.pk, found)
        note_recalls(str(reply.pk), found)
        assert MemoryRecall.objects.count() == 1
        memory.refresh_from_db()
        assert memory.recalled_at == reply.created_at

    def test_what_was_told_for_want_of_better_stays_as_old_as_it_is(self, ana):
        memory = MemoryFactory(learner=ana)
        reply = ReplyFactory(conversation__learner=ana)
        note_recalls(reply.pk, recall(learner_id=ana.pk, text="Hola", now=NOW))
        assert MemoryRecall.objects.count() == 1
        memory.refresh_from_db()
        assert (memory.recalled_at, memory.recalls) == (None, 0)


@pytest.mark.parametrize("count", [2, 60])
def test_one_query(ana, count, django_assert_num_queries):
    for number in range(count):
        memory = MemoryFactory(learner=ana, subject=str(number), content=f"Thing {number}.")
        MemoryEvidenceFactory(memory=memory, message__conversation__learner=ana)
    with django_assert_num_queries(1):
        recall(learner_id=ana.pk, text="¿Qué sabes de mí?", now=NOW)
