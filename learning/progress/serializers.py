from typing import Any

from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from config.levels import Level
from learning.mastery.models import ErrorEvent, RecurringError, Skill, Surface
from learning.models import Concept
from learning.progress.states import ConceptState


class ConceptMasterySerializer(serializers.Serializer[Any]):
    concept_id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Concept.Kind.choices)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, allow_null=True)
    level = serializers.ChoiceField(choices=Level.choices, allow_null=True)
    mastery_level = serializers.IntegerField(
        min_value=0, max_value=100, help_text="Chance, in percent, of getting it right now."
    )
    last_practiced = serializers.DateTimeField()
    forgets_at = serializers.DateTimeField(
        help_text="When it falls below the learner's target; in the past when it has."
    )
    state = serializers.ChoiceField(choices=ConceptState.choices)


class OverallSerializer(serializers.Serializer[Any]):
    sessions_completed = serializers.IntegerField()
    practices_completed = serializers.IntegerField()
    average_score = serializers.IntegerField(
        allow_null=True, help_text="Percent right of the last 30 days; null without answers."
    )
    improvement_rate = serializers.IntegerField(
        allow_null=True, help_text="Points more than in the 30 days before."
    )


class ActivitySerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=Surface.choices)
    date = serializers.DateField()
    score = serializers.IntegerField(allow_null=True, help_text="Percent right, where asked.")
    count = serializers.IntegerField(help_text="Pieces of evidence.")


class GoalProgressSerializer(serializers.Serializer[Any]):
    goal_id = serializers.UUIDField()
    progress = serializers.IntegerField()
    status = serializers.CharField()


class ProgressSerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField()
    overall_progress = OverallSerializer()
    goals = GoalProgressSerializer(many=True)
    concepts = ConceptMasterySerializer(many=True)
    recent_activity = ActivitySerializer(many=True)


class MilestoneSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    reached_at = serializers.DateField()


class SkillProgressSerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    skill_area = serializers.ChoiceField(choices=Skill.choices, source="skill")
    current_level = serializers.CharField(source="level", help_text="Empty before an assessment.")
    progress_score = serializers.FloatField(
        source="score", help_text="Moving share of right answers, 0 to 100."
    )
    total_practice_time = serializers.SerializerMethodField(help_text="Minutes.")
    streak_days = serializers.IntegerField()
    last_practice_date = serializers.DateField(allow_null=True)
    milestones = MilestoneSerializer(many=True)

    def get_total_practice_time(self, row: Any) -> int:
        minutes: int = round(row.seconds / 60)
        return minutes


class UserProgressSerializer(serializers.Serializer[Any]):
    progress = SkillProgressSerializer(many=True)


class TrackSerializer(serializers.Serializer[Any]):
    client_id = serializers.UUIDField(help_text="Made by the client: a report sent twice is one.")
    concept_id = serializers.UUIDField()
    correct = serializers.BooleanField()
    skill = serializers.ChoiceField(choices=Skill.choices, required=False)
    hint_used = serializers.BooleanField(default=False)
    time_spent = serializers.IntegerField(
        required=False, min_value=0, max_value=600, help_text="Seconds."
    )


class MasteryQuerySerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField(required=False)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False)
    kind = serializers.ChoiceField(choices=Concept.Kind.choices, required=False)
    state = serializers.ChoiceField(choices=ConceptState.choices, required=False)


class StudentQuerySerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField(required=False)


class EvidenceSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    surface = serializers.ChoiceField(choices=Surface.choices)
    skill = serializers.CharField()
    correct = serializers.BooleanField()
    weight = serializers.FloatField()
    hint_used = serializers.BooleanField()
    spontaneous = serializers.BooleanField()
    source_type = serializers.CharField()
    source_id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()


class ConceptExampleSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    translation = serializers.CharField(required=False)


class ConceptDetailSerializer(ConceptMasterySerializer):
    explanation = serializers.CharField(help_text="In the learner's language, else in English.")
    examples = ConceptExampleSerializer(many=True)
    evidence = EvidenceSerializer(many=True, help_text="The latest 50, newest first.")


class ErrorsQuerySerializer(StudentQuerySerializer):
    status = serializers.ChoiceField(choices=["open", "closed"], required=False)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False)


class RecurringErrorSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    kind = serializers.CharField()
    status = serializers.ChoiceField(choices=RecurringError.Status.choices)
    concept_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(source="concept.name", default=None, allow_null=True)
    original = serializers.CharField()
    corrected = serializers.CharField()
    reason = serializers.CharField()
    times = serializers.IntegerField(help_text="How often it was made.")
    right_days = serializers.ListField(
        child=serializers.DateField(), help_text="Days of right use since the last slip."
    )
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ErrorEventSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=ErrorEvent.Type.choices)
    quote = serializers.CharField()
    source_type = serializers.CharField()
    source_id = serializers.UUIDField(allow_null=True)
    occurred_at = serializers.DateTimeField()


class ErrorDetailSerializer(RecurringErrorSerializer):
    events = ErrorEventSerializer(many=True)
