from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, QuerySet

from accounts.models import Notification, User

MOST_COUNTED: Final = 100
"""The bell says “99+” from here: more are never counted."""


def notifications_of(user: User, *, unread: bool = False) -> QuerySet[Notification]:
    """The latest first."""
    rows = Notification.objects.visible_to(user)
    return (rows.unread() if unread else rows).order_by("-created_at", "-pk")


def unread_notifications() -> Any:
    """A column of User: how many they have not read, at most `MOST_COUNTED`.

    It rides on the query that fetches a session's user, so that the bell costs no query.
    """
    rows = Notification.objects.unread().filter(user=OuterRef("pk")).order_by()
    some = ArraySubquery(rows.values("pk")[:MOST_COUNTED])
    return Func(some, function="cardinality", output_field=IntegerField())
