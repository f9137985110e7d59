"""The built-in tutor: works by rules, word lists and scenarios, with no key and no network."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator

from ai.language import TAUGHT
from ai.language.pool import POOL, Unavailable
from ai.providers.builtin.observe import Observation, observe
from ai.providers.builtin.phrases import phrases
from ai.providers.builtin.reply import compose
from ai.types import ChatRequest, Delta, Finish, TextDelta, Usage

__all__ = ["BuiltinTutor"]

logger = logging.getLogger(__name__)

_PIECE = re.compile(r"\s*\S+\s*")


class BuiltinTutor:
    """Deterministic: the same conversation gets the same reply.

    Reads `hints`: `scenario` (a slug) and `slips` (of the last message; looked for when absent).
    """

    name = "builtin"
    model = "rules"

    def __init__(self, *, pause: float = 0.012) -> None:
        self._pause = pause
        """Seconds between words, so that a reply is read as it comes."""

    async def stream(self, request: ChatRequest) -> AsyncIterator[Delta]:
        reply = compose(request, await _observe(request))
        for piece in _PIECE.findall(reply):
            yield TextDelta(piece)
            await asyncio.sleep(self._pause)
        yield Finish("stop", _usage(request, reply))


async def _observe(request: ChatRequest) -> Observation:
    text = request.messages[-1].content if request.messages else ""
    slips = request.hints.get("slips")
    said = phrases(request.language)
    asked = said.asked_word(text)
    own = phrases(request.native_language) if request.native_language in TAUGHT else said
    sentence = said.asks_whether_right(text) or own.asks_whether_right(text)
    try:
        return await POOL.run(
            observe, text, language=request.language, native_language=request.native_language,
            level=request.level, slips=slips, word=asked, sentence=sentence,
        )  # fmt: skip
    except Unavailable:
        logger.warning("The built-in tutor answers without the language tools.", exc_info=True)
        return Observation(language=request.language)


def _usage(request: ChatRequest, reply: str) -> Usage:
    """Words, for want of tokens."""
    said = sum(len(message.content.split()) for message in request.messages)
    return Usage(tokens_in=said, tokens_out=len(reply.split()), estimated=True)
