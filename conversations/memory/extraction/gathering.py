"""Which of a conversation's messages may tell something of the learner, and how they are said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from conversations.memory.extraction.candidates import Said
from conversations.memory.extraction.folding import fold
from conversations.memory.extraction.orders import is_order

USER: Final = "user"
LEAST_ECHO: Final = 3
"""Words from which saying what the tutor just said is repeating it."""

# The tutor asks for a sentence, not for news: what comes back is an answer, right or wrong.
_EXERCISE = re.compile(
    r"___|\b(?:completa|complete|traduce|translate|traduis|traduisez|ubersetz\w*|repite|repeat|"
    r"repete[sz]?|wiederhol\w*|rellena|fill in|remplis\w*|erganz\w*|vervollstandig\w*|conjuga|"
    r"conjugate|conjugue\w*|konjugier\w*|ordena|put .{1,30} in order|remets|ordne|elige|choose the|"
    r"choisis\w*|wahle|corrige (?:la|esta|cette) (?:frase|phrase)|correct (?:the|this) sentence|"
    r"korrigiere den satz|(?:escribe|di|forma|inventa) una? (?:frase|oracion|ejemplo)|"
    r"(?:write|make|say|give) an? (?:sentence|example)|"
    r"(?:ecris|ecrivez|dis|dites|fais|faites) une phrase|"
    r"(?:schreib|schreibe|bilde|sag|sage) einen satz|"
    r"como se dice|how do you say|comment (?:dit-on|on dit)|wie sagt man|"
    r"di en (?:espanol|ingles|frances|aleman)|say .{1,40} in (?:spanish|english|french|german)|"
    r"practiquemos|let's practi[sc]e|pratiquons|lass uns .{1,20} uben)\b",
    re.IGNORECASE,
)
# From here on both play a part.
_ROLE_PLAY = re.compile(
    r"\b(?:imagina(?:te)? que|imaginemos|juego de rol|hagamos de|vamos a (?:fingir|actuar)|"
    r"tu eres (?:el|la|un|una) \w+ y yo|yo soy (?:el|la) (?:camarer\w|client\w|vendedor\w*)|"
    r"let's (?:imagine|pretend|role-?play)|imagine (?:that )?you|role-?play|you are the \w+ and i|"
    r"i(?:'m| am| will be|'ll be) the (?:waiter|customer|client|doctor|shop assistant|seller)|"
    r"imagine(?:z)? que|imaginons|jeu de role|faisons semblant|je suis (?:le|la) (?:serveu\w+|"
    r"client\w*|vendeu\w+)|stell(?:en)? (?:dir|sie sich|wir uns) vor|rollenspiel|tun wir so|"
    r"ich bin (?:der|die) (?:kellner\w*|verkaufer\w*|kund\w+))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A message of either side."""

    message_id: UUID
    role: str
    text: str
    at: datetime


def gather(lines: Iterable[Line], *, scenario: str, after: datetime | None) -> tuple[Said, ...]:
    """The learner's messages after a moment that may tell something, in their order.

    Left out: answers to exercises, the tutor's own words said back, and words meant to direct the
    machine.
    """
    said: list[Said] = []
    before, in_part = "", bool(scenario)
    for line in lines:
        in_part = in_part or bool(_ROLE_PLAY.search(fold(line.text)))
        if line.role != USER:
            before = line.text
        elif (after is None or line.at > after) and not _tells_nothing(line.text, before):
            said.append(Said(line.message_id, line.text, line.at, before, in_part))
    return tuple(said)


def _tells_nothing(text: str, before: str) -> bool:
    return _is_answer(text, before) or is_order(text)


def _is_answer(text: str, before: str) -> bool:
    if not before:
        return False
    return bool(_EXERCISE.search(fold(before))) or _echoes(text, before)


def _echoes(text: str, before: str) -> bool:
    words, heard = _plain(text), _plain(before)
    return len(words) >= LEAST_ECHO and f" {' '.join(words)} " in f" {' '.join(heard)} "


def _plain(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text).lower())
