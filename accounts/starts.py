"""Where somebody begins, and where they go who have no language to study."""

from accounts.models import User
from accounts.selectors import current_language, waits_for_approval


def start_of(user: User) -> str:
    """The name of the page somebody begins at when they asked for none."""
    if waits_for_approval(user):
        return "accounts:tutor_waiting"
    if user.is_staff and current_language(user) is None:
        return start_without_language(user)
    return "learning:today"


def start_without_language(user: User) -> str:
    """The name of the page for somebody who asked for one that is about a language of theirs."""
    if not user.is_staff:
        return "accounts:onboarding"
    return "admin:index" if user.is_admin else "conversations:tutor_queue"
