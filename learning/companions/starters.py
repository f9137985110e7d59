"""The companions that come with Parlance, as their file tells them."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta

from learning.companions.models import LONGEST_SESSION, MAX_INSTRUCTIONS, Companion

FILE = Path(__file__).with_name("starters.yaml")


class Starter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slug: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,50}$")]
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    topic: Annotated[str, Meta(min_length=1, max_length=120)]
    voice: Annotated[str, Meta(min_length=1, max_length=60)]
    style: Annotated[str, Meta(min_length=1, max_length=60)]
    duration: Annotated[int, Meta(ge=1, le=LONGEST_SESSION)]
    instructions: Annotated[str, Meta(min_length=1, max_length=MAX_INSTRUCTIONS)]
    subject: str = Companion.Subject.LANGUAGE


class StartersUnreadableError(Exception):
    """A file that does not tell companions; the message says where."""


def starters() -> Iterator[dict[str, Any]]:
    """Fields of `Companion`, of every language."""
    for language, told in _read().items():
        for one in told:
            yield {"language": language, **msgspec.structs.asdict(one)}


@lru_cache(maxsize=1)
def _read() -> dict[str, list[Starter]]:
    try:
        told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        return msgspec.convert(told, dict[str, list[Starter]])
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise StartersUnreadableError(f"{FILE.name}: {error}") from error
