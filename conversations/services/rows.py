"""The rows of a turn, in as few statements as they take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from accounts.models import User
from config.errors import NotFound
from config.rows import Table, execute, fetch
from conversations.contract import Contract
from conversations.errors import TurnInProgress
from conversations.models import Conversation, Message

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Learning:
    """What a turn has to know of its learner."""

    language: str
    """That they study now; empty when they have not said one."""
    level: str
    contract: Contract
    remembers: bool
    """Whether there may be anything to recall."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest message of a conversation, and the live reply if there is one."""

    newest: UUID | None
    position: int
    turn: int
    live: UUID | None

    def refuse_second(self) -> None:
        """Raises TurnInProgress while a reply is being written."""
        if self.live:
            raise TurnInProgress(details={"messageId": [str(self.live)]})


_CONVERSATIONS, _MESSAGES, _USERS = Table(Conversation), Table(Message), Table(User)
_LOCK: Final = f"""
    SELECT {_CONVERSATIONS.columns("talk")} FROM conversations_conversation AS talk
    WHERE id = %s AND learner_id = %s AND deleted_at IS NULL FOR UPDATE
"""  # noqa: S608 - our names
_LEARNING: Final = """
    SELECT studied.language, studied.level, contract.timing, contract.manner, contract.per_turn,
        EXISTS (
            SELECT FROM conversations_memoryconsent AS consent
            JOIN conversations_memory AS memory ON memory.learner_id = consent.learner_id
            WHERE consent.learner_id = asked.id AND consent.given
        ){and_columns}
    FROM accounts_user AS asked
    LEFT JOIN conversations_correctioncontract AS contract ON contract.learner_id = asked.id
    LEFT JOIN LATERAL (
        SELECT language, level FROM accounts_learnerlanguage WHERE user_id = asked.id
        ORDER BY position, created_at LIMIT 1
    ) AS studied ON true
    WHERE asked.id = %s
"""
_LEARNING_ALONE: Final = _LEARNING.format(and_columns="")
_LEARNER: Final = _LEARNING.format(and_columns=f", {_USERS.columns('asked')}")
_AT_HAND: Final = "_learning"
"""Where a learner keeps what was read along, as Django's rows keep what they are related to."""
_STANDING: Final = """
    SELECT id, position, turn, (
        SELECT id FROM conversations_message
        WHERE conversation_id = newest.conversation_id AND status = 'streaming'
    )
    FROM conversations_message AS newest WHERE conversation_id = %s
    ORDER BY position DESC LIMIT 1
"""
_GOES_ON: Final = """
    UPDATE conversations_conversation
    SET tip_id = NULL, message_count = message_count + 1, last_message_at = %s, updated_at = %s,
        title = CASE title WHEN '' THEN %s ELSE title END
    WHERE id = %s
"""
_CLOSE: Final = """
    WITH closed AS (
        UPDATE conversations_message
        SET status = %(status)s, content = %(content)s, provider = %(provider)s,
            model = %(model)s, prompt = %(prompt)s, usage = %(usage)s,
            confidence = %(confidence)s, suggest_tutor = %(suggest_tutor)s, route = %(route)s,
            tools = %(tools)s, error_code = %(error_code)s, finished_at = %(now)s
        WHERE id = %(id)s AND status = 'streaming' RETURNING conversation_id
    ){beside}
    UPDATE conversations_conversation AS conversation
    SET message_count = message_count + 1, tokens_used = tokens_used + %(tokens)s,
        last_message_at = %(now)s, updated_at = %(now)s
    FROM closed WHERE conversation.id = closed.conversation_id
"""


def lock_conversation(learner_id: UUID, conversation_id: UUID) -> Conversation:
    """The learner's own, until the transaction ends: the lock orders its turns, so that positions
    are never contended. Raises NotFound."""
    found = fetch(_LOCK, [conversation_id, learner_id])
    if not found:
        raise NotFound
    return _CONVERSATIONS.take(found[0])


def learner_by_id(learner_id: UUID) -> User | None:
    """As `accounts.selectors.user_by_id`, with what `learning_of` gives read in the same trip."""
    found = fetch(_LEARNER, [learner_id])
    if not found:
        return None
    learning, columns = found[0][: -len(_USERS)], found[0][-len(_USERS) :]
    learner = _USERS.take(columns)
    vars(learner)[_AT_HAND] = _learning(learning)
    return learner


def learning_of(learner: User) -> Learning:
    """Raises NotFound for a learner who has gone meanwhile."""
    at_hand: Learning | None = vars(learner).get(_AT_HAND)
    if at_hand:
        return at_hand
    found = fetch(_LEARNING_ALONE, [learner.pk])
    if not found:
        raise NotFound
    return _learning(found[0])


def _learning(columns: Sequence[Any]) -> Learning:
    language, level, *contract, remembers = columns
    agreed = Contract(*contract) if contract[0] else Contract()
    return Learning(language or "", level or "", agreed, remembers)


def standing_of(conversation_id: UUID) -> Standing:
    found = fetch(_STANDING, [conversation_id])
    return Standing(*found[0]) if found else Standing(None, 0, 0, None)


def insert_conversation(conversation: Conversation, messages: Sequence[Message]) -> None:
    """A new one, with the messages it begins with."""
    statement = f"WITH opened AS ({_CONVERSATIONS.insertion()}) {_MESSAGES.insertion()}"
    opened, said = _CONVERSATIONS.document([conversation]), _MESSAGES.document(messages)
    execute(statement, [opened, said])


def insert_turn(messages: Sequence[Message], *, title: str, now: datetime) -> None:
    """What was said and its reply. `title` is for a conversation that has none.

    Raises IntegrityError when the conversation has a live turn.
    """
    statement = f"WITH talk AS ({_GOES_ON}) {_MESSAGES.insertion()}"
    said, key = _MESSAGES.document(messages), messages[0].conversation_id
    execute(statement, [now, now, title, key, said])


def close_reply(
    reply_id: UUID | str,
    columns: Mapping[str, Any],
    *,
    tokens: int,
    now: datetime,
    beside: tuple[str, Mapping[str, Any]] = ("", {}),
) -> bool:
    """Write a live reply's end and count it. False when it is not live (any more).

    `beside` is a statement to run with it, and its arguments by name; it may read the row from
    `closed`.
    """
    statement, arguments = beside
    documents = {name: _encode(columns[name]).decode() for name in ("usage", "tools")}
    own = {"id": reply_id, "tokens": tokens, "now": now}
    closing = _CLOSE.format(beside=f", beside AS ({statement})" if statement else "")
    return bool(execute(closing, {**columns, **documents, **own, **arguments}))
