import re
from pathlib import Path

import pytest
from django.conf import settings

from config.streams import STREAM_PATHS

ID = "0193f2b4-7c3a-7b52-9d6e-2f8a1c4b5d6e"
STREAMS = [
    "/api/chat",
    "/api/chat/message",
    f"/api/chat/stream/{ID}",
    f"/api/chat/messages/{ID}/retry",
]
PAGES = [
    "/",
    "/api/chats",
    "/api/chat/conversations",
    f"/api/chat/messages/{ID}/cancel",
    "/x/api/chat",
    "/api/auth/me",
]


def proxied():
    rules = Path(settings.BASE_DIR, "deploy/nginx.conf").read_text()
    return re.compile(re.search(r"location ~ (\S+) ", rules)[1])


@pytest.mark.parametrize("path", STREAMS)
def test_streams_go_to_the_stream_server(path):
    assert STREAM_PATHS.match(path)
    assert proxied().match(path)


@pytest.mark.parametrize("path", PAGES)
def test_the_rest_goes_to_wsgi(path):
    assert not STREAM_PATHS.match(path)
    assert not proxied().match(path)
