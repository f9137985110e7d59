from collections.abc import AsyncGenerator, Iterator
from typing import cast

import aiohttp
import httpx2
from google import genai
from google.genai import errors, types

from ai.errors import ProviderError
from ai.providers import gemini_wire as wire
from ai.providers.clients import PerLoop
from ai.providers.gemini_errors import translate
from ai.types import ChatRequest, Delta, Finish, TextDelta, ToolCall, ToolCalls, Usage

_FAILURES = (errors.APIError, aiohttp.ClientError, httpx2.HTTPError, OSError, ValueError)

_Chunks = AsyncGenerator[types.GenerateContentResponse, None]


class GeminiModel:
    """Gemini through Google's SDK, which tries nothing again unless it is told to."""

    name = "gemini"

    def __init__(self, *, api_key: str, model: str, base_url: str = "") -> None:
        self.model = model
        self.clients = PerLoop(lambda: _client(api_key, base_url), _close)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        reader = _Reader(self.name)
        chunks: _Chunks | None = None
        try:
            chunks = await self._open(request)
            async for chunk in chunks:
                for delta in reader.read(chunk):
                    yield delta
        except _FAILURES as error:
            raise translate(error, provider=self.name) from error
        finally:
            if chunks is not None:
                await chunks.aclose()
        for delta in reader.end():
            yield delta

    async def aclose(self) -> None:
        await self.clients.aclose()

    async def _open(self, request: ChatRequest) -> _Chunks:
        opened = await self.clients.get().aio.models.generate_content_stream(
            model=self.model,
            contents=cast(
                types.ContentListUnion, wire.contents(request.messages, model=self.model)
            ),
            config=wire.config(request, model=self.model),
        )
        return cast(_Chunks, opened)


def _client(api_key: str, base_url: str) -> genai.Client:
    options = types.HttpOptions(base_url=base_url or None)
    return genai.Client(api_key=api_key or "none", vertexai=False, http_options=options)


async def _close(client: genai.Client) -> None:
    await client.aio.aclose()


class _Reader:
    """One stream's state: what its chunks have said so far."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._calls: list[ToolCall] = []
        self._reason: types.FinishReason | None = None
        self._usage = Usage()

    def read(self, chunk: types.GenerateContentResponse) -> Iterator[Delta]:
        feedback = chunk.prompt_feedback
        if feedback and feedback.block_reason:
            raise ProviderError("refused", retryable=False, provider=self._provider)
        if used := chunk.usage_metadata:
            said = (used.candidates_token_count or 0) + (used.thoughts_token_count or 0)
            self._usage = Usage(used.prompt_token_count or 0, said)
        for candidate in (chunk.candidates or [])[:1]:
            self._reason = candidate.finish_reason or self._reason
            for part in (candidate.content and candidate.content.parts) or []:
                yield from self._read_part(part)

    def end(self) -> Iterator[Delta]:
        """What closes the stream. Raises `cut_off` when the server never said that it was done."""
        if self._reason is None:
            raise self._error("cut_off", "the stream ended unfinished")
        if self._reason.name == "MALFORMED_FUNCTION_CALL":
            raise self._error("malformed", "a tool call that does not parse")
        if self._calls:
            yield ToolCalls(tuple(self._calls))
            yield Finish("tool_calls", self._usage)
        elif self._reason.name == "STOP":
            yield Finish("stop", self._usage)
        elif self._reason.name == "MAX_TOKENS":
            yield Finish("length", self._usage)
        else:
            yield Finish("content_filter", self._usage)

    def _read_part(self, part: types.Part) -> Iterator[Delta]:
        if part.function_call:
            self._calls.append(wire.tool_call(part, number=len(self._calls)))
            yield TextDelta("")
        elif part.thought:
            yield TextDelta("")
        elif part.text:
            yield TextDelta(part.text)

    def _error(self, code: str, message: str) -> ProviderError:
        return ProviderError(code, message, retryable=True, provider=self._provider)
