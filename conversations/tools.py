"""What the tutor can do for a learner beside talking: each tool acts as this learner and nobody
else, whatever its arguments say."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from accounts.models import User
from accounts.services import update_profile
from ai.tools import Tool
from config.errors import DomainError, NotFound
from conversations.handover.services import ask_for_tutor
from conversations.models import Conversation, TutoringSession
from conversations.routes.naming import topic_words
from conversations.services.context import TurnContext
from conversations.streams.connections import in_thread
from conversations.tool_specs import SPECS
from conversations.transcripts.selectors import sessions_of
from learning.content.exercises import answer_task, begin_exercise
from learning.content.models import ContentItem
from learning.content.selectors import recommended, shelf
from learning.today import steps_for
from practice.decks.services import add_note, default_deck
from practice.sets.services import request_practice
from practice.vocabulary.lookup import WordFacts, look_up, words_meaning

MOST_FOUND: Final = 3
ARTICLE: Final = re.compile(
    r"^(?:the|an?|el|la|los|las|une?|une|le|les|l['’]|der|die|das|eine?|to)\b\s*", re.IGNORECASE
)
Result = dict[str, Any]
"""What became of a call: facts for whoever says it, `title` and `url` for the page."""


class NoMeaning(NotFound):
    """A card of a word that nobody has said the meaning of. `instead` is where to write it."""

    code = "unknown_word"
    message = gettext_noop("That word is not in our lists: say what it means.")

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
    facts = _facts(act)
    first = facts.meanings[0] if facts.meanings else None
    return {
        "title": facts.word,
        "level": facts.level,
        "meaning": first.translation if first else "",
        "kind": first.kind if first else "",
        "example": facts.examples[0][0] if facts.examples else "",
    }


def _facts(act: Act) -> WordFacts:
    """Of the word, else of it without its article, else of what it translates. Raises NotFound."""
    word, turn = act.given("word"), act.turn
    bare = ARTICLE.sub("", word)
    meant = words_meaning(meaning=bare, language=turn.language, native=turn.native_language)
    for one in dict.fromkeys((word, bare, *meant)):
        with suppress(NotFound):
            return look_up(
                learner=act.learner,
                language=turn.language,
                word=one,
                source_id=UUID(turn.learner_message_id),
                now=timezone.now(),
            )
    raise NotFound(_("That word is not in our lists."), code="unknown_word")


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
    items = _content_about(act, act.given("topic"), paired=True)
    instead = [] if items else _content_about(act, "")
    if not items and not instead:
        raise NotFound(_("There is no lesson about that."), code="nothing_found")
    first = (items or instead)[0]
    return {
        "about": "" if items else "another topic: there is nothing about that",
        "title": first.title,
        "level": first.level,
        "url": reverse("learning:content", args=[first.pk]),
        "others": ", ".join(item.title for item in items[1:]),
    }


def _explain(act: Act) -> Result:
    lesson = lesson_about(act.learner, act.turn.language, act.given("topic"))
    if lesson is None:
        raise NotFound(_("There is no lesson about that."), code="nothing_found")
    told, examples = lesson.content["explanation"], lesson.content.get("examples") or [{}]
    return {
        "title": lesson.title,
        "level": lesson.level,
        "explanation": told.get(act.turn.native_language) or told.get("en", ""),
        "example": examples[0].get("text", ""),
        "url": reverse("learning:content", args=[lesson.pk]),
    }


def lesson_about(learner: User, language: str, topic: str) -> ContentItem | None:
    """The lesson that explains what a question names, nearest by its words."""
    words = topic_words(topic)
    kind = ContentItem.Type.LESSON
    found = _shelved(learner, " or ".join(words), language, content_type=kind) if words else []
    return next((item for item in found if item.content.get("explanation")), None)


def _shelved(learner: User, search: str, language: str, **fields: Any) -> list[ContentItem]:
    native = learner.native_language
    found = shelf(learner, search=search, native=native, language=language, **fields)
    return list(found[:MOST_FOUND])


def _content_about(
    act: Act, topic: str, *, paired: bool = False, **fields: Any
) -> list[ContentItem]:
    """About all that the topic says, else about some of its words; without one, what suits next."""
    if topic:
        words = " or ".join(topic_words(topic))
        for search in filter(None, (topic, words)):
            if found := _shelved(act.learner, search, act.turn.language, paired=paired, **fields):
                return found
        return []
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
    lesson = lesson_about(act.learner, act.turn.language, act.given("topic"))
    made = request_practice(
        learner=act.learner,
        requested_by=act.learner,
        now=timezone.now(),
        concepts=list(lesson.concepts.all()) if lesson else (),
        language=act.turn.language,
    )
    return {
        "title": made.title,
        "about": lesson.title if lesson else "",
        "url": reverse("practice:set", args=[made.pk]),
    }


def _level_test(act: Act) -> Result:
    return {"title": "", "url": reverse("assessments:placement")}


def _last_session(act: Act) -> Result:
    done = TutoringSession.Status.COMPLETED
    session = sessions_of(act.learner, student=act.learner).filter(status=done).first()
    if session is None:
        raise NotFound(_("There is no session."), code="nothing_found")
    with override(act.turn.native_language):
        date = date_format(session.held_at, "DATE_FORMAT")
    return {
        "title": session.title,
        "date": date,
        "improve": "; ".join(session.analysis.get("areasForImprovement", ())[:2]),
        "do": " ".join(session.analysis.get("actionItems", ())[:3]),
        "url": reverse("conversations:tutoring_session", args=[session.pk]),
    }


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
    raise NotFound(_("There is no question about that."), code="nothing_found")


def _give_feedback(act: Act) -> Result:
    asked = act.turn.asked
    if not asked:
        raise DomainError(_("No question was asked."), code="no_question")
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
        raise DomainError(_("Say what the goal is."), code="no_goal")
    update_profile(user=act.learner, changes=changes)
    aim, minutes = act.given("aim"), act.given("minutes_a_day")
    return {"title": aim, "minutes": minutes, "url": reverse("accounts:settings")}


def _next_step(act: Act) -> Result:
    language = act.learner.languages.filter(language=act.turn.language).first()
    now = timezone.now()
    steps = steps_for(learner=act.learner, language=language, now=now) if language else []
    if not steps:
        raise NotFound(_("There is nothing to do."), code="nothing_found")
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
    "explain": _explain,
    "level_test": _level_test,
    "last_session": _last_session,
}
"""The last three are not offered to a model, which answers out of passages."""
