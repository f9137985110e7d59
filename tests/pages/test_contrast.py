"""WCAG contrast of every pair of colours the stylesheets put on one another, in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
BACKGROUNDS = ["paper", "surface", "sunken"]
READING = [("ink", background) for background in [*BACKGROUNDS, "yours-tint"]]
TEXT = [
    *[(ink, background) for ink in ("ink-soft", "accent") for background in BACKGROUNDS],
    *[
        (ink, background)
        for ink in ("right", "nearly", "wrong", "yours")
        for background in BACKGROUNDS
    ],
    *[(kind, f"{kind}-tint") for kind in ("accent", "yours", "right", "nearly", "wrong")],
    *[("ink", f"{kind}-tint") for kind in ("accent", "right", "nearly", "wrong")],
    *[("ink-soft", f"{kind}-tint") for kind in ("accent", "yours", "right", "nearly", "wrong")],
    ("accent-strong", "accent-tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
# WCAG 1.4.11: what marks a field or a state, against what is around it.
SHAPES = [(ink, background) for ink in ("line-strong", "focus") for background in BACKGROUNDS]


def themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", TOKENS.read_text())
    light, system_dark, dark = (
        dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", body))
        for _selector, body in blocks
        if "--paper" in body
    )
    return {"light": light, "system dark": system_dark, "dark": dark}


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("pairs", "least"), [(READING, 7), (TEXT, 4.5), (SHAPES, 3)], ids=["reading", "text", "shapes"]
)
def test_colours_contrast_enough(theme, pairs, least):
    colours = themes()[theme]
    weak = {
        f"{ink} on {background}": round(contrast(colours[ink], colours[background]), 2)
        for ink, background in pairs
        if contrast(colours[ink], colours[background]) < least
    }
    assert weak == {}


def test_the_chosen_dark_theme_is_the_devices_own():
    assert themes()["dark"] == themes()["system dark"]


def test_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_stylesheets_take_their_colours_from_the_tokens():
    elsewhere = {
        path.name: found
        for path in TOKENS.parent.glob("*.css")
        if path != TOKENS
        and (found := re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", path.read_text()))
    }
    assert elsewhere == {}
