"""Content as files of the back office: one row a piece, its parts as an object (JSON in CSV).

Topics and the slugs of grammar points and topics it is about are joined by ` | `.
"""

import json
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets

from config.languages import TAUGHT
from learning.concepts.models import Concept
from learning.content.fitness import why_unfit
from learning.content.models import ContentItem
from learning.content.services import save_content
from learning.content.validate import content_problems

SEPARATOR = " | "
ABOUT = (Concept.Kind.GRAMMAR, Concept.Kind.TOPIC)


class ListWidget(widgets.Widget):
    """Texts joined by ` | `, or a list where the format has lists."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        texts = value if isinstance(value, list) else str(value or "").split(SEPARATOR.strip())
        return [text for text in (str(text).strip() for text in texts) if text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return SEPARATOR.join(str(text) for text in value or [])


class PartsWidget(widgets.Widget):
    """A JSON object, or a mapping where the format has them."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> dict[str, Any]:
        try:
            read = value if isinstance(value, dict) else json.loads(value or "{}")
        except ValueError as error:
            raise ValidationError(_("The parts of content are a JSON object.")) from error
        if not isinstance(read, dict):
            raise ValidationError(_("The parts of content are a JSON object."))
        return read

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return json.dumps(value, ensure_ascii=False)


class IdWidget(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> UUID | None:
        try:
            return UUID(str(value)) if value else None
        except ValueError as error:
            raise ValidationError(_("An id is a UUID; leave it empty for new content.")) from error


class ContentResource(resources.ModelResource):
    """Import adds content and changes what was made here; what the files own is skipped.

    A row without an id is new.
    """

    id = fields.Field("id", "id", widget=IdWidget())
    topics = fields.Field("topics", "topics", widget=ListWidget())
    content = fields.Field("content", "content", widget=PartsWidget())
    about = fields.Field(column_name="about", readonly=True)

    class Meta:
        model = ContentItem
        import_id_fields = ("id",)
        fields = (
            "id", "language", "content_type", "level", "title", "topics", "about", "minutes",
            "content", "is_active",
        )  # fmt: skip
        export_order = fields
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        store_instance = True
        widgets: ClassVar[dict[str, Any]] = {}

    def dehydrate_about(self, item: ContentItem) -> str:
        return SEPARATOR.join(concept.slug for concept in item.concepts.all())

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        if "id" not in dataset.headers:
            dataset.append_col([""] * len(dataset), header="id")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        language = str(row.get("language") or "")
        if language not in TAUGHT:
            raise ValidationError({"language": f"{language!r} is not taught."})
        parts = PartsWidget().clean(row.get("content"))
        problems = list(content_problems(str(row.get("content_type") or ""), parts))
        if problems:
            raise ValidationError([f"{row.get('title')}: {problem}" for problem in problems])
        read = ContentItem(language=language, title=str(row.get("title") or ""), content=parts)
        if unfit := why_unfit(read):
            raise ValidationError(f"{row.get('title')}: {unfit}")
        wanted = ListWidget().clean(row.get("about"))
        missing = set(wanted) - {concept.slug for concept in concepts_named(language, wanted)}
        if missing:
            raise ValidationError({"about": f"Unknown: {', '.join(sorted(missing))}."})

    def skip_row(self, instance: ContentItem, original: ContentItem, row: Any, *more: Any) -> bool:
        if instance.slug:
            return True
        about = {concept.slug for concept in original.concepts.all()} if original.pk else set()
        if about != set(ListWidget().clean(row.get("about"))):
            return False
        return bool(super().skip_row(instance, original, row, *more))

    def do_instance_save(self, instance: ContentItem, is_create: bool) -> None:
        save_content(item=instance)

    def after_save_instance(self, instance: ContentItem, row: Any, **kwargs: Any) -> None:
        wanted = ListWidget().clean(row.get("about"))
        instance.concepts.set(concepts_named(instance.language, wanted))


def concepts_named(language: str, slugs: Sequence[str]) -> list[Concept]:
    return list(Concept.objects.filter(language=language, kind__in=ABOUT, slug__in=slugs))
