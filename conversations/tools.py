"""What the tutor can do for a learner beside talking: each tool acts as this learner and nobody
else, whatever its arguments say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import update_profile
from ai.tools import Tool
from ai.types import ToolSpec
from config.errors import DomainError, NotFound
from conversations.handover.services import ask_for_tutor
from conversations.models import Conversation
from conversations.services.context import TurnContext
from conversations.streams.connections import in_thread
from learning.content.exercises import answer_task, begin_exercise
from learning.content.models import ContentItem
from learning.content.selectors import recommended, shelf
from learning.today import steps_for
from practice.decks.services import add_note, default_deck
from practice.sets.services import request_practice
from practice.vocabulary.lookup import look_up

MOST_FOUND: Final = 3
Result = dict[str, Any]
"""What became of a call: facts for whoever says it, `title` and `url` for the page."""


def _text(description: str, most: int = 200) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, "description": description}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


SPECS: Final = (
    ToolSpec(
        "look_up",
        "Look a word of the language being learned up in the dictionary: its dictionary form, "
        "level, translation and examples.",
        _object(("word",), word=_text("The word as the learner met it.", 80)),
    ),
    ToolSpec(
        "add_card",
        "Add a flash card to the learner's own deck.",
        _object(
            ("front",),
            front=_text("The word or phrase in the language being learned."),
            back=_text("Its meaning in the learner's own language."),
            example=_text("A sentence that uses it.", 300),
        ),
    ),
    ToolSpec(
        "find_content",
        "Find lessons, exercises and situations about a topic, or what suits the learner next.",
        _object(topic=_text("What it should be about; leave it out for what comes next.", 100)),
    ),
    ToolSpec(
        "start_practice",
        "Have a set of exercises made: on what the learner gets wrong most.",
        _object(),
    ),
    ToolSpec(
        "create_assessment_question",
        "Get one question to test the learner with, about a topic or about what is weakest. Ask it "
        "in exactly these words. You are not told the answer.",
        _object(topic=_text("A grammar topic; leave it out for what is weakest.", 100)),
    ),
    ToolSpec(
        "give_feedback",
        "Have the learner's answer to the question you asked judged. Say what comes back.",
        _object(("answer",), answer=_text("What the learner answered, word for word.", 500)),
    ),
    ToolSpec(
        "set_goal",
        "Write the learner's goal into their profile: what for, or how many minutes a day.",
        _object(
            aim=_text("What they learn for, in their words.", 280),
            minutes_a_day={"type": "integer", "minimum": 5, "maximum": 240},
        ),
    ),
    ToolSpec(
        "next_step",
        "What the learner should do next, as their Today page has it, with the reason.",
        _object(),
    ),
    ToolSpec(
        "ask_tutor",
        "Call the learner's human tutor into this conversation. Only when the learner asks for it.",
        _object(question=_text("What the learner wants to know.", 500)),
    ),
)


class NoMeaning(NotFound):
    """A card of a word that nobody has said the meaning of. `instead` is where to write it."""

    code = "unknown_word"
    message = "That word is not in our lists: say what it means."

    def __init__(self, instead: Result) -> None:
        super().__init__()
        self.instead = instead


@dataclass
class Toolbox:
    """The tools of one turn, and what became of each call."""

    turn: TurnContext
    calls: list[Result] = field(default_factory=list)

    def tools(self) -> list[Tool]:
        return [Tool(spec, self._runner(spec.name)) for spec in SPECS]

    async def use(self, name: str, **arguments: Any) -> Result:
        """Run a tool and keep what became of it. Raises DomainError."""
        call: Result = {"name": name, "arguments": arguments, "status": "failed", "result": {}}
        self.calls.append(call)
        try:
            result = await in_thread(_as_learner, RUN[name], self.turn, arguments)
        except NoMeaning as missing:
            call["result"] = missing.instead
            raise
        call.update(status="done", result=result)
        return result

    def _runner(self, name: str) -> Any:
        async def run(arguments: dict[str, Any]) -> str:
            result = await self.use(name, **arguments)
            return "\n".join(f"{key}: {value}" for key, value in result.items() if value)

        return run


@dataclass(frozen=True, slots=True)
class Act:
    turn: TurnContext
    learner: User
    arguments: dict[str, Any]

    def given(self, name: str) -> Any:
        return self.arguments.get(name, "")


def _as_learner(
    run: Callable[[Act], Result], turn: TurnContext, arguments: dict[str, Any]
) -> Result:
    return run(Act(turn, User.objects.get(pk=turn.learner_id), arguments))


def _look_up(act: Act) -> Result:
    facts = look_up(
        learner=act.learner,
        language=act.turn.language,
        word=act.given("word"),
        source_id=UUID(act.turn.learner_message_id),
        now=timezone.now(),
    )
    first = facts.meanings[0] if facts.meanings else None
    return {
        "title": facts.word,
        "level": facts.level,
        "meaning": first.translation if first else "",
        "kind": first.kind if first else "",
        "example": facts.examples[0][0] if facts.examples else "",
    }


def _add_card(act: Act) -> Result:
    front = act.given("front")
    deck = default_deck(learner=act.learner, language=act.turn.language)
    back = act.given("back") or _meaning(act, front)
    if not back:
        # Without one there is nothing to recall.
        page = reverse("practice:new_note", args=[deck.pk])
        raise NoMeaning({"title": front, "url": f"{page}?{urlencode({'front': front})}"})
    note = add_note(
        deck=deck,
        front=front,
        back=back,
        example=act.given("example"),
        language=act.turn.language,
        learner=act.learner,
        source_type="conversations.message",
        source_id=UUID(act.turn.learner_message_id),
    )
    return {
        "title": note.front,
        "meaning": note.back,
        "url": reverse("practice:note", args=[note.pk]),
    }


def _meaning(act: Act, word: str) -> str:
    """Empty for a word that we do not know, or only by its form."""
    try:
        facts = _look_up(Act(act.turn, act.learner, {"word": word}))
    except NotFound:
        return ""
    return str(facts["meaning"])


def _find_content(act: Act) -> Result:
    items = _content_about(act, act.given("topic"))
    if not items:
        raise NotFound("There is no lesson about that.", code="nothing_found")
    first = items[0]
    return {
        "title": first.title,
        "level": first.level,
        "url": reverse("learning:content", args=[first.pk]),
        "others": ", ".join(item.title for item in items[1:]),
    }


def _content_about(act: Act, topic: str, **fields: Any) -> list[ContentItem]:
    if topic:
        found = shelf(
            act.learner,
            search=topic,
            native=act.learner.native_language,
            language=act.turn.language,
            **fields,
        )
        return list(found[:MOST_FOUND])
    offers = recommended(
        learner=act.learner,
        language=act.turn.language,
        level=act.turn.level,
        now=timezone.now(),
    )
    ids = [offer.candidate.item_id for offer in offers]
    by_id = ContentItem.objects.published().filter(**fields).in_bulk(ids)
    return [by_id[one] for one in ids if one in by_id][:MOST_FOUND]


def _of_their_level(act: Act, kind: str) -> list[ContentItem]:
    """When no topic is wished for and none suggests itself."""
    if act.given("topic"):
        return []
    turn, native = act.turn, act.learner.native_language
    of_level = shelf(act.learner, native=native, language=turn.language, content_type=kind)
    return list(of_level.filter(level=turn.level)[:MOST_FOUND])


def _start_practice(act: Act) -> Result:
    made = request_practice(
        learner=act.learner,
        requested_by=act.learner,
        now=timezone.now(),
        language=act.turn.language,
    )
    return {"title": made.title, "url": reverse("practice:set", args=[made.pk])}


def _create_question(act: Act) -> Result:
    """An exercise's next task: judged by the server, and no calibrated item, whose key would be
    spent by talking about it."""
    kind = ContentItem.Type.EXERCISE
    exercises = _content_about(act, act.given("topic"), content_type=kind)
    for item in exercises or _of_their_level(act, kind):
        run = begin_exercise(learner=act.learner, item=item, now=timezone.now())
        if task := run.next_task:
            return {
                "title": item.title,
                "question": task["prompt"],
                "meaning": task.get("cue", ""),
                "options": " / ".join(task.get("options") or task.get("words") or ()),
                "content": str(item.pk),
                "task": task["id"],
            }
    raise NotFound("There is no question about that.", code="nothing_found")


def _give_feedback(act: Act) -> Result:
    asked = act.turn.asked
    if not asked:
        raise DomainError("No question was asked.", code="no_question")
    item = ContentItem.objects.visible_to(act.learner).filter(pk=asked["content"]).first()
    if item is None:
        raise NotFound
    outcome = answer_task(
        learner=act.learner,
        item=item,
        task_id=asked["task"],
        answer=act.given("answer"),
        now=timezone.now(),
    )
    return {
        "correct": "yes" if outcome.answer.correct else "no",
        "answer": outcome.task["answers"][0],
        "hint": outcome.task.get("hint", ""),
        "url": reverse("learning:content", args=[item.pk]),
        "title": item.title,
    }


def _set_goal(act: Act) -> Result:
    changes: dict[str, Any] = {}
    if act.given("aim"):
        changes["motivation"] = act.given("aim")
    if act.given("minutes_a_day"):
        changes["daily_minutes"] = act.given("minutes_a_day")
    if not changes:
        raise DomainError("Say what the goal is.", code="no_goal")
    update_profile(user=act.learner, changes=changes)
    aim, minutes = act.given("aim"), act.given("minutes_a_day")
    return {"title": aim, "minutes": minutes, "url": reverse("accounts:settings")}


def _next_step(act: Act) -> Result:
    language = act.learner.languages.filter(language=act.turn.language).first()
    now = timezone.now()
    steps = steps_for(learner=act.learner, language=language, now=now) if language else []
    if not steps:
        raise NotFound("There is nothing to do.", code="nothing_found")
    return {"title": steps[0].title, "reason": steps[0].reason, "url": steps[0].url}


def _ask_tutor(act: Act) -> Result:
    conversation = Conversation.objects.owned_by(act.learner).get(pk=act.turn.conversation_id)
    request = ask_for_tutor(
        learner=act.learner,
        conversation=conversation,
        question=act.given("question") or act.turn.text[:500],
    )
    return {"title": "", "request": str(request.pk)}


RUN: Final[dict[str, Callable[[Act], Result]]] = {
    "look_up": _look_up,
    "add_card": _add_card,
    "find_content": _find_content,
    "start_practice": _start_practice,
    "create_assessment_question": _create_question,
    "give_feedback": _give_feedback,
    "set_goal": _set_goal,
    "next_step": _next_step,
    "ask_tutor": _ask_tutor,
}
