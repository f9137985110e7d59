"""What page templates ask for: names of languages, the scale of levels, marked corrections."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import unescape
from typing import Any

from django import template
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext

from config.languages import NATIVE, TAUGHT
from config.levels import LEVELS
from config.markup import render_markdown

register = template.Library()

SPEAKERS = {"builtin": "Built-in tutor", "openai": "OpenAI", "gemini": "Gemini"}
CELL_WIDTH = 64
MINUTE, WEEK = timedelta(minutes=1), timedelta(weeks=1)
PLACES = {
    "learning:today": "today",
    "learning:companions": "talk",
    "learning:companion": "talk",
    "learning:new_companion": "talk",
    "learning:change_companion": "talk",
    "learning": "learn",
    "conversations": "talk",
    "practice": "practice",
    "progress": "progress",
    "assessments": "level",
    "conversations:memory": "settings",
    "conversations:moderation": "settings",
    "accounts:settings": "settings",
    "accounts:password_change": "settings",
}
"""Views, or whole apps of them, to their entry of the navigation."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One level on the drawn scale, `x` in the drawing's own units."""

    level: str
    x: int
    inside: bool
    here: bool

    @property
    def middle(self) -> int:
        return self.x + CELL_WIDTH // 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a learner's words, with the correction it carries if any."""

    text: str
    correction: Any = None


@register.filter
def language_name(code: str) -> str:
    return NATIVE[code].name if code in NATIVE else code


@register.filter
def endonym(code: str) -> str:
    return NATIVE[code].endonym if code in NATIVE else code


@register.filter
def letters(code: str) -> str:
    """Letters of a taught language that a keyboard may lack."""
    return TAUGHT[code].letters if code in TAUGHT else ""


@register.filter
def percent(share: float | None) -> str:
    return "" if share is None else f"{round(share * 100)} %"


@register.filter
def ago(when: datetime) -> str:
    """“3 hours ago”, in one unit and for a week; the date when it is longer ago."""
    past = timezone.now() - when
    if past < MINUTE:
        return gettext("just now")
    if past < WEEK:
        return gettext("%s ago") % timesince(when, depth=1)
    return date_format(timezone.localtime(when), "j F Y")


@register.filter
def plain_words(text: str) -> str:
    """What was written with Markdown, as words alone: for a line that quotes its beginning."""
    return " ".join(unescape(strip_tags(render_markdown(text))).split())


@register.filter
def speaker(provider: str) -> str:
    """Who talks, as the page says it."""
    return gettext(SPEAKERS.get(provider, "AI tutor"))


@register.filter
def gaps(text: str) -> SafeString:
    """A question's text with its blank drawn as a line, and said as a word to who cannot see it."""
    blank = format_html(
        '<span class="gap"><span class="sr-only">{}</span></span>', gettext("blank")
    )
    parts = [conditional_escape(part) for part in re.split(r"_{2,}", text)]
    return mark_safe(blank.join(parts))  # noqa: S308 - every part has just been escaped


@register.filter
def tutor_text(text: str) -> SafeString:
    return render_markdown(text)


@register.filter
def marked(text: str, corrections: Iterable[Any]) -> list[Piece]:
    """The words cut at their corrections; what overlaps or lies outside is left unmarked.

    Offsets count Unicode code points.
    """
    pieces, at = [], 0
    for correction in sorted(corrections or (), key=lambda each: each.start):
        if correction.start < at or correction.end > len(text):
            continue
        pieces.append(Piece(text[at : correction.start]))
        pieces.append(Piece(text[correction.start : correction.end], correction))
        at = correction.end
    pieces.append(Piece(text[at:]))
    return [piece for piece in pieces if piece.text]


@register.simple_tag(takes_context=True)
def main_nav(context: template.Context) -> SafeString:
    """Links to the main pages, the one of this request marked; a tutor's desk is none of them."""
    match = None if context.get("tutoring") else context["request"].resolver_match
    return _main_nav(_place(match.view_name if match else ""), get_language())


def _place(view: str) -> str:
    """The entry of the navigation that a page belongs to."""
    return PLACES.get(view) or PLACES.get(view.split(":")[0], "")


@lru_cache(maxsize=128)
def _main_nav(here: str, _interface: str | None) -> SafeString:
    """Twice on every page: in the rail, and in the tabs of a phone."""
    return render_to_string("components/nav.html", {"here": here})


@register.simple_tag
def level_band(level: str, low: str = "", high: str = "") -> SafeString:
    """The CEFR scale with the level and the interval it lies in."""
    return _band(level, low or level, high or level, get_language())


@lru_cache(maxsize=256)
def _band(level: str, low: str, high: str, _interface: str | None) -> SafeString:
    """There are few different ones, and they are drawn on every visit to Today."""
    bottom, top = LEVELS.index(low), LEVELS.index(high)
    cells = [
        Cell(name, 1 + number * CELL_WIDTH, bottom <= number <= top, name == level)
        for number, name in enumerate(LEVELS)
    ]
    context = {
        "cells": cells,
        "level": level,
        "low": LEVELS[bottom],
        "high": LEVELS[top],
        "width": CELL_WIDTH,
        "interval_x": cells[bottom].x,
        "interval_width": (top - bottom + 1) * CELL_WIDTH,
        "total": len(cells) * CELL_WIDTH + 2,
    }
    return render_to_string("components/band.html", context)


@register.filter
def in_order(values: dict[str, Any], keys: str) -> list[tuple[str, Any]]:
    """A mapping's entries for the keys named, in that order."""
    return [(key, values.get(key, 0)) for key in keys.split()]


@register.simple_tag
def turn_page(query: str, number: int) -> str:
    """The query string of another page of the same list."""
    asked = QueryDict(query, mutable=True)
    asked["page"] = str(number)
    return asked.urlencode()
