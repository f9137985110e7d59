"""Notes are kept as plain text: the HTML of other programs' fields is read into it and back."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

import nh3

_SOUND: Final = re.compile(r"\[sound:([^\[\]\r\n]{1,300})\]")
_NESTED: Final = re.compile(r"\{\{c(\d{1,3})(?:,\d{1,3})*::")
_BLOCKS: Final = frozenset(
    ("div", "p", "li", "tr", "ul", "ol", "table", "hr", "blockquote", "pre")
    + tuple(f"h{level}" for level in range(1, 7))
)
_TAGS: Final = {*_BLOCKS, "br", "img", "td", "th"}
_MANY_LINES: Final = re.compile(r"\n{3,}")


@dataclass(slots=True)
class Read:
    """The text of a field, with the sounds and pictures it names."""

    text: str
    sounds: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


def text_of(markup: str) -> Read:
    """Plain text of a field's HTML: lines where it breaks lines, no markup, no media."""
    sounds = [html.unescape(found) for found in _SOUND.findall(markup)]
    bare = _SOUND.sub("", markup) if sounds else markup
    images: list[str] = []
    # What an editor writes for a blank; a no-break space that is meant stands as itself.
    bare = bare.replace("&nbsp;", " ").replace("\x00", "")
    if "<" in bare:
        cleaned = nh3.clean(bare, tags=_TAGS, attributes={"img": {"src"}}, link_rel=None)
        parser = _Lines()
        parser.feed(cleaned)
        parser.close()
        bare, images = parser.text, parser.images
    else:
        bare = html.unescape(bare)
    text = bare.replace("\r\n", "\n").replace("\r", "\n").strip()
    return Read(_MANY_LINES.sub("\n\n", text) if images else text, sounds, images)


def markup_of(text: str) -> str:
    """The HTML of plain text, that `text_of` reads back. A text that looks like a sound is none."""
    escaped = html.escape(text.replace("\r\n", "\n").replace("\x1f", " "), quote=False)
    return escaped.replace("[sound:", "&#91;sound:").replace("\n", "<br>")


def flat_gaps(text: str) -> str:
    """Gaps inside gaps, which ours cannot be, side by side: the outer one is cut at the inner."""
    if "{{c" not in text:
        return text
    pieces: list[str] = []
    open_gaps: list[str] = []
    at = 0
    while at < len(text):
        opening = _NESTED.match(text, at)
        if opening:
            if open_gaps:
                pieces.append("}}")
            open_gaps.append(f"{{{{c{opening[1]}::")
            pieces.append(open_gaps[-1])
            at = opening.end()
        elif open_gaps and text.startswith("}}", at):
            pieces.append("}}")
            open_gaps.pop()
            at += 2
            pieces += open_gaps[-1:]
        else:
            pieces.append(text[at])
            at += 1
    return re.sub(r"\{\{c\d{1,3}::\}\}", "", "".join(pieces))


class _Lines(HTMLParser):
    """Of HTML that is clean already."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self.images: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            source = dict(attrs).get("src")
            self.images += [source] if source else []
        elif tag == "br":
            self._pieces.append("\n")
        elif tag in ("td", "th"):
            self._pieces.append(" ")
        else:
            self._break()
            self._pieces += ["• "] if tag == "li" else []

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break()

    def _break(self) -> None:
        if self._pieces and not self._pieces[-1].endswith("\n"):
            self._pieces.append("\n")
