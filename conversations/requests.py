"""The requests a turn makes of a model. Learner text stands in messages, never in instructions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from ai import prompts
from ai.scenarios import find
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


NO_SCENE = "none: talk about what the learner brings up."


def reply_request(turn: TurnContext, slips: Sequence[Slip] | None) -> ChatRequest:
    """`slips` are for the built-in tutor; None when not known yet: it looks for them itself."""
    hints: dict[str, Any] = {"scenario": turn.scenario, "turn": turn.number}
    if slips is not None:
        hints["slips"] = list(slips)
    messages = tuple(_marked(message) for message in (*turn.history, _said(turn)))
    scene = find(turn.language, turn.scenario) if turn.scenario else None
    told = f"{scene.setting} The learner's aim: {scene.goal}" if scene else NO_SCENE
    return _request(turn, "tutor_reply", messages, hints=hints, temperature=0.7, scene=told)


def corrections_request(turn: TurnContext) -> ChatRequest:
    return _request(turn, "corrections", (_marked(_said(turn)),), temperature=0.0)


def simpler_request(turn: TurnContext, reply: str) -> ChatRequest:
    """`reply` once more, in words of the learner's level."""
    said = ChatMessage("user", f"<reply>\n{reply}\n</reply>")
    return _request(turn, "simplify", (said,), temperature=0.3)


def _said(turn: TurnContext) -> ChatMessage:
    return ChatMessage("user", turn.text)


def _marked(message: ChatMessage) -> ChatMessage:
    if message.role != "user":
        return message
    return replace(message, content=prompts.learner_block(message.content))


def _request(
    turn: TurnContext,
    name: str,
    messages: tuple[ChatMessage, ...],
    *,
    temperature: float,
    hints: dict[str, Any] | None = None,
    **values: str,
) -> ChatRequest:
    prompt = prompts.load(name)
    instructions = prompt.render(
        **values,
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
        prompt=prompt.label,
        temperature=temperature,
        names=(turn.learner_name,),
        hints=hints or {},
    )
