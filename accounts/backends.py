from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from accounts.notifications.selectors import unread_notifications


class AccountBackend(ModelBackend):
    """Signs in by e-mail; a session's user comes with what every page reads: the settings, and how
    many notifications are `unread`."""

    def get_user(self, user_id: Any) -> User | None:
        rows = User.objects.select_related("settings").annotate(unread=unread_notifications())
        user = rows.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
