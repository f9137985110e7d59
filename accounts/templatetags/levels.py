"""How page templates tell a level."""

from django import template
from django.utils.translation import gettext

from config.templatetags.look import percent

register = template.Library()


@register.filter
def sure(probability: float | None) -> str:
    """How sure a measured level is: never told as certain, whatever it is rounded to."""
    if probability is not None and round(probability * 100) >= 100:
        return gettext("over 99 %")
    return percent(probability)
