"""A loopback server that speaks the OpenAI and Gemini protocols from a script.

`ProviderServer` runs it in a thread of a test; `python -m ai.testing.provider_server --port 9100`
runs it alone. `POST /script` takes a JSON list of answers to play once each, `PUT /script` one
answer to give from then on, `GET /requests` lists what came in, `DELETE /requests` forgets both.
"""

import argparse
import asyncio
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from ai.testing import answers
from ai.testing.answers import Answer


@dataclass(slots=True)
class Seen:
    """A request, and when its caller went away before the answer was over (monotonic seconds)."""

    path: str
    headers: dict[str, str]
    body: Any
    gone: threading.Event = field(default_factory=threading.Event)
    gone_at: float | None = None
    finished: threading.Event = field(default_factory=threading.Event)

    def summary(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "body": self.body,
            "goneAt": self.gone_at,
            "finished": self.finished.is_set(),
        }


class Playbook:
    """Answers to give once each, then the default for ever; and the requests seen."""

    def __init__(self, default: Answer | None = None) -> None:
        self.first_default = default or Answer()
        self.reset()

    def reset(self) -> None:
        self.default = self.first_default
        self.queue: deque[Answer] = deque()
        self.requests: list[Seen] = []
        self.came = threading.Event()

    def take(self) -> Answer:
        return self.queue.popleft() if self.queue else self.default


BOOK = web.AppKey("book", Playbook)


def make_app(book: Playbook) -> web.Application:
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app[BOOK] = book
    app.router.add_post("/v1/chat/completions", openai_chat)
    app.router.add_post("/v1/embeddings", openai_embeddings)
    app.router.add_post("/v1/moderations", openai_moderations)
    app.router.add_post("/{version:v1|v1beta}/models/{call}", gemini_chat)
    app.router.add_post("/script", add_answers)
    app.router.add_put("/script", set_default)
    app.router.add_get("/requests", list_requests)
    app.router.add_delete("/requests", forget)
    return app


async def add_answers(request: web.Request) -> web.Response:
    request.app[BOOK].queue.extend(msgspec.json.decode(await request.read(), type=list[Answer]))
    return web.json_response({"queued": len(request.app[BOOK].queue)})


async def set_default(request: web.Request) -> web.Response:
    request.app[BOOK].default = msgspec.json.decode(await request.read(), type=Answer)
    return web.json_response({})


async def list_requests(request: web.Request) -> web.Response:
    return web.json_response([seen.summary() for seen in request.app[BOOK].requests])


async def forget(request: web.Request) -> web.Response:
    request.app[BOOK].reset()
    return web.json_response({})


async def openai_chat(request: web.Request) -> web.StreamResponse:
    seen, answer = await _receive(request)
    refused = next((name for name in answer.refuses if name in _flatten(seen.body)), None)
    if refused:
        answer = Answer(status=400, error_code="unsupported_parameter", about=refused)
    with _watched(seen):
        if answer.hang_before_headers:
            await asyncio.Event().wait()
        if answer.status != 200:
            headers = {} if answer.retry_after is None else {"Retry-After": str(answer.retry_after)}
            body = answers.openai_error(answer)
            return web.json_response(body, status=answer.status, headers=headers)
        response = await _open_stream(request)
        await _openai_stream(response, answer)
        return response


async def _openai_stream(response: web.StreamResponse, answer: Answer) -> None:
    if answer.role_chunk:
        first = {"role": "assistant", "content": None if answer.null_content else ""}
        await response.write(answers.openai_chunk(first))
    for thought in answer.reasoning:
        await asyncio.sleep(answer.pause)
        await response.write(answers.openai_chunk({"reasoning_content": thought, "content": None}))
    chunks = [answers.openai_chunk({"content": piece}) for piece in answer.pieces]
    if not await _send_paced(response, answer, chunks, _openai_stamp):
        return
    for fragment in answers.openai_tool_fragments(answer):
        await response.write(fragment)
    reason = "tool_calls" if answer.tool_calls else answer.finish
    await response.write(answers.openai_chunk({}, "content_filter" if answer.blocked else reason))
    if answer.usage:
        await response.write(answers.openai_usage(answer))
    if answer.done_line:
        await response.write(b"data: [DONE]\n\n")


async def gemini_chat(request: web.Request) -> web.StreamResponse:
    seen, answer = await _receive(request)
    with _watched(seen):
        if answer.hang_before_headers:
            await asyncio.Event().wait()
        if answer.status != 200:
            return web.json_response(answers.gemini_error(answer), status=answer.status)
        response = await _open_stream(request)
        await _gemini_stream(response, answer)
        return response


async def _gemini_stream(response: web.StreamResponse, answer: Answer) -> None:
    if answer.blocked:
        feedback = {"blockReason": "SAFETY"}
        await response.write(answers.line({"promptFeedback": feedback}))
        return
    for thought in answer.reasoning:
        await asyncio.sleep(answer.pause)
        await response.write(answers.gemini_chunk([{"text": thought, "thought": True}]))
    chunks = [answers.gemini_chunk([{"text": piece}]) for piece in answer.pieces]
    if not await _send_paced(response, answer, chunks, _gemini_stamp):
        return
    parts = answers.gemini_tool_parts(answer) or [{"text": ""}]
    finish = {"stop": "STOP", "length": "MAX_TOKENS"}.get(answer.finish, answer.finish)
    await response.write(answers.gemini_chunk(parts, finish, **answers.gemini_usage(answer)))


async def openai_embeddings(request: web.Request) -> web.StreamResponse:
    """Vectors that depend on the text alone: enough to tell two texts apart."""
    seen, answer = await _receive(request)
    with _watched(seen):
        if answer.status != 200:
            return web.json_response(answers.openai_error(answer), status=answer.status)
        texts = seen.body["input"]
        size = seen.body.get("dimensions") or answer.dimensions
        data = [
            {"object": "embedding", "index": at, "embedding": _vector(text, size)}
            for at, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": len(texts) * 4, "total_tokens": len(texts) * 4}
        return web.json_response(
            {"object": "list", "data": data, "model": seen.body["model"], "usage": usage}
        )


async def openai_moderations(request: web.Request) -> web.StreamResponse:
    seen, answer = await _receive(request)
    with _watched(seen):
        if answer.hang_before_headers:
            await asyncio.Event().wait()
        if answer.status != 200:
            return web.json_response(answers.openai_error(answer), status=answer.status)
        return web.json_response(answers.openai_judgement(answer, seen.body["model"]))


def _vector(text: str, size: int) -> list[float]:
    vector = [0.0] * size
    for at, character in enumerate(text):
        vector[(ord(character) * 31 + at) % size] += 1.0
    return vector


def _flatten(body: dict[str, Any]) -> set[str]:
    """The names a refusal can be keyed by: the fields, and `response_format.<type>`."""
    kind = (body.get("response_format") or {}).get("type", "")
    return {*body, f"response_format.{kind}"}


async def _receive(request: web.Request) -> tuple[Seen, Answer]:
    book = request.app[BOOK]
    seen = Seen(
        path=request.path,
        headers=dict(request.headers),
        body=msgspec.json.decode(await request.read()),
    )
    book.requests.append(seen)
    book.came.set()
    return seen, book.take()


class _watched:  # noqa: N801 - reads as the verb it is in a with statement
    """Notes that the caller went away: the server cancels a handler whose connection closed."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self.seen.finished.set()
        elif issubclass(kind, (asyncio.CancelledError, ConnectionError)):
            self.seen.gone_at = time.monotonic()
            self.seen.gone.set()


async def _open_stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
    )
    await response.prepare(request)
    return response


async def _send_paced(
    response: web.StreamResponse, answer: Answer, chunks: list[bytes], stamp: Any
) -> bool:
    """Send the pieces at their pace. False when the script ends the answer among them."""
    await asyncio.sleep(answer.first_pause)
    for sent, chunk in enumerate(chunks):
        if not await _pass(response, answer, sent):
            return False
        if answer.pause and sent:
            await asyncio.sleep(answer.pause)
        await response.write(stamp() if answer.stamp else chunk)
    return await _pass(response, answer, len(chunks))


async def _pass(response: web.StreamResponse, answer: Answer, sent: int) -> bool:
    if answer.keep_alives:
        await response.write(b": still here\n\n")
    if sent == answer.hang_after:
        await asyncio.Event().wait()
    if sent == answer.malformed_after:
        await response.write(b'data: {"choices": [{"delta": {"content": "Hol\n\n')
    if sent == answer.error_after:
        await response.write(answers.line({"error": {"message": "overloaded", "code": 503}}))
        return False
    if sent == answer.cut_after:
        transport = response._req.transport if response._req else None
        if transport is not None:
            # What was written has to leave first, or the cut would come before the pieces.
            await asyncio.sleep(0.02)
            transport.abort()
        return False
    return True


def _openai_stamp() -> bytes:
    return answers.openai_chunk({"content": _stamp()})


def _gemini_stamp() -> bytes:
    return answers.gemini_chunk([{"text": _stamp()}])


def _stamp() -> str:
    """The clock in nanoseconds, a word of letters (a is 0): digits would be moderated as somebody's
    telephone number."""
    return str(time.monotonic_ns()).translate(_LETTERS) + " "


_LETTERS = str.maketrans("0123456789", "abcdefghij")


class ProviderServer:
    """The server in a thread of its own, so its loop and a test's never wait on each other."""

    def __init__(self) -> None:
        self.book = Playbook()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def requests(self) -> list[Seen]:
        return self.book.requests

    @property
    def came(self) -> threading.Event:
        """Set once a request has come in."""
        return self.book.came

    @property
    def openai_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def gemini_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, *given: Answer) -> None:
        self.book.queue.extend(given)

    def reset(self) -> None:
        self.book.reset()

    def start(self) -> None:
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(serve(self.book, port=0))
        self.port = runner.addresses[0][1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()


async def serve(book: Playbook, *, port: int) -> web.AppRunner:
    """Listen on 127.0.0.1; port 0 takes a free one (see the runner's `addresses`)."""
    runner = web.AppRunner(
        make_app(book), handler_cancellation=True, access_log=None, shutdown_timeout=0.1
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    return runner


async def _serve_forever(port: int, default: Answer) -> None:
    runner = await serve(Playbook(default), port=port)
    print(f"listening on http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--tokens", type=int, default=0, help="pieces of the default answer")
    parser.add_argument("--rate", type=float, default=0.0, help="pieces a second; 0: at once")
    parser.add_argument("--first", type=float, default=0.0, help="seconds before the first piece")
    parser.add_argument("--stamp", action="store_true", help="send the clock (ns) in letters")
    options = parser.parse_args()
    default = Answer(first_pause=options.first, stamp=options.stamp)
    if options.tokens:
        default.pieces = [f"palabra{n} " for n in range(options.tokens)]
    if options.rate:
        default.pause = 1 / options.rate
    asyncio.run(_serve_forever(options.port, default))


if __name__ == "__main__":
    main()
