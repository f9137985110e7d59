"""What the chat's templates ask for: what a reply was made of, and what stands beside a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conversations.contract import CHECKED, state_of
from conversations.models import Message, MessageSource
from conversations.retrieval.places import url_of

register = template.Library()

ROUTES = {
    "retrieval": _("Looked in your sessions, lessons and notes"),
    "memory": _("From what is remembered"),
    "human": _("Went to your tutor"),
}
"""By the route of a turn; plain talk needs no words."""
TOOLS = {
    "look_up": _("Looked up"),
    "add_card": _("Made a card"),
    "find_content": _("Found"),
    "start_practice": _("Prepares practice"),
    "create_assessment_question": _("Asks a question of"),
    "give_feedback": _("Judged your answer"),
    "set_goal": _("Noted your goal"),
    "next_step": _("Looked at Today"),
    "ask_tutor": _("Called your tutor"),
    "explain": _("Looked at the lesson"),
    "level_test": _("Found the level test"),
    "last_session": _("Looked at your last session"),
}
FAILED = {
    "look_up": _("Could not look it up"),
    "add_card": _("Could not make the card"),
    "find_content": _("Found nothing"),
    "start_practice": _("Could not prepare practice"),
    "create_assessment_question": _("Found no question to ask"),
    "give_feedback": _("Could not judge your answer"),
    "set_goal": _("Could not note your goal"),
    "next_step": _("Found nothing for today"),
    "ask_tutor": _("Could not call your tutor"),
    "explain": _("Found no lesson"),
    "last_session": _("Found no session"),
}
"""What is said of a tool that did not work."""


class Step(NamedTuple):
    """Something done on the way to a reply. Without a `url` there is nothing to open."""

    words: Any
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    number: int
    count: int


@register.simple_tag
def step_words() -> dict[str, Any]:
    """What scripts say of a step while it happens."""
    routes = {f"route.{name}": words for name, words in ROUTES.items()}
    tools = {f"tool.{name}": words for name, words in TOOLS.items()}
    failed = {f"tool.{name}.failed": words for name, words in FAILED.items()}
    return {**routes, **tools, **failed, "url.memory": _page_of("memory")}


@register.filter
def steps(message: Message | None) -> list[Step]:
    """The route, when it is worth a word, and each tool that was used."""
    if message is None:
        return []
    found = [Step(ROUTES[message.route], url=_page_of(message.route))] if _tells(message) else []
    for call in message.tools:
        result = call.get("result") or {}
        told = FAILED if call["status"] == "failed" else TOOLS
        words = told.get(call["name"], call["name"])
        found.append(Step(words, result.get("title", ""), result.get("url", "")))
    return found


def _tells(message: Message) -> bool:
    return message.role == Message.Role.ASSISTANT and message.route in ROUTES


def _page_of(route: str) -> str:
    return reverse("conversations:memory") if route == "memory" else ""


@register.filter
def beside(message: Message | None) -> Beside:
    """Which of how many branches begins with this message."""
    siblings: Sequence[UUID] = getattr(message, "siblings", ())
    if message is None or message.pk not in siblings:
        return Beside(1, 1)
    return Beside(siblings.index(message.pk) + 1, len(siblings))


@register.filter
def corrections_state(message: Message | None) -> str:
    """As `contract.state_of`; a message that is only a form has nothing to be checked."""
    return state_of(message) if message else CHECKED


@register.filter
def source_url(source: MessageSource) -> str:
    return url_of(source.kind, source.source_id, source.locator)
