"""Where the embedded services of a `var` directory listen: ports and passwords, kept in a file."""

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Addresses:
    postgres_port: int
    valkey_port: int
    password: str

    @property
    def database_url(self) -> str:
        return f"postgres://parlance:{self.password}@127.0.0.1:{self.postgres_port}/parlance"

    @property
    def valkey_url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.valkey_port}/0"


def read(var_dir: Path) -> Addresses | None:
    try:
        return Addresses(**json.loads(_file(var_dir).read_text()))
    except FileNotFoundError:
        return None


def choose(var_dir: Path) -> Addresses:
    """The addresses of this directory: those of last time, or free ports and a new password."""
    known = read(var_dir)
    if known:
        return known
    fresh = Addresses(free_port(), free_port(), secrets.token_urlsafe(24))
    write(var_dir, fresh)
    return fresh


def change(var_dir: Path, **ports: Any) -> None:
    write(var_dir, replace(choose(var_dir), **ports))


def write(var_dir: Path, addresses: Addresses) -> None:
    var_dir.mkdir(parents=True, exist_ok=True)
    unfinished = _file(var_dir).with_suffix(".tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(addresses), file)
    unfinished.replace(_file(var_dir))


def database_url(var_dir: Path) -> str:
    """For settings. Before the first start there is no server, so an address nobody answers at."""
    known = read(var_dir)
    return known.database_url if known else "postgres://parlance@127.0.0.1:1/parlance"


def valkey_url(var_dir: Path) -> str:
    """As `database_url`."""
    known = read(var_dir)
    return known.valkey_url if known else "redis://127.0.0.1:1/0"


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _file(var_dir: Path) -> Path:
    return var_dir / "services.json"


def valkey_of_test_worker(url: str, worker: str) -> str:
    """The database of its own that a parallel test process (`gw0`, `gw1`, ...) gets in Valkey."""
    number = worker.removeprefix("gw")
    return f"{url.rsplit('/', 1)[0]}/{int(number) + 1}" if number.isdigit() else url
