"""What stands beside the reply to somebody who writes of hurting themselves."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_DATA: Final = Path(__file__).with_name("safety.yaml")
_ELSE: Final = "en"


@dataclass(frozen=True, slots=True)
class Contact:
    where: str
    who: str
    number: str


@dataclass(frozen=True, slots=True)
class SafetyMessage:
    """`language` is the one it is written in; `elsewhere` is for countries not among `contacts`."""

    language: str
    title: str
    text: str
    contacts: tuple[Contact, ...]
    elsewhere: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def as_text(self) -> str:
        """For doors without a layout of their own."""
        lines = [f"{one.where}: {one.who}, {one.number}" for one in self.contacts]
        return "\n".join([self.title, self.text, *lines, self.elsewhere])


def safety_message(native_language: str) -> SafetyMessage:
    """In the learner's native language; in English for one that we have no words in."""
    messages = _messages()
    return messages.get(native_language[:2].lower()) or messages[_ELSE]


@cache
def _messages() -> dict[str, SafetyMessage]:
    read = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return {
        language: SafetyMessage(
            language=language,
            title=part["title"],
            text=part["text"],
            contacts=tuple(Contact(**one) for one in part["contacts"]),
            elsewhere=part["elsewhere"],
        )
        for language, part in read.items()
    }
