from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from config.levels import Level
from practice.sets.models import PracticeSet, Question
from practice.sets.phrases import LONGEST_TEXT
from practice.sets.services.requesting import MOST_CONCEPTS
from practice.vocabulary.models import VocabularyItem


class PartLanguagesSerializer(serializers.Serializer[Any]):
    prompt = serializers.CharField(required=False)
    passage = serializers.CharField(required=False)
    cue = serializers.CharField(required=False)


class SidesSerializer(serializers.Serializer[Any]):
    left = serializers.ListField(child=serializers.CharField())
    right = serializers.ListField(child=serializers.CharField())


_TEXT = {"type": "string"}
_WORDS = {"type": "array", "items": _TEXT}
_PAIRS = {"type": "array", "items": _WORDS | {"minItems": 2, "maxItems": 2}}


@extend_schema_field({"anyOf": [_TEXT, _WORDS, _PAIRS]})
class AnswerField(serializers.JSONField):
    """A text, the words of an order, or pairs `[[left, right], ...]`; empty for "I don't know"."""


class SetQuestionSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    number = serializers.IntegerField()
    question = serializers.CharField(help_text="All that is asked, in one text.")
    type = serializers.ChoiceField(choices=Question.Type.choices)
    options = serializers.ListField(child=serializers.CharField())
    pairs = SidesSerializer(allow_null=True, help_text="Of `matching`, the two sides.")
    difficulty = serializers.IntegerField(min_value=1, max_value=10)
    concept_id = serializers.UUIDField(allow_null=True)
    instruction = serializers.CharField(allow_blank=True)
    prompt = serializers.CharField(allow_blank=True)
    passage = serializers.CharField(allow_blank=True, help_text="A gap is written `___`.")
    speak = serializers.CharField(
        allow_blank=True, help_text="Of `dictation`, what to play: it is not to be shown."
    )
    cue = serializers.CharField(allow_blank=True, help_text="What is meant.")
    languages = PartLanguagesSerializer()
    answer = AnswerField(allow_null=True, help_text="What is kept so far.")
    hints = serializers.ListField(child=serializers.CharField(), help_text="Those asked for.")
    hints_left = serializers.IntegerField()


class AnswerFeedbackSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    correct = serializers.BooleanField(
        allow_null=True, help_text="Null for what could not be heard: it counts neither way."
    )
    feedback = serializers.CharField(allow_blank=True)
    answer = AnswerField(allow_null=True)
    right_answers = serializers.ListField(child=serializers.CharField())
    explanation = serializers.CharField(allow_blank=True)
    hints_used = serializers.IntegerField()


class MasteryUpdateSerializer(serializers.Serializer[Any]):
    concept_id = serializers.UUIDField()
    name = serializers.CharField()
    previous_mastery_level = serializers.IntegerField(allow_null=True)
    new_mastery_level = serializers.IntegerField()
    forgets_at = serializers.DateTimeField()


class SetResultSerializer(serializers.Serializer[Any]):
    practice_id = serializers.UUIDField()
    score = serializers.IntegerField(min_value=0, max_value=100)
    total_questions = serializers.IntegerField()
    correct_answers = serializers.IntegerField()
    feedback = AnswerFeedbackSerializer(many=True)
    mastery_update = MasteryUpdateSerializer(
        allow_null=True, help_text="Of the concept most asked about."
    )
    mastery_updates = MasteryUpdateSerializer(many=True)


class PracticeRowSerializer(serializers.Serializer[Any]):
    practice_id = serializers.UUIDField()
    student_id = serializers.UUIDField()
    session_id = serializers.UUIDField(allow_null=True, help_text="What it was made from.")
    learning_session_id = serializers.UUIDField(allow_null=True, help_text="The work on it.")
    title = serializers.CharField()
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    level = serializers.ChoiceField(choices=Level.choices, allow_blank=True)
    status = serializers.ChoiceField(choices=PracticeSet.Status.choices)
    error_code = serializers.CharField(allow_blank=True)
    generator = serializers.CharField(allow_blank=True)
    score = serializers.IntegerField(allow_null=True)
    assigned_by = serializers.CharField(allow_null=True)
    assigned_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class PracticeSetSerializer(PracticeRowSerializer):
    questions = SetQuestionSerializer(many=True)
    result = SetResultSerializer(allow_null=True)


class GeneratePracticeSerializer(serializers.Serializer[Any]):
    student_id = serializers.UUIDField()
    session_id = serializers.UUIDField(required=False, allow_null=True)
    concept_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_CONCEPTS
    )
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False)


class GeneratingSerializer(serializers.Serializer[Any]):
    practice_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=PracticeSet.Status.choices)
    message = serializers.CharField()


class KeepAnswerSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    answer = AnswerField(required=False)
    unheard = serializers.BooleanField(
        default=False, help_text="A dictation that could not be played."
    )
    duration_ms = serializers.IntegerField(required=False, min_value=0, max_value=86_400_000)


class KeptSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    answer = AnswerField()
    answered_at = serializers.DateTimeField()


class AskHelpSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    answer = AnswerField(required=False, help_text="Confirmed if it is right.")


class HelpSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    hint = serializers.CharField()
    confirmed = serializers.BooleanField(help_text="The answer given is right.")
    step = serializers.IntegerField()
    left = serializers.IntegerField()


class GivenAnswerSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    answer = AnswerField(allow_null=True)


class SubmitSerializer(serializers.Serializer[Any]):
    answers = GivenAnswerSerializer(many=True, required=False)


class PracticeQuerySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["assigned", "completed"], required=False)


class GenerateQuizSerializer(serializers.Serializer[Any]):
    lesson_id = serializers.UUIDField()


class GeneratePictureQuestionsSerializer(serializers.Serializer[Any]):
    description = serializers.CharField(max_length=LONGEST_TEXT)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    image_url = serializers.URLField(required=False, allow_blank=True, max_length=500)
    level = serializers.ChoiceField(choices=Level.choices, required=False)


class QuizSerializer(PracticeSetSerializer):
    quiz_id = serializers.UUIDField()
    lesson_id = serializers.UUIDField(allow_null=True)


class PictureQuestionsSerializer(PracticeSetSerializer):
    qa_id = serializers.UUIDField()
    image_url = serializers.CharField(allow_blank=True)
    description = serializers.CharField()


class PictureAnswerSerializer(serializers.Serializer[Any]):
    question_id = serializers.UUIDField()
    answer = AnswerField(required=False)


class ExtractPhrasesSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    level = serializers.ChoiceField(choices=Level.choices, required=False)


class PhraseSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="As it stands in the text.")
    start = serializers.IntegerField(help_text="In Unicode code points.")
    end = serializers.IntegerField()
    kind = serializers.ChoiceField(
        choices=VocabularyItem.PartOfSpeech.choices, allow_blank=True, help_text="Where known."
    )
    lemma = serializers.CharField(allow_blank=True)
    level = serializers.ChoiceField(choices=Level.choices)
    translation = serializers.CharField(allow_blank=True)
    example = serializers.CharField(help_text="The sentence it stands in.")
    known = serializers.BooleanField(help_text="Whether it is in the caller's lists.")


class PhrasesSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    phrases = PhraseSerializer(many=True)
