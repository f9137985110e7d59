from collections.abc import Sequence
from typing import Any

from django import template

from assessments.writing.judgement import SpanCorrection
from config.templatetags.look import Piece, marked

register = template.Library()


@register.filter
def spans(text: str, corrections: Sequence[dict[str, Any]]) -> list[Piece]:
    """A free text cut at the corrections of its review."""
    return marked(text, [SpanCorrection(**one) for one in corrections])
