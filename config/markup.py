"""The tutor's small Markdown (paragraphs, bold, italics, lists) as safe HTML.

`static/js/chat/markdown.js` draws the same subset while an answer streams; both read the cases of
`tests/markdown_cases.json`.
"""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "strong", "em", "ul", "ol", "li", "br"}

_parser = MarkdownIt("zero", {"breaks": True}).enable(["emphasis", "list", "newline"])


def render_markdown(text: str) -> SafeString:
    html = nh3.clean(_parser.render(text), tags=TAGS, attributes={"ol": {"start"}})
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it
