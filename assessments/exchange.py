"""Items as files of the back office: one row an item, options as texts, the key as its text.

Lists are joined by ` | `; texts by language stand as a JSON object.
"""

import json
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets

from assessments.bank.files import BankItem
from assessments.bank.item_rules import content_problems
from assessments.feedback import answer_text
from assessments.models import Item
from assessments.services.bank import authored_fields, is_from_files
from config.languages import TAUGHT

SEPARATOR = " | "
CONTENT = ("level", "skill", "topic", "type", "prompt", "passage", "lemma")
LISTS = ("options", "accepted", "aims", "words")
PARAMETERS = ("discrimination", "difficulty", "guessing")


class ListWidget(widgets.Widget):
    """Texts joined by ` | `, or a list where the format has lists."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        texts = value if isinstance(value, list) else str(value or "").split(SEPARATOR.strip())
        return [text for text in (str(text).strip() for text in texts) if text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return SEPARATOR.join(str(text) for text in value or [])


class OptionsWidget(ListWidget):
    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return super().render([option["text"] for option in value or []])


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


class ItemResource(resources.ModelResource):
    """Import adds items and changes those made here; what the bank's files own is skipped."""

    options = fields.Field("options", "options", widget=OptionsWidget(), readonly=True)
    answer = fields.Field(column_name="answer", readonly=True)
    accepted = fields.Field(column_name="accepted", readonly=True)
    aims = fields.Field("aims", "aims", widget=ListWidget(), readonly=True)
    words = fields.Field("words", "words", widget=ListWidget(), readonly=True)
    prompts = fields.Field("prompts", "prompts", widget=ByLanguageWidget(), readonly=True)
    explanation = fields.Field("explanation", "explanation", readonly=True)
    explanations = fields.Field(
        "explanations", "explanations", widget=ByLanguageWidget(), readonly=True
    )
    diacritics = fields.Field(column_name="diacritics", readonly=True)

    class Meta:
        model = Item
        import_id_fields = ("language", "slug")
        fields = (
            "language", "slug", *CONTENT, "explanation", "explanations", "options", "answer",
            "accepted", "diacritics", "prompts", "aims", "words", "state", *PARAMETERS,
        )  # fmt: skip
        export_order = fields
        skip_unchanged = True
        clean_model_instances = True
        store_instance = True
        widgets: ClassVar[dict[str, Any]] = {}

    def dehydrate_answer(self, item: Item) -> str:
        return answer_text(item, item.key[0]) if item.key else ""

    def dehydrate_accepted(self, item: Item) -> str:
        return SEPARATOR.join(item.key[1:])

    def dehydrate_diacritics(self, item: Item) -> str:
        return item.diacritics if item.diacritics != Item.Diacritics.LENIENT else ""

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        slug, language = str(row.get("slug") or ""), str(row.get("language") or "")
        if language not in TAUGHT:
            raise ValidationError({"language": f"{language!r} is not taught."})
        known = Item.objects.filter(language=language, slug=slug).exists()
        if is_from_files(slug) and not known:
            raise ValidationError({"slug": "Slugs like this are kept for the bank's files."})
        problems = list(content_problems(_source(row), language))
        if problems:
            raise ValidationError([f"{slug}: {problem}" for problem in problems])

    def skip_row(self, instance: Item, original: Item, row: Any, *more: Any) -> bool:
        return is_from_files(instance.slug) or super().skip_row(instance, original, row, *more)

    def after_init_instance(self, instance: Item, new: bool, row: Any, **kwargs: Any) -> None:
        stored = None if new else instance
        for name, value in authored_fields(_source(row), stored).items():
            setattr(instance, name, value)


def _source(row: Any) -> BankItem:
    names = (*CONTENT, "slug", "answer", "diacritics")
    texts = {name: str(row.get(name) or "").strip() for name in names}
    told = ByLanguageWidget().clean(row.get("explanations"))
    lists = {name: ListWidget().clean(row.get(name)) for name in LISTS}
    if not all(text.isdecimal() for text in lists["words"]):
        raise ValidationError(_("Words are two numbers."))
    return BankItem(
        **texts,
        explanation=told or str(row.get("explanation") or "").strip(),
        prompts=ByLanguageWidget().clean(row.get("prompts")),
        options=lists["options"],
        accepted=lists["accepted"],
        aims=lists["aims"],
        words=[int(text) for text in lists["words"]],
    )
