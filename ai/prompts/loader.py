import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent
_FILE = re.compile(r"(?P<name>[a-z_]+)\.v(?P<version>\d+)\.md")
# A mark that is not closed, or has blanks in it, is one to a model too.
_MARKS = re.compile(
    r"<\s*/?\s*(?:learner_text|remembered|companion|passages?|reply)\b(?:[^<>]*>)?", re.IGNORECASE
)
_ASIDE = re.compile(r"<(remembered|companion)>.*</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    version: int
    text: str

    @property
    def label(self) -> str:
        """What is stored beside a result, such as `tutor_reply.v1`."""
        return f"{self.name}.v{self.version}"

    def render(self, **values: str) -> str:
        """The instructions, with `$words` filled in. Values are ours, never what a learner wrote.

        Raises KeyError for a word that has no value.
        """
        return Template(self.text).substitute(values)


@cache
def load(name: str) -> Prompt:
    """The newest version of a prompt, or the one asked for (`corrections.v1`). Raises KeyError."""
    known = {
        (found["name"], int(found["version"])): path
        for path in _FOLDER.glob("*.md")
        if (found := _FILE.fullmatch(path.name))
    }
    wanted, _, version = name.partition(".v")
    versions = [number for known_name, number in known if known_name == wanted]
    if not versions or (version and int(version) not in versions):
        raise KeyError(name)
    number = int(version) if version else max(versions)
    text = known[wanted, number].read_text(encoding="utf-8").strip()
    return Prompt(wanted, number, text)


def learner_block(text: str) -> str:
    """What a learner wrote, marked as data. Marks inside it go, so that it cannot close its own."""
    return f"<learner_text>\n{without_marks(text)}\n</learner_text>"


def memory_block(memories: Sequence[str]) -> str:
    """What is remembered of a learner, marked as data like their words."""
    lines = "\n".join(f"- {without_marks(memory)}" for memory in memories)
    return f"<remembered>\n{lines}\n</remembered>"


def companion_block(told: Mapping[str, str]) -> str:
    """Whom the tutor is to play, by name of what is told, marked as data: a learner may have
    written it. What is empty is left out."""
    lines = [f"{name}: {' '.join(without_marks(text).split())}" for name, text in told.items()]
    said = "\n".join(line for line in lines if not line.endswith(": "))
    return f"<companion>\n{said}\n</companion>"


def unmarked(text: str) -> str:
    """A learner's words as they were before `learner_block`; any other text as it is. Nothing of
    a block of memories or of a companion: rules would take it for the learner's words."""
    if _ASIDE.fullmatch(text):
        return ""
    return without_marks(text).strip() if _MARKS.search(text) else text


def without_marks(text: str) -> str:
    """The text without anything that opens or closes a block, also where taking one mark out would
    make another of what stood around it."""
    while (plain := _MARKS.sub("", text)) != text:
        text = plain
    return text
