import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.markup import render_markdown
from config.templatetags.look import gaps, level_band, marked, percent

CASES = json.loads((Path(__file__).parent.parent / "markdown_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_markdown_on_the_server(case):
    html = re.sub(r"\n", "", render_markdown(case["text"]))
    assert html == case["html"]


def slip(start, end, name="a"):
    return SimpleNamespace(start=start, end=end, pk=name)


def test_corrections_mark_code_points():
    pieces = marked("😀 yo fue 😀", [slip(5, 8)])
    assert [piece.text for piece in pieces] == ["😀 yo ", "fue", " 😀"]
    assert pieces[1].correction.pk == "a"


def test_corrections_come_in_any_order_and_touch():
    pieces = marked("abcd", [slip(2, 4, "b"), slip(0, 2, "a")])
    assert [(piece.text, piece.correction.pk) for piece in pieces] == [("ab", "a"), ("cd", "b")]


@pytest.mark.parametrize("wrong", [[slip(0, 3), slip(2, 4)], [slip(0, 3), slip(3, 99)]])
def test_corrections_that_overlap_or_lie_outside_are_left_unmarked(wrong):
    pieces = marked("abcd", wrong)
    assert "".join(piece.text for piece in pieces) == "abcd"
    assert sum(piece.correction is not None for piece in pieces) == 1


def labels(band, kind):
    return re.findall(rf'class="{kind}">(\w\d)<', band)


def test_the_band_spans_its_interval():
    band = level_band("B1", "A2", "B2")
    assert (labels(band, "interval-text"), labels(band, "here-text")) == (["A2", "B2"], ["B1"])
    assert 'class="interval" x="65" y="3" width="192"' in band
    assert "Level B1 on the scale from A1 to C2, between A2 and B2" in band


def test_a_level_without_an_interval_is_its_own():
    band = level_band("C1")
    assert (labels(band, "interval-text"), labels(band, "here-text")) == ([], ["C1"])
    assert "between" not in band


@pytest.mark.parametrize(("share", "words"), [(0.836, "84 %"), (1, "100 %"), (None, "")])
def test_percent(share, words):
    assert percent(share) == words


def test_a_blank_is_drawn_and_said_and_the_rest_escaped():
    html = gaps("<b>Yo ___ bien")
    assert html.startswith("&lt;b&gt;Yo <span")
    assert "blank" in html
    assert "_" not in html
