"""Walks `AI_CHAIN`: the one way to a chat model. See docs/providers.md for what it promises."""

import asyncio
import inspect
import logging
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from uuid import UUID

import stamina
from django.conf import settings

from ai import factory
from ai.call import Call
from ai.errors import AllProvidersFailed, ProviderError
from ai.prompts import unmarked
from ai.redaction import Veil
from ai.types import ChatModel, ChatRequest, Delta, Finish, TextDelta, ToolCall, ToolCalls

logger = logging.getLogger(__name__)

OnProvider = Callable[[str, str], Awaitable[None] | None]

# A second try at the same provider is worth it only for failures that are quick and may pass.
_PASSING = frozenset({"connection", "rate_limited", "overloaded", "server_error"})
_MANY_DIGITS = re.compile(r"(?:\d\D{0,3}){40}")


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer. `provider` and `model` say who gave it."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish: Finish
    provider: str
    model: str


async def stream_chat(
    request: ChatRequest,
    *,
    user_id: UUID | None,
    reference: UUID | None = None,
    on_provider: OnProvider | None = None,
) -> AsyncGenerator[Delta, None]:
    """Stream an answer from the first provider of the chain that gives one.

    `on_provider(name, model)` is called (and awaited) before the first delta. Ends with a `Finish`
    that always holds token counts. Closing the generator, or cancelling its task, closes the
    upstream call at once. Raises AllProvidersFailed before the first delta, and after it
    ProviderError `cut_off`: what had arrived is the caller's to keep.
    """
    asked = _Asked(request, user_id, reference, _now() + settings.AI_TOTAL_TIMEOUT)
    call = await _first_to_answer(asked)
    try:
        async with call:
            if on_provider:
                await _tell(on_provider, call.model)
            async with aclosing(_deltas(call, asked)) as deltas:
                async for delta in deltas:
                    yield _storable(delta) if type(delta) is TextDelta else delta
    except ProviderError as error:
        if error.code == "cut_off":
            raise
        name = call.model.name
        raise ProviderError("cut_off", str(error), retryable=True, provider=name) from error


async def complete(
    request: ChatRequest, *, user_id: UUID | None, reference: UUID | None = None
) -> Completion:
    """The whole answer at once. Raises as `stream_chat` does."""
    who = {"provider": "", "model": ""}

    def note(provider: str, model: str) -> None:
        who.update(provider=provider, model=model)

    text: list[str] = []
    calls: tuple[ToolCall, ...] = ()
    stream = stream_chat(request, user_id=user_id, reference=reference, on_provider=note)
    async with aclosing(stream) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                text.append(delta.text)
            elif isinstance(delta, ToolCalls):
                calls += delta.calls
            else:
                finish = delta
    return Completion("".join(text), calls, finish, **who)


class _Asked:
    """What is asked of every provider in turn, and how long all of them have."""

    def __init__(
        self, request: ChatRequest, user_id: UUID | None, reference: UUID | None, deadline: float
    ) -> None:
        self.request = request
        self.user_id = user_id
        self.reference = reference
        self.deadline = deadline
        self.veil = Veil(request.names)
        self._hidden: ChatRequest | None = None

    async def of(self, model: ChatModel) -> ChatRequest:
        if model.name in factory.LOCAL_PROVIDERS:
            return _in_plain_words(self.request)
        if self._hidden is None:
            hide = self.veil.hide_in
            # Thousands of digits are looked through for a second: other streams go on meanwhile.
            many = any(_MANY_DIGITS.search(one.content) for one in self.request.messages)
            self._hidden = (
                await asyncio.to_thread(hide, self.request) if many else hide(self.request)
            )
        return self._hidden

    def left(self) -> float:
        return self.deadline - _now()


def _in_plain_words(request: ChatRequest) -> ChatRequest:
    """Marks keep a model from taking orders from a learner; rules would correct them."""
    plain = [replace(one, content=unmarked(one.content)) for one in request.messages]
    return replace(request, messages=tuple(one for one in plain if one.content))


def _storable(delta: TextDelta) -> TextDelta:
    """Without what some models say and nothing can keep: the character 0, half a surrogate pair."""
    text = delta.text.replace("\0", "").encode(errors="replace").decode()
    return delta if text == delta.text else TextDelta(text)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _able(request: ChatRequest) -> list[ChatModel]:
    # The first call imports the SDKs: in a thread, so that other streams go on meanwhile.
    chosen = factory.chat_models
    models = chosen() if factory.ready() else await asyncio.to_thread(chosen)
    if request.response_schema is None and not request.models_only:
        return models
    return [model for model in models if model.name not in factory.LOCAL_PROVIDERS]


async def _first_to_answer(asked: _Asked) -> Call:
    failures: list[ProviderError] = []
    for model in await _able(asked.request):
        try:
            return await _answering(model, asked)
        except ProviderError as error:
            failures.append(error)
            logger.warning("provider_failed", extra={"provider": model.name, "code": error.code})
        if asked.left() <= 0:
            break
    raise AllProvidersFailed from (failures[-1] if failures else None)


async def _answering(model: ChatModel, asked: _Asked) -> Call:
    """The provider's call with its first delta in hand, after at most `AI_ATTEMPTS` tries."""

    def backoff(error: Exception) -> bool | float:
        if not isinstance(error, ProviderError) or error.code not in _PASSING:
            return False
        wait = error.retry_after
        if wait is None or not error.retryable:
            return error.retryable
        return wait if wait <= settings.AI_RETRY_AFTER_LIMIT else False

    shown = await asked.of(model)
    attempts = stamina.retry_context(
        backoff,
        attempts=settings.AI_ATTEMPTS,
        timeout=max(asked.left(), 0.001),
        wait_initial=0.2,
        wait_max=2.0,
        wait_jitter=0.3,
    )
    async for attempt in attempts:
        with attempt:
            call = Call(model, shown, asked.user_id, asked.reference, asked.deadline)
            await call.open()
            return call
    raise AssertionError("the last attempt either returns or raises")


async def _tell(on_provider: OnProvider, model: ChatModel) -> None:
    told = on_provider(model.name, model.model)
    if inspect.isawaitable(told):
        await told


def _deltas(call: Call, asked: _Asked) -> AsyncGenerator[Delta, None]:
    local = call.model.name in factory.LOCAL_PROVIDERS
    if local or not asked.veil.hid_something:
        return call.deltas()
    return _restored(call, asked.veil, in_json=asked.request.response_schema is not None)


async def _restored(call: Call, veil: Veil, *, in_json: bool) -> AsyncGenerator[Delta, None]:
    async with aclosing(call.deltas()) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                if text := veil.feed(delta.text, in_json=in_json):
                    yield TextDelta(text)
                continue
            if text := veil.rest():
                yield TextDelta(text)
            yield _restored_calls(delta, veil) if isinstance(delta, ToolCalls) else delta


def _restored_calls(delta: ToolCalls, veil: Veil) -> ToolCalls:
    return ToolCalls(
        tuple(
            replace(call, arguments=veil.restore(call.arguments, in_json=True))
            for call in delta.calls
        )
    )
