from typing import Any

from rest_framework import serializers

from config.languages import TAUGHT_CHOICES
from config.levels import Level
from practice.decks.models import Visibility
from practice.vocabulary.models import VocabularyItem
from practice.vocabulary.services import MOST_AT_ONCE, NewWord

ANY_LEVEL = [("", "Any"), *Level.choices]


class WordSerializer(serializers.Serializer[Any]):
    """What a client says of a word."""

    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    text = serializers.CharField(max_length=200)
    translation = serializers.CharField(max_length=400, allow_blank=True, default="")
    part_of_speech = serializers.ChoiceField(
        choices=VocabularyItem.PartOfSpeech.choices, allow_blank=True, default=""
    )
    gender = serializers.ChoiceField(
        choices=VocabularyItem.Gender.choices, allow_blank=True, default=""
    )
    forms = serializers.CharField(max_length=200, allow_blank=True, default="")
    example = serializers.CharField(max_length=400, allow_blank=True, default="")
    usage = serializers.CharField(max_length=400, allow_blank=True, default="")
    category = serializers.CharField(max_length=60, allow_blank=True, default="")
    level = serializers.ChoiceField(choices=ANY_LEVEL, allow_blank=True, default="")
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, default=list
    )

    def as_word(self, data: dict[str, Any]) -> NewWord:
        fields = {name: value for name, value in data.items() if name in NewWord.__slots__}
        return NewWord(**fields | {"tags": tuple(data["tags"])})


class SourceSerializer(serializers.Serializer[Any]):
    type = serializers.CharField(max_length=40)
    id = serializers.UUIDField()


class SaveOneSerializer(WordSerializer):
    list_id = serializers.UUIDField(
        required=False, help_text="A list of yours; else that of its language."
    )
    source = SourceSerializer(required=False)  # type: ignore[assignment]


class SaveManySerializer(serializers.Serializer[Any]):
    items = serializers.ListField(child=SaveOneSerializer(), min_length=1, max_length=MOST_AT_ONCE)
    list_id = serializers.UUIDField(required=False, help_text="Of the items that name none.")


class VocabularyItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    list_id = serializers.UUIDField(source="vocabulary_list_id")
    language = serializers.CharField()
    text = serializers.CharField()
    translation = serializers.CharField(source="shown_translation")
    part_of_speech = serializers.CharField()
    gender = serializers.CharField()
    forms = serializers.CharField()
    example = serializers.CharField()
    usage = serializers.CharField()
    category = serializers.CharField()
    level = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    concept_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()


class SavedSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    items = VocabularyItemSerializer(many=True)
    created = serializers.IntegerField(help_text="How many of them the list did not have.")


class ChangeItemSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=200, required=False)
    translation = serializers.CharField(max_length=400, allow_blank=True, required=False)
    part_of_speech = serializers.ChoiceField(
        choices=VocabularyItem.PartOfSpeech.choices, allow_blank=True, required=False
    )
    gender = serializers.ChoiceField(
        choices=VocabularyItem.Gender.choices, allow_blank=True, required=False
    )
    forms = serializers.CharField(max_length=200, allow_blank=True, required=False)
    example = serializers.CharField(max_length=400, allow_blank=True, required=False)
    usage = serializers.CharField(max_length=400, allow_blank=True, required=False)
    category = serializers.CharField(max_length=60, allow_blank=True, required=False)
    level = serializers.ChoiceField(choices=ANY_LEVEL, allow_blank=True, required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, required=False
    )


class ListFieldsSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=1000, allow_blank=True, default="")
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    category = serializers.CharField(max_length=60, allow_blank=True, default="")
    level = serializers.ChoiceField(choices=ANY_LEVEL, allow_blank=True, default="")
    visibility = serializers.ChoiceField(
        choices=[Visibility.PRIVATE, Visibility.PUBLIC], default=Visibility.PRIVATE
    )


class ChangeListSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=1000, allow_blank=True, required=False)
    category = serializers.CharField(max_length=60, allow_blank=True, required=False)
    level = serializers.ChoiceField(choices=ANY_LEVEL, allow_blank=True, required=False)
    visibility = serializers.ChoiceField(
        choices=[Visibility.PRIVATE, Visibility.PUBLIC], required=False
    )


class VocabularyListSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    language = serializers.CharField()
    category = serializers.CharField()
    level = serializers.CharField()
    visibility = serializers.CharField()
    owned = serializers.BooleanField(help_text="Yours to change.")
    starter = serializers.BooleanField(help_text="Came with Parlance.")
    count = serializers.IntegerField(source="words", help_text="Words in it.")


class VocabularyListDetailSerializer(VocabularyListSerializer):
    items = VocabularyItemSerializer(many=True)


class MadeCardsSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    created = serializers.IntegerField(help_text="Notes that were new.")


class LookUpSerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(choices=TAUGHT_CHOICES)
    word = serializers.CharField(max_length=80)
    source_id = serializers.UUIDField(
        required=False, help_text="Where it stood: looked up there twice, it counts once."
    )


class MeaningSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    part_of_speech = serializers.CharField()
    gender = serializers.CharField()
    translation = serializers.CharField()
    forms = serializers.CharField()
    usage = serializers.CharField()


class ExampleSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    translation = serializers.CharField()


class WordFactsSerializer(serializers.Serializer[Any]):
    concept_id = serializers.UUIDField(allow_null=True)
    lemma = serializers.CharField()
    level = serializers.CharField()
    frequency = serializers.FloatField(
        allow_null=True, help_text="On the Zipf scale: 3 is once in a million words."
    )
    forms = serializers.ListField(child=serializers.CharField())
    meanings = MeaningSerializer(many=True)
    examples = ExampleSerializer(many=True)
