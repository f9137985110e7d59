"""One address for both worlds: streams and sockets on ASGI, everything else on WSGI threads."""

from typing import Any

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter
from django.conf import settings

from config.asgi import application as streams
from config.streams import StreamsFirst
from config.wsgi import application as wsgi_application

pages: Any = wsgi_application  # its type says more of the environment than the bridge knows

application = ProtocolTypeRouter(
    {
        "http": StreamsFirst(otherwise=WSGIMiddleware(pages, workers=settings.WSGI_THREADS)),
        "websocket": streams,
        "lifespan": streams,
    }
)
