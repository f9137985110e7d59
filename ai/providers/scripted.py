"""The provider of the tests: says what a test tells it, at the pace and up to the failure it names.

A system check and the factory refuse it outside tests.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from ai.errors import ProviderError
from ai.types import ChatRequest, Delta, Finish, TextDelta, ToolCall, ToolCalls, Usage


@dataclass(slots=True)
class Scene:
    """One answer. `pause` is seconds before each piece; `*_after` count pieces already said."""

    pieces: Sequence[str] = ("Hola. ", "¿Qué tal?")
    tool_calls: Sequence[ToolCall] = ()
    pause: float = 0.0
    fail: ProviderError | None = None
    fail_after: int = 0
    hang_after: int | None = None
    finish: bool = True
    usage: Usage = field(default_factory=lambda: Usage(tokens_in=12, tokens_out=7))


class Script:
    """Scenes played first to last, one a request; then `default`, for ever."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.scenes: deque[Scene] = deque()
        self.default = Scene()
        self.requests: list[ChatRequest] = []
        self.closed_early = 0

    def say(self, *pieces: str, pause: float = 0.0) -> None:
        self.scenes.append(Scene(pieces=pieces, pause=pause))

    def fail(
        self, code: str, *, said: Sequence[str] = (), retryable: bool = True, times: int = 1
    ) -> None:
        """Fail with `code` after saying `said`."""
        error = ProviderError(code, retryable=retryable, provider="scripted")
        for _ in range(times):
            self.scenes.append(Scene(pieces=said, fail=error, fail_after=len(said)))

    def hang(self, *said: str) -> None:
        """Say `said`, then nothing, and never end."""
        self.scenes.append(Scene(pieces=said, hang_after=len(said)))

    def call_tools(self, *calls: ToolCall) -> None:
        self.scenes.append(Scene(pieces=(), tool_calls=calls))

    def add(self, scene: Scene) -> None:
        self.scenes.append(scene)

    def take(self, request: ChatRequest) -> Scene:
        self.requests.append(request)
        return self.scenes.popleft() if self.scenes else self.default


SCRIPT = Script()
"""The script that `AI_CHAIN=scripted` plays."""


class ScriptedModel:
    def __init__(
        self, script: Script = SCRIPT, *, name: str = "scripted", model: str = "script"
    ) -> None:
        self.name = name
        self.model = model
        self.script = script

    async def stream(self, request: ChatRequest) -> AsyncIterator[Delta]:
        scene = self.script.take(request)
        ended = False
        try:
            async for delta in _play(scene):
                yield delta
            ended = True
        except ProviderError:
            ended = True
            raise
        finally:
            self.script.closed_early += not ended


async def _play(scene: Scene) -> AsyncIterator[Delta]:
    for said, piece in enumerate(scene.pieces):
        await _obstacle(scene, said)
        await asyncio.sleep(scene.pause)
        yield TextDelta(piece)
    await _obstacle(scene, len(scene.pieces))
    if scene.tool_calls:
        yield ToolCalls(tuple(scene.tool_calls))
    if scene.finish:
        yield Finish("tool_calls" if scene.tool_calls else "stop", scene.usage)


async def _obstacle(scene: Scene, said: int) -> None:
    if scene.fail and said >= scene.fail_after:
        raise scene.fail
    if scene.hang_after is not None and said >= scene.hang_after:
        await asyncio.Event().wait()
