from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from assessments.comparison import HIGHER, LOWER, SAME
from assessments.feedback import OUTCOMES
from assessments.models import Assessment, Item, Response
from assessments.services.batch import MOST_ANSWERS
from assessments.writing.judgement import CRITERIA
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


class WordsSerializer(serializers.Serializer[Any]):
    low = serializers.IntegerField()
    high = serializers.IntegerField()


class QuestionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=Item.Type.choices)
    skill = serializers.ChoiceField(choices=Item.Skill.choices)
    prompt = serializers.CharField(
        help_text="A gap is three underscores. Of a translation, the sentence to be translated."
    )
    prompt_language = serializers.CharField(help_text="ISO 639-1.")
    passage = serializers.CharField(
        help_text="The text to read. Of a listening question, the script to be spoken; a client "
        "that shows it sends `read` with the answer."
    )
    options = OptionSerializer(many=True, help_text="Of a multiple choice; else empty.")
    aims = serializers.ListField(
        child=serializers.CharField(), help_text="What a good free text does."
    )
    words = WordsSerializer(allow_null=True, help_text="Length asked of a free text.")
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
        required=False,
        default="",
        allow_blank=True,
        max_length=4000,
        help_text="An option's id, or what the learner typed.",
    )
    dont_know = serializers.BooleanField(
        required=False, default=False, help_text="Of a free text: left out."
    )
    read = serializers.BooleanField(
        required=False,
        default=False,
        help_text="The script of a listening question was read, not heard.",
    )
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
    probability = serializers.FloatField(
        allow_null=True, help_text="Null for writing, which is judged by criteria."
    )
    items = serializers.IntegerField()


class RecommendationSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["conversation", "focus", "skill", "retake"])
    title = serializers.CharField()
    reason = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices)
    scenario = serializers.CharField(required=False, help_text="Slug, for `conversation`.")
    topic = serializers.CharField(required=False)
    skill = serializers.CharField(required=False)


class CriterionSerializer(serializers.Serializer[Any]):
    criterion = serializers.ChoiceField(choices=CRITERIA)
    score = serializers.FloatField(help_text="0 to 5.")
    quote = serializers.CharField(help_text="A literal part of the text, or empty.")
    comment = serializers.CharField()


class TextCorrectionSerializer(serializers.Serializer[Any]):
    start = serializers.IntegerField(help_text="In Unicode code points of the answer.")
    end = serializers.IntegerField()
    original = serializers.CharField()
    corrected = serializers.CharField()
    kind = serializers.CharField()
    reason = serializers.CharField()


class ReviewSerializer(serializers.Serializer[Any]):
    """How a free text was judged."""

    outcome = serializers.ChoiceField(
        choices=OUTCOMES,
        help_text="`abstained`: two runs disagreed, so the text has no score.",
    )
    scorer = serializers.CharField(help_text="Model and prompt, or the built-in scorer.")
    score = serializers.FloatField(allow_null=True, help_text="Share of all points, 0 to 1.")
    criteria = CriterionSerializer(many=True)
    corrections = TextCorrectionSerializer(many=True)
    aims = serializers.ListField(child=serializers.CharField())
    words = WordsSerializer(allow_null=True)


class FeedbackSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    number = serializers.IntegerField()
    type = serializers.ChoiceField(choices=Item.Type.choices)
    skill = serializers.CharField()
    topic = serializers.CharField()
    level = serializers.CharField()
    prompt = serializers.CharField()
    prompt_language = serializers.CharField()
    passage = serializers.CharField()
    answer = serializers.CharField()
    dont_know = serializers.BooleanField()
    read = serializers.BooleanField(help_text="A script to be heard was read.")
    correct = serializers.BooleanField(
        allow_null=True, help_text="Null for a free text without a score."
    )
    note = serializers.ChoiceField(
        choices=Response.Note.choices,
        allow_blank=True,
        help_text="What a right answer lacks.",
    )
    correct_answer = serializers.CharField(help_text="Of a free text, a model answer.")
    explanation = serializers.CharField(help_text="In the learner's language, else in English.")
    explanation_language = serializers.CharField()
    review = ReviewSerializer(allow_null=True, help_text="Of a free text.")


class DecisionSerializer(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=Assessment.Decision.choices)
    level = serializers.ChoiceField(choices=Level.choices, help_text="The level it is about.")
    above = serializers.FloatField(help_text="Chance of an ability past the level's end.")
    below = serializers.FloatField(help_text="Chance of an ability before its start.")
    reason = serializers.CharField()


class SkillChangeSerializer(serializers.Serializer[Any]):
    skill = serializers.ChoiceField(choices=Item.Skill.choices)
    before = serializers.ChoiceField(choices=Level.choices)
    after = serializers.ChoiceField(choices=Level.choices)


class ComparisonSerializer(serializers.Serializer[Any]):
    assessment_id = serializers.UUIDField()
    assessment_type = serializers.ChoiceField(choices=Assessment.Type.choices)
    completed_at = serializers.DateTimeField()
    level = serializers.ChoiceField(choices=Level.choices)
    change = serializers.ChoiceField(
        choices=[HIGHER, SAME, LOWER],
        help_text="Of ability; `same` within the error of both results.",
    )
    skills = SkillChangeSerializer(many=True)


class ResultSerializer(serializers.Serializer[Any]):
    assessment_type = serializers.ChoiceField(choices=Assessment.Type.choices)
    level = serializers.ChoiceField(choices=Level.choices)
    level_set = serializers.BooleanField(
        help_text="Whether the learner's level on record took this one."
    )
    probability = serializers.FloatField(help_text="That the level is right, 0 to 1.")
    interval = IntervalSerializer(help_text="Levels that hold at least 95 % of the probability.")
    ability = serializers.FloatField(help_text="B1 begins at 0, and each level is 1.4 wide.")
    standard_error = serializers.FloatField()
    items_asked = serializers.IntegerField()
    stopped_because = serializers.ChoiceField(choices=Assessment.Stop.choices)
    skills = SkillScoreSerializer(many=True)
    decision = DecisionSerializer(allow_null=True, help_text="Of a final assessment.")
    comparison = ComparisonSerializer(allow_null=True, help_text="With the result before it.")
    strengths = serializers.ListField(child=serializers.CharField())
    weaknesses = serializers.ListField(child=serializers.CharField())
    recommendations = RecommendationSerializer(many=True)
    feedback = FeedbackSerializer(many=True)


class AnsweredSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    correct = serializers.BooleanField(
        allow_null=True, help_text="Null before it may be told, and for a text being read."
    )
    feedback = serializers.CharField(allow_null=True)
    correct_answer = serializers.CharField(allow_null=True)
    note = serializers.CharField(help_text="`accent`: right but for an accent.")


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
    decision = serializers.ChoiceField(choices=Assessment.Decision.choices, allow_null=True)
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
            raise serializers.ValidationError(_("This must be more than 0."))
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
