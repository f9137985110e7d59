"""OpenAI, and every server that speaks its chat-completions protocol.

The stream is read raw, since the SDK's objects cost several times the CPU.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from typing import Any, cast

import aiohttp
import httpx2
import msgspec
import openai

from ai.errors import ProviderError
from ai.providers import openai_wire as wire
from ai.providers.clients import PerLoop
from ai.providers.openai_client import ChatClient
from ai.providers.openai_errors import from_body, translate
from ai.providers.pace import next_step, paced
from ai.providers.sse import DataLines
from ai.types import ChatRequest, Delta, Finish, TextDelta, ToolCalls, Usage

_BROKEN = (httpx2.HTTPError, aiohttp.ClientError, OSError)

_decoder = msgspec.json.Decoder(wire.Chunk)


class OpenAIModel:
    name = "openai"

    def __init__(self, *, api_key: str, model: str, base_url: str = "") -> None:
        self.model = model
        self.clients = PerLoop(lambda: ChatClient(api_key, base_url), ChatClient.close)
        # Compatible servers know the older name of the limit; OpenAI itself wants the newer.
        self._conceded = frozenset({"max_completion_tokens"} if base_url else ())

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        response = await self._open(request)
        reader = _Reader(self.name)
        try:
            with paced():
                async for chunk in _body(response):
                    for delta in reader.take(chunk):
                        yield delta
                    if reader.spoke and not reader.finished:
                        await next_step()
        except _BROKEN as error:
            if not reader.finished:
                raise translate(error, provider=self.name) from error
        finally:
            await response.aclose()
        for delta in reader.end():
            yield delta

    async def aclose(self) -> None:
        await self.clients.aclose()

    async def _open(self, request: ChatRequest) -> httpx2.Response:
        """The answer's open stream, giving up one by one the options that the server refuses."""
        conceded = self._conceded
        while True:
            body = wire.body(request, model=self.model, conceded=conceded)
            try:
                response = await self.clients.get().open(body)
            except openai.APIStatusError as error:
                conceded |= {self._concession(error, body, conceded)}
            except _BROKEN as error:
                raise translate(error, provider=self.name) from error
            else:
                self._conceded = conceded
                return response

    def _concession(
        self, error: openai.APIStatusError, body: dict[str, Any], conceded: frozenset[str]
    ) -> str:
        """The option to do without. Raises ProviderError when it is not one that was refused."""
        refusal = translate(error, provider=self.name)
        option = wire.concession(body, str(error.body), conceded)
        about_body = error.status_code in (400, 422) and refusal.code == "bad_request"
        if not about_body or option is None or option in conceded:
            raise refusal from error
        return option


def _body(response: httpx2.Response) -> AsyncIterable[bytes]:
    """The bytes as they come. Only a packed body is worth the layers that unpack it."""
    packed = response.headers.get("content-encoding", "identity") != "identity"
    return response.aiter_bytes() if packed else cast(AsyncIterable[bytes], response.stream)


class _Reader:
    """One stream's state: what its chunks have said so far."""

    def __init__(self, provider: str) -> None:
        self.lines = DataLines()
        self.finished = False
        self.spoke = False
        """Whether there were words yet: the first are waited for."""
        self._provider = provider
        self._reason: wire.FinishReason = "stop"
        self._tools = wire.ToolAssembly()
        self._usage = Usage()

    def take(self, chunk: bytes) -> Iterator[Delta]:
        """What a piece of the stream says; words that came together as one delta."""
        words: list[str] = []
        try:
            for payload in self.lines.feed(chunk):
                delta = self.read(payload)
                if type(delta) is TextDelta:
                    words.append(delta.text)
                elif delta:
                    yield from _together(words)
                    yield delta
        except ProviderError:
            yield from _together(words)
            raise
        yield from _together(words)

    def read(self, payload: bytes) -> Delta | None:
        if payload == b"[DONE]":
            self.finished = True
            return None
        try:
            chunk = _decoder.decode(payload)
        except msgspec.DecodeError as error:
            raise self._error("malformed", "a chunk that does not parse") from error
        if chunk.error:
            raise from_body(chunk.error, provider=self._provider)
        if chunk.usage:
            used = chunk.usage
            self._usage = Usage(used.prompt_tokens or 0, used.completion_tokens or 0)
        return self._read_choice(chunk.choices[0]) if chunk.choices else None

    def end(self) -> list[Delta]:
        """What closes the stream. Raises `cut_off` when the server never said that it was done."""
        for payload in self.lines.end():
            self.read(payload)
        if not self.finished:
            raise self._error("cut_off", "the stream ended unfinished")
        calls = self._tools.calls()
        if any(not call.name for call in calls):
            raise self._error("malformed", "a tool call without a name")
        if calls:
            return [ToolCalls(calls), Finish("tool_calls", self._usage)]
        return [Finish(self._reason, self._usage)]

    def _read_choice(self, choice: wire.Choice) -> Delta | None:
        if choice.finish_reason:
            self.finished = True
            self._reason = wire.finish_reason(choice.finish_reason)
        piece = choice.delta
        if piece is None:
            return None
        if piece.content:
            self.spoke = True
            return TextDelta(piece.content)
        if piece.refusal:
            raise ProviderError("refused", retryable=False, provider=self._provider)
        if piece.tool_calls:
            self._tools.add(piece.tool_calls)
            return TextDelta("")
        return TextDelta("") if piece.reasoning_content or piece.reasoning else None

    def _error(self, code: str, message: str) -> ProviderError:
        return ProviderError(code, message, retryable=True, provider=self._provider)


def _together(words: list[str]) -> Iterator[TextDelta]:
    if words:
        yield TextDelta("".join(words))
        words.clear()
