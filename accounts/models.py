from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from config.ids import new_id
from config.languages import NATIVE_CHOICES, TAUGHT_CHOICES
from config.levels import Level


class UserQuerySet(models.QuerySet["User"]):
    def by_email(self, email: str) -> Self:
        return self.filter(email__iexact=email.strip())

    def students(self) -> Self:
        return self.filter(role=User.Role.STUDENT)

    def visible_to(self, user: "User") -> Self:
        """Oneself; a tutor's assigned students; everyone for an admin."""
        if user.is_admin:
            return self
        return self.filter(Q(pk=user.pk) | Q(pk__in=TutorAssignment.objects.students_of(user)))


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user: User = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        """Sign-in forms pass the address as it was typed."""
        user: User = self.get(email=(email or "").strip().lower())
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        fields |= {"role": User.Role.ADMIN, "is_superuser": True, "is_staff": True}
        return self.create_user(email, password, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    class Role(models.TextChoices):
        STUDENT = "student", "Student"
        TUTOR = "tutor", "Tutor"
        ADMIN = "admin", "Admin"

    class Plan(models.TextChoices):
        FREE = "free", "Free"
        CORE = "core", "Core"
        PRO = "pro", "Pro"
        ENTERPRISE = "enterprise", "Enterprise"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(
        unique=True, error_messages={"unique": "An account with this address exists already."}
    )
    name = models.CharField(max_length=255)
    role = models.CharField(max_length=16, choices=Role, default=Role.STUDENT)
    plan = models.CharField(max_length=16, choices=Plan, default=Plan.FREE)
    native_language = models.CharField(max_length=8, choices=NATIVE_CHOICES, default="en")
    timezone = models.CharField(max_length=64, default="UTC")
    email_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may enter the admin", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            # Kept in lower case, so that the plain unique index ignores case too.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower")
        ]
        indexes = [models.Index(fields=["role", "created_at"], name="user_role_created")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_admin(self) -> bool:
        return self.role == self.Role.ADMIN

    @property
    def is_tutor(self) -> bool:
        return self.role == self.Role.TUTOR

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class LearnerProfile(models.Model):
    """What a learner says of themselves. Their languages and levels are `LearnerLanguage` rows."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    grade = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(13)]
    )
    learning_style = models.CharField(max_length=50, blank=True)
    motivation = models.CharField(max_length=280, blank=True)
    interests = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    strengths = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    daily_minutes = models.PositiveSmallIntegerField(
        default=15, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    learning_preferences = models.JSONField(default=dict, blank=True)
    onboarded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"profile of {self.user_id}"


class LearnerLanguageQuerySet(models.QuerySet["LearnerLanguage"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user__in=User.objects.visible_to(user))


class LearnerLanguage(models.Model):
    """A language a learner studies, and the level they stand at with how sure we are of it."""

    class Source(models.TextChoices):
        SELF = "self", "Said by the learner"
        PLACEMENT = "placement", "Placement test"
        OVERRIDE = "override", "Set by a tutor"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="languages")
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    position = models.PositiveSmallIntegerField(default=0)
    level = models.CharField(max_length=2, choices=Level, blank=True)
    level_probability = models.FloatField(null=True, blank=True)
    level_low = models.CharField(max_length=2, choices=Level, blank=True)
    level_high = models.CharField(max_length=2, choices=Level, blank=True)
    level_source = models.CharField(max_length=16, choices=Source, blank=True)
    level_set_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LearnerLanguageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "language"], name="learner_language_unique"),
            models.CheckConstraint(
                condition=Q(level_probability__isnull=True)
                | Q(level_probability__gte=0, level_probability__lte=1),
                name="learner_language_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.level or 'unplaced'}"


class TutorProfile(models.Model):
    """A tutor's standing. They enter as a tutor only once an admin has approved them."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for approval"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="tutor_profile"
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    about = models.TextField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"tutor {self.user_id} ({self.status})"


class TutorAssignmentQuerySet(models.QuerySet["TutorAssignment"]):
    def visible_to(self, user: User) -> Self:
        return self if user.is_admin else self.filter(Q(tutor=user) | Q(student=user))

    def current(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def students_of(self, tutor: User) -> models.QuerySet["TutorAssignment", Any]:
        """Ids of the students an approved tutor has now."""
        return (
            self.current()
            .filter(
                tutor=tutor,
                tutor__role=User.Role.TUTOR,
                tutor__tutor_profile__status=TutorProfile.Status.APPROVED,
            )
            .values("student")
        )


class TutorAssignment(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tutor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="student_assignments")
    student = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tutor_assignments")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TutorAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tutor", "student"],
                condition=Q(ended_at__isnull=True),
                name="tutor_assignment_current",
            ),
            models.CheckConstraint(
                condition=~Q(tutor=models.F("student")), name="tutor_assignment_not_self"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tutor_id} teaches {self.student_id}"


class UserSettings(models.Model):
    """Interface, learning, privacy and notification choices; `version` lets devices sync."""

    class Theme(models.TextChoices):
        SYSTEM = "system", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="settings"
    )
    version = models.PositiveIntegerField(default=1)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    interface = models.JSONField(default=dict, blank=True)
    learning = models.JSONField(default=dict, blank=True)
    privacy = models.JSONField(default=dict, blank=True)
    notifications = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "user settings"

    def __str__(self) -> str:
        return f"settings of {self.user_id}, version {self.version}"


class RefreshFamilyQuerySet(models.QuerySet["RefreshFamily"]):
    def live(self) -> Self:
        return self.filter(revoked_at__isnull=True)


class RefreshFamily(models.Model):
    """The refresh tokens that descend from one sign-in. Replaying a spent one revokes them all."""

    class Reason(models.TextChoices):
        LOGOUT = "logout", "Signed out"
        REUSE = "reuse", "A spent token was replayed"
        PASSWORD = "password", "The password changed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="refresh_families")
    current_jti = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    rotated_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=16, choices=Reason, blank=True)

    objects = RefreshFamilyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "refresh families"

    def __str__(self) -> str:
        return f"sign-in {self.id}"


class AuditEntry(models.Model):
    """What somebody did to somebody's account or record, kept as a row. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="audit")
    action = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["subject", "-created_at"], name="audit_subject_recent")]

    def __str__(self) -> str:
        return self.action


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """Something a user is told in the app: what happened, and where it leads."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.SlugField("what happened, such as transcript-ready", max_length=40)
    title = models.CharField(max_length=200)
    body = models.CharField(max_length=500, blank=True)
    url = models.CharField("path within the site", max_length=300, blank=True)
    source_type = models.CharField("table of the row it is about", max_length=64, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            # A task that runs twice tells once.
            models.UniqueConstraint(
                fields=["user", "kind", "source_id"],
                condition=Q(source_id__isnull=False),
                name="notification_source_unique",
            )
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notification_recent"),
            # The bell counts on every page.
            models.Index(
                fields=["user"], condition=Q(read_at__isnull=True), name="notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.title
