"""Lists for tutors and learners: students, requests, and how right each rule has been."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from accounts.models import LearnerLanguage, User
from accounts.selectors import is_approved_tutor
from config.errors import Forbidden, NotFound
from conversations.handover.models import RoutingDecision, TutorRequest
from conversations.models import Conversation
from learning.models import Evidence, RecurringError

Rule, Verdict = RoutingDecision.Rule, TutorRequest.Verdict
PRESSING = Case(
    When(decision__urgency=RoutingDecision.Urgency.HIGH, then=Value(0)),
    When(decision__urgency=RoutingDecision.Urgency.LOW, then=Value(2)),
    default=Value(1),
    output_field=IntegerField(),
)


def require_staff(user: User) -> None:
    """Raises Forbidden for whoever is neither an admin nor an approved tutor."""
    if not (user.is_admin or is_approved_tutor(user)):
        raise Forbidden


def student_of(caller: User, student_id: UUID) -> User:
    """A learner the caller may see. Raises NotFound."""
    found: User | None = User.objects.visible_to(caller).filter(pk=student_id).first()
    if found is None:
        raise NotFound
    return found


def students_of(caller: User) -> Any:
    """Those the caller teaches (an admin: all), the latest active first, with `language`, `level`,
    `level_low`, `level_high`, `last_activity`, `open_errors` and `open_requests`."""
    studied = LearnerLanguage.objects.filter(user=OuterRef("pk")).order_by("position", "created_at")
    shown = Evidence.objects.filter(learner=OuterRef("pk")).order_by("-occurred_at")
    talked = Conversation.objects.filter(learner=OuterRef("pk"), deleted_at__isnull=True)
    talked = talked.exclude(last_message_at=None).order_by("-last_message_at")
    rows = User.objects.visible_to(caller).students().exclude(pk=caller.pk)
    return rows.annotate(
        **{name: Subquery(studied.values(name)[:1]) for name in LEVEL_FIELDS},
        last_activity=Greatest(
            Subquery(shown.values("occurred_at")[:1]),
            Subquery(talked.values("last_message_at")[:1]),
            output_field=DateTimeField(),
        ),
        open_errors=_counted(RecurringError.objects.open().filter(learner=OuterRef("pk"))),
        open_requests=_counted(TutorRequest.objects.open().filter(learner=OuterRef("pk"))),
    ).order_by(F("last_activity").desc(nulls_last=True), "name", "pk")


LEVEL_FIELDS = ("language", "level", "level_low", "level_high")


def _counted(rows: Any) -> Any:
    counted = rows.order_by().values("learner").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def requests_seen(caller: User) -> Any:
    rows = TutorRequest.objects.visible_to(caller).with_tutors()
    return rows.select_related("learner", "tutor", "conversation", "decision")


def requests_of(caller: User, *, status: str = "", student_id: UUID | None = None) -> Any:
    """Open ones by urgency and then by age, the oldest first; before those that are over."""
    rows = requests_seen(caller)
    if student_id:
        rows = rows.filter(learner=student_id)
    over = Q(returned_at__isnull=False) | Q(withdrawn_at__isnull=False)
    if status:
        rows = rows.filter(over) if status == "closed" else rows.exclude(over)
    closed = Case(When(over, then=Value(1)), default=Value(0), output_field=IntegerField())
    return rows.order_by(closed, PRESSING, "requested_at", "pk")


def request_for(caller: User, request_id: UUID) -> TutorRequest:
    """Raises NotFound."""
    found: TutorRequest | None = requests_seen(caller).filter(pk=request_id).first()
    if found is None:
        raise NotFound
    return found


def latest_request(conversation: Conversation) -> TutorRequest | None:
    """The one that is open, else the last that was."""
    rows = TutorRequest.objects.filter(conversation=conversation).select_related("tutor")
    return rows.order_by("-requested_at").first()


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How often a rule called tutors, and what they thought of it."""

    rule: str
    label: str
    decided: int
    requests: int
    right: int
    late: int
    not_needed: int

    @property
    def judged(self) -> int:
        return self.right + self.late + self.not_needed

    @property
    def precision(self) -> float | None:
        """The share that was worth the call: one that came too late was right to come."""
        return (self.right + self.late) / self.judged if self.judged else None


def rule_records(caller: User) -> list[RuleRecord]:
    """Every rule in the order of the choices, by the decisions and verdicts the caller may see."""
    seen = RoutingDecision.objects.visible_to(caller)
    decided = dict(seen.values_list("rule").annotate(Count("pk")).order_by())
    asked: QuerySet[Any, Any] = TutorRequest.objects.visible_to(caller)
    rows = asked.values("decision__rule").annotate(
        requests=Count("pk"),
        **{name: Count("pk", filter=Q(verdict=name)) for name in Verdict.values},
    )
    counts = {row.pop("decision__rule"): row for row in rows.order_by()}
    none = dict.fromkeys(("requests", *Verdict.values), 0)
    return [
        RuleRecord(rule, str(label), decided.get(rule, 0), **counts.get(rule, none))
        for rule, label in Rule.choices
    ]
