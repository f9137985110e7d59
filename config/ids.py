from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A time-ordered UUID (version 7), so that primary keys sort by creation."""
    return uuid7()
