"""A flag in plain words, for its writer."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ai.models import ModerationFlag
from conversations.moderation.selectors import can_appeal, shown_excerpt

Status, Action = ModerationFlag.Status, ModerationFlag.Action

SURFACES: Final[dict[str, Promise]] = {
    "message": _("Your message"),
    "reply": _("The tutor's answer"),
    "transcript": _("A transcript you sent"),
    "content": _("Content you wrote"),
    "course": _("A course you wrote"),
    "deck": _("A deck you shared"),
    "companion": _("A companion you made"),
    "word list": _("A word list you shared"),
}
_SOMETHING: Final = _("Something you wrote")
_DONE: Final[dict[str, Promise]] = {
    Action.NOTED: _("It was let through. This is only a note for you."),
    Action.QUEUED: _("It was let through, and a person will look at it."),
    Action.BLOCKED: _("It was not sent."),
}
_CAME: Final[dict[str, Promise]] = {
    Status.APPEALED: _("You said why this is wrong. A person will look at it."),
    Status.UPHELD: _("A person looked at it: it stands."),
    Status.OVERTURNED: _("A person looked at it: it is fine."),
}
_MAY_BE_SENT: Final = _("A person looked at it: it is fine. You can send it now.")
_LEFT_OUT: Final = _("It was left out of your conversation.")
_SELF_HARM: Final = _("It was let through. A person looks, to see whether you could use help.")


@dataclass(frozen=True, slots=True)
class Shown:
    flag: ModerationFlag

    @property
    def surface(self) -> Promise:
        return SURFACES.get(self.flag.surface, _SOMETHING)

    @property
    def excerpt(self) -> str:
        return shown_excerpt(self.flag)

    @property
    def state(self) -> Promise:
        if self.is_despair:
            return _SELF_HARM
        blocked = self.flag.action == Action.BLOCKED
        if blocked and self.flag.status == Status.OVERTURNED and self.flag.surface != "reply":
            return _MAY_BE_SENT
        if self.flag.surface == "reply" and self.flag.status == Status.CLOSED:
            return _LEFT_OUT if blocked else _DONE[self.flag.action]
        return _CAME.get(self.flag.status) or _DONE[self.flag.action]

    @property
    def can_appeal(self) -> bool:
        return can_appeal(self.flag)

    @property
    def is_despair(self) -> bool:
        """Their own, not that of somebody in a transcript."""
        theirs = self.flag.surface == "message"
        return theirs and self.flag.category == ModerationFlag.Category.SELF_HARM
