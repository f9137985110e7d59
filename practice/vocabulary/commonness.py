"""How common a word is, in words that need no scale."""

from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

_VERY, _RATHER, _SELDOM = 5.0, 4.0, 3.0
_WORDS_IN_A_BILLION: Final = 9
"""The Zipf scale is the logarithm of how often a word comes in a billion."""


def commonness(frequency: float | None) -> str:
    """From the Zipf scale: *common, about once in 4,000 words*; empty when it is not known."""
    if not frequency:
        return ""
    once_in = 10 ** (_WORDS_IN_A_BILLION - frequency)
    digits = len(str(round(once_in))) - 1
    shown = number_format(round(once_in, -digits), decimal_pos=0, force_grouping=True)
    if frequency >= _VERY:
        return _("very common, about once in %(words)s words") % {"words": shown}
    if frequency >= _RATHER:
        return _("common, about once in %(words)s words") % {"words": shown}
    if frequency >= _SELDOM:
        return _("uncommon, about once in %(words)s words") % {"words": shown}
    return _("rare, less than once in a million words")
