"""What a plan allows with companions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from config.errors import DomainError
from learning.companions.models import Companion, CompanionSession

Plan = User.Plan

MOST_COMPANIONS: Final[Mapping[str, int]] = {Plan.FREE: 3, Plan.CORE: 10}
"""Of one's own. A plan that is not named has no limit."""
MOST_SESSIONS: Final[Mapping[str, int]] = {Plan.FREE: 10}
"""Ever begun with a companion, by the rows of CompanionSession."""


class PlanLimitReached(DomainError):
    status, code = 403, "plan_limit"

    def __init__(self, message: str, allowance: "Allowance") -> None:
        super().__init__(message, details=allowance.told())


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit` is None where the plan has none."""

    plan: str
    limit: int | None
    used: int

    @property
    def has_room(self) -> bool:
        return self.limit is None or self.used < self.limit

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)

    def told(self) -> dict[str, int | str | None]:
        return {"limit": self.limit, "used": self.used, "plan": self.plan}


def companions_allowed(user: User) -> Allowance:
    used = Companion.objects.made_by(user).count()
    return Allowance(user.plan, MOST_COMPANIONS.get(user.plan), used)


def sessions_allowed(user: User) -> Allowance:
    used = CompanionSession.objects.filter(user=user).count()
    return Allowance(user.plan, MOST_SESSIONS.get(user.plan), used)


def refuse_more_companions(user: User) -> None:
    """Raises PlanLimitReached. Exact where the user's row is locked."""
    allowance = companions_allowed(user)
    if not allowance.has_room:
        told = _("Your plan has room for %(limit)d companions of your own. Delete one first.")
        raise PlanLimitReached(told % {"limit": allowance.limit}, allowance)


def refuse_more_sessions(user: User) -> None:
    """As above, for talking with a companion."""
    if user.plan not in MOST_SESSIONS:
        return
    allowance = sessions_allowed(user)
    if not allowance.has_room:
        told = _(
            "Your plan has room for %(limit)d conversations with companions, and you have had "
            "them. Talking without a companion is not limited."
        )
        raise PlanLimitReached(told % {"limit": allowance.limit}, allowance)
