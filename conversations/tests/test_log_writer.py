"""What is written to the logs of many turns together, and what does not wait for it."""

import asyncio
from uuid import uuid4

import pytest

from conversations.events import Cancelled, DeltaEvent, Route
from conversations.streams import log, writer
from conversations.streams.connections import valkey_untimed
from conversations.streams.frames import Reader
from conversations.streams.writer import MOST_TOGETHER, LogWriter, WrittenTurn


class Listened:
    """A client that notes which turns each command was about."""

    def __init__(self, client):
        self._client = client
        self.commands = []

    async def execute_command(self, name, script, count, *rest):
        self.commands.append(set(rest[:count]))
        return await self._client.execute_command(name, script, count, *rest)


@pytest.fixture(autouse=True)
def _never_by_the_clock(monkeypatch):
    """What is gathered stays so until something else ends the waiting."""
    monkeypatch.setattr(writer, "GATHER_SECONDS", 1e6)


@pytest.fixture
async def client():
    client = valkey_untimed()
    yield Listened(client)
    await client.aclose()


@pytest.fixture
async def log_writer(client):
    log_writer = LogWriter(client)
    yield log_writer
    await log_writer.stop()


def say(log_writer, turn, text):
    log_writer.put(turn, DeltaEvent(turn_id=turn.turn_id, text=text))


def end_of(turn):
    return Cancelled(turn_id=turn.turn_id, text="")


async def told(turn, text):
    reader = Reader(turn.frames, 0)
    async with asyncio.timeout(5):
        while log.text_in(turn.frames.items) != text:
            await reader.next()
    reader.close()


async def speaking(log_writer, count):
    """That many turns whose first words are out."""
    turns = [WrittenTurn(str(uuid4())) for _ in range(count)]
    for turn in turns:
        say(log_writer, turn, "Uno ")
    for turn in turns:
        await told(turn, "Uno ")
    return turns


def keys(*turns):
    return {log.log_key(turn.turn_id) for turn in turns}


async def test_first_words_go_alone(client, log_writer):
    others = await speaking(log_writer, 5)
    for turn in others:
        say(log_writer, turn, "dos")
    newcomer = WrittenTurn(str(uuid4()))
    say(log_writer, newcomer, "Hola")
    await told(newcomer, "Hola")
    assert client.commands[-1] == keys(newcomer)
    assert [log.text_in(turn.frames.items) for turn in others] == ["Uno "] * 5


async def test_an_end_takes_along_what_its_turn_had_gathered(client, log_writer):
    one, other = await speaking(log_writer, 2)
    say(log_writer, one, "dos ")
    say(log_writer, other, "dos ")
    say(log_writer, one, "tres")
    log_writer.put(one, end_of(one))
    await asyncio.wait_for(one.delivered.wait(), 5)
    assert client.commands[-1] == keys(one)
    assert log.text_in(one.frames.items) == "Uno dos tres"
    assert [frame.seq for frame in one.frames.items] == [1, 2, 3]
    assert log.text_in(other.frames.items) == "Uno "


async def test_many_do_not_wait_for_the_clock(client, log_writer):
    turns = await speaking(log_writer, MOST_TOGETHER)
    for turn in turns[1:]:
        say(log_writer, turn, "dos")
    await asyncio.sleep(0.05)
    assert log.text_in(turns[1].frames.items) == "Uno "
    say(log_writer, turns[0], "dos")
    for turn in turns:
        await told(turn, "Uno dos")
    assert client.commands[-1] == keys(*turns)


async def test_words_said_while_the_log_is_written_come_with_the_next(client, log_writer):
    (turn,) = await speaking(log_writer, 1)
    newcomer = WrittenTurn(str(uuid4()))
    say(log_writer, newcomer, "Hola, ")
    say(log_writer, newcomer, "¿qué ")
    await told(newcomer, "Hola, ¿qué ")
    say(log_writer, newcomer, "tal?")
    log_writer.put(newcomer, end_of(newcomer))
    await asyncio.wait_for(newcomer.delivered.wait(), 5)
    assert log.text_in(newcomer.frames.items) == "Hola, ¿qué tal?"
    assert log.text_in(turn.frames.items) == "Uno "


async def test_what_is_gathered_leaves_by_the_clock(monkeypatch, log_writer):
    (turn,) = await speaking(log_writer, 1)
    monkeypatch.setattr(writer, "GATHER_SECONDS", 0.0)
    say(log_writer, turn, "dos")
    await told(turn, "Uno dos")


async def test_no_command_is_sent_for_what_has_left_already(monkeypatch, client, log_writer):
    monkeypatch.setattr(writer, "GATHER_SECONDS", 0.0)
    turn = WrittenTurn(str(uuid4()))
    log_writer.put(turn, Route(turn_id=turn.turn_id, route="talk"))
    say(log_writer, turn, "Hola")
    await told(turn, "Hola")
    await asyncio.sleep(0.05)
    assert client.commands == [keys(turn)]
