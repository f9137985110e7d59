"""The servers that benchmarks/streaming.py compares.

`application` is ours: the real stream server, whose replies are neither corrected nor judged for
their level, because both are calls of their own beside the stream. `relay` is the floor: a bare
ASGI application that passes the upstream's tokens on and keeps nothing.
"""

import os

import aiohttp
import msgspec

UPSTREAM = os.environ.get("BENCHMARK_UPSTREAM", "")


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []


_decoder = msgspec.json.Decoder(_Chunk)
_session: list[aiohttp.ClientSession] = []


async def relay(scope, receive, send):  # type: ignore[no-untyped-def]
    if scope["type"] != "http":
        return
    if not _session:
        _session.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hola"}]}
    url = f"{UPSTREAM}/v1/chat/completions"
    async with _session[0].post(url, json=body) as answer:
        async for line in answer.content:
            if not line.startswith(b"data: {"):
                continue
            for choice in _decoder.decode(line[6:]).choices:
                if choice.delta.content:
                    text = msgspec.json.encode({"text": choice.delta.content})
                    frame = b"event: delta\ndata: " + text + b"\n\n"
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
    await send({"type": "http.response.body", "body": b"event: message.end\ndata: {}\n\n"})


def _ours():  # type: ignore[no-untyped-def]
    from ai.errors import AllProvidersFailed
    from ai.language import pool
    from config.asgi import application as served
    from conversations import corrections

    async def no_slips(*_args, **_options):  # type: ignore[no-untyped-def]
        return []

    async def not_hard(*_args, **_options):  # type: ignore[no-untyped-def]
        return False

    async def no_model(*_args, **_options):  # type: ignore[no-untyped-def]
        raise AllProvidersFailed

    pool.run_check, pool.run_too_hard = no_slips, not_hard
    corrections.complete_structured = no_model
    return served


if os.environ.get("DJANGO_SETTINGS_MODULE"):
    application = _ours()
