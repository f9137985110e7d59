"""Stopping a reply from any process."""

from redis.exceptions import RedisError

from config.errors import Unavailable
from conversations.streams.connections import valkey_in_thread

CANCEL_CHANNEL = "turns:cancel"


def request_cancel(turn_id: str) -> None:
    """Ask the process that writes the turn to stop it. Raises Unavailable when it cannot."""
    try:
        valkey_in_thread().publish(CANCEL_CHANNEL, turn_id)
    except RedisError as error:
        raise Unavailable from error
