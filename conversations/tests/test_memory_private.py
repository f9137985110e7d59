"""What is kept between a learner and one companion: as found, as chosen, and when it ends."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.selectors import learner_profile
from accounts.tests.factories import LearnerLanguageFactory
from conversations.handover.brief import consent_of
from conversations.memory.models import Memory
from conversations.memory.remembering import remember_by_patterns
from conversations.memory.selectors import shared_memories
from conversations.memory.services import change, recall
from conversations.requests import reply_request
from conversations.services import begin_turn
from conversations.tests.memory_cast import NOW, MemoryConsentFactory, MemoryFactory, finished
from learning.companions.services import change_companion, delete_companion
from learning.models import Companion
from learning.tests.factories import CompanionFactory, CompanionSessionFactory

pytestmark = pytest.mark.django_db

NURSE, COOK = "Trabajo como enfermera.", "Me encanta cocinar."


@pytest.fixture(autouse=True)
def consent(ana):
    return MemoryConsentFactory(learner=ana, share_with_tutor=True)


@pytest.fixture
def discreet(ana):
    return CompanionFactory(author=ana, name="Mi abuela", keeps_private=True)


@pytest.fixture
def open_one(ana):
    return CompanionFactory(author=ana, name="El vecino")


def read(learner, *said, days_ago=2, **fields):
    """Have a finished conversation read; what is remembered since."""
    talk = finished(learner, *said, days_ago=days_ago, **fields)
    before = set(Memory.objects.values_list("pk", flat=True))
    remember_by_patterns(conversation_id=talk.pk, now=NOW)
    return Memory.objects.exclude(pk__in=before)


def told(learner, companion=None):
    found = recall(
        learner_id=learner.pk,
        text="enfermera cocinar job cooking",
        now=NOW,
        companion_id=companion.pk if companion else None,
    )
    return {memory.subject for memory in found}


class TestFound:
    def test_talk_with_a_discreet_companion_is_for_it_alone(self, ana, discreet, open_one):
        [memory] = read(ana, NURSE, companion=discreet)

        assert memory.companion_id == discreet.pk
        assert told(ana, discreet) == {memory.subject}
        assert told(ana, open_one) == told(ana) == set()

    @pytest.mark.parametrize("who", ["another companion", "nobody"])
    def test_other_talk_is_for_everyone(self, ana, open_one, discreet, who):
        companion = open_one if who == "another companion" else None
        [memory] = read(ana, NURSE, companion=companion)

        assert memory.companion_id is None
        assert told(ana) == told(ana, discreet) == {memory.subject}

    def test_it_fills_no_profile(self, ana, discreet):
        read(ana, COOK, companion=discreet)
        assert learner_profile(ana).interests == []
        read(ana, COOK.replace("cocinar", "nadar"), companion=None)
        assert learner_profile(ana).interests != []

    def test_it_is_for_no_human_tutor(self, ana, discreet):
        read(ana, NURSE, companion=discreet)
        assert shared_memories(learner_id=ana.pk, now=NOW) == []
        assert list(consent_of(ana).memories) == []

    def test_what_everyone_knows_stays_open_when_it_is_said_again(self, ana, discreet):
        [memory] = read(ana, NURSE, days_ago=4)
        assert not read(ana, NURSE, companion=discreet).exists()
        memory.refresh_from_db()
        assert (memory.companion_id, memory.seen) == (None, 2)

    def test_what_one_knows_stays_between_them_when_it_is_said_to_all(self, ana, discreet):
        [memory] = read(ana, NURSE, companion=discreet, days_ago=4)
        assert not read(ana, NURSE).exists()
        memory.refresh_from_db()
        assert memory.companion_id == discreet.pk
        assert told(ana) == set()

    def test_each_of_two_discreet_ones_knows_what_it_was_told(self, ana, discreet):
        other = CompanionFactory(author=ana, keeps_private=True)
        read(ana, NURSE, companion=discreet, days_ago=4)
        [second] = read(ana, NURSE, companion=other)
        assert second.companion_id == other.pk
        assert told(ana, discreet) == told(ana, other) == {second.subject}

    def test_a_word_to_one_brings_nothing_back_for_all(self, ana, discreet):
        [memory] = read(ana, NURSE, days_ago=6)
        Memory.objects.filter(pk=memory.pk).update(valid_to=NOW - timedelta(days=5))

        [again] = read(ana, NURSE, companion=discreet)

        assert again.companion_id == discreet.pk
        assert told(ana) == set()

    def test_what_takes_the_place_of_something_private_is_private(self, ana, discreet):
        [first] = read(ana, NURSE, companion=discreet, days_ago=4)
        [second] = read(ana, "Ahora trabajo como profesora.")
        first.refresh_from_db()
        assert (first.superseded_by, second.companion_id) == (second, discreet.pk)


def test_from_talk_to_the_next_reply(ana, discreet, open_one):
    """What is said to a discreet companion is read by night, and told in talk with it alone."""
    [memory] = read(ana, NURSE, companion=discreet)
    # As if that had been today: by now it would have faded.
    Memory.objects.filter(pk=memory.pk).update(said_at=timezone.now())

    told_to = {}
    for companion in (discreet, open_one, None):
        turn = begin_turn(
            learner=ana,
            text="¿Qué trabajo tengo? Soy enfermera.",
            companion_id=companion and companion.pk,
        )
        name = companion.name if companion else "nobody"
        told_to[name] = [one.content for one in turn.memories]
        blocks = [said.content for said in reply_request(turn, None).messages]
        assert any(memory.content in block for block in blocks) == (companion == discreet)
    assert told_to == {"Mi abuela": [memory.content], "El vecino": [], "nobody": []}


class TestEnd:
    def test_what_it_alone_knows_is_told_to_nobody(self, ana, discreet, open_one):
        read(ana, NURSE, companion=discreet)
        delete_companion(companion=discreet)
        assert told(ana) == told(ana, open_one) == set()

    def test_what_was_said_to_it_and_not_read_yet_is_not_read(self, ana, discreet):
        talk = finished(ana, NURSE, companion=discreet)
        delete_companion(companion=discreet)

        assert remember_by_patterns(conversation_id=talk.pk, now=NOW) == 0
        assert not Memory.objects.exists()

    def test_talk_with_an_open_one_is_read_all_the_same(self, ana, open_one):
        talk = finished(ana, NURSE, companion=open_one)
        delete_companion(companion=open_one)
        assert remember_by_patterns(conversation_id=talk.pk, now=NOW) == 1

    def test_its_setting_counts_when_the_talk_is_read(self, ana, discreet):
        talk = finished(ana, NURSE, companion=discreet)
        change_companion(companion=discreet, fields={"keeps_private": False})
        remember_by_patterns(conversation_id=talk.pk, now=NOW)
        assert Memory.objects.get().companion_id is None


class TestChosen:
    @pytest.fixture
    def browser(self, client, ana):
        client.force_login(ana)
        return client

    @pytest.fixture
    def memory(self, ana):
        return MemoryFactory(learner=ana)

    def keep_for(self, browser, memory, companion):
        address = reverse("conversations:memory_change", args=[memory.pk])
        return browser.post(address, {"do": "keep_for", "companion": companion}, follow=True)

    def test_it_takes_back_what_the_profile_has_of_it(self, ana, open_one):
        [memory] = read(ana, COOK)
        assert learner_profile(ana).interests != []
        change(memory=memory, changes={"companion_id": open_one.pk}, now=NOW)
        assert learner_profile(ana).interests == []

    def test_the_page_offers_companions_the_learner_knows(self, browser, ana, memory, open_one):
        CompanionSessionFactory(
            user=ana, companion=CompanionFactory(author=None, name="La vendedora")
        )
        CompanionFactory(author=None, name="Never met")
        CompanionFactory(name="Ben's")

        page = browser.get("/memory").content.decode()

        assert "El vecino alone" in page
        assert "La vendedora alone" in page
        assert "Never met" not in page
        assert "Ben&#x27;s" not in page

    def test_the_page_offers_nothing_to_who_has_no_companion(self, browser, memory):
        assert "Who is told" not in browser.get("/memory").content.decode()

    def test_it_is_kept_for_one_and_given_back(self, browser, memory, open_one):
        page = self.keep_for(browser, memory, open_one.pk).content.decode()
        memory.refresh_from_db()
        assert memory.companion_id == open_one.pk
        assert "told to El vecino alone" in page

        self.keep_for(browser, memory, "")
        memory.refresh_from_db()
        assert memory.companion_id is None

    @pytest.mark.parametrize("which", ["of ben", "odd"])
    def test_it_is_kept_for_no_companion_of_others(self, browser, memory, which):
        given = CompanionFactory().pk if which == "of ben" else "odd"
        assert self.keep_for(browser, memory, given).status_code == 404
        memory.refresh_from_db()
        assert memory.companion_id is None

    def test_the_page_says_when_the_companion_is_gone(self, browser, memory, open_one):
        self.keep_for(browser, memory, open_one.pk)
        Companion.objects.all().delete()
        assert "its companion is gone" in browser.get("/memory").content.decode()

    @pytest.mark.parametrize("count", [2, 15])
    def test_queries(self, browser, ana, count, django_assert_max_num_queries):
        LearnerLanguageFactory(user=ana, language="fr", position=1)
        learner_profile(ana)
        for number in range(count):
            own = CompanionFactory(author=ana)
            MemoryFactory(learner=ana, subject=str(number), companion_id=own.pk)
        with django_assert_max_num_queries(12):
            browser.get("/memory")
