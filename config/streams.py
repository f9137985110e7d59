"""Which addresses the stream server answers, and how it starts and stops."""

import asyncio
import gc
import re
import sys
from contextlib import suppress
from typing import Any

from django.conf import settings
from kombu.exceptions import OperationalError

from ai import factory, usage
from ai.language import pool
from ai.moderation.rules import rulebook
from config.celery import app as celery
from conversations.routes.classify import may_want_more, meant
from conversations.routing import http_application
from conversations.streams.connections import warm_database
from conversations.streams.runner import shut_down

STREAM_PATHS = re.compile(
    r"/api/chat(?:/message|/stream/[^/]+|/messages/[^/]+/(?:retry|regenerate))?/?\Z", re.ASCII
)
"""Also in `deploy/nginx.conf`, which must send the same addresses here."""

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the event loop waiting for the interpreter; Python's own is ten times
that, which a token feels."""


class StreamsFirst:
    """Sends stream addresses to the stream doors, every other request to `otherwise`."""

    def __init__(self, *, otherwise: Any) -> None:
        self.otherwise = otherwise

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if STREAM_PATHS.match(scope["path"]):
            await http_application(scope, receive, send)
        else:
            await self.otherwise(scope, receive, send)


class Lifespan:
    """What the stream server does before its first and after its last request."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        warming: asyncio.Task[None] | None = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                sys.setswitchinterval(SWITCH_SECONDS)
                warming = asyncio.create_task(_warm())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if warming is not None:
                    warming.cancel()
                await _end()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _warm() -> None:
    """Load now what would make the first learner wait: providers' SDKs, the language tools."""
    await warm_database()
    await asyncio.to_thread(factory.chat_models)
    await asyncio.to_thread(_meet_queue)
    await asyncio.to_thread(may_want_more, "")
    await asyncio.to_thread(rulebook)
    for language in settings.WARM_LANGUAGES:
        await pool.warm(language)
    with suppress(pool.Unavailable):
        await pool.POOL.run(meant, "", deadline=pool.STUCK)
    # What is loaded stays: to look through all of it again for garbage would hold every stream up
    # for a tenth of a second.
    gc.collect()
    gc.freeze()
    # What hundreds of streams hold lives as long as they: looked through seldom, it costs least.
    gc.set_threshold(10_000)


def _meet_queue() -> None:
    """Import what a first task imports, and connect."""
    with suppress(OperationalError), celery.connection_for_write() as queue:
        queue.ensure_connection(max_retries=1)
        celery.amqp.producer_pool  # noqa: B018 - made when it is first looked at


async def _end() -> None:
    """Give running turns a moment to finish, and what they used a moment to be written down."""
    await shut_down()
    await usage.drain()
    await factory.aclose()
    pool.POOL.close()
