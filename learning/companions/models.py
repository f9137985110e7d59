from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES

LONGEST_SESSION = 180
MAX_INSTRUCTIONS = 500


class CompanionQuerySet(models.QuerySet["Companion"]):
    def visible_to(self, user: User) -> Self:
        """Those that come with Parlance, and those of whom the user may see."""
        shown = Q() if user.is_staff else Q(is_active=True)
        ours = Q(author__isnull=True) & shown
        return self.filter(ours | Q(author__in=User.objects.visible_to(user)))

    def made_by(self, user: User) -> Self:
        """Only its author changes a companion."""
        return self.filter(author=user)


class Companion(models.Model):
    """A tutor persona: who the tutor is in a conversation, what about, and in what manner."""

    class Subject(models.TextChoices):
        LANGUAGE = "language", "Language"
        MATHS = "maths", "Maths"
        SCIENCE = "science", "Science"
        HISTORY = "history", "History"
        GEOGRAPHY = "geography", "Geography"
        CODING = "coding", "Coding"
        ECONOMICS = "economics", "Economics"
        FINANCE = "finance", "Finance"
        BUSINESS = "business", "Business"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    author = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="companions",
        help_text="nobody for one that comes with Parlance",
    )
    slug = models.SlugField("stable name in the files; none when made here", blank=True)
    name = models.CharField(max_length=60)
    subject = models.CharField(max_length=16, choices=Subject)
    topic = models.CharField(max_length=120)
    language = models.CharField(
        "talked in; none for the one its learner studies",
        max_length=8,
        choices=TAUGHT_CHOICES,
        blank=True,
    )
    voice = models.CharField(max_length=60)
    style = models.CharField(max_length=60)
    duration = models.PositiveSmallIntegerField("minutes of a session", default=15)
    instructions = models.CharField(
        "what it is like", max_length=MAX_INSTRUCTIONS, blank=True, default=""
    )
    keeps_private = models.BooleanField(
        "what is learned in talk with it is told to it alone", default=False
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CompanionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "slug"], condition=~Q(slug=""), name="companion_slug_unique"
            ),
            models.CheckConstraint(
                condition=~Q(subject="language") | ~Q(language=""),
                name="companion_of_language_names_it",
            ),
            models.CheckConstraint(
                condition=Q(duration__gte=1, duration__lte=LONGEST_SESSION),
                name="companion_duration",
            ),
        ]
        indexes = [models.Index(fields=["author", "-created_at"], name="companion_by_author")]

    def __str__(self) -> str:
        return self.name


class Bookmark(models.Model):
    """A companion that a user wants at hand. Taken away, the row is gone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    companion = models.ForeignKey(Companion, on_delete=models.CASCADE, related_name="bookmarks")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="companion_bookmarks")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "companion"], name="bookmark_unique")
        ]

    def __str__(self) -> str:
        return f"{self.companion_id} by {self.user_id}"


class CompanionSession(models.Model):
    """One time that a user talked with a companion.

    It outlives the companion: what a plan allows is counted by these rows, and deleting a
    companion gives nothing back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    companion = models.ForeignKey(
        Companion, on_delete=models.SET_NULL, null=True, related_name="sessions"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="companion_sessions")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at"], name="companion_session_mine"),
            models.Index(fields=["-created_at"], name="companion_session_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} with {self.companion_id}"
