from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import TutorAssignment, User
from config.ids import new_id


class RoutingDecisionQuerySet(models.QuerySet["RoutingDecision"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))


class RoutingDecision(models.Model):
    """Whether a human tutor should step in, as judged once, and by what."""

    class Rule(models.TextChoices):
        ASKED = "asked", "Asked for a human"
        REPEATED_ERROR = "repeated_error", "The same error again and again"
        FRUSTRATION = "frustration", "Frustration"
        NOTHING_FOUND = "nothing_found", "Nothing found in their material"
        SAFETY = "safety", "Safety"
        MODEL = "model", "The model's judgement"
        NONE = "none", "No reason"

    class Urgency(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="routing_decisions")
    conversation = models.ForeignKey(
        "conversations.Conversation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="routing_decisions",
    )
    message = models.ForeignKey(
        "conversations.Message",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="routing_decisions",
    )
    should_route = models.BooleanField()
    rule = models.CharField(max_length=16, choices=Rule)
    reason = models.CharField("for a person", max_length=400)
    urgency = models.CharField(max_length=8, choices=Urgency)
    topic = models.CharField(max_length=200, blank=True)
    context = models.JSONField("{summary, focusAreas, studentStrengths}", default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RoutingDecisionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["learner", "-created_at"], name="routing_recent")]

    def __str__(self) -> str:
        return f"{self.rule} for {self.learner_id}"


class TutorRequestQuerySet(models.QuerySet["TutorRequest"]):
    def visible_to(self, user: User) -> Self:
        """Those of learners the user sees; with a deleted conversation its requests are gone."""
        return self.filter(
            learner__in=User.objects.visible_to(user), conversation__deleted_at__isnull=True
        )

    def for_tutor(self, user: User) -> Self:
        """Those of learners whom the user teaches, or of everybody for an admin."""
        return self.visible_to(user).exclude(learner=user)

    def with_tutors(self) -> Self:
        """With `has_tutor`: without one, admins were called."""
        current = TutorAssignment.objects.current().filter(student=OuterRef("learner"))
        return self.annotate(has_tutor=Exists(current))

    def open(self) -> Self:
        return self.filter(returned_at__isnull=True, withdrawn_at__isnull=True)


class TutorRequest(models.Model):
    """A learner's call for a human tutor, from the question to the answer.

    `packet` is what the tutor is given, as it stood when it was made.
    """

    class Verdict(models.TextChoices):
        RIGHT = "right", "Right to call me"
        LATE = "late", "Should have come sooner"
        NOT_NEEDED = "not_needed", "The AI could have answered"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tutor_requests")
    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="tutor_requests"
    )
    decision = models.ForeignKey(
        RoutingDecision, on_delete=models.SET_NULL, null=True, blank=True, related_name="requests"
    )
    question = models.CharField("what the learner wants to know", max_length=1000, blank=True)
    packet = models.JSONField(default=dict)
    tutor = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests_taken",
        help_text="who took it; nobody yet: any tutor of the learner's",
    )
    requested_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField("when tutors were told", null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField("given back to the AI tutor", null=True, blank=True)
    withdrawn_at = models.DateTimeField("by the learner", null=True, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True)
    verdict_note = models.CharField(max_length=500, blank=True)

    has_tutor: bool
    """Set by `with_tutors`."""

    objects = TutorRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(returned_at__isnull=True, withdrawn_at__isnull=True),
                name="tutor_request_one_open",
            )
        ]
        indexes = [
            models.Index(fields=["learner", "-requested_at"], name="tutor_request_recent"),
            models.Index(
                fields=["requested_at"],
                condition=Q(returned_at__isnull=True, withdrawn_at__isnull=True),
                name="tutor_request_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} at {self.requested_at:%Y-%m-%d %H:%M}"

    @property
    def state(self) -> str:
        """Where it stands: asked, queued, human, returned or withdrawn."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.returned_at:
            return "returned"
        if self.taken_at:
            return "human"
        return "queued" if self.queued_at else "asked"

    @property
    def taker(self) -> User | None:
        """Who took it, while they teach the learner and may enter."""
        if self.tutor is None or not self.tutor.is_active:
            return None
        seen = TutorRequest.objects.visible_to(self.tutor).filter(pk=self.pk)
        return self.tutor if seen.exists() else None

    @property
    def is_open(self) -> bool:
        return not (self.returned_at or self.withdrawn_at)
