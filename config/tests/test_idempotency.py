"""A POST sent twice, through the doors that take `Idempotency-Key`."""

import threading
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import OperationalError
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from accounts.models import User
from accounts.tests.factories import PASSWORD, LearnerLanguageFactory, UserFactory
from assessments.models import Assessment
from assessments.tests.factories import make_assessment, make_bank
from config import idempotency
from config.cache import ForgivingRedisCache
from config.errors import Conflict, DomainError
from config.idempotency import idempotent
from conversations.models import Conversation

CONVERSATION = "/api/chat/conversation"
NEWCOMER = {"email": "dora@example.org", "password": PASSWORD, "name": "Dora Lind"}


@pytest.fixture
def ana(db):
    user = UserFactory(email="ana@example.org", name="Ana Torres")
    LearnerLanguageFactory(user=user, language="es", level="B1")
    return user


@pytest.fixture
def ben(db):
    user = UserFactory(email="ben@example.org", name="Ben Okoro")
    LearnerLanguageFactory(user=user, language="es", level="A1")
    return user


@pytest.fixture
def key():
    return {"HTTP_IDEMPOTENCY_KEY": f"key-{uuid4()}"}


@pytest.fixture
def _rates_apart(settings):
    settings.RATELIMIT_CACHE_PREFIX = f"rl:{uuid4()}:"


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


class TestConversation:
    def test_is_begun_once(self, ana, key):
        api = client_of(ana)
        first = api.post(CONVERSATION, {"language": "es"}, **key)
        again = api.post(CONVERSATION, {"language": "es"}, **key)
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["Content-Type"] == first.headers["Content-Type"]
        assert Conversation.objects.count() == 1

    def test_without_a_key_each_is_begun(self, ana):
        api = client_of(ana)
        for _ in range(2):
            api.post(CONVERSATION, {"language": "es"})
        assert Conversation.objects.count() == 2

    def test_another_body_is_a_conflict(self, ana, key):
        api = client_of(ana)
        api.post(CONVERSATION, {"language": "es"}, **key)
        answer = api.post(CONVERSATION, {"language": "fr"}, **key)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
        assert Conversation.objects.count() == 1

    def test_keys_of_others_are_theirs(self, ana, ben, key):
        first = client_of(ana).post(CONVERSATION, {"language": "es"}, **key).json()
        other = client_of(ben).post(CONVERSATION, {"language": "es"}, **key).json()
        assert other["conversationId"] != first["conversationId"]
        assert other["studentId"] == str(ben.pk)

    def test_a_refusal_is_not_kept(self, ana, key):
        api = client_of(ana)
        assert api.post(CONVERSATION, {"language": "xx"}, **key).status_code == 400
        assert api.post(CONVERSATION, {"language": "es"}, **key).status_code == 201

    def test_an_overlong_key(self, ana):
        answer = client_of(ana).post(
            CONVERSATION, {"language": "es"}, HTTP_IDEMPOTENCY_KEY="k" * 256
        )
        assert answer.status_code == 400
        assert "Idempotency-Key" in answer.json()["details"]
        assert not Conversation.objects.exists()

    def test_a_body_that_is_not_json(self, ana, key):
        answer = client_of(ana).post(CONVERSATION, "{", content_type="application/json", **key)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")

    def test_without_the_cache_it_goes_through(self, ana, key, monkeypatch):
        monkeypatch.setattr(ForgivingRedisCache, "closed_until", 0.0)
        away = ForgivingRedisCache("redis://127.0.0.1:1/0", {})
        monkeypatch.setattr(idempotency, "cache", away)
        api = client_of(ana)
        for _ in range(2):
            assert api.post(CONVERSATION, {"language": "es"}, **key).status_code == 201
        assert Conversation.objects.count() == 2


@pytest.mark.usefixtures("_rates_apart")
class TestAssessment:
    def test_starting_again_gives_the_first_answer(self, ana, key, settings):
        make_bank()
        settings.RATES = settings.RATES | {"assessment": "1/h"}
        wanted = {"language": "es", "assessmentType": "placement"}
        first = client_of(ana).post("/api/assessment/create", wanted, **key)
        again = client_of(ana).post("/api/assessment/create", wanted, **key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()

    def test_handing_in_again_gives_the_first_result(self, ana, key):
        items = make_bank()
        answers = [
            {"questionId": str(item.pk), "userAnswer": "b", "timeSpent": 5} for item in items[:6]
        ]
        body = {
            "sessionId": str(make_assessment(learner=ana).learning_session_id),
            "userId": str(ana.pk),
            "language": "es",
            "assessmentType": "placement",
            "questions": [],
            "responses": answers,
        }
        first = client_of(ana).post("/api/assessment/submit", body, **key)
        again = client_of(ana).post("/api/assessment/submit", body, **key)
        assert first.status_code == 200, first.json()
        assert again.json() == first.json()
        assert Assessment.objects.count() == 1


@pytest.mark.usefixtures("_rates_apart")
class TestRegistration:
    def test_opens_one_account(self, db, key):
        first = APIClient().post("/api/auth/register", NEWCOMER, **key)
        again = APIClient().post("/api/auth/register", NEWCOMER, **key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert User.objects.count() == 1

    def test_who_does_not_know_the_password_gets_nothing(self, db, key):
        APIClient().post("/api/auth/register", NEWCOMER, **key)
        guess = NEWCOMER | {"password": "Another-word-9"}
        answer = APIClient().post("/api/auth/register", guess, **key)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")

    def test_from_elsewhere_the_key_is_another(self, db, key):
        APIClient().post("/api/auth/register", NEWCOMER, **key)
        answer = APIClient(REMOTE_ADDR="192.0.2.7").post("/api/auth/register", NEWCOMER, **key)
        assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")

    def test_no_password_and_no_key_lies_in_the_cache(self, db, key, monkeypatch):
        places = []
        kept = cache.set
        monkeypatch.setattr(
            cache, "set", lambda *args, **more: (places.append(args), kept(*args, **more))
        )
        APIClient().post("/api/auth/register", NEWCOMER, **key)
        (place, value, *_) = next(args for args in places if args[0].startswith("idempotency:"))
        assert key["HTTP_IDEMPOTENCY_KEY"] not in place
        assert PASSWORD.encode() not in value


class Counted(APIView):
    """Does what the test says, and counts how often."""

    permission_classes = ()
    act = None

    @idempotent
    def post(self, request):
        return Response({"made_at": self.act()}, 201)


@pytest.fixture
def ask(key):
    user, factory = User(email="ana@example.org"), APIRequestFactory()

    def ask(act):
        request = factory.post("/api/made", {"word": "palabra"}, format="json", **key)
        force_authenticate(request, user)
        return Counted.as_view(act=act)(request)

    return ask


class TestTwoAtOnce:
    def test_the_second_waits_for_the_first(self, ask):
        begun, go = threading.Event(), threading.Event()
        answers, calls = [], []

        def act():
            calls.append(1)
            begun.set()
            go.wait(10)
            return len(calls)

        first = threading.Thread(target=lambda: answers.append(ask(act)))
        first.start()
        assert begun.wait(10)
        second = threading.Thread(target=lambda: answers.append(ask(act)))
        second.start()
        go.set()
        for thread in (first, second):
            thread.join(10)
        assert [answer.status_code for answer in answers] == [201, 201]
        assert len(calls) == 1

    def test_the_second_is_told_when_it_takes_too_long(self, ask, monkeypatch):
        monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.1)
        told = []

        def act():
            told.append(ask(lambda: pytest.fail("done twice")))
            return 1

        assert ask(act).status_code == 201
        assert (told[0].status_code, told[0].data["code"]) == (409, "request_in_progress")

    @pytest.mark.parametrize("fault", [RuntimeError, OperationalError, DomainError, Conflict])
    def test_a_failure_is_not_kept(self, ask, fault):
        def fail():
            raise fault

        assert ask(fail).status_code >= 400
        assert ask(lambda: 1).status_code == 201


def test_the_schema_tells_of_it(client, db):
    schema = client.get("/api/schema?format=json").json()
    for path in (
        CONVERSATION,
        "/api/assessment/create",
        "/api/assessment/submit",
        "/api/auth/register",
    ):
        operation = schema["paths"][path]["post"]
        assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]]
        assert "409" in operation["responses"]
