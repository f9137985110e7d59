"""The sweep for messages nobody has read costs the same however much was ever said, and comes to
each of them whatever stands before it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import evidence
from conversations.evidence import unread_messages
from conversations.models import Message
from conversations.tasks import read_message_task, read_unread_messages_task
from learning.models import Evidence

pytestmark = pytest.mark.django_db

TURNS = 2000


@pytest.fixture
def long_ago(conversation):
    """Turns that were read or are too old, but two, of which one is not even checked."""
    now = timezone.now()
    said = [
        Message(conversation=conversation, position=2 * number, role="user", content="Hola.")
        for number in range(TURNS)
    ]
    replies = [
        Message(
            conversation=conversation,
            position=one.position + 1,
            role="assistant",
            content="Buenos días.",
            reply_to=one,
            finished_at=now - timedelta(hours=1),
        )
        for one in said
    ]
    said[7].usage = {Message.UNCHECKED: {}}
    Message.objects.bulk_create([*said, *replies])
    old = Message.objects.exclude(pk=said[-1].pk)
    old.update(created_at=now - timedelta(days=30))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message")
    return [said[7].pk, said[-1].pk]


def scans(plan):
    """(kind, index) of each scan of messages in a plan and what is under it."""
    if plan.get("Relation Name") == Message._meta.db_table or "Index Name" in plan:
        yield plan["Node Type"], plan.get("Index Name")
    for one in plan.get("Plans", ()):
        yield from scans(one)


def plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        return cursor.fetchone()[0][0]["Plan"]


@pytest.mark.parametrize("go", ["first", "next"])
def test_it_reads_by_its_indexes_alone(long_ago, go):
    after = long_ago.pop(0) if go == "next" else None
    with CaptureQueriesContext(connection) as queries:
        assert unread_messages(now=timezone.now(), after=after) == long_ago
    found = [scan for query in queries for scan in scans(plan_of(query["sql"]))]
    assert {"message_unchecked", "message_said"} <= {index for _, index in found}
    assert "Seq Scan" not in {kind for kind, _ in found}


SILENT = 500


@pytest.fixture
def goes(monkeypatch):
    """The goes of one sweep, each run when the one before has sent it."""
    sent = []
    monkeypatch.setattr(read_unread_messages_task, "delay", lambda after: sent.append(after))

    def sweep():
        read_unread_messages_task()
        for after in sent:
            read_unread_messages_task(after)
        return len(sent) + 1

    return sweep


def turns(conversation, *texts):
    """Finished turns in which that was said, one a second."""
    begun = timezone.now() - timedelta(hours=3)
    said = [
        Message(conversation=conversation, position=2 * number, role="user", content=text)
        for number, text in enumerate(texts)
    ]
    replies = [
        Message(
            conversation=conversation,
            position=one.position + 1,
            role="assistant",
            reply_to=one,
            finished_at=begun,
        )
        for one in said
    ]
    Message.objects.bulk_create([*said, *replies])
    for number, one in enumerate(said):
        one.created_at = begun + timedelta(seconds=number)
    Message.objects.bulk_update(said, ["created_at"])
    return said


def shows(message):
    return Evidence.objects.filter(source_id=message.pk).exists()


def test_a_lost_message_behind_hundreds_that_show_nothing_is_read_by_one_sweep(conversation, goes):
    *silent, lost = turns(conversation, *["7."] * SILENT, "Compro manzanas.")
    goes()
    assert shows(lost)
    assert not any(map(shows, silent[:3]))
    assert unread_messages(now=timezone.now()) == []


def test_what_was_read_in_time_and_shows_nothing_does_not_come_back(conversation):
    foreign, silent, lost = turns(
        conversation, "I have no idea what to say to you.", "7.", "Compro manzanas."
    )
    read_message_task(str(foreign.pk), str(silent.pk))
    assert unread_messages(now=timezone.now()) == [lost.pk]


def test_a_mark_to_check_it_again_stands(conversation, monkeypatch):
    (said,) = turns(conversation, "7.")

    def check_late(*, message):
        Message.objects.filter(pk=message.pk).update(usage={Message.UNCHECKED: {}})

    monkeypatch.setattr(evidence, "check_late", check_late)
    read_message_task(str(said.pk))
    assert unread_messages(now=timezone.now()) == [said.pk]
    said.refresh_from_db()
    assert not said.checked


def test_what_cannot_be_read_stands_in_nobodys_way(conversation, monkeypatch, goes):
    *broken, unchecked, lost = turns(conversation, *["7."] * 5, "8.", "Compro manzanas.")
    Message.objects.filter(pk__in=[*(one.pk for one in broken[:3]), unchecked.pk]).update(
        usage={Message.UNCHECKED: {}}
    )
    tried = []

    def count_study(*, message):
        tried.append(message.pk)
        if message != lost:
            raise RuntimeError("broken")

    monkeypatch.setattr(evidence, "AT_ONCE", 2, raising=False)
    monkeypatch.setattr(evidence, "count_study", count_study)
    assert goes() == 4
    assert tried == [one.pk for one in (*broken, unchecked, lost)]
    assert shows(lost)
