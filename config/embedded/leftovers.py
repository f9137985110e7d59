"""What a manager that was killed outright has left running, found by a mark in its environment."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "PARLANCE_SERVED_FROM"
GRACE = 10
"""Seconds they get to end by themselves."""


def mark(var_dir: Path) -> dict[str, str]:
    """For the environment of each process that must not outlive its manager."""
    return {MARK: str(var_dir)}


def end(var_dir: Path) -> int:
    """End them and say how many there were. Only for who holds the lock of `var_dir`."""
    found = list(_of(var_dir))
    for one in found:
        _ask(one.terminate)
    _, alive = psutil.wait_procs(found, timeout=GRACE)
    for one in alive:
        _ask(one.kill)
    psutil.wait_procs(alive, timeout=GRACE)
    return len(found)


def _of(var_dir: Path) -> Iterator[psutil.Process]:
    for one in psutil.process_iter(["environ"]):
        # The environment of other people's processes cannot be read, and comes as None.
        marked = (one.info["environ"] or {}).get(MARK) == str(var_dir)
        if marked and one.pid != os.getpid():
            yield one


def _ask(ending: Callable[[], None]) -> None:
    with suppress(psutil.NoSuchProcess):
        ending()
