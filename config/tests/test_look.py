"""Words that templates make of moments and of Markdown."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.templatetags.look import ago, plain_words


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1, seconds=5), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1, hours=23), "1 day ago"),
        (timedelta(days=6, hours=23), "6 days ago"),
    ],
)
def test_a_moment_is_told_in_one_unit(past, said):
    assert ago(timezone.now() - past).replace("\xa0", " ") == said


def test_a_moment_over_a_week_ago_is_a_date():
    when = timezone.now() - timedelta(days=8)
    assert ago(when) == f"{timezone.localtime(when):%-d %B %Y}"


def test_a_quoted_beginning_shows_no_markdown():
    text = "**Estar** es para *ahora*:\n\n- 1 < 2 & ya"
    assert plain_words(text) == "Estar es para ahora: 1 < 2 & ya"
