from datetime import timedelta
from functools import partial

import pytest

from accounts.models import AuditEntry
from accounts.tests.factories import LearnerProfileFactory
from ai.embeddings import content_hash
from ai.models import CachedEmbedding
from config.errors import DomainError, NotFound
from conversations.memory.models import Memory, MemoryConsent, MemoryEvidence, MemoryRecall
from conversations.memory.services import (
    change,
    expire,
    forget,
    give_consent,
    pause,
    set_sharing,
    unfill,
    withdraw_consent,
)
from conversations.tests.factories import ReplyFactory
from conversations.tests.memory_cast import (
    NOW,
    MemoryConsentFactory,
    MemoryEvidenceFactory,
    MemoryFactory,
)

pytestmark = pytest.mark.django_db
COOKING = [{"field": "interests", "value": "cooking"}]


@pytest.fixture
def profile(ana):
    return LearnerProfileFactory(user=ana, interests=["films", "cooking"])


class TestForgetting:
    def test_nothing_is_left(self, ana, profile):
        new = MemoryFactory(learner=ana, filled=COOKING)
        middle = MemoryFactory(learner=ana, superseded_by=new, valid_to=NOW)
        oldest = MemoryFactory(learner=ana, superseded_by=middle, valid_to=NOW)
        for memory in (new, middle, oldest):
            MemoryEvidenceFactory(memory=memory, message__conversation__learner=ana)
        MemoryRecall.objects.create(memory=new, message=ReplyFactory(conversation__learner=ana))
        CachedEmbedding.objects.create(
            embedder="test", content_hash=content_hash(new.content), embedding=[0.0] * 1536
        )
        assert forget(memory=new) == 3
        for model in (Memory, MemoryEvidence, MemoryRecall, CachedEmbedding):
            assert not model.objects.exists()
        profile.refresh_from_db()
        assert profile.interests == ["films"]

    @pytest.mark.parametrize(
        "again", [forget, partial(expire, now=NOW), partial(change, changes={}, now=NOW)]
    )
    def test_another_tab_finds_nothing(self, ana, again):
        memory = MemoryFactory(learner=ana)
        forget(memory=Memory.objects.get(pk=memory.pk))
        with pytest.raises(NotFound):
            again(memory=memory)

    def test_an_older_one_goes_without_what_replaced_it(self, ana):
        new = MemoryFactory(learner=ana)
        old = MemoryFactory(learner=ana, superseded_by=new, valid_to=NOW)
        forget(memory=old)
        assert list(Memory.objects.all()) == [new]


class TestChanging:
    def test_rewritten_it_is_the_learners_own(self, ana, profile):
        memory = MemoryFactory(learner=ana, filled=COOKING, embedder="test", embedding=[0.0] * 1536)
        changed = change(memory=memory, changes={"content": " I am a midwife. "}, now=NOW)
        assert (changed.content, changed.edited, changed.said_at) == (
            "I am a midwife.",
            True,
            NOW,
        )
        assert (changed.embedding, changed.filled) == (None, [])
        profile.refresh_from_db()
        assert profile.interests == ["films"]

    def test_pinned_it_comes_back(self, ana):
        memory = MemoryFactory(learner=ana, archived_at=NOW)
        assert change(memory=memory, changes={"pinned": True}, now=NOW).archived_at is None

    @pytest.mark.parametrize("content", ["", "   ", "x" * 241])
    def test_it_needs_words_and_not_too_many(self, ana, content):
        with pytest.raises(DomainError):
            change(memory=MemoryFactory(learner=ana), changes={"content": content}, now=NOW)

    def test_no_longer_true(self, ana, profile):
        memory = expire(memory=MemoryFactory(learner=ana, filled=COOKING, pinned=True), now=NOW)
        assert (memory.valid_to, memory.pinned) == (NOW, False)
        assert not Memory.objects.standing().exists()
        profile.refresh_from_db()
        assert profile.interests == ["films"]
        assert expire(memory=memory, now=NOW + timedelta(days=1)).valid_to == NOW

    def test_out_of_the_profile_alone(self, ana, profile):
        memory = MemoryFactory(learner=ana, filled=COOKING)
        unfill(memory=memory)
        profile.refresh_from_db()
        assert (profile.interests, Memory.objects.get().filled) == (["films"], [])


class TestConsent:
    def test_a_yes_reads_from_now_on(self, ana):
        consent = give_consent(learner=ana, now=NOW)
        assert (consent.given, consent.reads_from) == (True, NOW)
        assert consent.allows(NOW)
        assert AuditEntry.objects.get().action == "memory.consent_given"

    def test_or_what_was_said_before_too(self, ana):
        assert give_consent(learner=ana, now=NOW, include_earlier=True).reads_from is None

    def test_a_second_yes_changes_only_sharing(self, ana):
        give_consent(learner=ana, now=NOW)
        again = give_consent(learner=ana, now=NOW + timedelta(days=3), share_with_tutor=True)
        assert (again.reads_from, again.share_with_tutor) == (NOW, True)
        assert AuditEntry.objects.count() == 1

    def test_taken_back_memories_are_kept_unused(self, ana, profile):
        MemoryConsentFactory(learner=ana, share_with_tutor=True)
        MemoryFactory(learner=ana, filled=COOKING)
        consent = withdraw_consent(learner=ana, forget=False)
        assert (consent.given, consent.share_with_tutor) == (False, False)
        profile.refresh_from_db()
        assert profile.interests == ["films"]
        assert Memory.objects.count() == 1
        give_consent(learner=ana, now=NOW)
        profile.refresh_from_db()
        assert profile.interests == ["films", "cooking"]

    def test_or_forgotten_at_once(self, ana, profile):
        MemoryConsentFactory(learner=ana)
        MemoryFactory(learner=ana, filled=COOKING)
        MemoryFactory(learner=ana, valid_to=NOW)
        withdraw_consent(learner=ana, forget=True)
        assert not Memory.objects.exists()
        profile.refresh_from_db()
        assert profile.interests == ["films"]

    def test_a_pause_ends_by_itself_or_at_will(self, ana):
        MemoryConsentFactory(learner=ana)
        until = NOW + timedelta(days=7)
        paused = pause(learner=ana, until=until, now=NOW)
        assert not paused.allows(NOW)
        assert paused.allows(until)
        resumed = pause(learner=ana, until=None, now=NOW + timedelta(days=1))
        assert resumed.reads_from == NOW + timedelta(days=1)
        assert resumed.allows(NOW + timedelta(days=1))

    @pytest.mark.parametrize("days", [-1, 0, 366])
    def test_a_pause_has_an_end_in_reach(self, ana, days):
        MemoryConsentFactory(learner=ana)
        with pytest.raises(DomainError):
            pause(learner=ana, until=NOW + timedelta(days=days), now=NOW)

    def test_without_consent_there_is_nothing_to_pause_or_share(self, ana):
        with pytest.raises(DomainError):
            pause(learner=ana, until=NOW + timedelta(days=1), now=NOW)
        assert not set_sharing(learner=ana, share=True).share_with_tutor
        assert not MemoryConsent.objects.get().given
