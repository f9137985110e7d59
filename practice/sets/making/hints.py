"""Help in three steps: a nudge, a targeted hint, a worked example of a similar one. Never the
answer."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learning.matching import normal

STEPS: Final = 3
LONGEST: Final = 500


def ladder(*steps: Iterable[str], answers: Sequence[str]) -> list[str]:
    """The first candidate of each step that gives nothing away; a step without one is left out."""
    chosen: list[str] = []
    for candidates in steps:
        fit = (
            one.strip()[:LONGEST]
            for one in candidates
            if one.strip() and one not in chosen and not gives_away(one, answers)
        )
        chosen += [one for one in [next(fit, "")] if one]
    return chosen[:STEPS]


def gives_away(hint: str, answers: Sequence[str]) -> bool:
    """Whether a right answer stands in the hint, word for word; marks and case don't hide it."""
    told = f" {normal(hint)} "
    return any(f" {normal(answer)} " in told for answer in answers if normal(answer))


def shape(answer: str) -> str:
    """How long an answer is and how it begins: of a word its first letter, else its first word."""
    words = answer.split()
    if len(words) > 1:
        count = ngettext("%(count)d word", "%(count)d words", len(words)) % {"count": len(words)}
        return _("%(count)s; the first is “%(start)s”.") % {"count": count, "start": words[0]}
    size = ngettext("%(count)d letter", "%(count)d letters", len(answer)) % {"count": len(answer)}
    if len(answer) < FEWEST_TO_BEGIN:
        return _("It has %(size)s.") % {"size": size}
    return _("It has %(size)s and begins with “%(start)s”.") % {"size": size, "start": answer[0]}


FEWEST_TO_BEGIN: Final = 3
"""Letters below which the first would be half of the answer."""


def worked(before: str, after: str) -> str:
    """A similar exercise with its solution."""
    return _("A similar one: “%(before)s” becomes “%(after)s”.") % {
        "before": before,
        "after": after,
    }


def says(text: str, meaning: str) -> str:
    return _("A similar one: “%(text)s” means “%(meaning)s”.") % {"text": text, "meaning": meaning}
