from typing import Any, Final

from accounts.models import User
from learning.models import ContentItem
from practice.sets.models import PracticeSet

Kind, Status = PracticeSet.Kind, PracticeSet.Status
OPEN: Final = (Status.GENERATING, Status.READY, Status.IN_PROGRESS)


def sets_of(caller: User, *, kind: str = "", status: str = "") -> Any:
    """Sets the caller may see, the latest first. `status` is `assigned` (to do) or `completed`."""
    rows: Any = PracticeSet.objects.visible_to(caller)
    rows = rows.select_related("assigned_by", "learner").order_by("-assigned_at", "-pk")
    if kind:
        rows = rows.filter(kind=kind)
    if status == "assigned":
        return rows.filter(status__in=OPEN)
    return rows.filter(status=status) if status else rows


def open_quiz(learner: User, lesson: ContentItem) -> PracticeSet | None:
    """A quiz about a lesson that is not handed in yet."""
    rows = PracticeSet.objects.filter(learner=learner, lesson=lesson, kind=PracticeSet.Kind.QUIZ)
    return rows.filter(status__in=OPEN).order_by("-assigned_at").first()


def set_of(caller: User, *, kind: str) -> Any:
    """For one set with all it holds."""
    rows = PracticeSet.objects.visible_to(caller).filter(kind=kind)
    return rows.select_related("assigned_by", "learner", "session").prefetch_related(
        "questions__submission", "questions__concept"
    )
