"""One circuit breaker a provider, in this process: a provider that keeps failing is left alone."""

import time
from typing import TypedDict, cast

from django.conf import settings
from purgatory import AsyncCircuitBreakerFactory, AsyncInMemoryUnitOfWork
from purgatory.domain.model import Context, OpenedState
from purgatory.service._async.circuitbreaker import AsyncCircuitBreaker
from purgatory.service._async.repository import AsyncInMemoryRepository

from ai.errors import ProviderError

# The request was at fault, not the provider: another request may well succeed.
_NOT_ITS_FAULT = frozenset({"bad_request", "context_length", "refused", "malformed"})


class Circuit(TypedDict):
    state: str
    failures: int


_circuits = AsyncInMemoryUnitOfWork()
_contexts: dict[str, Context] = cast(AsyncInMemoryRepository, _circuits.contexts).breakers
_breakers = AsyncCircuitBreakerFactory(uow=_circuits)


async def admit(provider: str) -> AsyncCircuitBreaker:
    """The provider's breaker, entered. Raises ProviderError `circuit_open` while it is open."""
    breaker = await _breakers.get_breaker(
        provider,
        threshold=settings.AI_BREAKER_FAILURES,
        ttl=settings.AI_BREAKER_SECONDS,
        exclude=[(ProviderError, _excused)],
    )
    try:
        await breaker.__aenter__()
    except OpenedState:
        raise ProviderError("circuit_open", retryable=False, provider=provider) from None
    return breaker


async def settle(breaker: AsyncCircuitBreaker, error: ProviderError | None) -> None:
    """Count how the call ended. A cancelled one is not settled: it says nothing of the provider."""
    await breaker.__aexit__(type(error) if error else None, error, None)


def state(provider: str) -> Circuit:
    """`closed`, `open` or `half-open`, as the next call would find it, and failures in a row."""
    context = _contexts.get(provider)
    if context is None:
        return {"state": "closed", "failures": 0}
    names = {"opened": "open", "half-opened": "half-open"}
    name = names.get(context.state, "closed")
    if name == "open" and time.time() > (context.opened_at or 0) + context.ttl:
        name = "half-open"
    return {"state": name, "failures": context.failure_count or 0}


def reset() -> None:
    """Forget every failure, between tests."""
    _contexts.clear()


def _excused(error: ProviderError) -> bool:
    return error.code in _NOT_ITS_FAULT
