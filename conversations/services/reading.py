"""What workers do with a turn when it is over and nobody waits."""

from collections.abc import Sequence
from typing import NamedTuple

from ai.moderation.by_provider import available
from conversations.moderation.tasks import check_messages_task
from conversations.tasks import read_message_task


class OverTurn(NamedTuple):
    said_id: str
    reply_id: str


def enqueue_reading(turns: Sequence[OverTurn]) -> None:
    """Have evidence read in what learners said, and with a key a provider look at both sides."""
    read_message_task.delay(*(turn.said_id for turn in turns))
    if available():
        check_messages_task.delay([one for turn in turns for one in turn])
