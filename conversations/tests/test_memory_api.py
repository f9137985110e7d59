from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.factories import LearnerProfileFactory
from conversations.memory.models import Memory, MemoryConsent
from conversations.tests.memory_cast import (
    MemoryConsentFactory,
    MemoryEvidenceFactory,
    MemoryFactory,
)
from learning.tests.factories import CompanionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def memory(ana):
    made = MemoryFactory(learner=ana)
    MemoryEvidenceFactory(memory=made, message__conversation__learner=ana)
    return made


def as_client(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


class TestList:
    def test_each_with_its_proof(self, api, memory):
        body = api.get("/api/memory").json()
        assert (body["total"], body["hasMore"]) == (1, False)
        one = body["memories"][0]
        proof = memory.evidence.get()
        assert (one["content"], one["timesSaid"], one["until"]) == ("Your job: nurse.", 1, None)
        assert one["evidence"][0]["quote"] == proof.quote
        assert one["evidence"][0]["conversationId"] == str(proof.message.conversation_id)
        assert "embedding" not in one

    def test_filters(self, api, ana, memory):
        now = timezone.now()
        MemoryFactory(learner=ana, content="Over.", valid_to=now)
        MemoryFactory(learner=ana, content="Away.", archived_at=now, namespace="interests")

        def found(query):
            rows = api.get(f"/api/memory?{query}").json()["memories"]
            return sorted(row["content"] for row in rows)

        assert found("") == ["Your job: nurse."]
        assert found("state=before") == ["Over."]
        assert found("state=away&namespace=interests") == ["Away."]
        assert len(found("state=all")) == 3
        assert found("search=enfermera") == ["Your job: nurse."]
        assert found("type=preference") == []

    @pytest.mark.parametrize("query", ["state=x", "namespace=x", "type=x"])
    def test_bad_filters(self, api, query):
        assert api.get(f"/api/memory?{query}").status_code == 400

    def test_nobody_sees_anothers(self, ben, cleo, tessa, memory):
        for user in (ben, cleo, tessa):
            client = as_client(user)
            assert client.get("/api/memory").json()["memories"] == []
            for act in (client.get, client.patch, client.delete):
                assert act(f"/api/memory/{memory.pk}").status_code == 404

    def test_anonymous(self, memory):
        client = APIClient()
        for path in ("/api/memory", f"/api/memory/{memory.pk}", "/api/memory/consent"):
            assert client.get(path).status_code == 401

    @pytest.mark.parametrize("count", [2, 15])
    def test_queries(self, api, ana, count, django_assert_num_queries):
        for number in range(count):
            made = MemoryFactory(learner=ana, subject=str(number))
            MemoryEvidenceFactory(memory=made, message__conversation__learner=ana)
        with django_assert_num_queries(3):
            api.get("/api/memory?limit=100")


class TestOne:
    def test_read(self, api, memory):
        assert api.get(f"/api/memory/{memory.pk}").json()["id"] == str(memory.pk)

    def test_change(self, api, memory):
        body = api.patch(
            f"/api/memory/{memory.pk}",
            {"content": "I am a midwife.", "pinned": True, "namespace": "personal"},
            format="json",
        ).json()
        assert (body["content"], body["pinned"], body["edited"]) == ("I am a midwife.", True, True)
        assert body["namespace"] == "personal"

    def test_private_to_a_companion(self, api, memory):
        companion = str(CompanionFactory(author=memory.learner).pk)
        path = f"/api/memory/{memory.pk}"
        assert (
            api.patch(path, {"companionId": companion}, format="json").json()["companionId"]
            == companion
        )
        body = api.patch(path, {"companionId": None}, format="json").json()
        assert body["companionId"] is None

    def test_private_to_no_companion_of_others(self, api, memory):
        for companion in (CompanionFactory().pk, uuid4()):
            answer = api.patch(
                f"/api/memory/{memory.pk}", {"companionId": str(companion)}, format="json"
            )
            assert answer.status_code == 400
            assert "companionId" in answer.json()["details"]
        memory.refresh_from_db()
        assert memory.companion_id is None

    def test_no_longer_true(self, api, memory):
        body = api.patch(f"/api/memory/{memory.pk}", {"noLongerTrue": True}, format="json").json()
        assert body["until"] is not None

    def test_out_of_the_profile(self, api, ana, memory):
        LearnerProfileFactory(user=ana, interests=["cooking"])
        Memory.objects.update(filled=[{"field": "interests", "value": "cooking"}])
        path = f"/api/memory/{memory.pk}"
        assert api.get(path).json()["inProfile"] == [{"field": "interests", "value": "cooking"}]
        assert api.patch(path, {"inProfile": False}, format="json").json()["inProfile"] == []

    @pytest.mark.parametrize(
        "change", [{"content": ""}, {"content": "x" * 241}, {"namespace": "x"}, {"pinned": "x"}]
    )
    def test_bad_input(self, api, memory, change):
        response = api.patch(f"/api/memory/{memory.pk}", change, format="json")
        assert response.status_code == 400
        assert response.json()["code"] == "invalid"

    def test_wrong_method(self, api, memory):
        assert api.put(f"/api/memory/{memory.pk}", {}, format="json").status_code == 405

    def test_forget(self, api, memory):
        assert api.delete(f"/api/memory/{memory.pk}").status_code == 204
        assert not Memory.objects.exists()
        assert api.delete(f"/api/memory/{memory.pk}").status_code == 404


class TestConsent:
    def put(self, api, **body):
        return api.put("/api/memory/consent", body, format="json")

    def test_not_asked_yet_is_no(self, api):
        body = api.get("/api/memory/consent").json()
        assert (body["asked"], body["given"]) == (False, False)
        assert not MemoryConsent.objects.exists()

    def test_given_shared_paused_and_resumed(self, api):
        body = self.put(api, given=True, shareWithTutor=True).json()
        assert (body["asked"], body["given"], body["shareWithTutor"]) == (True, True, True)
        until = (timezone.now() + timedelta(days=3)).isoformat()
        assert self.put(api, given=True, pausedUntil=until).json()["pausedUntil"] is not None
        body = self.put(api, given=True, pausedUntil=None).json()
        assert (body["pausedUntil"], body["shareWithTutor"]) == (None, True)

    def test_earlier_conversations_when_asked_for(self, api):
        assert self.put(api, given=True, includeEarlier=True).json()["readsFrom"] is None

    def test_withdrawn(self, api, ana, memory):
        MemoryConsentFactory(learner=ana)
        assert self.put(api, given=False).json()["given"] is False
        assert Memory.objects.exists()
        self.put(api, given=False, forget=True)
        assert not Memory.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"given": "perhaps"},
            {"given": True, "pausedUntil": "2001-01-01T00:00:00Z"},
            {"given": True, "pausedUntil": "tomorrow"},
        ],
    )
    def test_bad_input(self, api, body):
        assert self.put(api, **body).status_code == 400

    def test_a_refused_pause_gives_no_consent_either(self, api):
        self.put(api, given=True, pausedUntil="2001-01-01T00:00:00Z")
        assert not MemoryConsent.objects.filter(given=True).exists()

    def test_wrong_method(self, api):
        assert api.post("/api/memory/consent", {}, format="json").status_code == 405
