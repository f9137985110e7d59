"""Plain talk: the tutor's reply at the learner's level, watched for being too hard."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from ai.errors import AllProvidersFailed, ProviderError
from conversations.events import TurnEvent
from conversations.level_guard import is_too_hard
from conversations.requests import Slip, reply_request, simpler_request
from conversations.writing import BUILTIN, Reply


async def talk(reply: Reply, slips: Sequence[Slip] | None) -> AsyncGenerator[TurnEvent, None]:
    """`slips` are for the built-in tutor; None when they are not known yet."""
    written = _whole(reply, slips) if reply.turn.whole else _streamed(reply, slips)
    async with aclosing(written) as events:
        async for event in events:
            yield event


async def _streamed(reply: Reply, slips: Sequence[Slip] | None) -> AsyncGenerator[TurnEvent, None]:
    async with aclosing(reply.said(reply_request(reply.turn, slips))) as deltas:
        async for text in deltas:
            for event in reply.delta(text):
                yield event
    if await _too_hard(reply, "".join(reply.text)):
        async with aclosing(_gloss(reply)) as events:
            async for event in events:
                yield event


async def _whole(reply: Reply, slips: Sequence[Slip] | None) -> AsyncGenerator[TurnEvent, None]:
    text = await reply.heard(reply_request(reply.turn, slips))
    if await _too_hard(reply, text):
        text = await _again(reply, text)
    for event in reply.delta(text):
        yield event


async def _again(reply: Reply, text: str) -> str:
    """The reply once more, this time told to be simpler; the first one if that fails."""
    try:
        simpler = await reply.heard(simpler_request(reply.turn, text))
    except (AllProvidersFailed, ProviderError):
        reply.notes.usage["levelGuard"] = "failed"
        return text
    reply.notes.usage["levelGuard"] = "regenerated"
    return simpler or text


async def _gloss(reply: Reply) -> AsyncGenerator[TurnEvent, None]:
    """The reply said more simply, after a blank line."""
    lead = "\n\n"
    reply.notes.usage["levelGuard"] = "failed"
    try:
        request = simpler_request(reply.turn, "".join(reply.text))
        async with aclosing(reply.said(request)) as deltas:
            async for text in deltas:
                for event in reply.delta(lead + text):
                    yield event
                lead = ""
    except (AllProvidersFailed, ProviderError):
        return
    reply.notes.usage["levelGuard"] = "simplified"


async def _too_hard(reply: Reply, text: str) -> bool:
    """Whether the reply is above the learner; the built-in tutor's is written at the level."""
    if reply.notes.provider == BUILTIN:
        return False
    hard = await is_too_hard(text, language=reply.turn.language, level=reply.turn.level)
    reply.notes.usage["levelGuard"] = "unchecked" if hard is None else "passed"
    return bool(hard)
