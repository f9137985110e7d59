import logging
from dataclasses import dataclass
from typing import Final, Literal

from ai.language.pool import POOL, Unavailable
from conversations.routes.classify import may_want_more, meant
from conversations.routes.examples import TALK
from conversations.routes.pairs import ordered_pair
from conversations.routes.rules import names_a_lesson
from conversations.routes.wishes import wish_in_words

logger = logging.getLogger(__name__)

Route = Literal["talk", "retrieval", "memory", "action", "human"]
LOOKED_FOR: Final = ("sessions", "knowledge")
MEMORY_ORDERS: Final = ("remember", "forget")
SECONDS: Final = 6.0
"""How long a turn waits to know its route, which is long only while the encoder is being loaded;
then it is plain talk."""


@dataclass(frozen=True, slots=True)
class Want:
    """`what` says which action or order, or whether what is looked for is said to be in their
    sessions."""

    route: Route
    what: str = ""


PLAIN: Final = Want("talk")
LOOK_IN_SESSIONS: Final = Want("retrieval", "sessions")
MAKE_CARD: Final = Want("action", "add_card")
MOST_KNOWN, LONGEST_KNOWN = 4096, 60
"""Short messages whose meaning is kept: thousands of learners say *And you?*"""

_known: dict[str, str] = {}


async def wanted(text: str) -> Want:
    """Never raises: a message that cannot be placed is plain talk."""
    if text in _known:
        return _as_want(_known[text])
    if (told := in_words(text)) is not None:
        return told
    if not may_want_more(text):
        return PLAIN
    try:
        what = await POOL.run(meant, text, deadline=SECONDS)
    except Unavailable:
        logger.warning("message_not_routed", exc_info=True)
        return PLAIN
    _keep(text, what)
    return _as_want(what)


def in_words(text: str) -> Want | None:
    """What a message says in so many words that it wants; see `rules`, `pairs`
    and `wishes`."""
    if names_a_lesson(text):
        return LOOK_IN_SESSIONS
    if ordered_pair(text):
        return MAKE_CARD
    wish = wish_in_words(text)
    return _as_want(wish) if wish else None


def _keep(text: str, what: str) -> None:
    if len(text) > LONGEST_KNOWN:
        return
    if len(_known) >= MOST_KNOWN:
        _known.pop(next(iter(_known)))
    _known[text] = what


def _as_want(what: str) -> Want:
    if what == TALK:
        return PLAIN
    if what in LOOKED_FOR:
        return Want("retrieval", what)
    if what == "memory" or what in MEMORY_ORDERS:
        return Want("memory", what if what in MEMORY_ORDERS else "")
    return Want("action", what)
