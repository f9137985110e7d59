import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import LearnerProfile
from accounts.selectors import learner_profile
from conversations.memory.models import Memory, MemoryConsent
from conversations.memory.selectors import shared_memories, was_asked
from conversations.tests.memory_cast import (
    MemoryConsentFactory,
    MemoryEvidenceFactory,
    MemoryFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/memory"


@pytest.fixture
def browser(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture
def memory(ana):
    made = MemoryFactory(learner=ana)
    MemoryEvidenceFactory(memory=made, message__conversation__learner=ana)
    return made


def act(browser, memory, **posted):
    return browser.post(reverse("conversations:memory_change", args=[memory.pk]), posted)


def consent(browser, **posted):
    return browser.post(reverse("conversations:memory_consent"), posted)


def completeness(page):
    return int(re.search(r'id="completeness" max="100" value="(\d+)"', page)[1])


class TestPage:
    def test_it_asks_plainly_first(self, browser):
        page = browser.get(PAGE).content.decode()
        assert "May the tutor remember you?" in page
        assert "What is remembered" not in page

    def test_nothing_yet(self, browser, ana):
        MemoryConsentFactory(learner=ana)
        assert "Nothing is remembered yet" in browser.get(PAGE).content.decode()

    def test_a_memory_leads_to_its_proof(self, browser, ana, memory):
        MemoryConsentFactory(learner=ana)
        page = browser.get(PAGE).content.decode()
        proof = memory.evidence.get()
        assert memory.content in page
        assert proof.quote in page
        assert f"/talk/{proof.message.conversation_id}#m-{proof.message_id}" in page

    def test_a_proof_in_a_deleted_conversation_has_no_link(self, browser, ana, memory):
        conversation = memory.evidence.get().message.conversation
        conversation.deleted_at = timezone.now()
        conversation.save()
        page = browser.get(PAGE).content.decode()
        assert "in a conversation you deleted" in page
        assert f"/talk/{conversation.pk}" not in page

    def test_what_is_written_is_escaped(self, browser, ana):
        MemoryFactory(learner=ana, content="<script>alert(1)</script>")
        assert "<script>alert(1)" not in browser.get(PAGE).content.decode()

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("state=before", "Nothing has changed yet"),
            ("state=away", "Nothing is put away"),
            ("search=zzz", "Nothing matches"),
            ("state=odd&namespace=odd&page=99", "Your job: nurse."),
        ],
    )
    def test_filters(self, browser, memory, query, words):
        assert words in browser.get(f"{PAGE}?{query}").content.decode()

    def test_anothers_is_nowhere(self, client, ben, memory):
        client.force_login(ben)
        assert memory.content not in client.get(PAGE).content.decode()
        assert act(client, memory, do="forget").status_code == 404
        assert Memory.objects.exists()

    def test_the_profile_and_how_full_it_is(self, browser, ana):
        assert "Your profile" not in browser.get(PAGE).content.decode()
        MemoryConsentFactory(learner=ana)
        empty = browser.get(PAGE).content.decode()
        assert "not known yet" in empty
        LearnerProfile.objects.filter(user=ana).update(
            interests=["cooking", "films"], learning_style="by listening"
        )
        filled = browser.get(PAGE).content.decode()
        assert "cooking, films" in filled
        assert "by listening" in filled
        assert completeness(filled) == pytest.approx(completeness(empty) + 25, abs=1)

    def test_settings_lead_there(self, browser):
        assert f'href="{PAGE}"' in browser.get("/settings").content.decode()

    @pytest.mark.parametrize("count", [2, 15])
    def test_queries(self, browser, ana, count, django_assert_max_num_queries):
        MemoryConsentFactory(learner=ana)
        for number in range(count):
            made = MemoryFactory(learner=ana, subject=str(number))
            MemoryEvidenceFactory(memory=made, message__conversation__learner=ana)
        learner_profile(ana)
        with django_assert_max_num_queries(11):
            browser.get(PAGE)


class TestActs:
    def test_put_right(self, browser, memory):
        act(browser, memory, do="rewrite", content="I am a midwife.")
        memory.refresh_from_db()
        assert memory.content == "I am a midwife."

    def test_bad_words_change_nothing(self, browser, memory):
        response = act(browser, memory, do="rewrite", content="x" * 241)
        assert response.status_code == 302
        memory.refresh_from_db()
        assert memory.content == "Your job: nurse."

    def test_pin_end_forget(self, browser, memory):
        act(browser, memory, do="pin")
        memory.refresh_from_db()
        assert memory.pinned
        act(browser, memory, do="unpin")
        act(browser, memory, do="end")
        memory.refresh_from_db()
        assert (memory.pinned, memory.valid_to is None) == (False, False)
        act(browser, memory, do="forget")
        assert not Memory.objects.exists()

    def test_back_to_where_it_was_asked_for_within_the_site(self, browser, memory):
        assert act(browser, memory, do="pin", next="/memory?state=now").url == "/memory?state=now"
        assert act(browser, memory, do="pin", next="https://example.org/").url == PAGE
        assert act(browser, memory, do="pin", next="//example.org/").url == PAGE

    def test_nothing_else_is_done(self, browser, memory):
        assert act(browser, memory, do="explode").status_code == 400
        assert consent(browser, do="explode").status_code == 400
        assert browser.get(f"/memory/{memory.pk}").status_code == 405
        assert browser.get("/memory/consent").status_code == 405


class TestConsent:
    def test_yes(self, browser, ana):
        assert not was_asked(ana)
        consent(browser, do="give", share="on", earlier="on", next="/talk")
        given = MemoryConsent.objects.get()
        assert (given.given, given.share_with_tutor, given.reads_from) == (True, True, None)
        assert was_asked(ana)

    def test_no_is_not_asked_again(self, browser, ana):
        assert consent(browser, do="decline", next="/talk").url == "/talk"
        assert not MemoryConsent.objects.get().given
        assert was_asked(ana)
        assert "Nothing is remembered" in browser.get(PAGE).content.decode()

    def test_pause_and_resume(self, browser, ana):
        MemoryConsentFactory(learner=ana)
        day = (timezone.now() + timedelta(days=5)).date()
        consent(browser, do="pause", until=day.isoformat())
        assert "Paused until" in browser.get(PAGE).content.decode()
        consent(browser, do="resume")
        assert MemoryConsent.objects.get().paused_until is None

    @pytest.mark.parametrize("until", ["", "soon", "2001-01-01"])
    def test_a_pause_without_a_day_to_come(self, browser, ana, until):
        MemoryConsentFactory(learner=ana)
        assert consent(browser, do="pause", until=until).status_code == 302
        assert MemoryConsent.objects.get().paused_until is None

    def test_stop_and_forget(self, browser, ana, memory):
        MemoryConsentFactory(learner=ana)
        consent(browser, do="decline")
        assert Memory.objects.exists()
        assert "kept below, unused" in browser.get(PAGE).content.decode()
        consent(browser, do="erase")
        assert not Memory.objects.exists()

    def test_sharing(self, browser, ana, memory):
        MemoryConsentFactory(learner=ana)
        now = timezone.now()
        assert shared_memories(learner_id=ana.pk, now=now) == []
        consent(browser, do="share")
        [shared] = shared_memories(learner_id=ana.pk, now=now)
        assert (shared["content"], shared["quote"]) == (
            memory.content,
            memory.evidence.get().quote,
        )
        consent(browser, do="unshare")
        assert shared_memories(learner_id=ana.pk, now=now) == []


class TestBackOffice:
    def test_admins_see_counts_and_no_words(self, client, cleo, ana, memory):
        MemoryConsentFactory(learner=ana)
        client.force_login(cleo)
        page = client.get("/admin/conversations/memoryconsent/").content.decode()
        assert ana.email in page
        assert memory.content not in page
        assert client.get("/admin/conversations/memory/").status_code == 404
        detail = client.get(f"/admin/conversations/memoryconsent/{ana.pk}/change/")
        assert memory.content not in detail.content.decode()

    def test_tutors_see_neither(self, client, tessa, ana):
        MemoryConsentFactory(learner=ana)
        client.force_login(tessa)
        assert client.get("/admin/conversations/memoryconsent/").status_code in (302, 403, 404)
