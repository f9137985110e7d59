"""The stream server's application: streams and sockets, and nothing that WSGI serves cheaper.

`config.router` puts it and the WSGI application behind one address; in production a proxy does.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402 - needs the apps loaded

from config.streams import Lifespan, StreamsFirst  # noqa: E402
from conversations.routing import websocket_application  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": StreamsFirst(otherwise=django_application),
        "websocket": websocket_application,
        "lifespan": Lifespan(),
    }
)
