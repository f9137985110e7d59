from typing import Any

from rest_framework import serializers

from accounts.validators import timezone_names
from config.languages import TAUGHT_CHOICES
from learning.models import Surface
from practice.decks.models import CardSchedule, Note, StudyOptions, Visibility
from practice.decks.selectors import STATES
from practice.decks.services.checks import LONGEST_TAG, MOST_TAGS
from practice.decks.services.decks import LONGEST_STEP, MOST_STEPS
from practice.decks.services.reviewing import MOST

Fields = serializers.Serializer[Any]
MOST_NEW = 500
LONGEST_ANSWER = 86_400_000
"""Milliseconds: a day."""
BULK = ("suspend", "unsuspend", "bury", "unbury", "tag", "untag", "move", "reset", "delete")


class StepsField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        child = serializers.IntegerField(min_value=1, max_value=LONGEST_STEP)
        super().__init__(child=child, max_length=MOST_STEPS, **options)


class TagsField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        child = serializers.CharField(max_length=LONGEST_TAG)
        super().__init__(child=child, max_length=MOST_TAGS, **options)


class StudySerializer(Fields):
    """How one learner studies a deck; as input all fields may be left out."""

    scheduler = serializers.ChoiceField(choices=StudyOptions.Scheduler.choices, required=False)
    desired_retention = serializers.FloatField(min_value=0.7, max_value=0.98, required=False)
    new_per_day = serializers.IntegerField(min_value=0, max_value=9999, required=False)
    reviews_per_day = serializers.IntegerField(min_value=0, max_value=9999, required=False)
    learning_steps = StepsField(required=False, help_text="In seconds.")
    relearning_steps = StepsField(required=False, help_text="In seconds.")


class StudyAnswerSerializer(StudySerializer):
    fitted = serializers.BooleanField(help_text="FSRS's parameters are fitted to the learner.")


class NewDeckSerializer(StudySerializer):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False, allow_blank=True)


class ChangeDeckSerializer(NewDeckSerializer):
    name = serializers.CharField(max_length=120, required=False)


class CountsSerializer(Fields):
    new = serializers.IntegerField()
    learning = serializers.IntegerField()
    review = serializers.IntegerField()


class DeckCountsSerializer(CountsSerializer):
    cards = serializers.IntegerField(help_text="All cards of the deck.")


class OwnerSerializer(Fields):
    id = serializers.UUIDField()
    name = serializers.CharField()


class DeckSerializer(Fields):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, allow_null=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    owner = OwnerSerializer()
    is_mine = serializers.BooleanField()
    counts = DeckCountsSerializer(help_text="What is left of today; 0 in a deck not studied.")
    created_at = serializers.DateTimeField()


class DeckDetailSerializer(DeckSerializer):
    study = StudyAnswerSerializer(allow_null=True)
    members = OwnerSerializer(many=True, help_text="For its owner only.")


class CardSourceSerializer(Fields):
    type = serializers.RegexField(r"^[a-z_]+(\.[a-z_]+)?$", max_length=40)
    id = serializers.UUIDField()


class NewCardSerializer(Fields):
    front = serializers.CharField(max_length=10_000)
    back = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=Note.Kind.choices, required=False)
    tags = TagsField(required=False)
    example = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False, allow_blank=True)
    source = CardSourceSerializer(required=False)  # type: ignore[assignment]


class NewCardsSerializer(Fields):
    cards = serializers.ListField(child=NewCardSerializer(), min_length=1, max_length=MOST_NEW)


class ChangeCardSerializer(Fields):
    front = serializers.CharField(max_length=10_000, required=False)
    back = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=Note.Kind.choices, required=False)
    tags = TagsField(required=False)
    example = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False, allow_blank=True)


class ScheduleSerializer(Fields):
    scheduler = serializers.ChoiceField(choices=StudyOptions.Scheduler.choices)
    state = serializers.ChoiceField(choices=CardSchedule.State.choices)
    due_at = serializers.DateTimeField(allow_null=True)
    interval_days = serializers.FloatField()
    stability = serializers.FloatField(allow_null=True, help_text="FSRS, in days.")
    difficulty = serializers.FloatField(allow_null=True, help_text="FSRS, 1 to 10.")
    ease_factor = serializers.FloatField(allow_null=True, help_text="SM-2.")
    reviews = serializers.IntegerField()
    lapses = serializers.IntegerField()
    last_review = serializers.DateTimeField(allow_null=True)
    suspended = serializers.BooleanField()
    buried_until = serializers.DateField(allow_null=True)


class PartSerializer(Fields):
    text = serializers.CharField()
    gap = serializers.BooleanField()


class CardSerializer(Fields):
    id = serializers.UUIDField()
    note_id = serializers.UUIDField(help_text="Cards of one note are edited together.")
    deck_id = serializers.UUIDField()
    ordinal = serializers.IntegerField(help_text="Which side or gap of its note, from 0.")
    kind = serializers.ChoiceField(choices=Note.Kind.choices)
    front = serializers.CharField()
    back = serializers.CharField()
    question = serializers.CharField(help_text="What this card asks.")
    question_language = serializers.ChoiceField(choices=TAUGHT_CHOICES, allow_null=True)
    answer = serializers.CharField()
    answer_language = serializers.ChoiceField(choices=TAUGHT_CHOICES, allow_null=True)
    answer_parts = PartSerializer(many=True, help_text="Of a cloze card: the answer, cut at gaps.")
    extra = serializers.CharField(help_text="Shown below the answer.")
    spoken = serializers.CharField(help_text="Of a listening card: what is heard.")
    expected = serializers.CharField(help_text="Of a typed card: what is to be typed.")
    tags = serializers.ListField(child=serializers.CharField())
    example = serializers.CharField()
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, allow_null=True)
    concept_id = serializers.UUIDField(allow_null=True)
    audio_url = serializers.CharField(allow_null=True)
    image_url = serializers.CharField(allow_null=True)
    source = CardSourceSerializer(allow_null=True)  # type: ignore[assignment]
    schedule = ScheduleSerializer(allow_null=True, help_text="Null in a deck not studied.")


class CardsSerializer(Fields):
    cards = CardSerializer(many=True)


class MediaSerializer(Fields):
    file = serializers.FileField()


class PreviewSerializer(Fields):
    interval_days = serializers.FloatField(help_text="0 within a day.")
    due_at = serializers.DateTimeField()


class NextSerializer(Fields):
    """By the name of the rating; `fair` is SM-2's third of five."""

    again = PreviewSerializer()
    hard = PreviewSerializer()
    fair = PreviewSerializer(required=False)
    good = PreviewSerializer()
    easy = PreviewSerializer()


class AskedCardSerializer(CardSerializer):
    next = NextSerializer()


class DueQuerySerializer(Fields):
    deck = serializers.UUIDField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)


class DueSerializer(Fields):
    cards = AskedCardSerializer(many=True)
    counts = CountsSerializer()


class SentIdField(serializers.UUIDField):
    """Text alone: the framework's takes numbers and `true` as well."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


# What `practice.decks.sent` takes at once must be right by these two, and mean the same.
class ReviewSerializer(Fields):
    rating = serializers.IntegerField(min_value=1, max_value=5, help_text="1-4 FSRS, 1-5 SM-2.")
    client_id = SentIdField(
        required=False, help_text="Your own name for this review: sent again it changes nothing."
    )
    reviewed_at = serializers.DateTimeField(required=False)
    duration_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_ANSWER, required=False)
    scheduler = serializers.ChoiceField(
        choices=StudyOptions.Scheduler.choices,
        required=False,
        help_text="Whose scale the rating is in.",
    )
    timezone = serializers.CharField(max_length=64, required=False)

    def validate_timezone(self, value: str) -> str:
        return value if value in timezone_names() else ""


class ReviewedSerializer(Fields):
    card = CardSerializer()
    schedule = ScheduleSerializer()
    next = NextSerializer()
    repeated = serializers.BooleanField(help_text="It was on record already.")


class BatchAnswerSerializer(ReviewSerializer):
    card_id = SentIdField()
    client_id = SentIdField()
    rating = serializers.IntegerField(min_value=-(2**31), max_value=2**31 - 1)


class BatchSerializer(Fields):
    reviews = serializers.ListField(child=BatchAnswerSerializer(), min_length=1, max_length=MOST)


class OutcomeSerializer(Fields):
    client_id = serializers.UUIDField()
    card_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["done", "repeated", "refused"])
    schedule = ScheduleSerializer(allow_null=True)
    next = NextSerializer(required=False, help_text="Of a card that comes back within the day.")
    code = serializers.CharField(required=False)
    error = serializers.CharField(required=False)


class OutcomesSerializer(Fields):
    results = OutcomeSerializer(many=True)


class UndoSerializer(Fields):
    client_id = serializers.UUIDField(required=False, help_text="The review that is meant.")


class SuspendSerializer(Fields):
    suspended = serializers.BooleanField(default=True)


class BulkSerializer(Fields):
    card_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_NEW
    )
    action = serializers.ChoiceField(choices=BULK)
    tags = TagsField(required=False, help_text="Of `tag` and `untag`.")
    deck_id = serializers.UUIDField(required=False, help_text="Of `move`.")


class CardsChangedSerializer(Fields):
    changed = serializers.IntegerField()


class ShareSerializer(Fields):
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    emails = serializers.ListField(
        child=serializers.EmailField(), required=False, max_length=50, default=list
    )


class CopySerializer(Fields):
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)


class WorkloadQuerySerializer(Fields):
    retention = serializers.FloatField(min_value=0.7, max_value=0.98, required=False)


class WorkloadSerializer(Fields):
    retention = serializers.FloatField()
    reviews = serializers.ListField(child=serializers.IntegerField(), help_text="By day.")
    a_day = serializers.FloatField()
    capped = serializers.BooleanField(help_text="The daily limit holds reviews back.")


class CardsQuerySerializer(Fields):
    q = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    tag = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=STATES, required=False, default="")
    kind = serializers.ChoiceField(choices=Note.Kind.choices, required=False, default="")


class KeptStateSerializer(Fields):
    """A card's memory as it was kept, on either side of a review."""

    state = serializers.ChoiceField(choices=CardSchedule.State.choices)
    step = serializers.IntegerField(allow_null=True, help_text="Which of the steps within a day.")
    due_at = serializers.DateTimeField(allow_null=True)
    stability = serializers.FloatField(allow_null=True)
    difficulty = serializers.FloatField(allow_null=True)
    ease_factor = serializers.FloatField(allow_null=True)
    interval_days = serializers.FloatField()
    reviews = serializers.IntegerField()
    lapses = serializers.IntegerField()
    last_review = serializers.DateTimeField(allow_null=True)


class LogSerializer(Fields):
    id = serializers.UUIDField()
    scheduler = serializers.ChoiceField(choices=StudyOptions.Scheduler.choices)
    rating = serializers.IntegerField()
    weight = serializers.FloatField(help_text="Below 1: a right use elsewhere.")
    surface = serializers.ChoiceField(choices=Surface.choices)
    before = KeptStateSerializer()
    after = KeptStateSerializer()
    elapsed_days = serializers.FloatField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    timezone = serializers.CharField()
    source = CardSourceSerializer(allow_null=True)  # type: ignore[assignment]
    reviewed_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)
