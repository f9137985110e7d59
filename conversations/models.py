from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import User
from config.ids import new_id
from config.languages import TAUGHT_CHOICES
from config.levels import Level
from conversations.handover.models import RoutingDecision, TutorRequest
from conversations.memory.models import Memory, MemoryConsent, MemoryEvidence, MemoryRecall
from conversations.retrieval.models import MessageSource, Passage
from conversations.transcripts.models import SessionConcept, TranscriptChunk, TutoringSession
from learning.models import Companion, LearningSession

__all__ = [
    "Conversation",
    "ConversationSummary",
    "Correction",
    "CorrectionContract",
    "Memory",
    "MemoryConsent",
    "MemoryEvidence",
    "MemoryRecall",
    "Message",
    "MessageSource",
    "Passage",
    "RoutingDecision",
    "SessionConcept",
    "TranscriptChunk",
    "TutorRequest",
    "TutoringSession",
]


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(deleted_at__isnull=True, learner__in=User.objects.visible_to(user))

    def owned_by(self, user: User) -> Self:
        """Only the learner talks in their conversation; a tutor or an admin reads."""
        return self.filter(deleted_at__isnull=True, learner=user)


class Conversation(models.Model):
    """A thread of turns in one language at one level.

    An edited message or another reply opens a branch. The branch that is shown ends in `tip`, or
    without one in the newest message.
    """

    class State(models.TextChoices):
        AI = "ai", "With the AI tutor"
        ASKED = "asked", "Asked for a tutor"
        QUEUED = "queued", "Waiting for a tutor"
        HUMAN = "human", "With a tutor"
        RETURNED = "returned", "Back from a tutor"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="conversations")
    learning_session = models.ForeignKey(
        LearningSession,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
    )
    companion = models.ForeignKey(
        Companion, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    language = models.CharField(max_length=8, choices=TAUGHT_CHOICES)
    level = models.CharField(max_length=2, choices=Level)
    title = models.CharField(max_length=120, blank=True)
    scenario = models.SlugField("scenario of the built-in tutor", max_length=60, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.AI)
    tip = models.ForeignKey(
        "Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    message_count = models.PositiveIntegerField(default=0)
    tokens_used = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    memory_read_at = models.DateTimeField("read for what to remember", null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["learner", "-last_message_at"],
                condition=Q(deleted_at__isnull=True),
                name="conversation_recent",
            )
        ]

    def __str__(self) -> str:
        return self.title or "Untitled conversation"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(conversation__in=Conversation.objects.visible_to(user))

    def owned_by(self, user: User) -> Self:
        return self.filter(conversation__in=Conversation.objects.owned_by(user))

    def live(self) -> Self:
        return self.filter(status__in=Message.LIVE)


class Message(models.Model):
    """What one side said. A turn is a learner's message and the tutor's reply to it.

    The reply's id is the turn's id and names its event stream. A reply answers a message
    (`reply_to`); a message, and what a human tutor says, follows what was said before (`follows`).
    Both together are the tree of a conversation's branches.
    """

    class Role(models.TextChoices):
        USER = "user", "Learner"
        ASSISTANT = "assistant", "AI tutor"
        TUTOR = "tutor", "Human tutor"

    class Status(models.TextChoices):
        STREAMING = "streaming", "Being written"
        COMPLETE = "complete", "Complete"
        CANCELLED = "cancelled", "Stopped by the learner"
        INTERRUPTED = "interrupted", "Cut off"
        FAILED = "failed", "Failed"

    LIVE = (Status.STREAMING,)
    UNCHECKED = "unchecked"
    """In the `usage` of a learner's message until somebody has looked for slips in it; with it the
    contract by which they are told."""
    SILENT = "silent"
    """In the `usage` of a learner's message that was read and shows nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    position = models.PositiveIntegerField("place in the conversation, from 1")
    turn = models.PositiveIntegerField(
        "which turn of its branch, from 1; 0 for an opening", default=0
    )
    role = models.CharField(max_length=16, choices=Role)
    status = models.CharField(max_length=16, choices=Status, default=Status.COMPLETE)
    content = models.TextField(blank=True)
    # A retried turn has several replies.
    reply_to = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followed_by"
    )
    author = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="the human tutor who wrote it",
    )
    route = models.CharField("how the turn was handled", max_length=16, blank=True)
    tools = models.JSONField("[{name, arguments, status, result}]", default=list, blank=True)
    idempotency_key = models.CharField(max_length=255, blank=True)
    provider = models.CharField(max_length=32, blank=True)
    model = models.CharField(max_length=128, blank=True)
    prompt = models.CharField("prompt and version", max_length=64, blank=True)
    usage = models.JSONField(default=dict, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    suggest_tutor = models.BooleanField(default=False)
    error_code = models.CharField(max_length=64, blank=True)
    rating = models.SmallIntegerField("thumbs: 1 up, -1 down", null=True, blank=True)
    rating_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    siblings: list[UUID]
    """Set by `selectors.branch_of`."""
    safety: object = None
    """What the chat page says beside it to a learner in distress."""

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "position"], name="message_position_unique"
            ),
            # One live turn per conversation: a second tab is told to wait.
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(status="streaming"),
                name="message_one_live_turn",
            ),
            models.UniqueConstraint(
                fields=["conversation", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="message_idempotency_key",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="message_confidence",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__in=(-1, 1)), name="message_rating"
            ),
        ]
        indexes = [
            # The sweep for turns whose process died.
            models.Index(
                fields=["created_at"], condition=Q(status="streaming"), name="message_live"
            ),
            # The sweep for what was said and not read, or by then not even checked.
            models.Index(
                fields=["created_at"],
                condition=Q(role="user", usage__has_key="unchecked"),
                name="message_unchecked",
            ),
            models.Index(fields=["created_at"], condition=Q(role="user"), name="message_said"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.position}"

    @property
    def checked(self) -> bool:
        """Whether slips were looked for in what a learner said."""
        return self.UNCHECKED not in self.usage


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(message__in=Message.objects.visible_to(user))

    def told(self) -> Self:
        """What the learner wants to see beside their words. What waits for the end of the
        conversation stands in its summary."""
        unseen = Q(withheld=True) | Q(manner="recast") | Q(timing="after_session")
        return self.exclude(unseen)


class Correction(models.Model):
    """One slip in a learner's message: where, what it should be, and why in their own language."""

    class Kind(models.TextChoices):
        SPELLING = "spelling", "Spelling"
        ACCENT = "accent", "Accent"
        GRAMMAR = "grammar", "Grammar"
        VOCABULARY = "vocabulary", "Word choice"
        PUNCTUATION = "punctuation", "Punctuation"
        REGISTER = "register", "Register"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="corrections")
    start = models.PositiveIntegerField("first character, in Unicode code points")
    end = models.PositiveIntegerField("one past the last character")
    original = models.CharField(max_length=400)
    corrected = models.CharField(max_length=400, blank=True)
    kind = models.CharField(max_length=16, choices=Kind)
    reason = models.CharField(max_length=280)
    rule = models.CharField("rule or prompt that found it", max_length=80, blank=True)
    timing = models.CharField("as the contract stood", max_length=16, blank=True)
    manner = models.CharField("as the contract stood", max_length=12, blank=True)
    withheld = models.BooleanField("over the contract's number a turn: never shown", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["message", "start"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "start", "end"], name="correction_span_unique"
            ),
            models.CheckConstraint(
                condition=Q(end__gt=models.F("start")), name="correction_span_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.original} -> {self.corrected}"


class CorrectionContract(models.Model):
    """When, how and how much a learner wants to be corrected. Without a row: the defaults."""

    class Timing(models.TextChoices):
        NOW = "now", "As I write"
        AFTER_TURN = "after_turn", "After the reply"
        AFTER_SESSION = "after_session", "At the end of the conversation"

    class Manner(models.TextChoices):
        RECAST = "recast", "Say it right in the reply"
        HINT = "hint", "Give me a hint first"
        EXPLICIT = "explicit", "Show me the right form"

    MOST_PER_TURN = 12

    learner = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="correction_contract"
    )
    timing = models.CharField(max_length=16, choices=Timing, default=Timing.NOW)
    manner = models.CharField(max_length=12, choices=Manner, default=Manner.EXPLICIT)
    per_turn = models.PositiveSmallIntegerField("most corrections a turn", default=5)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(per_turn__gte=1, per_turn__lte=12), name="correction_contract_per_turn"
            )
        ]

    def __str__(self) -> str:
        return f"{self.timing}, {self.manner}, {self.per_turn}"


class ConversationSummary(models.Model):
    """What a finished conversation came to: one for each stretch of it."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="summaries"
    )
    until = models.PositiveIntegerField("position of the last message it covers")
    went_well = models.JSONField("[text]", default=list)
    to_fix = models.JSONField("[{original, corrected, reason, times}], at most 3", default=list)
    new_words = models.JSONField("[{lemma, word, quote}]", default=list)
    next_step = models.JSONField("{title, url, reason}", default=dict)
    made_by = models.CharField("prompt and version, or builtin", max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "conversation summaries"
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "until"], name="conversation_summary_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} until {self.until}"
