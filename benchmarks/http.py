"""REST and pages through what we serve, against the same on gunicorn alone; memory at rest.

    make bench, or: python -m config.embedded --var var/bench python -m benchmarks.http

Each pair is measured in turns in the same run, so that a noisy machine is noisy for both.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 8
MARKS = (
    "uvicorn",
    "-A config worker",
    "-A config beat",
    "multiprocessing.spawn",
    "valkey",
    "postgres",
)
GUNICORN = "gunicorn --worker-class gthread --workers 1 --threads 8 --bind 127.0.0.1:{port}"
PLACED = {"level": "B1", "level_source": "placement", "level_probability": 0.84}
OURS = "uvicorn config.router:application --no-access-log --host 127.0.0.1 --port {port}"


@dataclass(frozen=True)
class Server:
    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Spent so far by the server and its workers; a busy machine does not add to it."""
        times = [one.cpu_times() for one in (self.process, *self.process.children(recursive=True))]
        return sum(time.user + time.system for time in times)


@dataclass(frozen=True)
class Load:
    rate: float
    cpu_ms: float


@dataclass(frozen=True)
class Target:
    name: str
    server: Server
    path: str
    headers: dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    token, cookie = prepare()
    bearer, session = {"Authorization": f"Bearer {token}"}, {"Cookie": cookie}
    with ExitStack() as servers:
        alone = servers.enter_context(server(f"{GUNICORN} config.wsgi:application"))
        ours = servers.enter_context(server(OURS))
        bare = servers.enter_context(
            server(f"{GUNICORN} config.wsgi:application", settings="benchmarks.bare")
        )
        read = "/api/auth/me"
        compare(
            Target("JSON read, gunicorn alone", alone, read, bearer),
            Target("JSON read, make run", ours, read, bearer),
            options,
        )
        compare(
            Target("bare Django page, gunicorn", bare, "/bare", session),
            Target("Today, two years of data, gunicorn", alone, "/today", session),
            options,
        )
    for name, megabytes in memory():
        print(f"{name:40} {megabytes:8.0f} MB")


def prepare() -> tuple[str, str]:
    """A learner with two years of study: her access token and her session cookie."""
    import django

    os.environ.setdefault("PARLANCE_ENV", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from accounts.models import LearnerLanguage, LearnerProfile, User
    from accounts.services import issue_tokens
    from conversations.models import Conversation
    from learning.models import StudyDay

    call_command("migrate", verbosity=0)
    now = timezone.now()
    ana, _ = User.objects.get_or_create(
        email="bench@parlance.example", defaults={"name": "Ana Torres", "email_verified_at": now}
    )
    LearnerProfile.objects.update_or_create(user=ana, defaults={"onboarded_at": now})
    LearnerLanguage.objects.update_or_create(
        user=ana, language="es", defaults=PLACED | {"level_set_at": now}
    )
    days = (now.date() - timedelta(days=ago) for ago in range(730))
    StudyDay.objects.bulk_create(
        [StudyDay(learner=ana, language="es", day=day, turns=9, answers=4) for day in days],
        ignore_conflicts=True,
    )
    talks = [
        Conversation(
            learner=ana,
            language="es",
            level="B1",
            title=f"Talk {ago}",
            last_message_at=now - timedelta(days=ago),
        )
        for ago in range(730)
    ]
    if not Conversation.objects.filter(learner=ana).exists():
        Conversation.objects.bulk_create(talks)
    client = Client()
    client.force_login(ana, backend="accounts.backends.AccountBackend")
    return issue_tokens(user=ana).token, f"sessionid={client.cookies['sessionid'].value}"


@contextmanager
def server(command: str, *, settings: str = "config.settings") -> Iterator[Server]:
    port = free_port()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings, "PARLANCE_ENV": "development"}
    process = subprocess.Popen(
        [sys.executable, "-m", *command.format(port=port).split()],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"A server did not start: {process.args}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("A server did not start in a minute.")


def compare(base: Target, other: Target, options: argparse.Namespace) -> None:
    loads: dict[str, list[Load]] = {base.name: [], other.name: []}
    for target in (base, other):
        load(target, 1.0)
    for turn in range(options.rounds):
        for target in (base, other) if turn % 2 == 0 else (other, base):
            loads[target.name].append(load(target, options.seconds))
    for name, taken in loads.items():
        rate = statistics.median(one.rate for one in taken)
        cpu = statistics.median(one.cpu_ms for one in taken)
        print(f"{name:40} {rate:8.0f} requests/s {cpu:8.2f} ms of CPU each")
    pairs = list(zip(loads[base.name], loads[other.name], strict=True))
    rates = [b.rate / a.rate for a, b in pairs]
    cpus = [b.cpu_ms / a.cpu_ms for a, b in pairs]
    for name, ratios in (("ratio of rates", rates), ("ratio of CPU", cpus)):
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:40} {statistics.median(ratios):8.2f} ({spread})")
    print()


def load(target: Target, seconds: float) -> Load:
    """What `CLIENTS` connections kept open get done. Any answer but 200 ends the run."""
    until = time.perf_counter() + seconds
    counts, failures = [0] * CLIENTS, []

    def ask(place: int) -> None:
        connection = HTTPConnection("127.0.0.1", target.server.port, timeout=30)
        while time.perf_counter() < until and not failures:
            connection.request("GET", target.path, headers=target.headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(answer.status)
            counts[place] += 1
        connection.close()

    clients = [threading.Thread(target=ask, args=(place,)) for place in range(CLIENTS)]
    started, spent = time.perf_counter(), target.server.cpu_seconds()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if failures:
        raise SystemExit(f"{target.name} answered {failures[0]}.")
    spent = target.server.cpu_seconds() - spent
    return Load(sum(counts) / (time.perf_counter() - started), spent * 1000 / sum(counts))


def memory() -> list[tuple[str, float]]:
    """Proportional memory of each process of `make run`, ten seconds after it answers."""
    port = free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "VALKEY_URL")
    }
    run = subprocess.Popen(
        [sys.executable, "-m", "config.serve"],
        cwd=ROOT,
        env=environment | {"PORT": str(port), "PARLANCE_VAR": str(ROOT / "var" / "bench-memory")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, run)
        time.sleep(10)
        whole = psutil.Process(run.pid)
        found = [(label(one), pss(one)) for one in (whole, *whole.children(recursive=True))]
        found += [(label(one), pss(one)) for one in database_processes()]
    finally:
        run.terminate()
        run.wait()
    return [*found, ("memory of make run at rest, all", sum(size for _, size in found))]


def database_processes() -> Iterator[psutil.Process]:
    pid = (ROOT / "var" / "bench-memory" / "postgres" / "data" / "postmaster.pid").read_text()
    server = psutil.Process(int(pid.split()[0]))
    yield server
    yield from server.children(recursive=True)


def label(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    for mark in MARKS:
        if mark in words:
            return mark
    return "process manager"


def pss(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss) / 1e6


if __name__ == "__main__":
    main()
