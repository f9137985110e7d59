"""Where in a learner's text the words stand that a model quotes."""

from collections.abc import Sequence

Span = tuple[int, int]


def free_span(text: str, quote: str, taken: Sequence[Span]) -> Span | None:
    """The first place of the words that overlaps none taken; None when they are not there.

    Offsets count Unicode code points. Words are found whole: "el" is not the one in "hotel".
    """
    start = text.find(quote) if quote else -1
    while start >= 0:
        end = start + len(quote)
        if _stands_alone(text, start, end) and not any(
            start < other_end and other_start < end for other_start, other_end in taken
        ):
            return start, end
        start = text.find(quote, start + 1)
    return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    cut_before = before.isalnum() and text[start].isalnum()
    return not cut_before and not (after.isalnum() and text[end - 1].isalnum())
