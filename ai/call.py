"""One call to one provider: its deadlines while it streams, its breaker, its row in the ledger."""

import logging
from asyncio import CancelledError
from collections.abc import AsyncGenerator
from time import monotonic
from types import TracebackType
from typing import Self, cast
from uuid import UUID

from django.conf import settings
from purgatory.service._async.circuitbreaker import AsyncCircuitBreaker

from ai import breakers, usage
from ai.errors import ProviderError
from ai.types import ChatModel, ChatRequest, Delta, Finish, TextDelta
from ai.usage import Entry
from ai.watch import Watch

logger = logging.getLogger(__name__)


class Call:
    """Open it, then stream `deltas()` inside `async with call`."""

    def __init__(
        self,
        model: ChatModel,
        request: ChatRequest,
        user_id: UUID | None,
        reference: UUID | None,
        deadline: float,
    ) -> None:
        self.model = model
        self.request = request
        self.entry = Entry(
            provider=model.name,
            model=model.model,
            purpose=request.purpose,
            user_id=user_id,
            prompt=request.prompt,
            reference=reference,
        )
        self._watch = Watch(deadline)
        self._stream = cast(AsyncGenerator[Delta, None], model.stream(request))
        self._breaker: AsyncCircuitBreaker
        self._first: Delta

    async def open(self) -> None:
        """Wait for the first delta that says something. Raises ProviderError; then it is closed."""
        self._breaker = await breakers.admit(self.model.name)
        try:
            self._first = await self._first_delta()
        except BaseException as error:
            await self._close(error)
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close(error)

    async def deltas(self) -> AsyncGenerator[Delta, None]:
        idle = settings.AI_IDLE_TIMEOUT
        delta = self._first
        while type(delta) is not Finish:
            if type(delta) is TextDelta:
                self.entry.characters += len(delta.text)
            yield delta
            delta = await self._next(idle)
            while type(delta) is TextDelta and not delta.text:
                delta = await self._next(idle)
        yield self._counted(delta)

    async def _first_delta(self) -> Delta:
        delta = await self._next(settings.AI_FIRST_TOKEN_TIMEOUT)
        while type(delta) is TextDelta and not delta.text:
            delta = await self._next(settings.AI_IDLE_TIMEOUT)
        if type(delta) is Finish:
            code = "refused" if delta.reason == "content_filter" else "malformed"
            raise self._error(code, "an empty answer", retryable=code == "malformed")
        self.entry.first_token = monotonic()
        return delta

    async def _next(self, patience: float) -> Delta:
        watch = self._watch
        watch.arm(patience)
        try:
            return await self._stream.__anext__()
        except StopAsyncIteration:
            raise self._error("cut_off", "the stream ended unfinished", retryable=True) from None
        except CancelledError:
            if not watch.explains():
                raise
            raise self._error("timeout", f"silent for {patience} s", retryable=True) from None
        except ProviderError:
            raise
        except Exception as error:
            logger.exception("adapter_failed", extra={"provider": self.model.name})
            raise self._error("server_error", type(error).__name__, retryable=False) from error
        finally:
            watch.rest()

    def _error(self, code: str, message: str, *, retryable: bool) -> ProviderError:
        return ProviderError(code, message, retryable=retryable, provider=self.model.name)

    def _counted(self, finish: Finish) -> Finish:
        used = finish.usage
        if not used.tokens_in and not used.tokens_out:
            used = usage.estimate(self.request, self.entry.characters)
        self.entry.usage = used
        return Finish(finish.reason, used)

    async def _close(self, error: BaseException | None) -> None:
        self._watch.stop()
        try:
            await self._stream.aclose()
        finally:
            await self._settle(error)
            usage.record(self.entry)

    async def _settle(self, error: BaseException | None) -> None:
        entry = self.entry
        if entry.usage is None and entry.first_token is not None:
            entry.usage = usage.estimate(self.request, entry.characters)
        if isinstance(error, ProviderError):
            entry.outcome, entry.error_code = "failed", error.code
        elif error is not None:
            entry.outcome = "cancelled"
        if error is None or isinstance(error, ProviderError):
            await breakers.settle(self._breaker, error)
