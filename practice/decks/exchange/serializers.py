from typing import Any

from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from practice.decks.exchange.columns import FIELDS
from practice.decks.exchange.exporting import FORMATS
from practice.decks.exchange.table import DELIMITERS, ENCODINGS
from practice.decks.models import DeckImport

Fields = serializers.Serializer[Any]


class ColumnsField(serializers.CharField):
    """`front,back,,tags`: a field for each column of the table, nothing for one to leave out."""

    def to_internal_value(self, data: Any) -> Any:
        columns = [one.strip() for one in super().to_internal_value(data).split(",")]
        named = [one for one in columns if one]
        if not set(named) <= set(FIELDS) or len(set(named)) < len(named):
            known = ", ".join(filter(None, FIELDS))
            raise serializers.ValidationError(f"Use each of {known} at most once.")
        return columns


class ImportSerializer(Fields):
    file = serializers.FileField(help_text="`.apkg`, `.csv`, `.tsv`, `.txt` or our own `.json`.")
    deck_id = serializers.UUIDField(
        required=False, help_text="Takes all of it; else decks are made by the names in the file."
    )
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES, required=False, allow_blank=True)
    duplicates = serializers.ChoiceField(
        choices=["update", "keep"],
        default="update",
        help_text="Whether notes that are there already take the file's text, or keep theirs.",
    )
    preview = serializers.BooleanField(
        default=False, help_text="Of a table: only say what would be made."
    )
    columns = ColumnsField(required=False, max_length=1000, help_text="Of a table.")
    heading = serializers.BooleanField(required=False, help_text="Its first row names columns.")
    delimiter = serializers.ChoiceField(choices=list(DELIMITERS), required=False)
    encoding = serializers.ChoiceField(choices=ENCODINGS, required=False)


class RefusedNoteSerializer(Fields):
    place = serializers.IntegerField(help_text="Which note of the file, or row of the table.")
    title = serializers.CharField()
    reason = serializers.CharField()


class ImportResultSerializer(Fields):
    notes = serializers.IntegerField(help_text="Notes that were added.")
    updated = serializers.IntegerField()
    kept = serializers.IntegerField(help_text="Notes that were there, and stay as they are.")
    cards = serializers.IntegerField()
    reviews = serializers.IntegerField()
    media = serializers.IntegerField()
    skipped = serializers.IntegerField(help_text="Notes that make no card.")
    refused = RefusedNoteSerializer(many=True, help_text="The first of those.")
    decks = serializers.ListField(child=serializers.UUIDField())


class DeckImportSerializer(Fields):
    id = serializers.UUIDField()
    format = serializers.ChoiceField(choices=DeckImport.Format.choices)
    file_name = serializers.CharField()
    status = serializers.ChoiceField(choices=DeckImport.Status.choices)
    done = serializers.IntegerField(help_text="Notes read.")
    total = serializers.IntegerField(help_text="Notes in the file; 0 until they are counted.")
    deck_id = serializers.UUIDField(allow_null=True)
    result = ImportResultSerializer(allow_null=True)
    error_code = serializers.CharField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class PreviewNoteSerializer(Fields):
    place = serializers.IntegerField()
    kind = serializers.CharField()
    front = serializers.CharField()
    back = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())


class TablePreviewSerializer(Fields):
    """The layout that was found, or asked for; the first rows; and what would be made of all."""

    encoding = serializers.CharField()
    delimiter = serializers.CharField()
    heading = serializers.BooleanField()
    columns = serializers.ListField(child=serializers.CharField())
    names = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    notes = PreviewNoteSerializer(many=True)
    refused = RefusedNoteSerializer(many=True)
    total = serializers.IntegerField()
    good = serializers.IntegerField()


class ExportQuerySerializer(Fields):
    format = serializers.ChoiceField(choices=FORMATS, default="apkg")
