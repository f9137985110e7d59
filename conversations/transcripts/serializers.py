from typing import Any

from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from conversations.transcripts.models import TutoringSession

LONGEST_MEETING = 24 * 60 * 60


class UploadSerializer(serializers.Serializer[Any]):
    """JSON carries the words in `transcript`; a form carries them in `file`."""

    student_id = serializers.UUIDField()
    tutor_id = serializers.UUIDField(required=False, allow_null=True)
    session_date = serializers.DateTimeField(required=False, help_text="When it began; else now.")
    duration = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LONGEST_MEETING,
        help_text="Seconds.",
    )
    transcript = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    file = serializers.FileField(required=False, allow_empty_file=True)
    transcript_source = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="The tool, such as `read_ai`."
    )
    transcript_format = serializers.ChoiceField(
        choices=TutoringSession.Format.choices,
        required=False,
        help_text="Told by the content when left out, and checked against it when given.",
    )
    language = serializers.ChoiceField(
        choices=TAUGHT_CHOICES, required=False, help_text="Else the student's current one."
    )
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    subject = serializers.CharField(required=False, allow_blank=True, max_length=100)
    student_speaker = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="The student's name in it."
    )


class UploadedSerializer(serializers.Serializer[Any]):
    session_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=TutoringSession.Status.choices)
    message = serializers.CharField()


class SessionConceptSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    difficulty = serializers.IntegerField(min_value=1, max_value=10)
    mastery_level = serializers.IntegerField(min_value=0, max_value=100)
    concept_id = serializers.UUIDField()
    kind = serializers.ChoiceField(
        choices=[("lemma", "Word"), ("grammar", "Grammar point"), ("subject", "Point of a subject")]
    )
    quote = serializers.CharField(allow_blank=True)


class AnalysisSerializer(serializers.Serializer[Any]):
    topics = serializers.ListField(child=serializers.CharField())
    concepts = SessionConceptSerializer(many=True)
    student_strengths = serializers.ListField(child=serializers.CharField())
    areas_for_improvement = serializers.ListField(child=serializers.CharField())
    action_items = serializers.ListField(child=serializers.CharField())


class ProofSerializer(serializers.Serializer[Any]):
    quote = serializers.CharField(allow_blank=True, help_text="Literally from the transcript.")
    speaker = serializers.CharField(allow_blank=True)
    start = serializers.FloatField(allow_null=True, help_text="Seconds into the meeting.")


class ProofsSerializer(serializers.Serializer[Any]):
    """In the order of the lists in `analysis`."""

    student_strengths = ProofSerializer(many=True)
    areas_for_improvement = ProofSerializer(many=True)
    action_items = ProofSerializer(many=True)


class TranscriptSerializer(serializers.Serializer[Any]):
    session_id = serializers.UUIDField()
    transcript = serializers.CharField(allow_blank=True)
    analysis = AnalysisSerializer()
    status = serializers.ChoiceField(choices=TutoringSession.Status.choices)
    student_id = serializers.UUIDField()
    tutor_id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    date = serializers.DateTimeField()
    duration = serializers.IntegerField(allow_null=True)
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    speakers = serializers.ListField(child=serializers.CharField())
    student_speaker = serializers.CharField(
        allow_blank=True, help_text="Empty: not known. Then nothing is counted for the student."
    )
    proofs = ProofsSerializer()
    step = serializers.ChoiceField(choices=TutoringSession.Step.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100)
    error = serializers.CharField(allow_blank=True)
    error_code = serializers.CharField(allow_blank=True)


class SessionRowSerializer(serializers.Serializer[Any]):
    session_id = serializers.UUIDField(source="pk")
    date = serializers.DateTimeField(source="held_at")
    subject = serializers.CharField()
    topics = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=TutoringSession.Status.choices)
    title = serializers.CharField()
    progress = serializers.IntegerField(min_value=0, max_value=100)


class ChangeTutoringSessionSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    student_speaker = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="One of `speakers`, or none."
    )
