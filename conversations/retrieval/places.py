"""Where a source can be read: the page, at the very place."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse

from conversations.retrieval.found import CONVERSATION, LESSON, SAVED, TRANSCRIPT

_PAGES = {
    TRANSCRIPT: "conversations:tutoring_session",
    LESSON: "learning:content",
    SAVED: "conversations:saved",
    CONVERSATION: "conversations:detail",
}


def url_of(kind: str, source_id: UUID | str, locator: Mapping[str, Any]) -> str:
    """A transcript opens at the second, a conversation at the message."""
    url = reverse(_PAGES[kind], args=[source_id])
    if kind == TRANSCRIPT and locator.get("start") is not None:
        return f"{url}#t={int(locator['start'])}"
    if kind == CONVERSATION and locator.get("messageId"):
        return f"{url}?at={locator['messageId']}#m-{locator['messageId']}"
    return url
