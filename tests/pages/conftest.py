from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.conf import settings

from tests.browser import chromium


class StaticHandler(SimpleHTTPRequestHandler):
    """The repository's files, so that modules import each other as they do on a page."""

    extensions_map = {".js": "text/javascript", ".html": "text/html", ".css": "text/css"}

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="session")
def files_url():
    handler = partial(StaticHandler, directory=str(settings.BASE_DIR))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def blank(browser, files_url):
    """An empty page from which modules under /static/js can be imported."""
    page = browser.new_page()
    page.goto(f"{files_url}/tests/pages/blank.html")
    yield page
    page.close()
