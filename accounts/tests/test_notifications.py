"""Being told once, reading it, and the bell that costs no query."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Notification
from accounts.notifications.selectors import MOST_COUNTED
from accounts.notifications.services import mark_read, notify
from accounts.tests.factories import UserFactory
from config.errors import NotFound

pytestmark = pytest.mark.django_db
LIST, READ_ALL = "/api/notifications", "/api/notifications/read-all"
PAGE = "/notifications"


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def api(ana):
    client = APIClient()
    client.force_authenticate(ana)
    return client


def told(user, number=1, **fields):
    return [notify(user=user, kind="tutor-answered", title="Told", **fields) for _ in range(number)]


class TestNotify:
    def test_tells_once_of_a_source(self, ana):
        source = uuid4()
        first, second = told(ana, 2, source_type="conversations.message", source_id=source)
        assert first == second
        assert Notification.objects.count() == 1

    def test_tells_each_user_and_each_kind(self, ana):
        source = uuid4()
        told(ana, source_id=source)
        told(UserFactory(), source_id=source)
        notify(user=ana, kind="tutor-took", title="Told", source_id=source)
        assert Notification.objects.count() == 3

    def test_without_a_source_each_is_news(self, ana):
        told(ana, 2)
        assert Notification.objects.count() == 2

    def test_long_texts_are_cut(self, ana):
        made = notify(user=ana, kind="x", title="a" * 900, body="b\n" * 900)
        made.full_clean(exclude=["user"])
        assert made.title.endswith("…")


class TestApi:
    def test_the_latest_first(self, ana, api):
        old, new = told(ana, 2)
        body = api.get(LIST).json()
        assert [one["id"] for one in body["notifications"]] == [str(new.pk), str(old.pk)]
        assert body["total"] == 2
        assert set(body["notifications"][0]) == {
            "id",
            "kind",
            "title",
            "body",
            "url",
            "sourceType",
            "sourceId",
            "createdAt",
            "readAt",
        }

    def test_unread_only(self, ana, api):
        old, new = told(ana, 2)
        mark_read(user=ana, notification_id=old.pk)
        found = api.get(LIST, {"unread": "true"}).json()["notifications"]
        assert [one["id"] for one in found] == [str(new.pk)]
        assert api.get(LIST, {"unread": "perhaps"}).status_code == 400

    def test_others_are_not_mine(self, api):
        (theirs,) = told(UserFactory())
        assert api.get(LIST).json()["total"] == 0
        assert api.post(f"{LIST}/{theirs.pk}/read").status_code == 404
        theirs.refresh_from_db()
        assert theirs.read_at is None

    def test_reading_twice_keeps_the_first_time(self, ana, api):
        (one,) = told(ana)
        first = api.post(f"{LIST}/{one.pk}/read").json()["readAt"]
        assert first
        assert api.post(f"{LIST}/{one.pk}/read").json()["readAt"] == first

    def test_all_at_once(self, ana, api):
        told(ana, 3)
        told(UserFactory())
        assert api.post(READ_ALL).json() == {"read": 3}
        assert Notification.objects.unread().count() == 1

    def test_wrong_methods_and_strangers(self, api):
        assert api.post(LIST).status_code == 405
        assert api.get(READ_ALL).status_code == 405
        assert APIClient().get(LIST).status_code == 401

    @pytest.mark.parametrize("number", [2, 20])
    def test_queries_do_not_grow(self, ana, api, number):
        told(ana, number)
        with CaptureQueriesContext(connection) as queries:
            api.get(LIST)
        assert len(queries) == 2


class TestPage:
    def test_what_was_told(self, ana, client):
        client.force_login(ana)
        notify(user=ana, kind="x", title="Tessa answered you", body="Estar, here.", url="/talk")
        page = client.get(PAGE).content.decode()
        assert "Tessa answered you" in page
        assert "Mark all as read" in page

    def test_nothing_yet(self, ana, client):
        client.force_login(ana)
        page = client.get(PAGE).content.decode()
        assert "Nothing to tell you yet" in page
        assert "Mark all as read" not in page

    def test_opening_one_reads_it(self, ana, client):
        client.force_login(ana)
        (one,) = told(ana, url="/progress")
        answer = client.post(f"{PAGE}/{one.pk}")
        assert (answer.status_code, answer["Location"]) == (302, "/progress")
        one.refresh_from_db()
        assert one.read_at

    @pytest.mark.parametrize("url", ["", "https://elsewhere.example/", "//elsewhere.example"])
    def test_it_leads_nowhere_else(self, ana, client, url):
        client.force_login(ana)
        (one,) = told(ana, url=url)
        assert client.post(f"{PAGE}/{one.pk}")["Location"] == PAGE

    def test_somebody_elses(self, ana, client):
        client.force_login(ana)
        (theirs,) = told(UserFactory())
        assert client.post(f"{PAGE}/{theirs.pk}").status_code == 404
        assert client.get(f"{PAGE}/{theirs.pk}").status_code == 405

    def test_all_at_once(self, ana, client):
        client.force_login(ana)
        told(ana, 2)
        assert client.post(f"{PAGE}/read-all")["Location"] == PAGE
        assert not Notification.objects.unread().exists()


class TestBell:
    def test_it_counts_what_is_unread(self, ana, client):
        client.force_login(ana)
        first, *_ = told(ana, 3)
        mark_read(user=ana, notification_id=first.pk)
        assert "2 unread" in client.get("/settings").content.decode()

    def test_it_stops_counting(self, ana, client):
        client.force_login(ana)
        told(ana, MOST_COUNTED + 5)
        assert "99+" in client.get("/settings").content.decode()

    def test_it_costs_no_query(self, ana, client):
        client.force_login(ana)
        told(ana, 3)
        client.get("/settings")
        with CaptureQueriesContext(connection) as queries:
            client.get("/settings")
        asking = [one for one in queries if "accounts_notification" in one["sql"]]
        assert len(asking) == 1
        assert 'FROM "accounts_user"' in asking[0]["sql"]


class TestServices:
    def test_what_is_gone_is_not_found(self, ana):
        with pytest.raises(NotFound):
            mark_read(user=ana, notification_id=uuid4())
