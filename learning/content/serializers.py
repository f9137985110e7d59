from typing import Any

from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from config.levels import Difficulty, Level, difficulty_of
from learning.content.models import ContentItem
from learning.content.ranking import Need
from learning.content.tasks_made import TASK_TYPES


class ContentRowSerializer(serializers.Serializer[ContentItem]):
    id = serializers.UUIDField()
    content_type = serializers.ChoiceField(choices=ContentItem.Type.choices)
    title = serializers.CharField()
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    level = serializers.ChoiceField(choices=Level.choices)
    difficulty_level = serializers.SerializerMethodField()
    topics = serializers.ListField(child=serializers.CharField())
    minutes = serializers.IntegerField()

    def get_difficulty_level(self, item: ContentItem) -> Difficulty:
        return difficulty_of(item.level)


class OfferSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="candidate.item_id")
    content_type = serializers.ChoiceField(
        choices=ContentItem.Type.choices, source="candidate.content_type"
    )
    title = serializers.CharField(source="candidate.title")
    level = serializers.ChoiceField(choices=Level.choices, source="candidate.level")
    topics = serializers.ListField(child=serializers.CharField(), source="candidate.topics")
    minutes = serializers.IntegerField(source="candidate.minutes")
    reason = serializers.CharField(help_text="Why it is offered to this learner, now.")
    need = serializers.ChoiceField(choices=[need.value for need in Need])
    score = serializers.FloatField(help_text="How pressing it is, from 0 to 1.")


class TaskSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    type = serializers.ChoiceField(choices=TASK_TYPES)
    prompt = serializers.CharField(allow_blank=True, help_text="A gap is written `___`.")
    cue = serializers.CharField(default="", help_text="A translation that says what is meant.")
    options = serializers.ListField(child=serializers.CharField(), default=list)
    words = serializers.ListField(child=serializers.CharField(), default=list)


class GivenSerializer(serializers.Serializer[Any]):
    """An answer with what was right: told only once it is given."""

    task_id = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    correct = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True, help_text="`accent`: right but for accents.")
    hint_used = serializers.BooleanField()
    right_answers = serializers.ListField(child=serializers.CharField())


class ChangedSerializer(serializers.Serializer[Any]):
    concept_id = serializers.UUIDField(source="concept.pk")
    name = serializers.CharField(source="concept.name")
    before = serializers.IntegerField(
        allow_null=True, help_text="Mastery from 0 to 100; null when not practised before."
    )
    after = serializers.IntegerField()
    forgets_at = serializers.DateTimeField()


class ExerciseResultSerializer(serializers.Serializer[Any]):
    right = serializers.IntegerField()
    total = serializers.IntegerField()
    score = serializers.FloatField(help_text="Share right, from 0 to 1.")
    changes = ChangedSerializer(many=True, help_text="What the exercise changed.")


class RunSerializer(serializers.Serializer[Any]):
    session_id = serializers.UUIDField()
    answered = GivenSerializer(many=True)
    next = TaskSerializer(allow_null=True)
    result = ExerciseResultSerializer(allow_null=True)


class ConceptNameSerializer(serializers.Serializer[Any]):
    concept_id = serializers.UUIDField()
    name = serializers.CharField()


class LessonExampleSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    translation = serializers.CharField(allow_blank=True)


class LessonSlipSerializer(serializers.Serializer[Any]):
    wrong = serializers.CharField()
    right = serializers.CharField()


class ContentBodySerializer(serializers.Serializer[Any]):
    """What there is of it depends on the type: a lesson has no tasks, an exercise no examples."""

    explanation = serializers.CharField(
        required=False, help_text="In the caller's own language, else in English."
    )
    examples = LessonExampleSerializer(many=True, required=False)
    slips = LessonSlipSerializer(many=True, required=False)
    tasks = TaskSerializer(many=True, required=False)
    scenario = serializers.CharField(required=False)
    summary = serializers.CharField(required=False)
    setting = serializers.CharField(required=False)
    goal = serializers.CharField(required=False)
    opening = serializers.CharField(required=False)


class ContentDetailSerializer(ContentRowSerializer):
    concepts = ConceptNameSerializer(many=True)
    content = ContentBodySerializer()
    run = RunSerializer(allow_null=True, help_text="Of an exercise: the latest time through.")


class TaskAnswerSerializer(serializers.Serializer[Any]):
    task_id = serializers.CharField(max_length=40)
    answer = serializers.CharField(required=False, default="", allow_blank=True, max_length=400)
    dont_know = serializers.BooleanField(required=False, default=False)
    hint_used = serializers.BooleanField(
        required=False, default=False, help_text="Help of the client's own was shown."
    )


class HintSerializer(serializers.Serializer[Any]):
    task_id = serializers.CharField(max_length=40)


class HintGivenSerializer(serializers.Serializer[Any]):
    task_id = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)
    explanation = serializers.CharField(allow_blank=True)


class TaskOutcomeSerializer(serializers.Serializer[Any]):
    answered = GivenSerializer()
    next = TaskSerializer(allow_null=True)
    result = ExerciseResultSerializer(allow_null=True)


class ContentQuerySerializer(serializers.Serializer[Any]):
    content_type = serializers.ChoiceField(choices=ContentItem.Type.choices, required=False)
    language = serializers.ChoiceField(
        choices=TAUGHT_CHOICES, required=False, help_text="All when left out."
    )
    level = serializers.ChoiceField(choices=Level.choices, required=False)
    difficulty_level = serializers.ChoiceField(choices=Difficulty.choices, required=False)
    topic = serializers.CharField(max_length=60, required=False)
    q = serializers.CharField(
        max_length=200, required=False, help_text="Words to search for; the best match first."
    )


class RecommendedQuerySerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(
        choices=TAUGHT_CHOICES, required=False, help_text="The one you study now when left out."
    )
    content_type = serializers.ChoiceField(choices=ContentItem.Type.choices, required=False)
