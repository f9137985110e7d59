"""One address for both worlds: streams and sockets on ASGI, everything else on WSGI threads."""

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter
from django.conf import settings

from config.asgi import application as streams
from config.streams import StreamsFirst
from config.wsgi import application as pages

application = ProtocolTypeRouter(
    {
        "http": StreamsFirst(otherwise=WSGIMiddleware(pages, workers=settings.WSGI_THREADS)),
        "websocket": streams,
        "lifespan": streams,
    }
)
