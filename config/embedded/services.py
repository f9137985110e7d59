"""PostgreSQL and Valkey of one `var` directory, started together and stopped together."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from config.embedded import addresses
from config.embedded.errors import ServiceError
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey


@contextmanager
def running(var_dir: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Start what the environment does not name already; yield the environment to go on with.

    Holds the directory's lock, so that one directory is served once. Raises ServiceError.
    """
    var_dir.mkdir(parents=True, exist_ok=True)
    needs_postgres = not os.environ.get("DATABASE_URL")
    needs_valkey = not os.environ.get("VALKEY_URL")
    with _lock(var_dir):
        chosen = addresses.choose(var_dir)
        postgres = Postgres(
            var_dir / "postgres", chosen.postgres_port, chosen.password, durable=durable
        )
        valkey = Valkey(var_dir / "valkey", chosen.valkey_port, chosen.password, durable=durable)
        try:
            environment = dict(os.environ)
            if needs_postgres:
                postgres = _on_free_port(var_dir, postgres)
                environment["DATABASE_URL"] = addresses.choose(var_dir).database_url
            if needs_valkey:
                valkey = _valkey_on_free_port(var_dir, valkey)
                environment["VALKEY_URL"] = addresses.choose(var_dir).valkey_url
            yield environment
        finally:
            if needs_valkey:
                valkey.stop()
            if needs_postgres:
                postgres.stop()


def _on_free_port(var_dir: Path, postgres: Postgres) -> Postgres:
    if not postgres.running() and not addresses.port_is_free(postgres.port):
        port = addresses.free_port()
        addresses.change(var_dir, postgres_port=port)
        postgres = replace(postgres, port=port)
    postgres.start()
    return postgres


def _valkey_on_free_port(var_dir: Path, valkey: Valkey) -> Valkey:
    if not valkey.answers() and not addresses.port_is_free(valkey.port):
        port = addresses.free_port()
        addresses.change(var_dir, valkey_port=port)
        valkey = replace(valkey, port=port)
    valkey.start()
    return valkey


@contextmanager
def _lock(var_dir: Path) -> Iterator[None]:
    with (var_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(f"Something else is running from {var_dir} already.") from None
        # Children must not inherit the lock: it would outlive us.
        os.set_inheritable(file.fileno(), False)
        yield
