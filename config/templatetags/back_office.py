"""Where one is in the back office, in the sidebar's own words."""

from functools import lru_cache
from typing import Any

from django import template
from django.contrib import admin
from django.db.models import Model
from django.utils.text import capfirst

from config.admin_theme import UNFOLD

register = template.Library()


@register.filter
def shown_as(part: dict[str, Any]) -> str:
    """A step of the way to a page, as the theme gives it: a row, or a list by its address."""
    title = part["title"]
    if isinstance(title, Model):
        of: Any = admin.site._registry.get(type(title))
        return str(of.heading(title)) if hasattr(of, "heading") else str(title)
    return str(_sidebar().get(str(part.get("link", "")), capfirst(title)))


@lru_cache(maxsize=1)
def _sidebar() -> dict[str, Any]:
    """Titles by address."""
    groups = UNFOLD["SIDEBAR"]["navigation"]
    return {str(item["link"]): item["title"] for group in groups for item in group["items"]}
