"""The requests a turn makes of a model. Learner text stands in messages, never in instructions."""

from collections.abc import Sequence
from typing import Any, Protocol

from ai import prompts
from ai.types import ChatMessage, ChatRequest
from config.languages import NATIVE, TAUGHT
from conversations.services.turns import TurnContext


class Slip(Protocol):
    """What the built-in tutor recasts; rules and models both find such."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def original(self) -> str: ...
    @property
    def corrected(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def rule(self) -> str: ...


def reply_request(turn: TurnContext, slips: Sequence[Slip]) -> ChatRequest:
    hints = {"scenario": turn.scenario, "turn": turn.number, "slips": list(slips)}
    said = ChatMessage("user", turn.text)
    return _request(turn, "tutor_reply", (*turn.history, said), hints=hints, temperature=0.7)


def corrections_request(turn: TurnContext) -> ChatRequest:
    said = ChatMessage("user", turn.text)
    return _request(turn, "corrections", (said,), temperature=0.0)


def simpler_request(turn: TurnContext, reply: str) -> ChatRequest:
    """`reply` once more, in words of the learner's level."""
    said = ChatMessage("user", reply)
    return _request(turn, "simplify", (said,), temperature=0.3)


def _request(
    turn: TurnContext,
    name: str,
    messages: tuple[ChatMessage, ...],
    *,
    temperature: float,
    hints: dict[str, Any] | None = None,
) -> ChatRequest:
    prompt = prompts.load(name)
    instructions = prompt.render(
        language=TAUGHT[turn.language].name,
        level=turn.level,
        native_language=NATIVE[turn.native_language].name,
    )
    return ChatRequest(
        purpose=name,
        instructions=instructions,
        messages=messages,
        language=turn.language,
        level=turn.level,
        native_language=turn.native_language,
        prompt=f"{prompt.name}.v{prompt.version}",
        temperature=temperature,
        names=(turn.learner_name,),
        hints=hints or {},
    )
