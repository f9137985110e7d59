"""Questions as files of the back office: one row a question.

Lists are joined by ` | `, or stand as JSON where that would not do: pairs to match
(`[[left, right], ...]`) and languages by part (`{"passage": "es"}`).
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml
from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from import_export import fields, resources, widgets

from config.errors import DomainError, TooLarge
from learning.models import Concept
from practice.sets.making.aiming import difficulty_of
from practice.sets.making.drafts import Draft, problems
from practice.sets.models import Question

SEPARATOR: Final = " | "
MOST: Final = 40
LARGEST: Final = 512 * 1024
_TEXTS: Final = ("type", "prompt", "passage", "cue", "explanation")


class QuestionsUnreadable(DomainError):
    code = "questions_unreadable"
    message = gettext_noop("The file cannot be read.")


class PartsWidget(widgets.Widget):
    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        plain = isinstance(value, list) and all(
            isinstance(one, str) and "|" not in one for one in value
        )
        return SEPARATOR.join(value) if plain else json.dumps(value, ensure_ascii=False)


class QuestionResource(resources.ModelResource):
    """For files out; they come in with a set that is assigned from one."""

    options = fields.Field("options", "options", widget=PartsWidget())
    key = fields.Field("key", "key", widget=PartsWidget())
    hints = fields.Field("hints", "hints", widget=PartsWidget())
    languages = fields.Field("languages", "languages", widget=PartsWidget())
    language = fields.Field("practice_set__language", "language")
    concept = fields.Field("concept__slug", "concept")

    class Meta:
        model = Question
        fields = (
            "language", *_TEXTS, "languages", "options", "key", "strict", "hints", "difficulty",
            "concept",
        )  # fmt: skip
        export_order = fields


def drafts_in(upload: "File[Any]", *, language: str, level: str) -> list[Draft]:
    """The questions of a CSV or YAML file.

    Raises TooLarge, and QuestionsUnreadable with what is wrong and in which row.
    """
    if upload.size > LARGEST:
        raise TooLarge(_("Use a file of at most 512 kB."))
    rows = _rows(upload)
    if not 1 <= len(rows) <= MOST:
        raise QuestionsUnreadable(
            _("A file holds 1 to %(most)d questions; this one %(here)d.")
            % {"most": MOST, "here": len(rows)}
        )
    concepts = _concepts(rows, language)
    drafts = [_draft(row, place, language, level, concepts) for place, row in enumerate(rows, 1)]
    wrong = [f"Question {n}: {text}." for n, one in enumerate(drafts, 1) for text in problems(one)]
    if wrong:
        raise QuestionsUnreadable(" ".join(wrong[:5]))
    return drafts


def _rows(upload: "File[Any]") -> list[Any]:
    try:
        text = upload.read().decode("utf-8-sig")
        if str(upload.name).endswith((".yaml", ".yml", ".json")):
            read = yaml.safe_load(text)
        else:
            read = list(csv.DictReader(io.StringIO(text)))
    except (UnicodeDecodeError, yaml.YAMLError, csv.Error) as error:
        raise QuestionsUnreadable(_("Use a CSV, YAML or JSON file in UTF-8.")) from error
    if not isinstance(read, list) or not all(isinstance(row, dict) for row in read):
        raise QuestionsUnreadable(_("The file is not a list of questions."))
    return read


def _draft(
    row: Mapping[str, Any], place: int, language: str, level: str, concepts: Mapping[str, Concept]
) -> Draft:
    try:
        key, options = list(_parts(row.get("key"))), _parts(row.get("options"))
        kind = str(row.get("type") or "").strip()
        if kind == Question.Type.MATCHING:
            options = _sides(key)
        return Draft(
            **{name: str(row.get(name) or "").strip() for name in _TEXTS},
            key=key,
            unit=f"file:{place}",
            difficulty=int(row.get("difficulty") or difficulty_of(type_=kind, level=level)),
            options=options,
            hints=[str(hint) for hint in _parts(row.get("hints"))],
            languages=dict(_parts(row.get("languages")) or {"passage": language, "cue": "en"}),
            strict=str(row.get("strict")).strip().casefold() in ("1", "true", "yes"),
            concept=concepts.get(str(row.get("concept") or "").strip()),
        )
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise QuestionsUnreadable(_("Question %d does not hold together.") % place) from error


def _parts(value: Any) -> Any:
    if isinstance(value, list | dict):
        return value
    text = str(value or "").strip()
    if text[:1] in ("[", "{"):
        return json.loads(text)
    return [part.strip() for part in text.split(SEPARATOR.strip()) if part.strip()]


def _sides(pairs: list[Any]) -> dict[str, list[str]]:
    return {
        "left": [str(pair[0]) for pair in pairs],
        "right": sorted((str(pair[1]) for pair in pairs), key=str.casefold),
    }


def _concepts(rows: list[Any], language: str) -> dict[str, Concept]:
    slugs = {str(slug).strip() for slug in _named(rows)}
    return {row.slug: row for row in Concept.objects.filter(language=language, slug__in=slugs)}


def _named(rows: list[Any]) -> Iterator[Any]:
    return (row["concept"] for row in rows if row.get("concept"))
