"""What starter content this database holds, so that a start need not bring it in again."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

from learning.loads.models import Load

SOURCES: Final = (
    "requirements.txt",
    "config",
    "ai",
    "learning",
    "assessments",
    "practice",
)
"""Whatever can change what a load writes. All the code of these apps, for nobody would remember to
name here a module that a loader begins to use."""
NOT_LOADED: Final = ("__pycache__", "tests", "templates")
CONCEPTS: Final = "concepts"
"""All other content is about them."""


def is_current(name: str, *, rows: int) -> bool:
    """Whether the last load was by the same files and code, came to its end, and its rows are all
    there still: `rows` is how many there are now."""
    last = Load.objects.filter(name=name).first()
    return last is not None and last.rows == rows and last.digest == _digest_here()


@contextmanager
def loading(name: str, *, rows: Callable[[], int], whole: bool = True) -> Iterator[None]:
    """Note a load once it is done; one that breaks off, or is not of the whole, counts as none.

    After concepts the rest is to be loaded again too.
    """
    before = Load.objects.all() if name == CONCEPTS else Load.objects.filter(name=name)
    before.delete()
    # Before the load: what changes meanwhile shows at the next start.
    taken = _digest_here()
    yield
    if whole:
        Load.objects.create(name=name, digest=taken, rows=rows())


@cache
def _digest_here() -> str:
    # Once: the code that this process runs changes no more either.
    return digest(settings.BASE_DIR)


def digest(root: Path) -> str:
    """SHA-256 of the names and contents of all sources below `root`, in hex."""
    made = hashlib.sha256()
    for file in _files(root):
        content = file.read_bytes()
        # With the lengths, no byte can pass from a name to a content unseen.
        made.update(f"{file.relative_to(root)} {len(content)}\n".encode())
        made.update(content)
    return made.hexdigest()


def _files(root: Path) -> list[Path]:
    found = (
        file
        for source in SOURCES
        for file in ((root / source).rglob("*") if (root / source).is_dir() else [root / source])
    )
    return sorted(
        file
        for file in found
        if not set(file.relative_to(root).parts) & set(NOT_LOADED) and file.is_file()
    )
