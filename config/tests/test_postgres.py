"""Whether a connection of the pool is still good, told without asking the server."""

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from psycopg_pool import ConnectionPool

from config.postgres.base import DatabaseWrapper, is_alive


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


def test_the_project_uses_it():
    assert isinstance(connections["default"], DatabaseWrapper)
