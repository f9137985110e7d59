"""Items as files of the back office: one row an item, options as texts, the key as its text."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets

from assessments.bank.files import BankItem
from assessments.bank.validate import content_problems
from assessments.models import Item
from assessments.selectors import answer_text
from assessments.services.bank import authored_fields, is_from_files
from config.languages import TAUGHT

SEPARATOR = " | "
CONTENT = ("level", "skill", "topic", "type", "prompt", "passage", "explanation")
PARAMETERS = ("discrimination", "difficulty", "guessing")


class OptionsWidget(widgets.Widget):
    """Texts joined by ` | `, or a list where the format has lists."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        texts = value if isinstance(value, list) else str(value or "").split(SEPARATOR.strip())
        return [str(text).strip() for text in texts]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return SEPARATOR.join(option["text"] for option in value or [])


class ItemResource(resources.ModelResource):
    """Import adds items and changes those made here; what the bank's files own is skipped."""

    options = fields.Field("options", "options", widget=OptionsWidget(), readonly=True)
    answer = fields.Field(column_name="answer", readonly=True)

    class Meta:
        model = Item
        import_id_fields = ("language", "slug")
        fields = ("language", "slug", *CONTENT, "options", "answer", "state", *PARAMETERS)
        export_order = fields
        skip_unchanged = True
        clean_model_instances = True
        store_instance = True
        widgets: ClassVar[dict[str, Any]] = {}

    def dehydrate_answer(self, item: Item) -> str:
        return answer_text(item, item.key[0]) if item.key else ""

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        slug, language = str(row.get("slug") or ""), str(row.get("language") or "")
        if language not in TAUGHT:
            raise ValidationError({"language": f"{language!r} is not taught."})
        known = Item.objects.filter(language=language, slug=slug).exists()
        if is_from_files(slug) and not known:
            raise ValidationError({"slug": "Slugs like this are kept for the bank's files."})
        problems = list(content_problems(_source(row)))
        if problems:
            raise ValidationError([f"{slug}: {problem}" for problem in problems])

    def skip_row(self, instance: Item, original: Item, row: Any, *more: Any) -> bool:
        return is_from_files(instance.slug) or super().skip_row(instance, original, row, *more)

    def after_init_instance(self, instance: Item, new: bool, row: Any, **kwargs: Any) -> None:
        stored = None if new else instance
        for name, value in authored_fields(_source(row), stored).items():
            setattr(instance, name, value)


def _source(row: Any) -> BankItem:
    texts = {name: str(row.get(name) or "").strip() for name in (*CONTENT, "slug", "answer")}
    return BankItem(**texts, options=OptionsWidget().clean(row.get("options")))
