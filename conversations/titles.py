import re

from django.utils.text import Truncator

TITLE_CHARACTERS = 60
FIRST_SENTENCE = re.compile(r"^.{12,}?[.?!](?=\s)")


def title_from(text: str) -> str:
    """The message's first sentence, or as many of its characters as fit a list."""
    line = " ".join(text.split())
    sentence = FIRST_SENTENCE.match(line)
    return Truncator(sentence[0] if sentence else line).chars(TITLE_CHARACTERS)
