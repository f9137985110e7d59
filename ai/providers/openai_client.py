"""The SDK's clients, and chat requests sent over them."""

from typing import Any

import httpx2
import msgspec
import openai

_TIMEOUT = openai.Timeout(connect=10.0, read=300.0, write=30.0, pool=30.0)
# Whoever reads a stream has a deadline of their own: a second one would be moved with each token.
_STREAM_TIMEOUT = openai.Timeout(connect=10.0, read=None, write=30.0, pool=30.0)
# The SDK's own, but for how long a connection waits for the next learner, who would wait for
# another to be opened: five seconds there.
_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=60.0)

# Made when this is imported, in a thread: it loads a library of its own, and the first stream would
# wait for that.
_CERTIFICATES = httpx2.create_ssl_context()

_encode = msgspec.json.Encoder().encode


def make_client(
    api_key: str, base_url: str, http: httpx2.AsyncClient | None = None
) -> openai.AsyncOpenAI:
    """A client that never tries again by itself: the chain decides that."""
    return openai.AsyncOpenAI(
        api_key=api_key or "none",
        base_url=base_url or None,
        max_retries=0,
        timeout=_TIMEOUT,
        http_client=http or _http_client(),
    )


def _http_client() -> httpx2.AsyncClient:
    return openai.DefaultAioHttpClient(timeout=_TIMEOUT, verify=_CERTIFICATES, limits=_LIMITS)


class ChatClient:
    """Sends chat requests as the SDK would.

    Not by the SDK's `create` or `post`: they look through the types of all that a body can hold,
    and work out the address and the headers of each request anew, which takes several times as
    long as sending it.
    """

    def __init__(self, api_key: str, base_url: str) -> None:
        self._http = _http_client()
        sdk = make_client(api_key, base_url, self._http)
        headers = {**sdk.default_headers, **sdk.auth_headers}
        self._like = self._http.build_request(
            "POST",
            f"{sdk.base_url}chat/completions",
            # Some are marked as left out.
            headers={name: value for name, value in headers.items() if isinstance(value, str)},
            timeout=_STREAM_TIMEOUT,
        )
        del self._like.headers["content-length"]

    async def open(self, body: dict[str, Any]) -> httpx2.Response:
        """The response with its body unread; the caller closes it.

        Raises openai.APIStatusError, httpx2.HTTPError, aiohttp.ClientError, OSError.
        """
        request = httpx2.Request(
            "POST",
            self._like.url,
            headers=self._like.headers,
            content=_encode(body),
            extensions=self._like.extensions,
        )
        response = await self._http.send(request, stream=True)
        if not response.is_success:
            raise await _refusal(response)
        return response

    async def close(self) -> None:
        await self._http.aclose()


async def _refusal(response: httpx2.Response) -> openai.APIStatusError:
    """With the error object of the body, or the body's text when there is none."""
    try:
        text = (await response.aread()).decode(errors="replace")
    finally:
        await response.aclose()
    try:
        body: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        body = text
    if isinstance(body, dict):
        body = body.get("error", body)
    return openai.APIStatusError(str(response.status_code), response=response, body=body)
