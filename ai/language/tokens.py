import re
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*(?:-[^\W\d_]+)*")
# Web and mail addresses, handles, hashtags and anything with a digit are nobody's slip.
_OPAQUE = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\w*\d\w*|\w+\.(?:com|org|net|es|fr|de)\b"
)
_SENTENCE_END = re.compile(r"[.!?…:]+[\"»”')\]]*\s+|\n+")
_OPENERS = "¿¡\"«“„'([-– "


@dataclass(frozen=True, slots=True)
class Token:
    """A word and where it stands, in code points."""

    text: str
    start: int
    end: int
    opens_sentence: bool

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def capitalised(self) -> bool:
        return self.text[0].isupper()


@lru_cache(maxsize=64)
def tokenise(text: str) -> tuple[Token, ...]:
    opaque = [match.span() for match in _OPAQUE.finditer(text)]
    openings = {_skip_openers(text, start) for start in _sentence_starts(text)}
    return tuple(
        Token(match.group(), match.start(), match.end(), match.start() in openings)
        for match in _WORD.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in opaque)
    )


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, without the blanks between them."""
    starts = _sentence_starts(text)
    ends = [*starts[1:], len(text)]
    trimmed = [
        (start, start + len(text[start:end].rstrip()))
        for start, end in zip(starts, ends, strict=True)
    ]
    return [(start, end) for start, end in trimmed if end > start]


def _sentence_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _SENTENCE_END.finditer(text))]


def _skip_openers(text: str, start: int) -> int:
    while start < len(text) and text[start] in _OPENERS:
        start += 1
    return start
