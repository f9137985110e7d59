"""Keeps e-mail addresses, phone numbers and people's names from outside providers.

What leaves has tags in place of them; what comes back has them restored here, so a tutor can still
greet the learner by name and a quoted fragment is still a literal part of what the learner wrote.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import phonenumbers

from ai.types import ChatMessage, ChatRequest

# No part of an address is longer; without a limit a text without any is looked through for seconds.
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_ENOUGH_DIGITS = re.compile(r"(?:\d\D{0,3}){7}")
_TAG = re.compile(r"\[(?:EMAIL|PHONE|NAME)_\d+\]")
_TAG_BEGUN = re.compile(r"\[[A-Z]{0,5}(?:_\d*)?$")
PHONE_REGIONS = ("ES", "US", "GB", "FR", "DE", "MX")
"""Where a number without a country code may be from."""

# A part of a name in lower case may be a word ("will", "sol"): hidden only after one of these.
_INTRODUCTIONS = (
    "llamo ", "soy ", "name is ", "i'm ", "i am ", "appelle ", "suis ", "heiße ", "bin ",
)  # fmt: skip


def redact(text: str, *, names: Sequence[str] = ()) -> str:
    """`text` with a tag for each address, number and name: the same tag for the same value."""
    return Veil(names).hide(text)


class Veil:
    """The tags of one request: its messages agree on them, its answer is restored from them."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = _names_pattern(tuple(names))
        self._tags: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._held = ""

    @property
    def hid_something(self) -> bool:
        return bool(self._tags)

    def hide(self, text: str) -> str:
        text = _EMAIL.sub(lambda found: self._tag("EMAIL", found[0]), text)
        if _ENOUGH_DIGITS.search(text):
            text = self._hide_phones(text)
        if self._names:
            text = self._names.sub(lambda found: self._tag("NAME", found[0]), text)
        return text

    def hide_in(self, request: ChatRequest) -> ChatRequest:
        return replace(request, messages=tuple(map(self._hide_in_message, request.messages)))

    def restore(self, text: str, *, in_json: bool = False) -> str:
        def value(found: re.Match[str]) -> str:
            kept = self._values.get(found[0], found[0])
            return json.dumps(kept, ensure_ascii=False)[1:-1] if in_json else kept

        return _TAG.sub(value, text)

    def feed(self, piece: str, *, in_json: bool = False) -> str:
        """Restore a stream: the next piece, less an end that may be the beginning of a tag."""
        text = self._held + piece
        begun = _TAG_BEGUN.search(text)
        cut = begun.start() if begun else len(text)
        self._held = text[cut:]
        return self.restore(text[:cut], in_json=in_json)

    def rest(self) -> str:
        held, self._held = self._held, ""
        return held

    def _hide_in_message(self, message: ChatMessage) -> ChatMessage:
        calls = tuple(replace(c, arguments=self.hide(c.arguments)) for c in message.tool_calls)
        return replace(message, content=self.hide(message.content), tool_calls=calls)

    def _hide_phones(self, text: str) -> str:
        for region in PHONE_REGIONS:
            found = [match.raw_string for match in phonenumbers.PhoneNumberMatcher(text, region)]
            for number in found:
                text = text.replace(number, self._tag("PHONE", number))
        return text

    def _tag(self, kind: str, value: str) -> str:
        if value not in self._tags:
            count = 1 + sum(tag.startswith(f"[{kind}_") for tag in self._values)
            tag = f"[{kind}_{count}]"
            self._tags[value] = tag
            self._values[tag] = value
        return self._tags[value]


@lru_cache(maxsize=512)
def _names_pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    forms: list[str] = []
    for name in sorted({" ".join(name.split()) for name in names}, key=len, reverse=True):
        forms += _forms(name)
    if not forms:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)")


def _forms(name: str) -> list[str]:
    """The whole name in any case, then each of its parts as a name is written."""
    parts = [part for part in name.split(" ") if len(part) > 1 and not part.islower()]
    forms = [f"(?i:{re.escape(name)})"] if " " in name else []
    for part in parts or [name]:
        if len(part) < 2:
            continue
        written = {part, part.title(), part.upper()}
        forms += sorted(map(re.escape, written))
        after = "|".join(f"(?<=(?i:{re.escape(said)}))" for said in _INTRODUCTIONS)
        forms.append(f"(?:{after}){re.escape(part.lower())}")
    return forms
