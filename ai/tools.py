"""Lets a model use tools that act as the one learner it talks to."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal, cast
from uuid import UUID

import jsonschema
import msgspec

from ai.chain import OnProvider, stream_chat
from ai.structured import NUL
from ai.types import (
    ChatMessage,
    ChatRequest,
    Delta,
    Finish,
    TextDelta,
    ToolCall,
    ToolCalls,
    ToolSpec,
    Usage,
)
from config.errors import DomainError

logger = logging.getLogger(__name__)

MAX_STEPS = 5
MAX_CALLS_A_STEP = 8
MAX_RESULT = 8000
"""Characters of a tool's result that go back to the model."""
TOOL_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Tool:
    """`run` takes validated arguments and gives the text for the model.

    The caller binds it to one user: nothing in the arguments can name another.
    """

    spec: ToolSpec
    run: Callable[[dict[str, Any]], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class ToolStatus:
    name: str
    status: Literal["started", "done", "failed"]


async def run_tool_loop(
    request: ChatRequest,
    *,
    tools: Sequence[Tool],
    user_id: UUID | None,
    reference: UUID | None = None,
    on_provider: OnProvider | None = None,
) -> AsyncGenerator[TextDelta | ToolStatus | Finish, None]:
    """Stream the answer, running the tools the model asks for between its steps.

    At most `MAX_STEPS` calls to the model: the last is offered no tools, so it has to answer. A
    tool that fails tells the model so. One `Finish` at the end, with the tokens of all steps.
    Raises as `ai.chain.stream_chat` does.
    """
    by_name = {tool.spec.name: tool for tool in tools}
    asked = replace(request, tools=tuple(tool.spec for tool in tools))
    spent = Usage()
    for left in reversed(range(MAX_STEPS)):
        step = _Step(asked if left else replace(asked, tools=()))
        stream = stream_chat(
            step.request, user_id=user_id, reference=reference, on_provider=on_provider
        )
        async with aclosing(stream) as deltas:
            async for delta in deltas:
                if step.hears(delta):
                    yield cast(TextDelta, delta)
        spent = _sum(spent, step.finish.usage)
        if not step.calls or not left:
            break
        async with aclosing(step.run_calls(by_name)) as statuses:
            async for status in statuses:
                yield status
        asked = replace(asked, messages=(*asked.messages, *step.messages))
    yield Finish(step.finish.reason, spent)


class _Step:
    """One call to the model and the tools it asked for; `messages` are what it adds to the talk."""

    def __init__(self, request: ChatRequest) -> None:
        self.request = request
        self.calls: tuple[ToolCall, ...] = ()
        self.finish: Finish
        self.messages: list[ChatMessage] = []
        self._said: list[str] = []

    def hears(self, delta: Delta) -> bool:
        """Take note of a delta; True when it is text to pass on."""
        if isinstance(delta, TextDelta):
            self._said.append(delta.text)
            return True
        if isinstance(delta, ToolCalls):
            self.calls += delta.calls
        else:
            self.finish = delta
        return False

    async def run_calls(self, tools: Mapping[str, Tool]) -> AsyncGenerator[ToolStatus, None]:
        said = "".join(self._said)
        self.messages.append(ChatMessage("assistant", said, tool_calls=self.calls))
        for number, call in enumerate(self.calls, start=1):
            yield ToolStatus(call.name, "started")
            failed, text = await _result(call, tools, allowed=number <= MAX_CALLS_A_STEP)
            self.messages.append(ChatMessage("tool", text[:MAX_RESULT], tool_call_id=call.id))
            yield ToolStatus(call.name, "failed" if failed else "done")


async def _result(call: ToolCall, tools: Mapping[str, Tool], *, allowed: bool) -> tuple[bool, str]:
    """Whether it failed, and what to tell the model."""
    tool = tools.get(call.name)
    if tool is None:
        return True, f"There is no tool named {call.name}."
    if not allowed:
        return True, "Too many tools at once; this one was not run."
    try:
        arguments = _arguments(call, tool.spec)
    except ValueError as error:
        return True, f"The arguments are not valid: {error}"
    try:
        async with asyncio.timeout(TOOL_SECONDS):
            return False, await tool.run(arguments)
    except DomainError as error:
        return True, error.message
    except Exception:
        logger.exception("tool_failed", extra={"tool": call.name})
        return True, "The tool failed. Go on without it."


def _arguments(call: ToolCall, spec: ToolSpec) -> dict[str, Any]:
    if NUL in call.arguments:
        raise ValueError(f"no text may hold {NUL}")
    try:
        value = msgspec.json.decode(call.arguments or "{}", type=dict[str, Any])
        jsonschema.validate(value, spec.parameters)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    except jsonschema.ValidationError as error:
        raise ValueError(f"{error.json_path}: {error.message}") from error
    return value


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.tokens_in + other.tokens_in,
        one.tokens_out + other.tokens_out,
        one.estimated or other.estimated,
    )
