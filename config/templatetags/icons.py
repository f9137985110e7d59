"""`{% icon "name" %}`, in every template without loading: pages hold dozens of them."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, extra_class: str = "") -> SafeString:
    """A symbol of `static/icons/sprite.svg`. It is for the eye only: words stand beside it."""
    return format_html(
        '<svg class="icon{}" width="20" height="20" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        f" {extra_class}" if extra_class else "",
        static("icons/sprite.svg"),
        name,
    )
