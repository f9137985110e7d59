import logging

from ai.language import pool

logger = logging.getLogger(__name__)

MIN_WORDS = 6
"""Shorter replies hold too few words to judge."""


async def is_too_hard(text: str, *, language: str, level: str) -> bool | None:
    """Whether a reply is over one level too hard; None when it could not be judged."""
    if len(text.split()) < MIN_WORDS:
        return False
    try:
        return bool(await pool.run_too_hard(text, language=language, level=level))
    except Exception:
        # Whatever the language process died of, the turn goes on without it.
        logger.exception("level_guard_failed")
        return None
