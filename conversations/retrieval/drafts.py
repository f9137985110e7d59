"""Passages to be: what lessons, saved words and conversations say, cut where it may be quoted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from conversations.models import Message
from learning.models import ContentItem
from practice.models import Note, VocabularyItem

LONGEST: Final = 2000
"""Letters of a passage, as of a chunk of a transcript: about 500 tokens."""
_SPEAKERS: Final = {"user": "Learner", "assistant": "AI tutor", "tutor": "Tutor"}


@dataclass(frozen=True, slots=True)
class Draft:
    language: str
    title: str
    text: str
    locator: dict[str, Any] = field(default_factory=dict)


def of_lesson(item: ContentItem) -> list[Draft]:
    """Its explanation in each language it is told in, its examples, and its slips put right.

    What is wrong is left out: nobody shall be quoted a slip as the way to say it.
    """
    told = item.content
    drafts = [
        _section(item, language, "explanation", [text])
        for language, text in sorted(told.get("explanation", {}).items())
    ]
    examples = [_both(one.get("text"), one.get("translation")) for one in told.get("examples", ())]
    drafts.append(_section(item, item.language, "examples", examples))
    right = [one.get("right", "") for one in told.get("slips", ())]
    drafts.append(_section(item, item.language, "slips", right))
    return [draft for draft in drafts if draft.text]


def _section(item: ContentItem, language: str, name: str, lines: Iterable[str]) -> Draft:
    text = "\n".join(line for line in lines if line)[:LONGEST]
    return Draft(language, item.title, text, {"section": name, "teaches": item.language})


def of_word(item: VocabularyItem) -> list[Draft]:
    """Without what the starter lists say in other languages."""
    lines = [_both(item.text, item.translation), item.forms, item.usage, item.example]
    return _saved(item.language, item.text, lines)


def of_note(note: Note) -> list[Draft]:
    lines = [_both(note.front, note.back), note.example]
    return _saved(note.language or note.deck.language or "en", note.front, lines)


def _saved(language: str, title: str, lines: Iterable[str]) -> list[Draft]:
    text = "\n".join(line for line in lines if line)[:LONGEST]
    return [Draft(language, " ".join(title.split())[:255], text)] if text.strip() else []


def _both(text: str | None, translation: str | None) -> str:
    return " — ".join(part.strip() for part in (text, translation) if part and part.strip())


def of_conversation(language: str, title: str, messages: Sequence[Message]) -> list[Draft]:
    """By exchange, several to a passage. The locator names the message that each line is."""
    drafts: list[Draft] = []
    held: list[Message] = []
    for exchange in _exchanges(messages):
        if held and sum(len(one.content) for one in [*held, *exchange]) > LONGEST:
            drafts.append(_talk(language, title, held))
            held = []
        held += exchange
    return [*drafts, _talk(language, title, held)] if held else drafts


def _exchanges(messages: Sequence[Message]) -> Iterator[list[Message]]:
    exchange: list[Message] = []
    for message in messages:
        if exchange and message.role == Message.Role.USER:
            yield exchange
            exchange = []
        exchange.append(message)
    if exchange:
        yield exchange


def _talk(language: str, title: str, messages: Sequence[Message]) -> Draft:
    text, places = "", []
    for message in messages:
        said = " ".join(message.content.split())[:LONGEST]
        line = f"{_SPEAKERS[message.role]}: "
        text += f"\n{line}" if text else line
        places.append(
            {
                "messageId": str(message.pk),
                "speaker": _SPEAKERS[message.role],
                "at": len(text),
                "to": len(text) + len(said),
            }
        )
        text += said
    return Draft(language, title, text, {"messages": places})
