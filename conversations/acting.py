"""Doing what a message asks for: by a model with tools, or by the one tool its route names."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml

from ai.errors import AllProvidersFailed
from ai.tools import ToolStatus, run_tool_loop
from ai.types import Finish
from config.errors import DomainError
from conversations.card_answers import answered_pair
from conversations.events import TurnEvent
from conversations.requests import action_request
from conversations.routes.naming import (
    asks_for_level,
    card_named,
    gives_up,
    topic_named,
    topic_words,
    without_order,
    word_named,
)
from conversations.routes.pairs import QUOTED, Pair, ordered_pair
from conversations.tools import NoMeaning, Result, Toolbox
from conversations.writing import Reply

SAID: Final = Path(__file__).parent / "said.yaml"
MINUTES: Final = re.compile(r"\b(\d{1,3})\b")
SHOWN: Final = re.compile(r"[«“„] ?([^«»“”„]{1,80}?) ?[»”“] \([ABC][12]\)")
"""How a reply begins that says what a word means."""
LEVELS_NAMED: Final = re.compile(r"\b[ABC][12]\b")


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = yaml.safe_load(SAID.read_text(encoding="utf-8"))
    return words


def says(native_language: str, name: str, **slots: Any) -> str:
    """A line in the learner's own language, else in English."""
    return _words().get(native_language, _words()["en"])[name].format(**slots)


async def act(reply: Reply, what: str) -> AsyncGenerator[TurnEvent, None]:
    box = Toolbox(reply.turn, reply.notes.tools)
    if reply.by_model:
        async with aclosing(_with_tools(reply, box)) as events:
            async for event in events:
                yield event
    if reply.text:
        return
    before = len(box.calls)
    text = await _do(what, box)
    for call in box.calls[before:]:
        yield reply.tool(call["name"], call["status"])
    for event in reply.line(text):
        yield event


async def _with_tools(reply: Reply, box: Toolbox) -> AsyncGenerator[TurnEvent, None]:
    """A model's reply, which may use the tools. Silent when every provider fails."""
    request = action_request(reply.turn)
    reply.notes.prompt = request.prompt
    loop = run_tool_loop(
        request,
        tools=box.tools(),
        user_id=reply.turn.learner_id,
        reference=UUID(reply.turn.turn_id),
        on_provider=reply.spoken_by,
    )
    try:
        async with aclosing(loop) as steps:
            async for step in steps:
                if isinstance(step, ToolStatus):
                    yield reply.tool(step.name, step.status)
                elif isinstance(step, Finish):
                    reply.notes.count(step)
                elif step.text:
                    for event in reply.delta(step.text):
                        yield event
    except AllProvidersFailed:
        return


async def _do(what: str, box: Toolbox) -> str:
    """Do what the message wants and say what came of it. Never raises for a refusal."""
    native, text = box.turn.native_language, box.turn.text
    try:
        return await _DOERS[what](box, native, text)
    except DomainError as refusal:
        return says(native, _refused(refusal.code, box), title=_asked_for(box))


def _refused(code: str, box: Toolbox) -> str:
    if code == "unknown_word" and " " in _asked_for(box).strip():
        return "phrase_unknown"
    return _REFUSALS.get(code, "failed")


def _asked_for(box: Toolbox) -> str:
    """The word of the last call, if it had one."""
    return str(box.calls[-1]["arguments"].get("word", "")) if box.calls else ""


_REFUSALS: Final = {
    "unknown_word": "word_unknown",
    "nothing_found": "nothing",
    "not_found": "nothing",
    "no_goal": "goal_missing",
    "already_asked": "already_asked",
}


def quoted(text: str) -> str:
    """What stands in quotation marks of any language; the last of several."""
    found = QUOTED.findall(text)
    return str(found[-1]) if found else ""


def _topic(text: str) -> str:
    """What a wish is about; empty when none of its words says so."""
    return topic_named(text)[:100] if topic_words(text) else ""


async def _practise(box: Toolbox, native: str, text: str) -> str:
    topic = _topic(text)
    made = await box.use("start_practice", **({"topic": topic} if topic else {}))
    told = says(native, "practise_about" if made["about"] else "practise", **made)
    return f"{told} {says(native, 'practise_other')}" if topic and not made["about"] else told


async def _explain(box: Toolbox, native: str, text: str) -> str:
    return _lines(native, await box.use("explain", topic=text[:200]), "explain", "example")


async def _last_session(box: Toolbox, native: str, text: str) -> str:
    return _lines(native, await box.use("last_session"), "last_session", "improve", "do")


async def _add_card(box: Toolbox, native: str, text: str) -> str:
    """The card of the word, with the meaning that the message gives, else with that of our lists.
    Where both lack it, the reply asks for it in a form that `card_answers` knows again."""
    bare = quoted(text) or card_named(text) or _shown_before(box)
    given = ordered_pair(text) or answered_pair(box.turn) or Pair(bare, "")
    if not given.word:
        return says(native, "word_missing")
    try:
        made = await box.use("add_card", front=given.word, back=given.meaning)
    except NoMeaning:
        return says(native, "meaning_missing", title=given.word)
    return says(native, "add_card", **made)


def _shown_before(box: Toolbox) -> str:
    """The word that the last reply is about, where it was looked up: *add that word*."""
    last = box.turn.history[-1] if box.turn.history else None
    found = SHOWN.match(last.content) if last and last.role == "assistant" else None
    return found[1] if found else ""


async def _look_up(box: Toolbox, native: str, text: str) -> str:
    word = quoted(text) or word_named(text)
    if not word:
        return says(native, "word_missing")
    facts = await box.use("look_up", word=word)
    return _lines(native, facts, "look_up" if facts["meaning"] else "look_up_bare", "example")


async def _find_content(box: Toolbox, native: str, text: str) -> str:
    topic = _topic(text)
    found = await box.use("find_content", **({"topic": topic} if topic else {}))
    return _lines(native, found, "find_instead" if found["about"] else "find_content", "others")


async def _assess(box: Toolbox, native: str, text: str) -> str:
    if asks_for_level(text):
        await box.use("level_test")
        return says(native, "level_test")
    topic = _topic(text)
    try:
        asked = await box.use("create_assessment_question", **({"topic": topic} if topic else {}))
    except DomainError:
        asked = await box.use("create_assessment_question")
    return _lines(native, asked, "question", "options", "meant")


async def _answer(box: Toolbox, native: str, text: str) -> str:
    result = await box.use("give_feedback", answer=text[:500])
    if result["correct"] == "yes":
        return says(native, "right", **result)
    told = says(native, "unknown" if gives_up(text) else "wrong", **result)
    # A hint may be no more than a letter of what stands there already.
    hint = result["hint"] if " " in result["hint"] else ""
    return f"{told} {hint}".strip()


async def _set_goal(box: Toolbox, native: str, text: str) -> str:
    aim = without_order(text)
    minutes = MINUTES.search(LEVELS_NAMED.sub("", text))
    wish: dict[str, Any] = {"aim": aim[:280]} if LEVELS_NAMED.search(text) or len(aim) > 40 else {}
    if minutes and 5 <= int(minutes[1]) <= 240:
        wish["minutes_a_day"] = int(minutes[1])
    made = await box.use("set_goal", **wish)
    return says(native, "goal_minutes" if made["minutes"] else "goal", **made)


async def _next_step(box: Toolbox, native: str, text: str) -> str:
    return says(native, "next_step", **await box.use("next_step"))


async def _ask_tutor(box: Toolbox, native: str, text: str) -> str:
    await box.use("ask_tutor", question=text[:500])
    return says(native, "ask_tutor")


def _lines(native: str, result: Result, first: str, *more: str) -> str:
    """The first line, and each other one whose fact is there."""
    lines = [says(native, first, **result)]
    lines += [says(native, name, **result) for name in more if result.get(_FACTS.get(name, name))]
    return "\n".join(lines)


_FACTS: Final = {"meant": "meaning"}
"""The fact that a line tells, where it is called otherwise."""
_DOERS: Final = {
    "explain": _explain,
    "last_session": _last_session,
    "practise": _practise,
    "add_card": _add_card,
    "look_up": _look_up,
    "find_content": _find_content,
    "assess": _assess,
    "answer": _answer,
    "set_goal": _set_goal,
    "next_step": _next_step,
    "ask_tutor": _ask_tutor,
}
