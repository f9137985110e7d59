"""What the OpenAI SDK raises, as one ProviderError whose message never holds what was said."""

from typing import Any

import httpx2
import openai

from ai.errors import ProviderError
from ai.providers.retry_after import seconds_to_wait

_TOO_LONG = ("context_length", "context length", "maximum context", "too many tokens")
_FILTERED = ("content_filter", "content_policy")


def translate(error: Exception, *, provider: str) -> ProviderError:
    if isinstance(error, openai.APIStatusError):
        return _from_status(error, provider)
    code = "connection"
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        # The aiohttp transport reports a refused connection as one that timed out.
        opening = any(isinstance(one, httpx2.ConnectTimeout) for one in (error, error.__cause__))
        code = "connection" if opening else "timeout"
    return ProviderError(code, type(error).__name__, retryable=True, provider=provider)


def from_body(body: Any, *, provider: str) -> ProviderError:
    """An error object that arrived inside a stream that had begun well."""
    text = str(body).lower()
    code = "server_error"
    if "overload" in text or "503" in text:
        code = "overloaded"
    elif "rate" in text and "limit" in text or "429" in text:
        code = "rate_limited"
    return ProviderError(code, "an error inside the stream", retryable=True, provider=provider)


def _from_status(error: openai.APIStatusError, provider: str) -> ProviderError:
    code, retryable = _meaning(error.status_code, f"{error.code} {error.body}".lower())
    return ProviderError(
        code,
        f"{error.status_code} {error.code or ''}".strip(),
        retryable=retryable,
        provider=provider,
        retry_after=seconds_to_wait(error.response.headers),
    )


def _meaning(status: int, text: str) -> tuple[str, bool]:
    if status == 429:
        spent = "insufficient_quota" in text
        return ("quota_exhausted", False) if spent else ("rate_limited", True)
    if status in (401, 403):
        return "authentication", False
    if status in (502, 503, 504, 529):
        return "overloaded", True
    if status == 408:
        return "timeout", True
    if status >= 500 or status == 409:
        return "server_error", True
    if status == 413 or any(sign in text for sign in _TOO_LONG):
        return "context_length", False
    return ("refused" if any(sign in text for sign in _FILTERED) else "bad_request"), False
