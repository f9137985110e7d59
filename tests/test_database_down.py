"""PostgreSQL goes away under a running site, and comes back."""

import signal
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from accounts.tests.factories import PASSWORD
from config.embedded.addresses import Addresses, free_port
from config.embedded.postgres import Postgres
from tests.site import running_site

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("embedded")]
NEWCOMER = {
    "email": "dora@example.org",
    "password": PASSWORD,
    "name": "Dora Lind",
    "targetLanguages": ["es"],
}
PATIENCE = httpx.Timeout(30)


@dataclass
class Database:
    server: Postgres
    url: str

    def kill(self):
        """As a crash would: nobody says goodbye to the connections it held."""
        data = self.server._reachable_home() / "data"
        postmaster = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        all_of_it = [*postmaster.children(recursive=True), postmaster]
        for process in reversed(all_of_it):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(all_of_it, timeout=10)


@contextmanager
def throwaway_database():
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        address = Addresses(free_port(), 1, "secret")
        server = Postgres(Path(made) / "postgres", address.postgres_port, address.password)
        server.start()
        try:
            yield Database(server, address.database_url)
        finally:
            server.stop()


@dataclass
class Dora:
    """With a bearer token for the API and a session for the pages."""

    api: httpx.Client
    browser: httpx.Client

    @classmethod
    def signed_up(cls, url):
        api, browser = (httpx.Client(base_url=url, timeout=PATIENCE) for _ in range(2))
        made = api.post("/api/auth/register", json=NEWCOMER)
        assert made.status_code == 201, made.text
        api.headers["Authorization"] = f"Bearer {made.json()['token']}"
        browser.get("/sign-in")
        form = {
            "email": NEWCOMER["email"],
            "password": PASSWORD,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        assert browser.post("/sign-in", data=form).status_code == 302
        return cls(api, browser)

    def all_answers(self):
        return {
            "read": self.api.get("/api/auth/me"),
            "say": self.api.post("/api/chat", json={"message": "Hola"}),
            "page": self.browser.get("/settings"),
            "ready": self.api.get("/api/monitoring/ready"),
            "live": self.api.get("/api/monitoring/live"),
        }


def statuses(answers):
    return {name: answer.status_code for name, answer in answers.items()}


WELL = {"read": 200, "say": 200, "page": 200, "ready": 200, "live": 200}
DOWN = {"read": 503, "say": 503, "page": 503, "ready": 503, "live": 200}


@pytest.fixture(scope="module")
def seen():
    """What was answered before, while and after the database was down, by one web process."""
    with throwaway_database() as database, running_site(DATABASE_URL=database.url) as url:
        dora = Dora.signed_up(url)
        before = dora.all_answers()
        database.kill()
        down = dora.all_answers()
        database.server.start()
        yield before, down, dora.all_answers()


def test_it_is_as_it_was_when_the_database_is_back(seen):
    before, down, after = map(statuses, seen)
    assert (before, down) == (WELL, DOWN)
    assert after == WELL


@pytest.mark.parametrize("name", ["read", "say"])
def test_the_api_says_so_in_our_body(seen, name):
    answer = seen[1][name]
    body = answer.json()
    assert (body["success"], body["code"]) == (False, "unavailable")
    assert body["requestId"] == answer.headers["X-Request-ID"]
    assert int(answer.headers["Retry-After"]) > 0


def test_a_page_says_so_to_a_person(seen):
    answer = seen[1]["page"]
    assert answer.headers["Content-Type"].startswith("text/html")
    assert int(answer.headers["Retry-After"]) > 0
    assert "Traceback" not in answer.text
    assert "is not answering" in answer.text


def test_readiness_tells_a_balancer(seen):
    assert seen[1]["ready"].json() == {"status": "down"}
    assert seen[1]["live"].json() == {"status": "ok"}
