"""What the stream server answers. Every address here is absent from the WSGI application."""

from channels.routing import URLRouter
from django.urls import path

from conversations import stream_doors
from conversations.consumers import conversation_socket

http_urlpatterns = [
    path("api/chat", stream_doors.chat),
    path("api/chat/message", stream_doors.chat_message),
    path("api/chat/stream/<uuid:message_id>", stream_doors.chat_stream),
    path("api/chat/messages/<uuid:message_id>/retry", stream_doors.chat_retry),
]
websocket_urlpatterns = [
    path("ws/chat/<uuid:conversation_id>", conversation_socket),
]
http_application = URLRouter(http_urlpatterns)
websocket_application = URLRouter(websocket_urlpatterns)
