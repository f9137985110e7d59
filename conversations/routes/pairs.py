"""A word and its meaning, as a learner writes them who wants a card: *umbrella = paraguas*.

Read from an order (*Add umbrella = paraguas to my cards*, *Añade «paraguas» (umbrella)*), or from
the answer to the question what a word means.
"""

import re
from functools import cache
from typing import Final, NamedTuple

from conversations.handover.phrases import plain
from conversations.routes.examples import plain_talk

LONGEST_WORD: Final = 80
LONGEST_MEANING: Final = 200
MOST_WORDS: Final = 4
"""Of a meaning that is given bare."""
QUOTED: Final = re.compile(r"""[«"“„‘']\s*([^«»"“”„‘’']{1,80}?)\s*[»"”“’']""")

_ORDER: Final = re.compile(
    r"^[¿¡\s]*(?:(?:please|could you|can you|por favor|puedes|podrías|s['’]il te plaît|tu peux"
    r"|peux-tu|bitte|kannst du)\b[\s,]*)*"
    r"(?:add|save|put|make|create|keep"
    r"|añade|añadir|agrega|agregar|guarda|guardar|pon|mete|haz|crea"
    r"|ajoute[rz]?|mets|garde[rz]?|fais|crée[rz]?"
    r"|füge?|speichere?|lege?|mache?|erstelle?|nimm)\b"
    r"(?:\s+(?:me|mir|moi|a|an|the|una|la|el|un|une|le|das|eine|ein|new|nueva|neue"
    r"|(?:flash)?cards?|tarjeta|carte|karte|word|phrase|palabra|frase|mot|wort"
    r"|for|of|with|de|del|con|para|pour|avec|für|von|mit)\b)*[\s:]*",
    re.IGNORECASE,
)
_WHERE: Final = re.compile(
    r"(?:[\s,]+(?:(?:to|in|into|on|a|en|à|dans|zu|in)\s+(?:my|mis?|mes|mon|meinen|meinem|meine)\s+"
    r"(?:\w+\s+)?(?:flash)?(?:cards?|deck|tarjetas|mazo|cartes|paquet|karten|stapel)(?:\s+hinzu)?"
    r"|hinzu|please|por favor|s['’]il te plaît|bitte))+[\s.!?]*$",
    re.IGNORECASE,
)
_EQUALS: Final = re.compile(r"\s*(?:=|→|⇒|->)\s*")
_MEANS: Final = (
    r"which means|that means|meaning|it means|means|que significa|significa|que quiere decir"
    r"|quiere decir|qui veut dire|veut dire|ça veut dire|qui signifie|signifie|das heißt|es heißt"
    r"|heißt|das bedeutet|es bedeutet|bedeutet"
)
_EXPLAINED: Final = re.compile(
    rf"\s*(?:\(([^()]+)\)|[:,]?\s*(?:{_MEANS})\s+(.+)|:\s*(.+))", re.IGNORECASE
)
_LEAD: Final = re.compile(rf"^(?:=|→|:|(?:{_MEANS})\b)\s*", re.IGNORECASE)
_ASKED: Final = re.compile(r"[«“„\"]\s*([^«»“”„\"]{1,80}?) = …\s*[»”“\"]")
_SENTENCE: Final = re.compile(r"[=?!¿¡;\n]|[.…]\s*\S|\s\S+\s.*\.$")
_DECLINED: Final = re.compile(
    r"thanks|thank you|never ?mind|forget it|skip(?: it)?|cancel|stop|ok(?:ay)?|later|not now"
    r"|nothing|gracias|no importa|da igual|olvidalo|dejalo|nada|mas tarde|luego|ahora no"
    r"|merci|tant pis|laisse(?: tomber)?|rien|plus tard|pas maintenant"
    r"|danke|egal|(?:vergiss|lass) es|nichts|spater|jetzt nicht"
)


class Pair(NamedTuple):
    word: str
    meaning: str


def ordered_pair(text: str) -> Pair | None:
    """What an order to make a card gives as its two sides; None unless it gives both."""
    order = _ORDER.match(text.strip())
    if order is None:
        return None
    rest = text.strip()[order.end() :]
    return _in_one_quote(rest) or _after_a_quote(rest) or _equal(rest)


def word_asked(reply: str) -> str:
    """The word whose meaning a reply asks for, by the form it shows: *“umbrella = …”*."""
    found = _ASKED.search(reply)
    return found[1] if found else ""


def meaning_given(text: str, *, word: str) -> tuple[str, bool]:
    """What an answer to that question says the word means, and whether it says so in that form.
    Bare words, few and no sentence, may be one; whoever asks knows more of their language. Empty
    for another thing said."""
    text = text.strip()
    parts = _EQUALS.split(text, maxsplit=1)
    if len(parts) == 2 and plain(_unquoted(parts[0])) in ("", plain(word)):
        return _side(parts[1], LONGEST_MEANING), True
    if found := re.match(rf"{re.escape(word)}\b[»”“\"']?", text, re.IGNORECASE):
        explained = _EXPLAINED.match(text, found.end())
        return (_side(_said(explained), LONGEST_MEANING), True) if explained else ("", False)
    if lead := _LEAD.match(text):
        return _side(text[lead.end() :], LONGEST_MEANING), True
    few = len(text.split()) <= MOST_WORDS and not _SENTENCE.search(text)
    return (_side(text, LONGEST_MEANING) if few and not _is_other(text) else ""), False


def _in_one_quote(rest: str) -> Pair | None:
    """*«umbrella = paraguas»*"""
    for quoted in QUOTED.findall(rest):
        if pair := _pair(_EQUALS.split(quoted, maxsplit=1)):
            return pair
    return None


def _after_a_quote(rest: str) -> Pair | None:
    """*«umbrella» (paraguas)*, *«umbrella» = paraguas*"""
    quoted = QUOTED.search(rest)
    if quoted is None:
        return None
    behind = _WHERE.sub("", rest[quoted.end() :])
    if equals := _EQUALS.match(behind):
        return _pair([quoted[1], behind[equals.end() :]])
    explained = _EXPLAINED.match(behind)
    return _pair([quoted[1], _said(explained)]) if explained else None


def _equal(rest: str) -> Pair | None:
    return _pair(_EQUALS.split(_WHERE.sub("", rest), maxsplit=1))


def _pair(sides: list[str]) -> Pair | None:
    if len(sides) != 2:
        return None
    pair = Pair(_side(sides[0], LONGEST_WORD), _side(sides[1], LONGEST_MEANING))
    return pair if all(pair) else None


def _said(explained: re.Match[str]) -> str:
    return next(said for said in explained.groups() if said)


def _side(text: str, longest: int) -> str:
    """One side of a card; empty when it has no letter or is too long to be one."""
    side = _unquoted(text).rstrip(".! ")
    return side if len(side) <= longest and any(map(str.isalpha, side)) else ""


def _unquoted(text: str) -> str:
    return text.strip().strip("«»\"“”„‘’' ")


def _is_other(text: str) -> bool:
    """Whether a few words say no, order something else, or are what anybody says in a talk."""
    order = _ORDER.match(text)
    ordered = order is not None and order.end() < len(text)
    words = plain(text)
    return ordered or bool(_DECLINED.fullmatch(words)) or words in _small_talk()


@cache
def _small_talk() -> frozenset[str]:
    return frozenset(map(plain, plain_talk()))
