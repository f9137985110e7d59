"""Answering from what was said and saved, every sentence with its proof."""

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from ai.errors import AllProvidersFailed
from conversations.events import TurnEvent
from conversations.requests import answer_request
from conversations.retrieval.answers import builtin_answer
from conversations.retrieval.citations import CitedText
from conversations.retrieval.found import ALL_KINDS, Retrieved
from conversations.retrieval.search import retrieve
from conversations.talking import talk
from conversations.writing import Reply

NOT_IN_SOURCES: Final = "NOT_IN_SOURCES"
"""What a model says when the passages do not answer; see its prompt."""


async def search(
    reply: Reply, *, kinds: Collection[str] = ALL_KINDS, question: str = ""
) -> Retrieved:
    """`question` is what the message asks, where that is not the whole of it."""
    turn = reply.turn
    return await retrieve(
        learner_id=turn.learner_id,
        question=question or turn.text,
        language=turn.language,
        native_language=turn.native_language,
        kinds=kinds,
    )


async def answer(
    reply: Reply, retrieved: Retrieved, *, or_talk: bool
) -> AsyncGenerator[TurnEvent, None]:
    """A model's answer from the passages; quotes of them when no model can give one. When they do
    not hold the answer: that nothing was found, and whom to ask; or, with `or_talk`, what a model
    knows itself."""
    reply.confidence = retrieved.confidence
    if retrieved.worth_reading and reply.by_model:
        checked = CitedText(retrieved.found)
        async with aclosing(_cited(reply, retrieved, checked)) as events:
            async for event in events:
                yield event
        if NOT_IN_SOURCES in checked.dropped:
            retrieved = replace(retrieved, enough=False)
    if not reply.text and or_talk and not retrieved.enough:
        # Their material did not matter to the answer: nothing is missing from it.
        reply.notes.route, reply.confidence = "talk", None
        async with aclosing(talk(reply, None)) as events:
            async for event in events:
                yield event
    elif not reply.text:
        for event in _quoted(reply, retrieved):
            yield event


async def _cited(
    reply: Reply, retrieved: Retrieved, checked: CitedText
) -> AsyncGenerator[TurnEvent, None]:
    """What a model says, of which only sentences with a true proof are let through."""
    request = answer_request(reply.turn, retrieved.found)
    try:
        async with aclosing(reply.said(request)) as deltas:
            async for text in deltas:
                for event in _shown(reply, checked, checked.feed(text)):
                    yield event
        for event in _shown(reply, checked, checked.close()):
            yield event
    except AllProvidersFailed:
        return


def _shown(reply: Reply, checked: CitedText, sentences: list[str]) -> list[TurnEvent]:
    new = checked.sources[len(reply.notes.sources) :]
    reply.notes.sources += new
    events: list[TurnEvent] = [reply.source(source) for source in new]
    for sentence in sentences:
        events += reply.delta(sentence)
    return events


def _quoted(reply: Reply, retrieved: Retrieved) -> list[TurnEvent]:
    told = builtin_answer(retrieved=retrieved, native_language=reply.turn.native_language)
    reply.notes.sources = list(told.sources)
    reply.suggest_tutor, reply.confidence = told.suggest_tutor, told.confidence
    return [*(reply.source(source) for source in told.sources), *reply.line(told.text)]
