from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import User


class AccountBackend(ModelBackend):
    """Signs in by e-mail; a session's user comes with the settings that every page reads."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("settings").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
