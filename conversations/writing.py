"""A reply being written: what is known of it, and the events it is made of."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ai.chain import stream_chat
from ai.factory import chat_models
from ai.moderation import Verdict
from ai.types import ChatRequest, Finish, TextDelta
from conversations.contract import CORRECTIONS, LATER
from conversations.events import (
    CorrectionEvent,
    DeltaEvent,
    MessageEnd,
    MessageStart,
    SafetyEvent,
    TurnEvent,
)
from conversations.events import Source as SourceEvent
from conversations.events import Tool as ToolEvent
from conversations.moderation.safety import safety_message
from conversations.moderation.services import withheld
from conversations.moderation.watching import Watch
from conversations.retrieval.citations import event_body, reply_body
from conversations.retrieval.found import Source
from conversations.services.context import TurnContext

BUILTIN = "builtin"


@dataclass(slots=True)
class TurnNotes:
    """What is known of a reply beside its events, kept even when it is cut short."""

    provider: str = ""
    model: str = ""
    prompt: str = ""
    usage: dict[str, Any] = field(default_factory=lambda: {CORRECTIONS: LATER})
    rules: dict[str, str] = field(default_factory=dict)
    error_code: str = ""
    route: str = ""
    corrections: list[CorrectionEvent] = field(default_factory=list)
    """All that were found, told or not."""
    withheld: set[str] = field(default_factory=set)
    """Ids of those over the number agreed."""
    sources: list[Source] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)
    withheld_text: str = ""
    """What was written, when it is not fit to be shown."""
    verdict: Verdict | None = None
    """What moderation found in the whole reply."""

    def count(self, finish: Finish) -> None:
        used = finish.usage
        self.usage["tokensIn"] = self.usage.get("tokensIn", 0) + used.tokens_in
        self.usage["tokensOut"] = self.usage.get("tokensOut", 0) + used.tokens_out
        self.usage["estimated"] = self.usage.get("estimated", False) or used.estimated


class Reply:
    """The state of one reply; each way of writing it yields its events through this."""

    def __init__(self, turn: TurnContext, notes: TurnNotes) -> None:
        self.turn = turn
        self.notes = notes
        # Said at once, so that a reader can stop or resume before the first word; said again should
        # another provider be the one that speaks.
        self.announced = next((model.name for model in chat_models()), BUILTIN)
        self.text: list[str] = []
        self.watch = Watch(turn.language)
        self.confidence: float | None = None
        self.suggest_tutor = False

    @property
    def by_model(self) -> bool:
        """Whether a model is the first to be asked."""
        return self.announced != BUILTIN

    def start(self) -> MessageStart:
        self.announced = self.notes.provider or self.announced
        return MessageStart(
            turn_id=self.turn.turn_id,
            message_id=self.turn.turn_id,
            conversation_id=self.turn.conversation_id,
            provider=self.announced,
            reply_to=self.turn.learner_message_id,
        )

    def delta(self, text: str) -> list[TurnEvent]:
        """The words, after who speaks them when that is another than was announced. Raises Unfit
        instead at the end of a sentence that is not fit to be shown."""
        self.text.append(text)
        self.watch.hear(text)
        event = DeltaEvent(turn_id=self.turn.turn_id, text=text)
        return [event] if self.announced == self.notes.provider else [self.start(), event]

    def line(self, text: str) -> list[TurnEvent]:
        """Words of our own, which no model writes."""
        self.notes.provider = self.notes.provider or BUILTIN
        return self.delta(text)

    def source(self, source: Source) -> SourceEvent:
        return SourceEvent(turn_id=self.turn.turn_id, **event_body(source))

    def tool(self, name: str, status: Any) -> ToolEvent:
        """A call begun or over; with what came of it, or what to do instead, to be opened from the
        page."""
        came = [call for call in self.notes.tools if call["name"] == name]
        result = came[-1]["result"] if came and status != "started" else {}
        return ToolEvent(
            turn_id=self.turn.turn_id,
            name=name,
            status=status,
            title=result.get("title", ""),
            url=result.get("url", ""),
        )

    def safety(self) -> SafetyEvent:
        message = safety_message(self.turn.native_language)
        return SafetyEvent(turn_id=self.turn.turn_id, **message.as_json())

    def moderate(self) -> None:
        """Take back what is not fit to be shown: the last event carries the text that stays."""
        text = "".join(self.text)
        self.notes.verdict = self.watch.verdict(text)
        if self.notes.verdict.blocked:
            self.notes.withheld_text = text
            self.notes.sources = []
            self.text = [withheld()]

    def end(self) -> MessageEnd:
        named = {"provider": self.notes.provider, "model": self.notes.model}
        return MessageEnd(
            turn_id=self.turn.turn_id,
            text="".join(self.text),
            usage=self.notes.usage | named,
            sources=[reply_body(source) for source in self.notes.sources],
            confidence=self.confidence,
            suggest_tutor=self.suggest_tutor,
        )

    async def said(self, request: ChatRequest) -> AsyncGenerator[str, None]:
        """A model's words. Raises as `ai.chain.stream_chat` does."""
        self.notes.prompt = self.notes.prompt or request.prompt
        stream = stream_chat(
            request,
            user_id=self.turn.learner_id,
            reference=UUID(self.turn.turn_id),
            on_provider=self.spoken_by,
        )
        async with aclosing(stream) as deltas:
            async for delta in deltas:
                if isinstance(delta, TextDelta):
                    yield delta.text
                elif isinstance(delta, Finish):
                    self.notes.count(delta)

    async def heard(self, request: ChatRequest) -> str:
        async with aclosing(self.said(request)) as deltas:
            return "".join([text async for text in deltas])

    def spoken_by(self, provider: str, model: str) -> None:
        # A restatement may come from another provider; the reply stays its first speaker's.
        self.notes.provider = self.notes.provider or provider
        self.notes.model = self.notes.model or model
