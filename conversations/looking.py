"""Where a question is looked up; and one taken for talk looked at again: sessions may answer it."""

import logging
from typing import Final, NamedTuple
from uuid import UUID

from django.db import DatabaseError

from accounts.models import User
from ai.language import TAUGHT
from ai.providers.builtin.phrases import phrases
from conversations.answering import search
from conversations.models import TutoringSession
from conversations.retrieval.found import THEIR_OWN, TRANSCRIPT, Retrieved
from conversations.routes import Want
from conversations.routes.choose import LOOK_IN_SESSIONS, PLAIN
from conversations.routes.naming import speaks_of_last
from conversations.routes.rules import (
    asks_what_they_did,
    names_a_lesson,
    names_tutor,
    speaks_of_telling,
    without_names,
)
from conversations.services.context import TurnContext
from conversations.streams.connections import in_thread
from conversations.tools import lesson_about
from conversations.transcripts.selectors import met_by
from conversations.writing import Reply

logger = logging.getLogger(__name__)

SESSIONS: Final = (TRANSCRIPT,)
"""Elsewhere there are sentences near to any small talk: *Do you like cooking?*"""


class Looked(NamedTuple):
    """What is wanted after all, and what was found on the way."""

    want: Want
    retrieved: Retrieved | None = None


async def looked_again(reply: Reply, want: Want) -> Looked:
    """Talk that asks what a tutor said by their name is looked up. So is, where the built-in tutor
    would reply, what asks about the learner's own past: in their own language, in which nobody
    practises, for good; in the one being learned if their sessions answer it. Never raises: what
    cannot be looked up is talked about."""
    if not reply.by_model and want.route == "retrieval" and _asks_to_be_judged(reply.turn):
        return Looked(PLAIN)
    if not reply.by_model and want.route == "retrieval":
        return await _done_instead(reply, want)
    if want.route != "talk":
        return Looked(want)
    try:
        if await _names_tutor(reply.turn):
            return Looked(LOOK_IN_SESSIONS)
        if _may_be_told(reply):
            retrieved = await search(reply, kinds=SESSIONS)
            if retrieved.enough or _asks_in_their_own(reply.turn):
                return Looked(LOOK_IN_SESSIONS, retrieved)
    except DatabaseError:
        logger.exception("question_not_looked_up", extra={"turn": reply.turn.turn_id})
    return Looked(want)


async def looked_up(reply: Reply, what: str) -> Retrieved:
    """What may answer. What was said in sessions is looked for there, and unless the message names
    one, in what else is the learner's own: a tutor also writes in conversations. The course's
    lessons do not know."""
    if what != LOOK_IN_SESSIONS.what:
        return await search(reply)
    met = await in_thread(met_by, reply.turn.learner_id)
    question = without_names(reply.turn.text, met)
    held = await search(reply, kinds=SESSIONS, question=question)
    to_be_read = reply.by_model and held.worth_reading
    if held.enough or to_be_read or names_a_lesson(reply.turn.text):
        return held
    return await search(reply, kinds=THEIR_OWN, question=question)


async def _done_instead(reply: Reply, want: Want) -> Looked:
    """Where no passage answers the built-in tutor: a question that a lesson explains is answered by
    it, and one for the last session by what that was about."""
    turn = reply.turn
    retrieved = await looked_up(reply, want.what)
    if retrieved.enough:
        return Looked(want, retrieved)
    if want == LOOK_IN_SESSIONS:
        last = speaks_of_last(turn.text) and await in_thread(_has_sessions, turn.learner_id)
        return Looked(Want("action", "last_session") if last else want, retrieved)
    explained = await in_thread(_is_explained, turn)
    return Looked(Want("action", "explain") if explained else want, retrieved)


def _has_sessions(learner_id: UUID) -> bool:
    done = TutoringSession.Status.COMPLETED
    return TutoringSession.objects.filter(student=learner_id, status=done).exists()


def _is_explained(turn: TurnContext) -> bool:
    learner = User.objects.get(pk=turn.learner_id)
    return lesson_about(learner, turn.language, turn.text) is not None


async def _names_tutor(turn: TurnContext) -> bool:
    if not speaks_of_telling(turn.text):
        return False
    return names_tutor(turn.text, await in_thread(met_by, turn.learner_id))


def _asks_to_be_judged(turn: TurnContext) -> bool:
    """Whether a sentence in quotation marks is right: no passage says so."""
    spoken = {turn.language, turn.native_language} & set(TAUGHT)
    return any(phrases(one).asks_whether_right(turn.text) for one in spoken)


def _asks_in_their_own(turn: TurnContext) -> bool:
    own = {turn.native_language} - {turn.language}
    return asks_what_they_did(turn.text, languages=own)


def _may_be_told(reply: Reply) -> bool:
    """Not in a scene, where the questions are part of it; and a model knows what it is asked."""
    turn = reply.turn
    if reply.by_model or turn.scenario:
        return False
    return asks_what_they_did(turn.text, languages={turn.language, turn.native_language})
