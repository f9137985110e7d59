"""The requests a turn makes of a model. Learner text stands in messages, never in instructions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from ai import prompts
from ai.scenarios import find
from ai.types import ChatMessage, ChatRequest
from config.languages import NATIVE, TAUGHT
from conversations.contract import Manner
from conversations.retrieval.citations import names_in, passages_block
from conversations.retrieval.found import Found
from conversations.services.context import TurnContext
from learning.companions.persona import Persona


class Slip(Protocol):
    """What the built-in tutor recasts; rules and models both find such."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def corrected(self) -> str: ...


NO_SCENE = "none: talk about what the learner brings up."
RECAST = (
    "Where the learner's wording was wrong, use the right wording naturally in your own sentence. "
    "Never point out a mistake, explain grammar, or quote the learner back: corrections are shown "
    "elsewhere."
)
NO_RECAST = (
    "Where the learner's wording was wrong, do not say it right yourself: they are finding it out "
    "from a hint. Never point out a mistake, explain grammar, or quote the learner back."
)


def reply_request(turn: TurnContext, slips: Sequence[Slip] | None) -> ChatRequest:
    """`slips` are for the built-in tutor; None when not known yet: it looks for them itself."""
    hints: dict[str, Any] = {"scenario": turn.scenario, "turn": turn.number}
    if turn.in_distress:
        hints["distress"] = True
    quiet = turn.contract.manner == Manner.HINT
    if turn.companion:
        hints["companion"] = {"name": turn.companion.name, "topic": turn.companion.topic}
    if slips is not None:
        # The built-in tutor recasts them, in a process that knows no class of ours.
        hints["slips"] = [] if quiet else [_plain(slip) for slip in slips]
    messages = (*_beside(turn), *map(_marked, (*turn.history, _said(turn))))
    return _request(
        turn,
        "tutor_reply",
        messages,
        hints=hints,
        temperature=0.7,
        scene=_scene(turn),
        correcting=NO_RECAST if quiet else RECAST,
    )


def _plain(slip: Slip) -> dict[str, Any]:
    return {"start": slip.start, "end": slip.end, "corrected": slip.corrected}


def answer_request(turn: TurnContext, found: Sequence[Found]) -> ChatRequest:
    """A question with the passages to answer it from. Only for models."""
    asked = ChatMessage("user", f"{passages_block(found)}\n\n{_marked(_said(turn)).content}")
    request = _request(turn, "answer_from_sources", (asked,), temperature=0.2)
    return replace(request, models_only=True, names=(*request.names, *names_in(found)))


def action_request(turn: TurnContext) -> ChatRequest:
    """What the learner wants done, for a model with tools. Only for models."""
    messages = (*_beside(turn), *map(_marked, (*turn.history, _said(turn))))
    asked = turn.asked["question"] if turn.asked else ""
    pending = f"You asked this question, and this is the answer: {asked}" if asked else "none."
    request = _request(turn, "tutor_action", messages, temperature=0.3, pending=pending)
    return replace(request, models_only=True)


def _scene(turn: TurnContext) -> str:
    scene = find(turn.language, turn.scenario) if turn.scenario else None
    return f"{scene.setting} The learner's aim: {scene.goal}" if scene else NO_SCENE


def _beside(turn: TurnContext) -> tuple[ChatMessage, ...]:
    """Whom the tutor plays and what is remembered: data, each in a block of its own."""
    blocks = []
    if turn.companion:
        blocks.append(prompts.companion_block(_played(turn.companion)))
    if turn.memories:
        blocks.append(prompts.memory_block([one.content for one in turn.memories]))
    return tuple(ChatMessage("user", block) for block in blocks)


def _played(companion: Persona) -> dict[str, str]:
    return {
        "name": companion.name,
        "manner": companion.style,
        "subject": companion.subject,
        "topic": companion.topic,
        "what they are like": companion.instructions,
    }


def corrections_request(turn: TurnContext) -> ChatRequest:
    return _request(turn, "corrections", (_marked(_said(turn)),), temperature=0.0)


def simpler_request(turn: TurnContext, reply: str) -> ChatRequest:
    """`reply` once more, in words of the learner's level."""
    said = ChatMessage("user", f"<reply>\n{prompts.without_marks(reply)}\n</reply>")
    return _request(turn, "simplify", (said,), temperature=0.3)


def _said(turn: TurnContext) -> ChatMessage:
    return ChatMessage("user", turn.text)


def _marked(message: ChatMessage) -> ChatMessage:
    if message.role != "user":
        return message
    return replace(message, content=prompts.learner_block(message.content))


def _request(
    turn: TurnContext,
    name: str,
    messages: tuple[ChatMessage, ...],
    *,
    temperature: float,
    hints: dict[str, Any] | None = None,
    **values: str,
) -> ChatRequest:
    prompt = prompts.load(name)
    instructions = prompt.render(
        **values,
        language=TAUGHT[turn.language].name,
        level=turn.level,
        native_language=NATIVE[turn.native_language].name,
    )
    return ChatRequest(
        purpose=name,
        instructions=instructions,
        messages=messages,
        language=turn.language,
        level=turn.level,
        native_language=turn.native_language,
        prompt=prompt.label,
        temperature=temperature,
        names=(turn.learner_name,),
        hints=hints or {},
    )
