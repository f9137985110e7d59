"""Parlance as it is served, for tests in a browser: a database of its own, a real ASGI server."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
START_SECONDS = 60
GENEROUS = {f"RATE_{group}": "10000/m" for group in ("CHAT", "ASSESSMENT", "SIGN_IN", "SIGN_UP")}


@contextmanager
def running_site(*commands: Sequence[str], **environment: str) -> Iterator[str]:
    """Yields the address. `environment` is added to the server's; the commands of `manage.py` run
    when the content is there."""
    with _own_database() as database_url:
        env = os.environ | GENEROUS | {"DATABASE_URL": database_url} | environment
        env |= {"PARLANCE_ENV": "development", "VALKEY_URL": settings.VALKEY_URL}
        _manage("migrate", "--verbosity=0", env=env)
        _manage("load_concepts", "--no-words", env=env)
        _manage("load_content", env=env)
        _manage("load_vocabulary", env=env)
        _manage("load_items", env=env)
        for command in commands:
            _manage(*command, env=env)
        with _server(env) as url:
            yield url


@contextmanager
def _own_database() -> Iterator[str]:
    address = urlsplit(settings.DATABASE_URL)
    name = f"parlance_site_{uuid4().hex[:12]}"
    with psycopg.connect(urlunsplit(address._replace(path="/postgres")), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(address._replace(path=f"/{name}"))
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _manage(*arguments: str, env: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)


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
