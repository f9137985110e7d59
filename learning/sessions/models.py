from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from config.levels import Level


class LearningSessionQuerySet(models.QuerySet["LearningSession"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))


class LearningSession(models.Model):
    """A span of work by a learner: an assessment, a conversation, a stretch of practice."""

    class Type(models.TextChoices):
        ASSESSMENT = "assessment", "Assessment"
        CONVERSATION = "conversation", "Conversation"
        PRACTICE = "practice", "Practice"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        COMPLETED = "completed", "Completed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="learning_sessions")
    session_type = models.CharField(max_length=16, choices=Type)
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    level = models.CharField(max_length=2, choices=Level, blank=True)
    topics = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    metadata = models.JSONField(default=dict, blank=True)
    seconds = models.PositiveIntegerField("time on task", default=0)
    active_at = models.DateTimeField("last sign of work", null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = LearningSessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["learner", "-started_at"], name="learning_session_recent")]

    def __str__(self) -> str:
        return f"{self.session_type} in {self.language}"


class StudyDayQuerySet(models.QuerySet["StudyDay"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))


class StudyDay(models.Model):
    """What a learner did on one of their own days (their time zone), for streaks and Today.

    A running sum written beside each act, so that Today reads one row a day however long the
    history is.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="study_days")
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    day = models.DateField()
    turns = models.PositiveIntegerField("messages to the tutor", default=0)
    answers = models.PositiveIntegerField("questions answered", default=0)
    corrections = models.PositiveIntegerField("corrections received", default=0)

    objects = StudyDayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "language", "day"], name="study_day_unique"),
            models.CheckConstraint(
                condition=Q(turns__gt=0) | Q(answers__gt=0) | Q(corrections__gt=0),
                name="study_day_not_empty",
            ),
        ]
        indexes = [models.Index(fields=["learner", "-day"], name="study_day_recent")]

    def __str__(self) -> str:
        return f"{self.day} {self.language}"
