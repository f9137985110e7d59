from typing import Any

from rest_framework import serializers

from assessments.models import Assessment, Item
from assessments.services.batch import MOST_ANSWERS
from config.levels import Difficulty, Level

LONGEST_SITTING = 86_400
"""Seconds on one question above which a clock, not a learner, was at work."""


class CreateAssessmentSerializer(serializers.Serializer[Any]):
    user_id = serializers.UUIDField(required=False, help_text="Yourself; may be left out.")
    language = serializers.CharField(min_length=2, max_length=8, help_text="ISO 639-1, `es`.")
    assessment_type = serializers.ChoiceField(choices=Assessment.Type.choices)
    topics = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=20
    )
    difficulty_level = serializers.ChoiceField(choices=Difficulty.choices, required=False)


class OptionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()


class QuestionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=Item.Type.choices)
    skill = serializers.ChoiceField(choices=Item.Skill.choices)
    prompt = serializers.CharField()
    passage = serializers.CharField()
    options = OptionSerializer(many=True)
    number = serializers.IntegerField()
    maximum = serializers.IntegerField(help_text="Most questions there can be; often fewer.")


class CreatedAssessmentSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    session_id = serializers.UUIDField()
    assessment_id = serializers.UUIDField()
    user_history = serializers.IntegerField(
        help_text="How many of the five latest assessments in this language you finished before."
    )
    recommended_content = serializers.IntegerField(
        help_text="How many items of the bank fit what was asked for."
    )
    message = serializers.CharField()
    question = QuestionSerializer(allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    answer = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=4000, help_text="An option's id."
    )
    dont_know = serializers.BooleanField(required=False, default=False)
    time_spent = serializers.FloatField(
        required=False, min_value=0, max_value=LONGEST_SITTING, help_text="Seconds."
    )
    confidence = serializers.FloatField(required=False, min_value=0, max_value=1)


class IntervalSerializer(serializers.Serializer[Any]):
    low = serializers.ChoiceField(choices=Level.choices)
    high = serializers.ChoiceField(choices=Level.choices)


class SkillScoreSerializer(serializers.Serializer[Any]):
    skill = serializers.ChoiceField(choices=Item.Skill.choices)
    level = serializers.ChoiceField(choices=Level.choices)
    probability = serializers.FloatField()
    items = serializers.IntegerField()


class RecommendationSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["conversation", "focus", "skill", "retake"])
    title = serializers.CharField()
    reason = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)
    scenario = serializers.CharField(required=False, help_text="Slug, for `conversation`.")
    topic = serializers.CharField(required=False)
    skill = serializers.CharField(required=False)


class FeedbackSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    number = serializers.IntegerField()
    skill = serializers.CharField()
    topic = serializers.CharField()
    level = serializers.CharField()
    prompt = serializers.CharField()
    passage = serializers.CharField()
    answer = serializers.CharField()
    dont_know = serializers.BooleanField()
    correct = serializers.BooleanField()
    correct_answer = serializers.CharField()
    explanation = serializers.CharField()


class ResultSerializer(serializers.Serializer[Any]):
    level = serializers.ChoiceField(choices=Level.choices)
    probability = serializers.FloatField(help_text="That the level is right, 0 to 1.")
    interval = IntervalSerializer(help_text="Levels that hold at least 95 % of the probability.")
    ability = serializers.FloatField(help_text="B1 begins at 0, and each level is 1.4 wide.")
    standard_error = serializers.FloatField()
    items_asked = serializers.IntegerField()
    stopped_because = serializers.ChoiceField(choices=Assessment.Stop.choices)
    skills = SkillScoreSerializer(many=True)
    strengths = serializers.ListField(child=serializers.CharField())
    weaknesses = serializers.ListField(child=serializers.CharField())
    recommendations = RecommendationSerializer(many=True)
    feedback = FeedbackSerializer(many=True)


class AnsweredSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    correct = serializers.BooleanField(allow_null=True)
    feedback = serializers.CharField(allow_null=True)


class AnswerOutcomeSerializer(serializers.Serializer[Any]):
    answered = AnsweredSerializer()
    question = QuestionSerializer(required=False)
    result = ResultSerializer(required=False)


class AssessmentRowSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    language = serializers.CharField()
    assessment_type = serializers.ChoiceField(choices=Assessment.Type.choices)
    status = serializers.ChoiceField(choices=Assessment.Status.choices)
    level = serializers.ChoiceField(choices=Level.choices, allow_null=True)
    probability = serializers.FloatField(allow_null=True)
    interval = IntervalSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)


class AssessmentSerializer(AssessmentRowSerializer):
    topics = serializers.ListField(child=serializers.CharField())
    certainty = serializers.IntegerField(help_text="How far it has come, 0 to 100.")
    question = QuestionSerializer(allow_null=True)
    result = ResultSerializer(allow_null=True)


class HistoryQuerySerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField(required=False)
    language = serializers.CharField(required=False, max_length=8)


class SubmittedQuestionSerializer(serializers.Serializer[Any]):
    """Accepted as the contract has it; only `id` is looked at, the rest is the server's to say."""

    id = serializers.CharField(max_length=64)
    type = serializers.ChoiceField(choices=Item.Type.choices)
    question = serializers.CharField(max_length=4000)
    options = serializers.ListField(
        child=serializers.CharField(max_length=400), required=False, max_length=10
    )
    correct_answer = serializers.CharField(max_length=400, allow_blank=True)
    difficulty = serializers.ChoiceField(choices=Difficulty.choices)


class SubmittedResponseSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    user_answer = serializers.CharField(
        max_length=4000,
        allow_blank=True,
        help_text="An option's id or text; empty for \"I don't know\".",
    )
    time_spent = serializers.FloatField(max_value=LONGEST_SITTING, help_text="Seconds, above 0.")
    confidence = serializers.FloatField(required=False, min_value=0, max_value=1)

    def validate_time_spent(self, value: float) -> float:
        if value <= 0:
            raise serializers.ValidationError("This must be more than 0.")
        return value


class SubmitAssessmentSerializer(serializers.Serializer[Any]):
    session_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    language = serializers.CharField(min_length=2, max_length=8)
    assessment_type = serializers.ChoiceField(choices=Assessment.Type.choices)
    questions = serializers.ListField(child=SubmittedQuestionSerializer(), max_length=MOST_ANSWERS)
    responses = serializers.ListField(
        child=SubmittedResponseSerializer(), min_length=1, max_length=MOST_ANSWERS
    )


class SubmittedSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    assessment_id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    result = ResultSerializer()
