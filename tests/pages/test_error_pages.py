"""Error pages need neither a session nor a database: they are shown when those are gone."""

import pytest
from django.template.loader import render_to_string

PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503.html"]


@pytest.mark.parametrize("name", PAGES)
def test_an_error_page_stands_alone(name):
    html = render_to_string(name)
    assert html.count("<h1>") == 1
    assert 'href="/"' in html


def test_too_fast_says_how_long_to_wait():
    assert "Wait 12 seconds" in render_to_string("429.html", {"retry_after": 12})
    assert "Wait 1 second," in render_to_string("429.html", {"retry_after": 1})


def test_a_failure_names_its_request():
    assert "abc-123" in render_to_string("500.html", {"request_id": "abc-123"})
