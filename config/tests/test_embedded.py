"""The data services, as real processes: started, killed, started again with what they held."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings
from redis import Redis

from config.embedded import addresses, services
from config.embedded.errors import ServiceError
from config.embedded.services import running

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("embedded")]


@pytest.fixture
def place():
    """A directory that the server's own user can reach, unlike those of pytest when run as root."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("VALKEY_URL", raising=False)


def keep(environment):
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        connection.execute("create table if not exists kept (word text)")
        connection.execute("insert into kept values ('palabra')")
    with Redis.from_url(environment["VALKEY_URL"]) as client:
        client.set("kept", "palabra")
        client.execute_command("WAITAOF", 1, 0, 5000)


def kept(environment):
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        rows = connection.execute("select word from kept").fetchall()
    with Redis.from_url(environment["VALKEY_URL"]) as client:
        return rows, client.get("kept")


KEPT = ([("palabra",)], b"palabra")


def pid_of_postgres(var):
    return int((var / "postgres/data/postmaster.pid").read_text().split()[0])


def pid_of_valkey(var):
    return int((var / "valkey/valkey.pid").read_text())


def test_a_second_start_finds_what_the_first_kept(place):
    with running(place) as first:
        keep(first)
    assert not any(psutil.pid_exists(pid) for pid in pids_in(place))
    with running(place) as second:
        assert kept(second) == KEPT
        assert second["DATABASE_URL"] == first["DATABASE_URL"]


def pids_in(var):
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(str(var) in word for word in process.info["cmdline"] or ())
    ]


def test_what_was_kept_outlives_a_kill(place):
    with running(place) as environment:
        keep(environment)
        for pid in (pid_of_postgres(place), pid_of_valkey(place)):
            os.kill(pid, signal.SIGKILL)
            psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    with running(place) as again:
        assert kept(again) == KEPT


def test_two_checkouts_at_once(place):
    with running(place / "one") as one, running(place / "two") as two:
        keep(one)
        assert one["DATABASE_URL"] != two["DATABASE_URL"]
        with psycopg.connect(two["DATABASE_URL"]) as connection:
            found = connection.execute("select to_regclass('kept')").fetchone()
        assert found == (None,)


def test_one_checkout_is_served_once(place):
    with running(place), pytest.raises(ServiceError), running(place):
        pass


def test_a_disk_without_room_is_not_begun_on(place, monkeypatch):
    monkeypatch.setattr(services, "ROOM", 10**9)
    with pytest.raises(ServiceError, match="MB left"), running(place):
        pass
    assert not (place / "postgres").exists()


def test_what_the_environment_names_is_not_started(place, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/db")
    monkeypatch.setenv("VALKEY_URL", "redis://elsewhere")
    with running(place) as environment:
        assert environment["DATABASE_URL"] == "postgres://elsewhere/db"
    assert not (place / "postgres").exists()
    assert not (place / "valkey").exists()


def test_a_port_somebody_took_is_given_up(place):
    with running(place / "one") as one:
        taken = addresses.read(place / "one")
        addresses.choose(place / "two")
        addresses.change(
            place / "two", postgres_port=taken.postgres_port, valkey_port=taken.valkey_port
        )
        with running(place / "two") as two:
            assert two["DATABASE_URL"] != one["DATABASE_URL"]
            keep(two)
            assert kept(two) == KEPT


def test_words_beyond_ascii_have_trigrams(place):
    with running(place) as environment, psycopg.connect(environment["DATABASE_URL"]) as database:
        database.execute("create extension pg_trgm")
        database.execute("create extension vector")
        alike = database.execute("select similarity('niño', 'niños')").fetchone()
        assert alike[0] > 0.4
        assert database.execute("show data_checksums").fetchone() == ("on",)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_can_run_it(place):
    somebody = pwd.getpwnam("nobody")
    python = reachable_python()
    # redis wants this before Python 3.11.3, and our own Python may be newer than the system's.
    (place / "async_timeout.py").write_text("from asyncio import timeout\n")
    os.chown(place, somebody.pw_uid, somebody.pw_gid)
    done = subprocess.run(
        [python, "-m", "config.embedded", "--var", place / "var", "/bin/true"],
        cwd=settings.BASE_DIR,
        user=somebody.pw_uid,
        group=somebody.pw_gid,
        extra_groups=[],
        env={"PYTHONPATH": f"{Path(psycopg.__file__).parent.parent}:{place}", "HOME": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (place / "var/postgres/data/PG_VERSION").stat().st_uid == somebody.pw_uid


def reachable_python():
    """The system's own, of the minor version that our packages were built for."""
    name = "python{}.{}".format(*sys.version_info)
    found = shutil.which(name, path="/usr/local/bin:/usr/bin")
    if not found:
        pytest.skip(f"no {name} outside the virtual environment")
    folders = [Path(settings.BASE_DIR), Path(psycopg.__file__).parent]
    hidden = [place for one in folders for place in (one, *one.parents) if not open_to_all(place)]
    if hidden:
        pytest.skip(f"{hidden[0]} is closed to other users")
    return found


def open_to_all(place):
    wanted = stat.S_IROTH | stat.S_IXOTH
    return place.stat().st_mode & wanted == wanted
