"""`make run`: the services, the database's shape, content, demo accounts, then every process."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import environ
from honcho.manager import Manager

from config.embedded import leftovers
from config.embedded.addresses import port_is_free
from config.embedded.errors import ServiceError
from config.embedded.services import held, started
from config.gate import Gate
from config.tied import TiedProcess

ROOT = Path(__file__).resolve().parent.parent
ASKED_TO_STOP = (0, 128 + signal.SIGINT, 128 + signal.SIGTERM, -signal.SIGINT, -signal.SIGTERM)
"""The negative ones are of its processes, the others of the manager itself."""
STOPPED_BY_ITSELF = (
    "A process ended by itself, as the lines above say, so the others were stopped."
    " What was stored is kept: make run starts again."
)
QUIET = ",".join(
    f"ignore:{warning}"
    for warning in (
        # On a new machine one may well be root; Celery would say ten lines about it.
        "You're running the worker with superuser",
        # Of the web process's own helper, which a stop takes by surprise and which then cleans up.
        "resource_tracker",
    )
)


def main() -> int:
    # Until the manager takes over, what was started must be stopped by these too.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _hang_up)
    environ.Env.read_env(ROOT / ".env")
    var_dir = Path(os.environ.get("PARLANCE_VAR") or ROOT / "var").resolve()
    try:
        port = _port(os.environ.get("PORT") or "8000")
        with held(var_dir):
            _require_free(port)
            with started(var_dir, watched=True) as environment:
                environment |= _settings(environment, var_dir, port)
                return _run(environment, port)
    except (ServiceError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _port(given: str) -> int:
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise ServiceError(f"PORT is {given}; it must be a number from 1 to 65535.")
    return int(given)


def _require_free(port: int) -> None:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return
    except PermissionError:
        message = f"Port {port} is for root alone. Choose one above 1023: PORT=8000 make run"
    except OSError:
        another = port + 1 if port < 65535 else 8000
        message = f"Port {port} is taken. Choose another: PORT={another} make run"
    raise ServiceError(message)


def _settings(environment: dict[str, str], var_dir: Path, port: int) -> dict[str, str]:
    return leftovers.mark(var_dir) | {
        "PARLANCE_ENV": "development",
        "PARLANCE_VAR": str(var_dir),
        "PYTHONWARNINGS": QUIET,
        "SECRET_KEY": environment.get("SECRET_KEY") or _secret_key(var_dir),
        "SITE_URL": environment.get("SITE_URL") or f"http://localhost:{port}",
    }


def _secret_key(var_dir: Path) -> str:
    """This checkout's own, made once, so that sessions survive a restart."""
    file = var_dir / "secret_key"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(48))
    return file.read_text()


def _run(environment: dict[str, str], port: int) -> int:
    """Serve until somebody stops it or one process ends; what they all need is prepared first."""
    gate = Gate(Path(environment["PARLANCE_VAR"]) / "prepared")
    manager = _manager(environment, port)
    threading.Thread(target=_tell, args=(environment["SITE_URL"], port), daemon=True).start()
    with Preparation(environment, gate) as preparation:
        manager.loop()
        leftovers.end(Path(environment["PARLANCE_VAR"]))
    if manager.returncode in (None, *ASKED_TO_STOP):
        return 0
    if not preparation.failed:
        print(STOPPED_BY_ITSELF, file=sys.stderr)
    return 1


class Preparation:
    """Opens the gate when all is prepared; when that fails, the processes behind it end."""

    def __init__(self, environment: dict[str, str], gate: Gate) -> None:
        # Not in the thread: a fork of the manager at that moment would hold its pipe for ever.
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "prepare"],
            cwd=ROOT,
            env=environment,
            # Ctrl-C is for the manager, which ends this one with all others.
            start_new_session=True,
        )
        self._waiting = threading.Thread(target=self._see_to, args=(gate,), daemon=True)

    def __enter__(self) -> Self:
        self._waiting.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self._waiting.join()

    @property
    def failed(self) -> bool:
        return self._process.returncode != 0

    def _see_to(self, gate: Gate) -> None:
        if self._process.wait() == 0:
            gate.open()
        else:
            gate.give_up()


def _manager(environment: dict[str, str], port: int) -> Manager:
    manager = Manager()
    manager._process_ctor = TiedProcess
    gated = f"{sys.executable} -m config.gate {{}}{environment['PARLANCE_VAR']}/prepared"
    processes = {
        "web": f"{gated.format('--load config.router ')} uvicorn config.router:application"
        f" --host 127.0.0.1 --port {port}"
        " --no-access-log --no-server-header --log-level warning --timeout-graceful-shutdown 5",
        # These two load nothing before: the web process is what somebody is waiting for.
        "worker": f"{gated.format('')} celery --quiet -A config worker --pool threads"
        " --concurrency 4 --queues chat,default,speech,analysis --loglevel warning"
        " --without-gossip --without-mingle",
        "beat": f"{gated.format('')} celery --quiet -A config beat --loglevel warning"
        f" --pidfile= --schedule {environment['PARLANCE_VAR']}/beat",
    }
    for name, command in processes.items():
        manager.add_process(name, f"exec {command}", cwd=str(ROOT), env=environment)
    return manager


def _hang_up(*_: object) -> None:
    """A closed terminal ends us as SIGTERM does, or the processes would live on without one."""
    signal.raise_signal(signal.SIGTERM)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _tell(url: str, port: int) -> None:
    """Print the address once it answers."""
    while port_is_free(port):
        time.sleep(0.1)
    print(f"\nParlance is at {url}   (Ctrl-C stops it)\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
