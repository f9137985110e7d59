"""What makes a list of grammar points sound."""

from collections import Counter
from collections.abc import Iterator, Sequence

from config.languages import TAUGHT
from config.levels import LEVELS
from learning.concepts.files import GrammarPoint

EXPLAINED_IN = ("en", "es", "fr", "de")
LONGEST = 300
FEWEST = 50


def grammar_problems(points: Sequence[GrammarPoint], *, language: str) -> Iterator[str]:
    """Everything wrong with a language's grammar points, one line each."""
    levels = {point.slug: point.level for point in points}
    if len(points) < FEWEST:
        yield f"{language}: {len(points)} grammar points instead of at least {FEWEST}"
    for slug, count in Counter(point.slug for point in points).items():
        if count > 1:
            yield f"{language} {slug}: the slug is used {count} times"
    for rule, count in Counter(rule for point in points for rule in point.rules).items():
        if count > 1:
            yield f"{language} {rule}: the rule belongs to {count} points"
    for point in points:
        for problem in (*_text_problems(point, language), *_order_problems(point, levels)):
            yield f"{language} {point.slug}: {problem}"


def _text_problems(point: GrammarPoint, language: str) -> Iterator[str]:
    for own in EXPLAINED_IN:
        text = point.explanation.get(own, "")
        if not text and own != language:
            yield f"no explanation in {TAUGHT[own].name}"
        if len(text) > LONGEST:
            yield f"the explanation in {TAUGHT[own].name} has {len(text)} characters"
    if not 1 <= len(point.examples) <= 4:
        yield f"{len(point.examples)} examples instead of 1 to 4"
    if any(not example.get("text") for example in point.examples):
        yield "an example without a text"
    if not point.slips:
        yield "no slip"
    for slip in point.slips:
        if not slip.get("wrong") or not slip.get("right") or slip["wrong"] == slip["right"]:
            yield f"a slip that is none: {slip}"


def _order_problems(point: GrammarPoint, levels: dict[str, str]) -> Iterator[str]:
    if point.level not in LEVELS:
        yield f"level {point.level!r} is not one of {', '.join(LEVELS)}"
        return
    for other in point.requires:
        if other not in levels:
            yield f"requires {other!r}, which is no point"
        elif LEVELS.index(levels[other]) > LEVELS.index(point.level):
            yield f"requires {other!r}, which comes later"
        elif other == point.slug:
            yield "requires itself"
