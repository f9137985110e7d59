"""Telling users something in the app. A mail is the business of who knows what happened."""

from uuid import UUID

from django.utils import timezone

from accounts.models import Notification, User
from config.errors import NotFound

LONGEST_TITLE = 200
LONGEST_BODY = 500


def notify(
    *,
    user: User,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    source_type: str = "",
    source_id: UUID | None = None,
) -> Notification:
    """Tell a user once: the same `kind` about the same `source_id` again gives the first row.

    `url` is a path within the site, `source_type` the table of the row it is about, such as
    "conversations.tutorrequest". Texts that are too long are cut. May run in a transaction.
    """
    told = {
        "title": _cut(title, LONGEST_TITLE),
        "body": _cut(body, LONGEST_BODY),
        "url": url,
        "source_type": source_type,
    }
    if source_id is None:
        return Notification.objects.create(user=user, kind=kind, **told)
    return Notification.objects.get_or_create(
        user=user, kind=kind, source_id=source_id, defaults=told
    )[0]


def mark_read(*, user: User, notification_id: UUID) -> Notification:
    """Raises NotFound for somebody else's. Reading one again keeps the first time."""
    found = Notification.objects.visible_to(user).filter(pk=notification_id).first()
    if found is None:
        raise NotFound
    if found.read_at is None:
        found.read_at = timezone.now()
        found.save(update_fields=["read_at"])
    return found


def mark_all_read(*, user: User) -> int:
    """How many were unread."""
    return Notification.objects.visible_to(user).unread().update(read_at=timezone.now())


def _cut(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
