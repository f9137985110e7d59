from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from learning.models import Concept, Surface


class Visibility(models.TextChoices):
    PRIVATE = "private", "Only me"
    SHARED = "shared", "People I name"
    PUBLIC = "public", "Everybody"


class DeckQuerySet(models.QuerySet["Deck"]):
    def live(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        """One's own, those shared with one, the public ones, and those of one's students."""
        if user.is_admin:
            return self.live()
        return (
            self.live()
            .filter(
                Q(owner__in=User.objects.visible_to(user))
                | Q(visibility=Visibility.PUBLIC)
                | Q(visibility=Visibility.SHARED, members__user=user)
            )
            .distinct()
        )

    def editable_by(self, user: User) -> Self:
        return self.live() if user.is_admin else self.live().filter(owner=user)


def learning_steps() -> list[int]:
    return [60, 600]


def relearning_steps() -> list[int]:
    return [600]


class StudyOptions(models.Model):
    """How one learner studies one deck: its owner's stand on the deck, a member's on theirs."""

    class Scheduler(models.TextChoices):
        FSRS = "fsrs", "FSRS"
        SM2 = "sm2", "SM-2"

    scheduler = models.CharField(max_length=8, choices=Scheduler, default=Scheduler.FSRS)
    desired_retention = models.FloatField(
        "share to be recalled when due",
        default=0.9,
        validators=[MinValueValidator(0.7), MaxValueValidator(0.98)],
    )
    new_per_day = models.PositiveSmallIntegerField(default=20)
    reviews_per_day = models.PositiveSmallIntegerField(default=200)
    learning_steps = ArrayField(
        models.PositiveIntegerField(), verbose_name="in seconds", default=learning_steps, blank=True
    )
    relearning_steps = ArrayField(
        models.PositiveIntegerField(),
        verbose_name="in seconds",
        default=relearning_steps,
        blank=True,
    )
    parameters = ArrayField(
        models.FloatField(),
        verbose_name="FSRS weights fitted to the learner",
        default=list,
        blank=True,
    )
    fitted_at = models.DateTimeField("when a fit was last tried", null=True, blank=True)

    class Meta:
        abstract = True


class Deck(StudyOptions):
    """Notes of one subject. A copy keeps a schedule of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="decks")
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies"
    )
    is_default = models.BooleanField("where single cards are put", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = DeckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(desired_retention__gte=0.7, desired_retention__lte=0.98),
                name="deck_retention",
            ),
            models.UniqueConstraint(
                fields=["owner", "language"],
                condition=Q(is_default=True, deleted_at__isnull=True),
                name="deck_one_default",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "name"], name="deck_shelf"),
            models.Index(
                fields=["language", "name"],
                condition=Q(visibility="public", deleted_at__isnull=True),
                name="deck_public",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeckMember(StudyOptions):
    """Somebody a deck is shared with; they study it on a schedule of their own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shared_decks")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deck", "user"], name="deck_member_once"),
            models.CheckConstraint(
                condition=Q(desired_retention__gte=0.7, desired_retention__lte=0.98),
                name="deck_member_retention",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} studies {self.deck_id}"


class Note(models.Model):
    """What one or several cards are made of: edited once, shown from several sides."""

    class Kind(models.TextChoices):
        BASIC = "basic", "Front and back"
        REVERSED = "reversed", "Both ways"
        CLOZE = "cloze", "Gaps in a text"
        TYPED = "typed", "Type the answer"
        LISTENING = "listening", "Listen and recall"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.BASIC)
    front = models.TextField(max_length=10_000)
    back = models.TextField(max_length=10_000, blank=True)
    fields = models.JSONField("further fields by name, as imported", default=dict, blank=True)
    example = models.TextField(max_length=2000, blank=True)
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES, blank=True)
    concept = models.ForeignKey(
        Concept, on_delete=models.SET_NULL, null=True, blank=True, related_name="notes"
    )
    audio = models.FileField(upload_to="cards/audio/", max_length=200, blank=True)
    image = models.FileField(upload_to="cards/images/", max_length=200, blank=True)
    source_type = models.CharField("table of the row it came from", max_length=40, blank=True)
    source_id = models.UUIDField("that row", null=True, blank=True)
    guid = models.CharField("name that survives export and import", max_length=64, blank=True)
    search = models.TextField("front, back and tags without marks or accents", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deck", "guid"], condition=~Q(guid=""), name="note_guid_unique"
            ),
            # One tap on a correction makes one card, however often it is tapped.
            models.UniqueConstraint(
                fields=["deck", "source_type", "source_id"],
                condition=Q(source_id__isnull=False),
                name="note_source_once",
            ),
        ]
        indexes = [
            GinIndex(fields=["tags"], name="note_tags"),
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="note_search"),
            models.Index(
                fields=["concept"], condition=Q(concept__isnull=False), name="note_concept"
            ),
        ]

    def __str__(self) -> str:
        return self.front[:60]


class CardQuerySet(models.QuerySet["Card"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(deck__in=Deck.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        return self.filter(deck__in=Deck.objects.editable_by(user))


class Card(models.Model):
    """One question of a note: its front, its back asked for, or one of its gaps."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="cards")
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="cards")
    ordinal = models.PositiveSmallIntegerField("which side or gap, from 0", default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "ordinal"], name="card_side_once")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.ordinal}"


class CardScheduleQuerySet(models.QuerySet["CardSchedule"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))


class CardSchedule(models.Model):
    """One learner's memory of one card, and when it comes next."""

    class State(models.TextChoices):
        NEW = "new", "New"
        LEARNING = "learning", "Learning"
        REVIEW = "review", "Review"
        RELEARNING = "relearning", "Relearning"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Without an index of its own: one of those below begins with it.
    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="card_schedules", db_index=False
    )
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="schedules")
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="schedules")
    scheduler = models.CharField(max_length=8, choices=Deck.Scheduler)
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    position = models.PositiveIntegerField("order among the new", default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    step = models.PositiveSmallIntegerField(null=True, blank=True)
    stability = models.FloatField("FSRS, days", null=True, blank=True)
    difficulty = models.FloatField("FSRS, 1 to 10", null=True, blank=True)
    ease_factor = models.FloatField("SM-2", null=True, blank=True)
    interval_days = models.FloatField(default=0)
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)
    last_review = models.DateTimeField(null=True, blank=True)
    suspended = models.BooleanField(default=False)
    buried_until = models.DateField(
        "a sibling was shown: not before this day", null=True, blank=True
    )
    version = models.PositiveIntegerField("grows with each review", default=0)

    objects = CardScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "card"], name="card_schedule_once"),
            models.CheckConstraint(
                condition=Q(state="new") | Q(due_at__isnull=False), name="card_schedule_due"
            ),
        ]
        indexes = [
            # The queue: steps of minutes, which no daily limit holds back; then what is due and
            # what is new in each deck, up to its limits.
            models.Index(
                fields=["learner", "due_at"],
                condition=Q(state__in=["learning", "relearning"], suspended=False),
                name="schedule_in_steps",
            ),
            models.Index(
                fields=["learner", "deck", "due_at"],
                condition=~Q(state="new") & Q(suspended=False),
                name="schedule_due_in_deck",
            ),
            models.Index(
                fields=["learner", "deck", "position"],
                condition=Q(state="new", suspended=False),
                name="schedule_new",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id} {self.state}"


class ReviewLogQuerySet(models.QuerySet["ReviewLog"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))

    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)


class ReviewLog(models.Model):
    """One review, with the state before and after it, so that it can be undone and refitted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Without indexes of their own: those below begin with them, and each one more is written to
    # with each review.
    learner = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="reviews", db_index=False
    )
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="reviews", db_index=False)
    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="reviews")
    client_id = models.UUIDField("made by the device: a review sent twice is one")
    scheduler = models.CharField(max_length=8, choices=Deck.Scheduler)
    rating = models.PositiveSmallIntegerField("1 to 4 (FSRS) or 1 to 5 (SM-2)")
    before = models.JSONField("schedule before")
    after = models.JSONField("schedule after")
    elapsed_days = models.FloatField("since the last review", null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    timezone = models.CharField(max_length=64)
    surface = models.CharField(max_length=16, choices=Surface, default=Surface.REVIEW)
    weight = models.FloatField("1 for a review, less for a use elsewhere", default=1.0)
    source_type = models.CharField("of a use elsewhere, its table", max_length=40, blank=True)
    source_id = models.UUIDField("and its row", null=True, blank=True)
    reviewed_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewLogQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["learner", "client_id"], name="review_once"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating"),
        ]
        indexes = [
            models.Index(fields=["learner", "-reviewed_at"], name="review_recent"),
            models.Index(fields=["card", "learner", "reviewed_at"], name="review_of_card"),
        ]

    def __str__(self) -> str:
        return f"{self.rating} at {self.reviewed_at:%Y-%m-%d}"


class DeckImportQuerySet(models.QuerySet["DeckImport"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner__in=User.objects.visible_to(user))


class DeckImport(models.Model):
    """A file of cards on its way into a deck: what became of it, step by step."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Under way"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Refused"

    class Format(models.TextChoices):
        APKG = "apkg", "Anki package"
        CSV = "csv", "CSV or TSV"
        JSON = "json", "JSON"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deck_imports")
    deck = models.ForeignKey(
        Deck, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports"
    )
    format = models.CharField(max_length=8, choices=Format)
    file = models.FileField(upload_to="imports/", max_length=200)
    file_name = models.CharField(max_length=200)
    options = models.JSONField("columns, separator, what to do with duplicates", default=dict)
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    done = models.PositiveIntegerField("notes read", default=0)
    total = models.PositiveIntegerField("notes in the file", default=0)
    result = models.JSONField("{notes, cards, reviews, media, skipped}", default=dict)
    error_code = models.CharField(max_length=64, blank=True)
    error = models.CharField("for the learner", max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeckImportQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["learner", "-created_at"], name="deck_import_recent")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.status})"
