"""The program of `make run`, from an empty folder to Ctrl-C and back."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from django.conf import settings

from accounts.tests.factories import PASSWORD
from config.embedded.addresses import free_port, port_is_free, read

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("embedded")]
NEWCOMER = {"email": "dora@example.org", "password": PASSWORD, "name": "Dora Lind"}
NOT_OURS = ("DATABASE_URL", "VALKEY_URL", "PARLANCE_TESTING", "PYTEST_XDIST_WORKER", "SECRET_KEY")
PATIENCE = 120
"""Seconds until something that should have happened fails its test."""


@pytest.fixture
def var():
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made) / "var"


def environment(var, port):
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return kept | {"PARLANCE_VAR": str(var), "PORT": str(port), "PYTHONUNBUFFERED": "1"}


class Running:
    def __init__(self, process, var, port):
        self.process, self.var, self.port = process, var, port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    def output(self):
        return (self.var.parent / "output").read_text()

    def until(self, true):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output()
            with suppress(httpx.HTTPError):
                if true():
                    return
            time.sleep(0.2)
        raise AssertionError(f"it did not happen\n{self.output()}")

    def whole(self):
        health = self.http.get("/api/monitoring/health").json()
        return health["status"] == "ok" and health["parts"]["worker"]["workers"] == 1

    def everything(self):
        """Its own processes, and the data services, which are in sessions of their own."""
        me = psutil.Process(self.process.pid)
        services = [
            one
            for one in psutil.process_iter(["cmdline"])
            if any(str(self.var) in word for word in one.info["cmdline"] or ())
        ]
        clusters = [child for one in services for child in one.children(recursive=True)]
        return {me, *me.children(recursive=True), *services, *clusters}

    def server(self, pid_file):
        return psutil.Process(int((self.var / pid_file).read_text().split()[0]))

    def control_c(self):
        """The signal goes to all that share the terminal."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end_by(self, send):
        """Send the signal; give what is still there, and the ports still taken, when it ended."""
        processes, chosen = self.everything(), read(self.var)
        send()
        self.process.wait(60)
        _, left = psutil.wait_procs(processes, timeout=10)
        ports = (self.port, chosen.postgres_port, chosen.valkey_port)
        return left, [port for port in ports if not port_is_free(port)]


def started(var, port):
    with (var.parent / "output").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.serve"],
            cwd=settings.BASE_DIR,
            env=environment(var, port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(process, var, port)


@contextmanager
def run(var, port):
    running = started(var, port)
    process = running.process
    try:
        running.until(running.whole)
        yield running
    finally:
        if process.poll() is None:
            left = running.everything()
            process.terminate()
            for one in psutil.wait_procs(left, timeout=30)[1]:
                one.kill()


def refused(var, port):
    done = subprocess.run(
        [sys.executable, "-m", "config.serve"],
        cwd=settings.BASE_DIR,
        env=environment(var, port),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_from_nothing_to_an_end_and_again(var):
    port = free_port()
    with run(var, port) as first:
        running = first.everything()
        assert {"postgres", "valkey-server"} <= {one.name() for one in running}
        made = first.http.post("/api/auth/register", json=NEWCOMER)
        assert made.status_code == 201, made.text
        # Mail is written to the terminal here, and only the worker writes mail.
        first.until(lambda: f"To: {NEWCOMER['email']}" in first.output())
        assert f"http://localhost:{port}" in first.output()

        assert f"Port {port} is taken" in refused(var.parent / "other", port)
        assert f"running from {var} already" in refused(var, free_port())
        assert first.whole()

        assert first.end_by(first.process.terminate) == ([], [])
        assert first.process.returncode == 0
        assert "Traceback" not in first.output()

    with run(var, port) as again:
        assert again.end_by(again.control_c) == ([], [])
        assert again.process.returncode == 0
        assert "Traceback" not in again.output()

    with run(var, port) as second:
        assert signs_in(second)
        left, ports = second.end_by(second.process.kill)
        assert {one.name() for one in left} == {"postgres", "valkey-server"}
        assert port not in ports

    with run(var, port) as third:
        for service in ("postgres/data/postmaster.pid", "valkey/valkey.pid"):
            killed = third.server(service)
            killed.kill()
            third.until(lambda killed=killed: not killed.is_running() and third.whole())
        assert "PostgreSQL has died" in third.output()
        assert "Valkey has died" in third.output()
        assert signs_in(third)
        # No claim about its words here: a task that was at work may complain of the killed servers
        # as late as its next query.
        assert third.end_by(third.control_c) == ([], [])
        assert third.process.returncode == 0


def test_a_process_that_dies_ends_the_others(var):
    with run(var, free_port()) as running:
        web = next(
            one for one in running.everything() if "config.router" in " ".join(one.cmdline())
        )
        assert running.end_by(web.kill) == ([], [])
        assert running.process.returncode == 1
        assert "make run starts again" in running.output()
        assert "Traceback" not in running.output()


def signs_in(running):
    sign_in = {name: NEWCOMER[name] for name in ("email", "password")}
    return running.http.post("/api/auth/login", json=sign_in).status_code == 200


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-5", "80 80"])
def test_what_is_no_port(var, port):
    assert f"PORT is {port}" in refused(var, port)
    assert not var.exists()


def test_a_folder_that_cannot_be_written_to(var):
    var.write_text("a file where the folder would be")
    assert f"{var} cannot be written to" in refused(var, free_port())


def test_what_cannot_be_prepared_is_not_served(var):
    nothing = f"postgres://parlance@127.0.0.1:{free_port()}/parlance"
    done = subprocess.run(
        [sys.executable, "-m", "config.serve"],
        cwd=settings.BASE_DIR,
        env=environment(var, free_port()) | {"DATABASE_URL": nothing},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 1
    assert "Parlance is at" not in done.stdout
    assert "make run starts again" not in done.stderr


def test_ctrl_c_while_it_is_being_prepared(var):
    running = started(var, free_port())
    running.until((var / "prepared").exists)
    running.until(lambda: "beat started" in running.output())
    assert running.end_by(running.control_c) == ([], [])
    assert running.process.returncode == 0
    assert "Traceback" not in running.output()
