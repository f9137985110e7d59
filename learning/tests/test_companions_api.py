from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.services import issue_tokens
from accounts.tests.factories import (
    AdminFactory,
    LearnerLanguageFactory,
    TutorAssignmentFactory,
    TutorFactory,
    UserFactory,
)
from ai.models import ModerationFlag
from config.ids import new_id
from learning.companions.limits import PlanLimitReached
from learning.companions.services import create_companion, record_session
from learning.models import Bookmark, Companion, CompanionSession
from learning.tests.factories import CompanionFactory, CompanionSessionFactory

pytestmark = pytest.mark.django_db

COMPANIONS = "/api/companions"
NOBODYS = "0198c1d2-7a30-7f10-9a53-2f6d6a7f0c41"
NEW = {
    "name": "Mi abuela",
    "subject": "language",
    "topic": "recetas de familia",
    "language": "es",
    "voice": "female",
    "style": "warm",
    "duration": 20,
    "instructions": "She cooks for twelve every Sunday.",
    "keepsPrivate": True,
}


@pytest.fixture
def ana():
    user = UserFactory()
    LearnerLanguageFactory(user=user, language="es", level="B1")
    return user


@pytest.fixture
def api(ana):
    return signed_in(ana)


@pytest.fixture
def ours():
    return CompanionFactory(author=None, name="La vendedora", topic="la comida")


def signed_in(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(user=user).token}")
    return client


def names(response):
    return [one["name"] for one in response.json()["companions"]]


def refusal(response):
    return response.status_code, response.json()["code"]


class TestCreate:
    def test_gives_the_companion(self, api, ana):
        response = api.post(COMPANIONS, NEW)
        body = response.json()

        assert response.status_code == 201
        assert UUID(body.pop("id"))
        assert body.pop("createdAt")
        assert body.pop("updatedAt")
        assert body == NEW | {"author": str(ana.pk), "bookmarked": False}

    def test_chooses_what_is_left_out(self, api):
        told = {"name": "Nina", "subject": "language", "topic": "el mar"}

        body = api.post(COMPANIONS, told).json()

        assert (body["language"], body["voice"], body["style"], body["duration"]) == (
            "es", "female", "casual", 15,
        )  # fmt: skip

    def test_another_subject_needs_no_language(self, api):
        told = {"name": "Max", "subject": "maths", "topic": "fractions"}

        assert api.post(COMPANIONS, told).json()["language"] == ""

    def test_a_language_has_to_be_known(self):
        told = {"name": "Nina", "subject": "language", "topic": "el mar"}

        response = signed_in(UserFactory()).post(COMPANIONS, told)

        assert refusal(response) == (400, "invalid")
        assert "language" in response.json()["details"]

    @pytest.mark.parametrize(
        "change",
        [
            {"name": ""},
            {"name": "x" * 61},
            {"subject": "magic"},
            {"topic": ""},
            {"language": "tlh"},
            {"duration": 0},
            {"duration": 181},
            {"instructions": "x" * 501},
        ],
    )
    def test_refuses_what_makes_no_sense(self, api, change):
        assert refusal(api.post(COMPANIONS, NEW | change)) == (400, "invalid")
        assert not Companion.objects.exists()

    @pytest.mark.parametrize(
        ("plan", "room"), [("free", 3), ("core", 10), ("pro", None), ("enterprise", None)]
    )
    def test_has_room_for_as_many_as_the_plan_says(self, api, ana, plan, room):
        ana.plan = plan
        ana.save()
        CompanionFactory.create_batch(room or 11, author=ana)

        response = api.post(COMPANIONS, NEW)

        if room is None:
            assert response.status_code == 201
        else:
            assert refusal(response) == (403, "plan_limit")
            told = {"limit": room, "used": room, "plan": plan}
            assert response.json()["details"] == told

    def test_does_it_once_for_one_key(self, api):
        for _ in range(2):
            response = api.post(COMPANIONS, NEW, HTTP_IDEMPOTENCY_KEY="a-key")
            assert response.status_code == 201
        assert Companion.objects.count() == 1

    def test_takes_no_unfit_words(self, api):
        response = api.post(COMPANIONS, NEW | {"instructions": "I will kill you, you whore."})

        assert refusal(response) == (400, "content_blocked")
        assert not Companion.objects.exists()
        assert ModerationFlag.objects.get().surface == "companion"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_the_limit():
    author = UserFactory()
    CompanionFactory.create_batch(2, author=author)
    fields = {"name": "N", "subject": "maths", "topic": "t", "voice": "male", "style": "calm"}

    def make(number):
        try:
            create_companion(author=author, fields=fields | {"name": f"N{number}"})
        except PlanLimitReached:
            return "refused"
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(make, range(4))) == ["made", "refused", "refused", "refused"]


class TestList:
    def test_shows_ours_and_ones_own(self, api, ana, ours):
        own = CompanionFactory(author=ana)
        CompanionFactory(name="Ben's")
        CompanionFactory(author=None, name="hidden", is_active=False)

        body = api.get(COMPANIONS).json()

        assert [one["id"] for one in body["companions"]] == [str(own.pk), str(ours.pk)]
        del body["companions"]
        assert body == {"total": 2, "limit": 20, "offset": 0, "hasMore": False}

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("subject=lang", {"Nina", "Otto"}),
            ("topic=MAR", {"Nina", "Marta"}),
            ("topic=otto", {"Otto"}),
            ("subject=maths&topic=mar", {"Marta"}),
            ("language=es", {"Nina", "Marta"}),
            ("mine=true", {"Otto"}),
            ("topic=nothing", set()),
        ],
    )
    def test_filters(self, api, ana, query, found):
        CompanionFactory(author=None, name="Nina", topic="el mar")
        CompanionFactory(author=None, name="Marta", subject="maths", topic="sets", language="")
        CompanionFactory(author=ana, name="Otto", topic="Wetter", language="de")

        assert set(names(api.get(f"{COMPANIONS}?{query}"))) == found

    def test_has_pages(self, api):
        for number in range(5):
            CompanionFactory(author=None, name=str(number))

        body = api.get(f"{COMPANIONS}?limit=2&offset=2").json()

        assert [one["name"] for one in body["companions"]] == ["2", "3"]
        assert (body["total"], body["hasMore"]) == (5, True)

    def test_refuses_a_language_nobody_teaches(self, api):
        assert refusal(api.get(f"{COMPANIONS}?language=tlh")) == (400, "invalid")

    def test_asks_as_much_for_many_as_for_few(self, api):
        counts = []
        for more in (1, 30):
            CompanionFactory.create_batch(more, author=None)
            with CaptureQueriesContext(connection) as queries:
                api.get(COMPANIONS)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestOne:
    def test_is_read(self, api, ours):
        body = api.get(f"{COMPANIONS}/{ours.pk}").json()

        assert (body["name"], body["author"], body["bookmarked"]) == ("La vendedora", None, False)

    def test_is_changed_by_its_author(self, api, ana):
        own = CompanionFactory(author=ana, style="warm", keeps_private=True)
        told = {"name": "Mi tía", "subject": "language", "topic": "el jardín"}

        body = api.put(f"{COMPANIONS}/{own.pk}", told).json()

        assert (body["name"], body["topic"]) == ("Mi tía", "el jardín")
        assert (body["style"], body["keepsPrivate"]) == ("warm", True)
        own.refresh_from_db()
        assert own.name == "Mi tía"

    def test_a_change_is_checked(self, api, ana):
        address = f"{COMPANIONS}/{CompanionFactory(author=ana).pk}"

        assert refusal(api.put(address, {"name": "Only a name"})) == (400, "invalid")
        unfit = NEW | {"name": "I will kill you, you whore."}
        assert refusal(api.put(address, unfit)) == (400, "content_blocked")
        assert Companion.objects.get().name == "Mi abuela"

    def test_is_deleted_by_its_author(self, api, ana):
        own = CompanionFactory(author=ana)
        CompanionSessionFactory(user=ana, companion=own)

        assert api.delete(f"{COMPANIONS}/{own.pk}").status_code == 204
        assert not Companion.objects.exists()
        assert CompanionSession.objects.get().companion is None

    def test_ours_are_nobodys_to_change(self, api, ours):
        address = f"{COMPANIONS}/{ours.pk}"

        assert refusal(api.put(address, NEW)) == (403, "only_the_author")
        assert refusal(api.delete(address)) == (403, "only_the_author")

    def test_a_tutor_sees_a_students_and_leaves_it(self, ana):
        tutor = TutorFactory()
        TutorAssignmentFactory(tutor=tutor, student=ana)
        address = f"{COMPANIONS}/{CompanionFactory(author=ana).pk}"

        assert signed_in(tutor).get(address).status_code == 200
        assert refusal(signed_in(tutor).put(address, NEW)) == (403, "only_the_author")

    def test_an_admin_sees_all(self):
        assert names(signed_in(AdminFactory()).get(COMPANIONS)) == []
        CompanionFactory()
        assert names(signed_in(AdminFactory()).get(COMPANIONS)) == ["Mi abuela"]


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("get", ""),
        ("put", ""),
        ("delete", ""),
        ("post", "/bookmark"),
        ("delete", "/bookmark"),
        ("post", "/sessions"),
    ],
)
class TestOfOthers:
    def test_is_not_there(self, api, method, rest):
        of_ben, nobodys = CompanionFactory().pk, new_id()
        for companion in (of_ben, nobodys):
            response = getattr(api, method)(f"{COMPANIONS}/{companion}{rest}", NEW)
            assert refusal(response) == (404, "not_found")

    def test_is_for_nobody_without_a_name(self, method, rest, ours):
        response = getattr(APIClient(), method)(f"{COMPANIONS}/{ours.pk}{rest}", NEW)
        assert refusal(response) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("patch", ""),
        ("patch", f"/{NOBODYS}"),
        ("get", f"/{NOBODYS}/bookmark"),
        ("get", f"/{NOBODYS}/sessions"),
        ("post", "/bookmarked"),
        ("post", "/permissions"),
        ("post", "/sessions/recent"),
        ("post", "/sessions/mine"),
    ],
)
def test_other_methods_are_not_taken(api, method, path):
    assert refusal(getattr(api, method)(f"{COMPANIONS}{path}")) == (405, "method_not_allowed")


class TestBookmarks:
    def test_are_kept_once(self, api, ana, ours):
        first = api.post(f"{COMPANIONS}/{ours.pk}/bookmark")
        again = api.post(f"{COMPANIONS}/{ours.pk}/bookmark")

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        body = first.json()
        assert UUID(body.pop("id"))
        assert body.pop("createdAt")
        told = {"companionId": str(ours.pk), "userId": str(ana.pk), "isMarked": True}
        assert body == told
        assert api.get(f"{COMPANIONS}/{ours.pk}").json()["bookmarked"] is True

    def test_are_listed_the_last_first(self, api, ana, ours):
        second = CompanionFactory(author=None, name="El guía")
        for companion in (ours, second):
            api.post(f"{COMPANIONS}/{companion.pk}/bookmark")
        Bookmark.objects.create(user=UserFactory(), companion=CompanionFactory(author=None))

        response = api.get(f"{COMPANIONS}/bookmarked")

        assert names(response) == ["El guía", "La vendedora"]
        assert all(one["bookmarked"] for one in response.json()["companions"])

    def test_come_first_in_the_list(self, api, ours):
        CompanionFactory(author=None, name="A", language="de")
        api.post(f"{COMPANIONS}/{ours.pk}/bookmark")

        assert names(api.get(COMPANIONS))[0] == "La vendedora"

    def test_are_taken_away(self, api, ours):
        api.post(f"{COMPANIONS}/{ours.pk}/bookmark")

        for _ in range(2):
            assert api.delete(f"{COMPANIONS}/{ours.pk}/bookmark").status_code == 204
        assert names(api.get(f"{COMPANIONS}/bookmarked")) == []


class TestSessions:
    def test_are_noted(self, api, ana, ours):
        response = api.post(f"{COMPANIONS}/{ours.pk}/sessions")
        body = response.json()

        assert response.status_code == 201
        assert UUID(body.pop("id"))
        assert body.pop("createdAt")
        assert body == {"companionId": str(ours.pk), "userId": str(ana.pk)}

    def test_of_a_free_plan_are_ten_ever(self, api, ana, ours):
        gone = CompanionFactory(author=ana)
        CompanionSessionFactory.create_batch(9, user=ana, companion=gone)
        gone.delete()
        address = f"{COMPANIONS}/{ours.pk}/sessions"

        assert api.post(address).status_code == 201
        response = api.post(address)
        assert refusal(response) == (403, "plan_limit")
        assert response.json()["details"] == {"limit": 10, "used": 10, "plan": "free"}

    @pytest.mark.parametrize("plan", ["core", "pro", "enterprise"])
    def test_of_other_plans_are_not_counted(self, api, ana, ours, plan):
        ana.plan = plan
        ana.save()
        CompanionSessionFactory.create_batch(10, user=ana)

        assert api.post(f"{COMPANIONS}/{ours.pk}/sessions").status_code == 201

    def test_mine_are_mine(self, api, ana, ours):
        CompanionSessionFactory(user=ana, companion=ours)
        CompanionSessionFactory(user=ana, companion=CompanionFactory(author=ana))
        CompanionSessionFactory(companion=ours)

        body = api.get(f"{COMPANIONS}/sessions/mine").json()

        assert [one["name"] for one in body["companions"]] == ["Mi abuela", "La vendedora"]
        assert all(one["startedAt"] for one in body["companions"])
        assert (body["total"], body["limit"]) == (2, 10)

    def test_recent_are_anybodys_with_what_i_may_see(self, api, ana, ours):
        CompanionSessionFactory(companion=ours)
        CompanionSessionFactory(companion=CompanionFactory(name="Ben's"))
        CompanionSessionFactory(user=ana, companion=ours)

        body = api.get(f"{COMPANIONS}/sessions/recent").json()

        assert [one["name"] for one in body["companions"]] == ["La vendedora"] * 2
        assert not {"userId", "user"} & body["companions"][0].keys()

    @pytest.mark.parametrize("which", ["recent", "mine"])
    def test_ask_as_much_for_many_as_for_few(self, api, ana, ours, which):
        counts = []
        for more in (1, 9):
            CompanionSessionFactory.create_batch(more, user=ana, companion=ours)
            with CaptureQueriesContext(connection) as queries:
                api.get(f"{COMPANIONS}/sessions/{which}")
            counts.append(len(queries))
        assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_sessions_at_once_do_not_pass_the_limit():
    user, companion = UserFactory(), CompanionFactory(author=None)
    CompanionSessionFactory.create_batch(9, user=user, companion=companion)

    def begin(_):
        try:
            record_session(user=user, companion=companion)
        except PlanLimitReached:
            return "refused"
        finally:
            connection.close()
        return "begun"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(begin, range(3))) == ["begun", "refused", "refused"]


class TestPermissions:
    def test_say_what_there_is_room_for(self, api, ana):
        CompanionFactory(author=ana)

        assert api.get(f"{COMPANIONS}/permissions").json() == {
            "canCreateCompanion": True,
            "canStartConversation": True,
            "plan": "free",
            "companions": {"limit": 3, "used": 1},
            "conversations": {"limit": 10, "used": 0},
        }

    def test_say_when_there_is_none(self, api, ana, ours):
        CompanionFactory.create_batch(3, author=ana)
        CompanionSessionFactory.create_batch(10, user=ana, companion=ours)

        body = api.get(f"{COMPANIONS}/permissions").json()

        assert (body["canCreateCompanion"], body["canStartConversation"]) == (False, False)

    def test_of_a_plan_without_limits(self, api, ana):
        ana.plan = "pro"
        ana.save()
        CompanionFactory.create_batch(4, author=ana)

        body = api.get(f"{COMPANIONS}/permissions").json()

        assert body["canCreateCompanion"] is True
        assert body["companions"] == {"limit": None, "used": 4}


@pytest.mark.parametrize("path", ["", "/bookmarked", "/permissions", "/sessions/mine"])
def test_nothing_is_told_to_a_stranger(path):
    assert refusal(APIClient().get(f"{COMPANIONS}{path}")) == (401, "not_authenticated")
