import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from ai.models import ModerationFlag
from conversations.tests.moderation_cast import (
    DespairFlagFactory,
    FlagFactory,
    NotedFlagFactory,
    QueuedFlagFactory,
)

pytestmark = pytest.mark.django_db
FLAGS = "/api/moderation/flags"
WHY = {"text": "It is a line of the play we read."}


def appeal(api, flag, body=None):
    return api.post(f"{FLAGS}/{flag.pk}/appeal", WHY if body is None else body, format="json")


def as_client(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


class TestList:
    def test_each_with_its_reason_and_whether_it_can_be_appealed(self, api, ana):
        FlagFactory(user=ana)
        body = api.get(FLAGS).json()
        assert (body["total"], body["hasMore"]) == (1, False)
        [one] = body["flags"]
        assert one["reason"] == "It threatens somebody, or calls for violence."
        assert (one["action"], one["status"], one["canAppeal"]) == ("blocked", "closed", True)
        assert {"foundBy", "textHash", "decidedBy"}.isdisjoint(one)

    def test_a_reply_that_was_left_out_is_not_quoted(self, api, ana):
        FlagFactory(user=ana, surface="reply")
        assert api.get(FLAGS).json()["flags"][0]["excerpt"] == ""

    def test_filters(self, api, ana):
        FlagFactory(user=ana)
        QueuedFlagFactory(user=ana)
        QueuedFlagFactory(user=ana, status="upheld")

        def found(query):
            return [one["status"] for one in api.get(f"{FLAGS}?{query}").json()["flags"]]

        assert len(found("")) == 3
        assert found("state=open") == ["queued"]
        assert found("state=decided") == ["upheld"]
        assert found("category=violence") == ["closed"]

    @pytest.mark.parametrize("query", ["state=x", "category=x"])
    def test_bad_filters(self, api, query):
        assert api.get(f"{FLAGS}?{query}").status_code == 400

    def test_nobody_sees_anothers(self, ana, ben, tessa, cleo):
        flag = FlagFactory(user=ana)
        for user in (ben, tessa, cleo):
            assert as_client(user).get(FLAGS).json()["flags"] == []
            assert appeal(as_client(user), flag).status_code == 404

    def test_a_stranger_is_asked_who_they_are(self):
        assert APIClient().get(FLAGS).status_code == 401

    def test_the_queries_do_not_grow_with_the_flags(self, api, ana):
        def queries():
            with CaptureQueriesContext(
                connection,
            ) as caught:
                api.get(FLAGS)
            return len(caught)

        FlagFactory.create_batch(2, user=ana)
        few = queries()
        FlagFactory.create_batch(15, user=ana)
        assert queries() == few


class TestAppeal:
    def test_it_goes_to_a_person(self, api, ana):
        flag = FlagFactory(user=ana)
        body = appeal(api, flag).json()
        assert (body["status"], body["canAppeal"], body["appeal"]) == (
            "appealed",
            False,
            WHY["text"],
        )
        assert ModerationFlag.objects.waiting().get() == flag

    def test_once(self, api, ana):
        flag = FlagFactory(user=ana)
        appeal(api, flag)
        again = appeal(api, flag, {"text": "Look again."})
        assert (again.status_code, again.json()["code"]) == (409, "already_appealed")
        flag.refresh_from_db()
        assert flag.appeal == WHY["text"]

    @pytest.mark.parametrize("make", [NotedFlagFactory, DespairFlagFactory])
    def test_not_where_nothing_came_of_it(self, api, ana, make):
        answer = appeal(api, make(user=ana))
        assert (answer.status_code, answer.json()["code"]) == (409, "not_appealable")

    def test_what_was_upheld_without_a_word_of_theirs_can_be(self, api, ana):
        assert appeal(api, QueuedFlagFactory(user=ana, status="upheld")).status_code == 200

    @pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "  "}, {"text": "x" * 1001}, []])
    def test_bad_words(self, api, ana, body):
        flag = FlagFactory(user=ana)
        assert appeal(api, flag, body).status_code == 400
        flag.refresh_from_db()
        assert flag.status == "closed"

    def test_only_posted(self, api, ana):
        flag = FlagFactory(user=ana)
        assert api.get(f"{FLAGS}/{flag.pk}/appeal").status_code == 405
        assert api.post(FLAGS, {}).status_code == 405
