"""Real processes for tests: the stream server under uvicorn, a Celery worker."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

from django.db import connection


def environment(**more):
    """That of a child which shares the test's database and Valkey."""
    database = connection.settings_dict
    address = (
        f"postgres://{database['USER']}:{database['PASSWORD']}"
        f"@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    named = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": address}
    return {**os.environ, "PARLANCE_TESTING": "1", **named, **more}


@contextmanager
def process(*command, **more):
    child = subprocess.Popen(
        [sys.executable, *command],
        env=environment(**more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        # Its workers are in its own session, and go with it.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(10)


@contextmanager
def stream_server(**more):
    port = free_port()
    command = ("-m", "uvicorn", "config.asgi:application", "--port", str(port))
    with process(*command, **more) as child:
        wait_until(lambda: answers(port), child)
        yield child, f"http://127.0.0.1:{port}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true, child=None, *, patience=90):
    for _ in range(patience * 10):
        if true():
            return
        assert child is None or child.poll() is None, "the process ended"
        time.sleep(0.1)
    raise AssertionError("it did not happen")
