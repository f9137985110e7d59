"""Parlance as it is served, for tests in a browser: a database of its own, a real ASGI server."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from django.conf import settings
from redis import Redis

from config.queues import Queue

ROOT = Path(settings.BASE_DIR)
START_SECONDS = 60
LATE_LANGUAGE = {"PYTHONPATH": str(ROOT / "tests" / "late_language")}
"""Environment of a site whose language tools never answer in time."""
GENEROUS = {f"RATE_{group}": "10000/m" for group in ("CHAT", "ASSESSMENT", "SIGN_IN", "SIGN_UP")}


TEMPLATE = os.environ.setdefault("SITE_TEMPLATE", f"parlance_site_{uuid4().hex[:12]}")
"""The database that those of one test run are copied from: its processes share the name."""


@contextmanager
def running_site(
    *commands: Sequence[str], worker: bool = False, **environment: str
) -> Iterator[str]:
    """Yields the address. `environment` is added to the server's, whose `DATABASE_URL` may name an
    empty database; the commands of `manage.py` run when the content is there. With `worker` a
    Celery worker does what the site enqueues; without one nobody does."""
    with ExitStack() as running:
        database_url = running.enter_context(_database(environment.get("DATABASE_URL")))
        env = _environment(database_url) | environment
        for command in commands:
            _manage(*command, env=env)
        if worker:
            env |= _valkey_of_its_own()
            running.enter_context(_worker(env))
        yield running.enter_context(_server(env))


def drop_template() -> None:
    with _admin() as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')


@contextmanager
def _database(given: str | None) -> Iterator[str]:
    if given:
        _fill(given)
        yield given
        return
    name = f"{TEMPLATE}_{uuid4().hex[:12]}"
    with _admin() as admin:
        _make_template(admin)
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        try:
            yield _address(name)
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _make_template(admin: "psycopg.Connection[tuple[object, ...]]") -> None:
    """The tables and the content, once; who comes meanwhile waits."""
    admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE])
    try:
        if admin.execute("SELECT FROM pg_database WHERE datname = %s", [TEMPLATE]).rowcount:
            return
        building = f"{TEMPLATE}_new"
        admin.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{building}"')
        _fill(_address(building))
        admin.execute(f'ALTER DATABASE "{building}" RENAME TO "{TEMPLATE}"')
    finally:
        admin.execute("SELECT pg_advisory_unlock(hashtext(%s))", [TEMPLATE])


def _fill(database_url: str) -> None:
    env = _environment(database_url)
    _manage("migrate", "--verbosity=0", env=env)
    _manage("load_concepts", "--no-words", env=env)
    for content in ("load_content", "load_vocabulary", "load_items"):
        _manage(content, env=env)


def _environment(database_url: str) -> dict[str, str]:
    own = {"PARLANCE_ENV": "development", "VALKEY_URL": settings.VALKEY_URL}
    return os.environ | GENEROUS | own | {"DATABASE_URL": database_url}


def _admin() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(_address("postgres"), autocommit=True)


def _address(database: str) -> str:
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{database}"))


def _manage(*arguments: str, env: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)


def _valkey_of_its_own() -> dict[str, str]:
    """A database that no other site has, counted from the last: a worker takes every task it meets.

    A test process runs one such site at a time.
    """
    server, number = settings.VALKEY_URL.rsplit("/", 1)
    with Redis.from_url(settings.VALKEY_URL) as valkey:
        last = int(valkey.config_get("databases")["databases"]) - 1
    url = f"{server}/{last - int(number)}"
    with Redis.from_url(url) as valkey:
        valkey.flushdb()
    # Else the settings would choose by the test process.
    return {"VALKEY_URL": url, "PYTEST_XDIST_WORKER": ""}


@contextmanager
def _worker(env: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker"]
    command += ["--pool", "solo", "--queues", ",".join(Queue), "--loglevel", "warning"]
    command += ["--without-gossip", "--without-mingle"]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        yield
    finally:
        _end(process)


@contextmanager
def _server(env: dict[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "config.router:application"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "1"]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/sign-in", timeout=5).close()  # noqa: S310 - our own
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not start (exit code {process.poll()}).")
