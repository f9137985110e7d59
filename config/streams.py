"""Which addresses the stream server answers, and how it starts and stops."""

import re
from typing import Any

from conversations.routing import http_application
from conversations.streams.runner import shut_down

STREAM_PATHS = re.compile(
    r"/api/chat(?:/message|/stream/[^/]+|/messages/[^/]+/retry)?/?\Z", re.ASCII
)
"""Also in `deploy/nginx.conf`, which must send the same addresses here."""


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
    """Gives running turns a moment to finish when the server is told to stop."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await shut_down()
                await send({"type": "lifespan.shutdown.complete"})
                return
