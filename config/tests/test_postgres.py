"""Whether a connection of the pool is still good, told without asking the server; and statements
that are prepared."""

import os

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from psycopg.errors import FeatureNotSupported
from psycopg_pool import ConnectionPool

from accounts.tests.factories import UserFactory
from config.postgres.base import DatabaseWrapper, PreparedCursor, is_alive
from config.rows import execute, fetch


@pytest.fixture
def idle():
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as idle:
        yield idle


@pytest.fixture
def other():
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        yield other


@pytest.fixture
def statements(monkeypatch):
    """The connections that were sent a statement to see whether they are there."""
    sent = []

    def check(connection):
        sent.append(connection)
        connection.execute("")

    monkeypatch.setattr(ConnectionPool, "check_connection", staticmethod(check))
    return sent


def end(idle, *, by):
    by.execute("SELECT pg_terminate_backend(%s, 5000)", [idle.info.backend_pid])


def test_a_quiet_connection_is_taken_for_good(idle, statements):
    assert is_alive(idle)
    assert statements == []


def test_one_that_the_server_ended_is_not(idle, other):
    end(idle, by=other)
    assert not is_alive(idle)


def test_nor_one_that_we_closed(idle):
    idle.close()
    assert not is_alive(idle)


def test_one_with_news_is_asked(idle, other, statements):
    idle.execute("LISTEN news")
    other.execute("NOTIFY news")
    other.execute("SELECT pg_sleep(0.1)")
    assert is_alive(idle)
    assert statements == [idle]
    assert idle.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_another_takes_the_place_of_one_that_is_gone(other):
    options = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1}}
    own = DatabaseWrapper({**connection.settings_dict, "OPTIONS": options}, alias="default")
    try:
        own.ensure_connection()
        first = own.connection.info.backend_pid
        own.close()
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            assert cursor.fetchone() != (first,)
    finally:
        own.close()
        own.close_pool()


WORDS = f"words_{os.getpid()}"


@pytest.fixture
def words(other):
    """A table whose column can be changed by somebody else."""
    other.execute(f"CREATE TABLE {WORDS} (word varchar(10))")
    other.execute(f"INSERT INTO {WORDS} VALUES ('eins'), ('zwei')")  # noqa: S608 - our name
    yield lambda kind: other.execute(f"ALTER TABLE {WORDS} ALTER word TYPE {kind}")
    other.execute(f"DROP TABLE {WORDS}")


def read(idle):
    asked = f"SELECT word FROM {WORDS} WHERE word <> %s"  # noqa: S608 - our name
    with PreparedCursor(idle) as cursor:
        return cursor.execute(asked, ["zwei"]).fetchall()


def prepared(idle):
    return idle.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()[0]


def test_a_statement_is_planned_once(idle, words):
    assert [read(idle) for _ in range(3)] == [[("eins",)]] * 3
    assert prepared(idle) == 1


def test_behind_a_pooler_that_cannot_follow_none_is(idle, words):
    idle.prepare_threshold = None
    assert [read(idle) for _ in range(3)] == [[("eins",)]] * 3
    assert prepared(idle) == 0


def test_a_column_that_was_changed_meanwhile_fails_nothing(idle, words):
    read(idle)
    words("text")
    assert read(idle) == [("eins",)]


def test_in_a_transaction_it_is_prepared_anew_after_the_end_of_it(idle, words):
    read(idle)
    words("text")
    with pytest.raises(FeatureNotSupported), idle.transaction():
        read(idle)
    assert read(idle) == [("eins",)]
    assert prepared(idle) == 1


@pytest.mark.django_db
def test_what_is_sent_often_is_prepared_and_told_with_its_values():
    ana = UserFactory()
    change = "UPDATE accounts_user SET name = %(name)s WHERE id = %(id)s"
    with CaptureQueriesContext(connection) as queries:
        assert execute(change, {"name": "Ana's", "id": ana.pk}) == 1
        assert fetch("SELECT name FROM accounts_user WHERE id = %s", [ana.pk]) == [("Ana's",)]
    assert "SET name = 'Ana''s'" in queries[0]["sql"]
    kept = fetch("SELECT statement FROM pg_prepared_statements", [])
    assert ("SELECT name FROM accounts_user WHERE id = $1",) in kept


def test_the_project_uses_it():
    assert isinstance(connections["default"], DatabaseWrapper)
