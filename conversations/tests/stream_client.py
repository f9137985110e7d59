"""Calls the stream server's ASGI application in the test's own loop, event by event."""

import asyncio
import json
from contextlib import asynccontextmanager

from conversations.routing import http_application
from tests.declared import check

PATIENCE = 10
"""Seconds until a stream that says nothing fails its test."""


class Answer:
    def __init__(self):
        self.status = None
        self.headers = {}
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()
        self._chunks = asyncio.Queue()
        self._rest = b""
        self._ready = []

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.begun.set()
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            await self._chunks.put(message.get("body", b""))
            if not message.get("more_body"):
                self.ended.set()
                await self._chunks.put(None)

    async def _next(self):
        return await asyncio.wait_for(self._chunks.get(), PATIENCE)

    async def body(self):
        held = b""
        while (chunk := await self._next()) is not None:
            held += chunk
        return json.loads(held)

    async def events(self):
        while (chunk := await self._next()) is not None:
            self._rest += chunk
            *whole, self._rest = self._rest.split(b"\n\n")
            for frame in whole:
                if not frame.startswith(b":"):
                    yield event_of(frame)

    async def all_events(self):
        return [event async for event in self.events()]


def event_of(frame):
    fields = dict(line.split(b": ", 1) for line in frame.split(b"\n"))
    data = json.loads(fields[b"data"])
    assert data["seq"] == int(fields[b"id"])
    assert data["type"] == fields[b"event"].decode()
    return data


class StreamClient:
    def __init__(self, token=None):
        self.headers = {"content-type": "application/json", "host": "testserver"}
        if token:
            self.headers["authorization"] = f"Bearer {token}"

    @asynccontextmanager
    async def open(self, method, path, body=None, headers=None):
        """Leaving the block closes the connection."""
        answer, gone = Answer(), asyncio.Event()
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
        sent = False

        async def receive():
            nonlocal sent
            if sent:
                await gone.wait()
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": data}

        scope = self._scope(method, path, {**self.headers, **(headers or {})})
        task = asyncio.create_task(http_application(scope, receive, answer.send))
        try:
            yield answer
        finally:
            gone.set()
            await asyncio.wait_for(task, PATIENCE)

    async def json(self, method, path, body=None, headers=None):
        async with self.open(method, path, body, headers) as answer:
            told = await answer.body()
        sent = json.dumps(told).encode()
        check(method, path, answer.status, answer.headers["content-type"], sent)
        return answer, told

    async def turn(self, method, path, body=None, headers=None):
        async with self.open(method, path, body, headers) as answer:
            return await answer.all_events()

    def _scope(self, method, path, headers):
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": raw,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }


def text_of(events):
    return "".join(event["text"] for event in events if event["type"] == "delta")
