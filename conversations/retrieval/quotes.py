"""Finding a quote word for word, whatever Unicode form and white space either side has."""

import unicodedata
from dataclasses import dataclass

FEWEST_WORDS = 2
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands in a text, in characters of that text."""

    at: int
    to: int


class Quotable:
    """A text ready to be searched for quotes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._normal, self._starts = _normalised(text)

    def find(self, quote: str) -> Place | None:
        """The first place of a quote; None when it is not there, or too short to prove anything."""
        wanted = _normalised(quote)[0].strip()
        if len(wanted.split()) < FEWEST_WORDS or len(wanted) > LONGEST:
            return None
        at = self._normal.find(wanted)
        if at < 0:
            return None
        return Place(self._starts[at], self._starts[at + len(wanted)])


def _normalised(text: str) -> tuple[str, list[int]]:
    """NFKC with one space for each run of white space; and where each character of it began."""
    made: list[str] = []
    starts: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        for character in unicodedata.normalize("NFKC", text[at:end]):
            character = " " if character.isspace() else character
            if character == " " and made and made[-1] == " ":
                continue
            made.append(character)
            starts.append(at)
        at = end
    return "".join(made), [*starts, len(text)]
