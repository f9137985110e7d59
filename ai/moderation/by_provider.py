"""A second look by a provider, for what rules do not see. Unlike the rest of this package, this
module reads the settings and keeps the ledger."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import structlog

from ai import breakers, factory, usage
from ai.errors import ProviderError
from ai.moderation.verdict import Category, Finding, Severity, Verdict
from ai.redaction import redact
from ai.types import Judged, Moderator
from ai.usage import Entry

TIMEOUT: Final = 15.0
"""Seconds. Nobody waits for it."""
_LONGEST: Final = 20_000
_SURE: Final = 0.5
"""A flag of which the provider is less sure counts a degree less."""

_KINDS: Final[dict[str, tuple[Category, Severity]]] = {
    "harassment": (Category.PROFANITY, Severity.MODERATE),
    "harassment/threatening": (Category.VIOLENCE, Severity.HIGH),
    "hate": (Category.HATE_SPEECH, Severity.MODERATE),
    "hate/threatening": (Category.HATE_SPEECH, Severity.HIGH),
    "illicit": (Category.ILLEGAL_CONTENT, Severity.MODERATE),
    "illicit/violent": (Category.ILLEGAL_CONTENT, Severity.HIGH),
    "self-harm": (Category.SELF_HARM, Severity.MODERATE),
    "self-harm/instructions": (Category.SELF_HARM, Severity.HIGH),
    "self-harm/intent": (Category.SELF_HARM, Severity.HIGH),
    "sexual": (Category.SEXUAL_CONTENT, Severity.MODERATE),
    "sexual/minors": (Category.SEXUAL_CONTENT, Severity.HIGH),
    # Learners tell of wars and read crime novels.
    "violence": (Category.VIOLENCE, Severity.LOW),
    "violence/graphic": (Category.VIOLENCE, Severity.MODERATE),
}
"""Spam, personal information and copyright are not among what the endpoint knows."""
_LESS: Final = {Severity.HIGH: Severity.MODERATE, Severity.MODERATE: Severity.LOW}

log = structlog.get_logger(__name__)


def available() -> bool:
    return factory.moderates()


async def check_by_provider(
    text: str,
    *,
    names: Sequence[str] = (),
    user_id: UUID | None = None,
    reference: UUID | None = None,
) -> Verdict:
    """What a provider's moderation endpoint finds; an empty verdict when none is set up.

    Addresses, numbers and `names` are hidden from it. `reference` is the row that the text is of,
    for the ledger. Raises ProviderError.
    """
    moderator = factory.moderator()
    if moderator is None or not text.strip():
        return Verdict.of(())
    hidden = redact(text[:_LONGEST], names=names)
    entry = Entry(
        provider=moderator.name,
        model=moderator.model,
        purpose="moderation",
        user_id=user_id,
        reference=reference,
    )
    judged = await _judged(moderator, hidden, entry)
    found_by = f"{moderator.name}:{moderator.model}"
    found = (_finding(one, text, found_by) for one in judged)
    return Verdict.of(one for one in found if one is not None)


async def _judged(moderator: Moderator, text: str, entry: Entry) -> list[Judged]:
    # A breaker of its own: that moderation fails says nothing of the chat's endpoint.
    breaker = await breakers.admit(f"{moderator.name}:moderation")
    failure: ProviderError | None = None
    try:
        async with asyncio.timeout(TIMEOUT):
            return await moderator.judge(text)
    except TimeoutError as error:
        failure = ProviderError("timeout", retryable=True, provider=moderator.name)
        raise failure from error
    except ProviderError as error:
        failure = error
        raise
    finally:
        if failure is not None:
            entry.outcome, entry.error_code = "failed", failure.code
        await breakers.settle(breaker, failure)
        usage.record(entry)


def _finding(judged: Judged, text: str, found_by: str) -> Finding | None:
    kind = _KINDS.get(judged.kind)
    if kind is None:
        log.warning("moderation.unknown_kind", kind=judged.kind[:40])
        return None
    category, severity = kind
    finding = Finding.in_text(
        text, category=category, severity=severity, start=0, end=len(text), found_by=found_by
    )
    if judged.score < _SURE:
        finding = replace(finding, severity=_LESS.get(severity, severity))
    return finding
