"""Times within a meeting, as pages show them."""

from django import template

register = template.Library()


@register.filter
def clock(seconds: float) -> str:
    """`1:05`, or `1:02:05` from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def floor(seconds: float) -> int:
    """The whole second, as addresses name it."""
    return int(seconds)


@register.filter
def in_minutes(seconds: int) -> int:
    return max(1, round(seconds / 60))
