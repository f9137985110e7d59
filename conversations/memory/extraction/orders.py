"""Whether words are meant to direct the machine. Who writes such a message tells nothing of
themselves in it, whatever else it says: it is neither read by a model nor by patterns.

A second guard, not the first: learner text is data to every prompt, and what a model answers is
checked. It errs on the side of forgetting.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any, Final
from urllib.parse import unquote

import yaml

from conversations.memory.extraction.data import read
from conversations.memory.extraction.folding import folded_lower

_LONGEST: Final = 6_000
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){12,}")
_SPACED: Final = re.compile(r"(?<!\w)(?:\w[ .\-_*|]){4,}\w(?!\w)")
_DIGIT_IN_WORD: Final = re.compile(r"(?=\w*[^\W\d])\w*[013457@$]\w*")
_DIGITS: Final = str.maketrans("013457@$", "oieastas")
_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕԁһԛԝᴏαεοριτυκνΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХІЈЅ",
    "aeopcyxijsdhqwoaeopitukvABEZHIKMNOPTYXABEKMHOPCTYXIJS",
)


def is_order(text: str) -> bool:
    """In any of the four languages, also veiled by another alphabet, code or spelling."""
    expression = _orders()
    return any(expression.search(one) for one in _readings(text[:_LONGEST]))


def _readings(text: str) -> Iterator[str]:
    shown = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", html.unescape(unquote(text)))
        if unicodedata.category(letter) != "Cf"
    ).translate(_LOOKALIKES)
    yield _plain(shown)
    yield _plain(shown[::-1])
    yield _plain(codecs.encode(shown, "rot13"))
    yield _plain(_DIGIT_IN_WORD.sub(lambda word: word[0].translate(_DIGITS), shown))
    yield _plain(_SPACED.sub(lambda letters: re.sub(r"[ .\-_*|]", "", letters[0]), shown))
    for coded in _BASE64.findall(shown):
        yield from _decoded(coded)
    for coded in _HEX.findall(shown):
        yield from _decoded_hex(coded)


def _decoded(coded: str) -> Iterator[str]:
    padded = coded.rstrip("=") + "=" * (-len(coded.rstrip("=")) % 4)
    try:
        yield _plain(base64.b64decode(padded, altchars=b"-_").decode())
    except (binascii.Error, UnicodeDecodeError):
        return


def _decoded_hex(coded: str) -> Iterator[str]:
    try:
        yield _plain(bytes.fromhex(re.sub(r"[\s:]", "", coded)).decode())
    except ValueError:
        return


def _plain(text: str) -> str:
    """Lines stay: who speaks stands at the beginning of one."""
    return "\n".join(map(folded_lower, text.splitlines()))


@cache
def _orders() -> re.Pattern[str]:
    raw: dict[str, Any] = yaml.safe_load(read("orders.yaml"))
    reach = raw["reach"]
    near = [
        rf"\b(?:{verb})\b.{{0,{reach}}}?\b(?:{about})\b"
        for pairs in raw["pairs"].values()
        for verb, about in pairs
    ]
    return re.compile("|".join([*near, *raw["alone"]]), re.MULTILINE | re.DOTALL)
