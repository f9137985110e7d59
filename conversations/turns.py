"""A turn as an async generator of events. Knows no socket, no log and no database."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ai.chain import stream_chat
from ai.errors import AllProvidersFailed, ProviderError
from ai.factory import chat_models
from ai.types import ChatRequest, Finish, TextDelta
from conversations.corrections import FoundCorrection, find_corrections
from conversations.events import (
    CorrectionEvent,
    DeltaEvent,
    MessageEnd,
    MessageStart,
    TurnEvent,
)
from conversations.level_guard import is_too_hard
from conversations.requests import reply_request, simpler_request
from conversations.services.turns import TurnContext

BUILTIN = "builtin"
CORRECTIONS_SECONDS = 8.0
"""How long a reply that is over waits for its corrections."""


@dataclass(slots=True)
class TurnNotes:
    """What is known of a reply beside its events, kept even when it is cut short."""

    provider: str = ""
    model: str = ""
    prompt: str = ""
    usage: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    error_code: str = ""

    def count(self, finish: Finish) -> None:
        used = finish.usage
        self.usage["tokensIn"] = self.usage.get("tokensIn", 0) + used.tokens_in
        self.usage["tokensOut"] = self.usage.get("tokensOut", 0) + used.tokens_out
        self.usage["estimated"] = self.usage.get("estimated", False) or used.estimated


async def generate(
    turn: TurnContext, notes: TurnNotes | None = None
) -> AsyncGenerator[TurnEvent, None]:
    """The reply to a turn, ending with `message.end`.

    Raises AllProvidersFailed before the first delta, ProviderError after it. Closing the generator,
    or cancelling its task, closes the call upstream.
    """
    writing = _Writing(turn, notes or TurnNotes())
    try:
        async with aclosing(writing.events()) as events:
            async for event in events:
                yield event
    finally:
        writing.checking.cancel()


class _Writing:
    """One reply being written, with its corrections found beside it."""

    def __init__(self, turn: TurnContext, notes: TurnNotes) -> None:
        self.turn = turn
        self.notes = notes
        # Said at once, so that a reader can stop or resume before the first word; said again should
        # another provider be the one that speaks.
        self.announced = next((model.name for model in chat_models()), BUILTIN)
        self.text: list[str] = []
        self.told_corrections = False
        self.checking = asyncio.create_task(
            find_corrections(turn, by_model=self.announced != BUILTIN)
        )

    async def events(self) -> AsyncGenerator[TurnEvent, None]:
        yield self._start()
        if self.announced == BUILTIN:
            # It answers out of the slips, so they come first.
            for correction in await self._corrections():
                yield correction
        async with aclosing(self._whole() if self.turn.whole else self._streamed()) as reply:
            async for event in reply:
                yield event
        for correction in await self._corrections():
            yield correction
        yield self._end()

    async def _streamed(self) -> AsyncGenerator[TurnEvent, None]:
        async with aclosing(self._said(self._request())) as deltas:
            async for text in deltas:
                if self.announced != self.notes.provider:
                    yield self._start()
                yield self._delta(text)
                if self.checking.done() and not self.told_corrections:
                    for correction in await self._corrections():
                        yield correction
        if await self._too_hard():
            async with aclosing(self._gloss()) as events:
                async for event in events:
                    yield event

    async def _whole(self) -> AsyncGenerator[TurnEvent, None]:
        text = await self._heard(self._request())
        if await self._too_hard(text):
            text = await self._again(text)
        if self.announced != self.notes.provider:
            yield self._start()
        yield self._delta(text)

    async def _again(self, text: str) -> str:
        """The reply once more, this time told to be simpler; the first one if that fails."""
        try:
            simpler = await self._heard(simpler_request(self.turn, text))
        except (AllProvidersFailed, ProviderError):
            self.notes.usage["levelGuard"] = "failed"
            return text
        self.notes.usage["levelGuard"] = "regenerated"
        return simpler or text

    async def _gloss(self) -> AsyncGenerator[TurnEvent, None]:
        """The reply said more simply, after a blank line."""
        lead = "\n\n"
        self.notes.usage["levelGuard"] = "failed"
        try:
            request = simpler_request(self.turn, "".join(self.text))
            async with aclosing(self._said(request)) as deltas:
                async for text in deltas:
                    yield self._delta(lead + text)
                    lead = ""
        except (AllProvidersFailed, ProviderError):
            return
        self.notes.usage["levelGuard"] = "simplified"

    async def _heard(self, request: ChatRequest) -> str:
        async with aclosing(self._said(request)) as deltas:
            return "".join([text async for text in deltas])

    async def _said(self, request: ChatRequest) -> AsyncGenerator[str, None]:
        self.notes.prompt = self.notes.prompt or request.prompt
        stream = stream_chat(
            request,
            user_id=self.turn.learner_id,
            reference=UUID(self.turn.turn_id),
            on_provider=self._spoken_by,
        )
        async with aclosing(stream) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    yield delta.text
                elif isinstance(delta, Finish):
                    self.notes.count(delta)

    def _spoken_by(self, provider: str, model: str) -> None:
        # A restatement may come from another provider; the reply stays its first speaker's.
        self.notes.provider = self.notes.provider or provider
        self.notes.model = self.notes.model or model

    async def _too_hard(self, text: str | None = None) -> bool:
        """Whether the reply is above the learner; the built-in tutor's is written at the level."""
        if self.notes.provider == BUILTIN:
            return False
        hard = await is_too_hard(
            "".join(self.text) if text is None else text,
            language=self.turn.language,
            level=self.turn.level,
        )
        self.notes.usage["levelGuard"] = "unchecked" if hard is None else "passed"
        return bool(hard)

    async def _corrections(self) -> list[CorrectionEvent]:
        if self.told_corrections:
            return []
        self.told_corrections = True
        done, _ = await asyncio.wait({self.checking}, timeout=CORRECTIONS_SECONDS)
        return [self._correction(found) for found in self._found()] if done else []

    def _request(self) -> ChatRequest:
        slips = self._found() if self.checking.done() else None
        return reply_request(self.turn, slips)

    def _found(self) -> list[FoundCorrection]:
        return [] if self.checking.cancelled() else self.checking.result()

    def _start(self) -> MessageStart:
        self.announced = self.notes.provider or self.announced
        return MessageStart(
            turn_id=self.turn.turn_id,
            message_id=self.turn.turn_id,
            conversation_id=self.turn.conversation_id,
            provider=self.announced,
        )

    def _delta(self, text: str) -> DeltaEvent:
        self.text.append(text)
        return DeltaEvent(turn_id=self.turn.turn_id, text=text)

    def _correction(self, found: FoundCorrection) -> CorrectionEvent:
        self.notes.rules[found.id] = found.rule
        return CorrectionEvent(
            turn_id=self.turn.turn_id,
            id=found.id,
            start=found.start,
            end=found.end,
            original=found.original,
            corrected=found.corrected,
            kind=found.kind,
            reason=found.reason,
        )

    def _end(self) -> MessageEnd:
        named = {"provider": self.notes.provider, "model": self.notes.model}
        return MessageEnd(
            turn_id=self.turn.turn_id,
            text="".join(self.text),
            usage=self.notes.usage | named,
            sources=[],
            confidence=None,
            suggest_tutor=False,
        )
