"""WebSocket tickets: a browser cannot send a bearer header when it opens a socket."""

import secrets
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.models import User
from config.errors import Unavailable


def issue_ws_ticket(*, user: User) -> str:
    """A ticket that opens one socket within `WS_TICKET_SECONDS`.

    Raises Unavailable when the cache is down: nothing else could hold it.
    """
    ticket = secrets.token_urlsafe(32)
    try:
        # Not `set`, which drops what it cannot write without a word.
        kept = cache.add(_key(ticket), str(user.pk), settings.WS_TICKET_SECONDS)
    except RedisError as down:
        raise Unavailable from down
    if not kept:
        raise Unavailable
    return ticket


def redeem_ws_ticket(ticket: str) -> User | None:
    """Its owner, once; nobody for a ticket that is unknown, spent or too old."""
    key = _key(ticket)
    try:
        user_id = cache.get(key)
        # Of two sockets with one ticket, only one deletes it.
        if user_id is None or not cache.delete(key):
            return None
    except RedisError:
        return None
    owner: User | None = User.objects.filter(pk=user_id, is_active=True).first()
    return owner


def _key(ticket: str) -> str:
    """Hashed: the cache holds nothing that would open a socket, and no key is over-long."""
    return f"ws-ticket:{sha256(ticket.encode()).hexdigest()}"
