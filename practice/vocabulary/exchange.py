"""Words as files of the back office: one row a word, its list by name.

Tags are joined by ` | `; translations by language stand as a JSON object.
"""

import json
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets

from config.languages import TAUGHT
from practice.vocabulary.models import VocabularyItem
from practice.vocabulary.services import save_shared_item, shared_list

SEPARATOR = " | "


class TagsWidget(widgets.Widget):
    """Texts joined by ` | `, or a list where the format has lists."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        texts = value if isinstance(value, list) else str(value or "").split(SEPARATOR.strip())
        return [text for text in (str(text).strip() for text in texts) if text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return SEPARATOR.join(str(text) for text in value or [])


class ByLanguageWidget(widgets.Widget):
    """A JSON object, or a mapping where the format has them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> dict[str, str]:
        try:
            read = value if isinstance(value, dict) else json.loads(value or "{}")
        except ValueError as error:
            raise ValidationError(_("Texts by language are a JSON object.")) from error
        if not isinstance(read, dict):
            raise ValidationError(_("Texts by language are a JSON object."))
        return {str(code): str(text) for code, text in read.items()}

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return json.dumps(value, ensure_ascii=False) if value else ""


class WordResource(resources.ModelResource):
    """Import adds words to public lists and changes those that were made so; a list that is not
    there is made. What came with the product belongs to its files, and learners' own lists to them:
    neither is changed."""

    list = fields.Field("vocabulary_list__name", "list", readonly=True)
    tags = fields.Field("tags", "tags", widget=TagsWidget())
    translations = fields.Field("translations", "translations", widget=ByLanguageWidget())

    class Meta:
        model = VocabularyItem
        import_id_fields = ("language", "text")
        fields = (
            "language", "list", "text", "part_of_speech", "gender", "forms", "translation",
            "translations", "example", "usage", "level", "tags",
        )  # fmt: skip
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        store_instance = True
        widgets: ClassVar[dict[str, Any]] = {}

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        language, name = str(row.get("language") or ""), str(row.get("list") or "").strip()
        if language not in TAUGHT:
            raise ValidationError({"language": f"{language!r} is not taught."})
        if not 1 <= len(name) <= 120:
            raise ValidationError({"list": "Name the list, in at most 120 characters."})
        for column, value in row.items():
            row[column] = "" if value is None else value

    def get_instance(self, instance_loader: Any, row: Any) -> VocabularyItem | None:
        items = VocabularyItem.objects.filter(
            vocabulary_list=_list_of(row),
            text=str(row.get("text")).strip(),
            part_of_speech=str(row.get("part_of_speech") or "").strip(),
        )
        return items.first()

    def import_instance(self, instance: VocabularyItem, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        instance.vocabulary_list = _list_of(row)

    def validate_instance(
        self,
        instance: VocabularyItem,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        errors = dict(import_validation_errors or {})
        try:
            # What search reads is written after the word.
            instance.full_clean(exclude=["search", *errors], validate_unique=validate_unique)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def skip_row(
        self, instance: VocabularyItem, original: VocabularyItem, row: Any, *more: Any
    ) -> bool:
        if instance.vocabulary_list.slug:
            return True
        return bool(super().skip_row(instance, original, row, *more))

    def do_instance_save(self, instance: VocabularyItem, is_create: bool) -> None:
        save_shared_item(item=instance)


def _list_of(row: Any) -> Any:
    return shared_list(name=str(row["list"]).strip(), language=str(row["language"]))
