"""`python -m config.gate FILE [--load MODULE] PROGRAM ...`: run a module once its gate is opened.

A process of `make run` loads its code by this while the database is being prepared.
"""

import argparse
import fcntl
import importlib
import runpy
import sys
from pathlib import Path
from typing import IO

OPEN = "open"


class Gate:
    """Shut as long as this process lives, until it says otherwise."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def open(self) -> None:
        self._file.write(OPEN)
        self.give_up()

    def give_up(self) -> None:
        """Unless it was opened, who waits is sent away."""
        self._file.flush()
        # Forks hold the lock with us; told so, it is off for them too.
        fcntl.flock(self._file, fcntl.LOCK_UN)


def passed(path: Path) -> bool:
    """Wait until the gate is opened or given up; whether it is open."""
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return file.read() == OPEN


def main() -> int:
    parser = argparse.ArgumentParser(prog="config.gate", description=__doc__)
    parser.add_argument("gate", type=Path)
    parser.add_argument("--load", metavar="MODULE", help="while the gate is shut")
    parser.add_argument("program", nargs=argparse.REMAINDER, help="a module and its arguments")
    arguments = parser.parse_args()
    if arguments.load:
        importlib.import_module(arguments.load)
    if not passed(arguments.gate):
        return 1
    sys.argv = arguments.program
    runpy.run_module(arguments.program[0], run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
