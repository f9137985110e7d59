"""What the stream server answers. Every address here is absent from the WSGI application."""

from typing import Any

from channels.routing import URLRouter
from django.urls import path, re_path

from conversations import stream_doors
from conversations.consumers import conversation_socket, no_socket

# Channels routes ASGI applications by Django's paths, whose types know only views.
_path: Any = path
_any_path: Any = re_path

http_urlpatterns = [
    _path("api/chat", stream_doors.chat),
    _path("api/chat/message", stream_doors.chat_message),
    _path("api/chat/stream/<uuid:message_id>", stream_doors.chat_stream),
    _path("api/chat/messages/<uuid:message_id>/retry", stream_doors.chat_retry),
    _path("api/chat/messages/<uuid:message_id>/regenerate", stream_doors.chat_regenerate),
    # Without it the router raises, and the server answers with a body that is not ours.
    _any_path(r"", stream_doors.nothing),
]
websocket_urlpatterns = [
    _path("ws/chat/<uuid:conversation_id>", conversation_socket),
    _any_path(r"", no_socket),
]
http_application = URLRouter(http_urlpatterns)
websocket_application = URLRouter(websocket_urlpatterns)
