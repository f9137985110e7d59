"""What the Gemini SDK raises, as one ProviderError whose message never holds what was said."""

import contextlib
from typing import Any

from google.genai import errors

from ai.errors import ProviderError
from ai.providers.retry_after import seconds_to_wait


def translate(error: Exception, *, provider: str) -> ProviderError:
    if isinstance(error, errors.UnknownApiResponseError | ValueError):
        return ProviderError("malformed", type(error).__name__, retryable=True, provider=provider)
    if isinstance(error, errors.APIError):
        return _from_api(error, provider)
    code = "timeout" if isinstance(error, TimeoutError) else "connection"
    return ProviderError(code, type(error).__name__, retryable=True, provider=provider)


def _from_api(error: errors.APIError, provider: str) -> ProviderError:
    code, retryable = _meaning(error.code or 0, str(error.details).lower())
    return ProviderError(
        code,
        f"{error.code} {error.status or ''}".strip(),
        retryable=retryable,
        provider=provider,
        retry_after=_retry_after(error),
    )


def _meaning(status: int, text: str) -> tuple[str, bool]:
    if status == 429:
        return ("quota_exhausted", False) if "perday" in text else ("rate_limited", True)
    if status in (401, 403) or "api key not valid" in text or "api_key_invalid" in text:
        return "authentication", False
    if status in (502, 503, 504):
        return "overloaded", True
    if status >= 500:
        return "server_error", True
    if "token count" in text and "exceed" in text:
        return "context_length", False
    return "bad_request", False


def _retry_after(error: errors.APIError) -> float | None:
    """From the error's RetryInfo, such as `7s`, or from the header."""
    for detail in _details(error.details):
        with contextlib.suppress(KeyError, TypeError, ValueError):
            return float(str(detail["retryDelay"]).removesuffix("s"))
    headers = getattr(error.response, "headers", None)
    return seconds_to_wait(headers) if headers else None


def _details(body: Any) -> list[Any]:
    inner = body.get("error", body) if isinstance(body, dict) else {}
    found = inner.get("details") if isinstance(inner, dict) else None
    return found if isinstance(found, list) else []
