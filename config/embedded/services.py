"""PostgreSQL and Valkey of one `var` directory, started together and stopped together."""

import fcntl
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from config.embedded import addresses, leftovers
from config.embedded.errors import ServiceError
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

BETWEEN_LOOKS = 1.0
"""Seconds in which a dead service is noticed."""
ROOM = 300
"""MB that must be free: what a first start writes, and some days of use."""


@contextmanager
def running(var_dir: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """`held` and `started` at once."""
    with held(var_dir), started(var_dir, durable=durable) as environment:
        yield environment


@contextmanager
def held(var_dir: Path) -> Iterator[None]:
    """Hold the directory's lock, so that it is served once. Raises ServiceError.

    Whatever a holder that was killed has left running is ended first.
    """
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        file = (var_dir / "lock").open("w")
    except OSError as error:
        raise ServiceError(f"{var_dir} cannot be written to: {error.strerror}.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(f"Something else is running from {var_dir} already.") from None
        # Children must not inherit the lock: it would outlive us. Forks do, unless they close it.
        os.set_inheritable(file.fileno(), False)
        os.register_at_fork(after_in_child=file.close)
        _require_room(var_dir)
        leftovers.end(var_dir)
        yield


def _require_room(var_dir: Path) -> None:
    """A server that runs out of room says so in ways that nobody reads."""
    free = shutil.disk_usage(var_dir).free // 1_000_000
    if free < ROOM:
        raise ServiceError(f"{var_dir} has {free} MB left; Parlance needs {ROOM} MB to start.")


@contextmanager
def started(
    var_dir: Path, *, durable: bool = True, watched: bool = False
) -> Iterator[dict[str, str]]:
    """Start what the environment does not name already; yield the environment to go on with.

    A service that is `watched` is started again when it dies. Raises ServiceError.
    """
    environment = dict(os.environ)
    services: list[Postgres | Valkey] = []
    if not os.environ.get("DATABASE_URL"):
        services.append(_postgres(var_dir, durable=durable))
        environment["DATABASE_URL"] = addresses.choose(var_dir).database_url
    if not os.environ.get("VALKEY_URL"):
        services.append(_valkey(var_dir, durable=durable))
        environment["VALKEY_URL"] = addresses.choose(var_dir).valkey_url
    try:
        for service in services:
            service.start()
        with _watch(services if watched else []):
            yield environment
    finally:
        for service in reversed(services):
            service.stop()


def _postgres(var_dir: Path, *, durable: bool) -> Postgres:
    chosen = addresses.choose(var_dir)
    made = Postgres(var_dir / "postgres", chosen.postgres_port, chosen.password, durable=durable)
    return made if made.running() else replace(made, port=_port(var_dir, "postgres_port"))


def _valkey(var_dir: Path, *, durable: bool) -> Valkey:
    chosen = addresses.choose(var_dir)
    made = Valkey(var_dir / "valkey", chosen.valkey_port, chosen.password, durable=durable)
    return made if made.answers() else replace(made, port=_port(var_dir, "valkey_port"))


def _port(var_dir: Path, name: str) -> int:
    """Its own; another from now on where somebody else has taken that."""
    port = int(getattr(addresses.choose(var_dir), name))
    if not addresses.port_is_free(port):
        port = addresses.free_port()
        addresses.change(var_dir, **{name: port})
    return port


@contextmanager
def _watch(services: list[Postgres | Valkey]) -> Iterator[None]:
    over = threading.Event()
    watcher = threading.Thread(target=_revive, args=(services, over))
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _revive(services: list[Postgres | Valkey], over: threading.Event) -> None:
    """Start what died again, until it is over."""
    dead: list[str] = []
    while services and not over.wait(BETWEEN_LOOKS):
        for service in (one for one in services if addresses.port_is_free(one.port)):
            # It may take some looks: until somebody has read how it ended, a dead server's number
            # is still taken.
            if service.name not in dead:
                _say(f"{service.name} has died; starting it again")
            try:
                service.start()
            except ServiceError as error:
                _say(str(error))
        dead = [one.name for one in services if addresses.port_is_free(one.port)]


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
