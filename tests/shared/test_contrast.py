"""WCAG contrast of what stands on what, in both colour schemes, read from static/css/tokens.css."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text()
LIGHT_CSS, DARK_CSS = TOKENS.split("@media (prefers-color-scheme: dark)")
COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});")
LIGHT = dict(COLOUR.findall(LIGHT_CSS))
DARK = LIGHT | dict(COLOUR.findall(DARK_CSS))
SCHEMES = {"light": LIGHT, "dark": DARK}

GROUNDS = ["paper", "surface", "sunk"]
TONES = ["ok", "warn", "bad", "info", "brand"]
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2") for ground in GROUNDS],
    *[(tone, f"{tone}-soft") for tone in TONES],
    *[("ink", f"{tone}-soft") for tone in TONES],
    *[(tone, ground) for tone in ("brand", "brand-strong", "bad") for ground in ("paper", "surface")],
    ("brand", "sunk"),
    *[("on-brand", ground) for ground in ("brand", "brand-strong")],
    ("ink-2", "brand-soft"),
    ("paper", "ink"),
]
SHAPES = [
    *[(shape, ground) for shape in ("control", "brand", "bad") for ground in ("paper", "surface")],
    ("brand", "sunk"),
    ("brand", "brand-soft"),
    ("accent", "surface"),
    *[(f"face-{n}", ground) for n in range(1, 6) for ground in ("surface", "brand-soft")],
]
# On paper the orange (2.9:1) is ornament: the bar beside a question that appeared, which a sentence explains.


def luminance(colour: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_dark_redefines_colours_and_nothing_else() -> None:
    declared = set(re.findall(r"--([\w-]+):", DARK_CSS))
    assert declared <= set(re.findall(r"--([\w-]+):", LIGHT_CSS))
    assert declared - {"shadow", "shadow-high"} == set(dict(COLOUR.findall(DARK_CSS)))
    assert set(LIGHT) == set(dict(COLOUR.findall(DARK_CSS)))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_is_readable(scheme: str, text: str, ground: str) -> None:
    assert contrast(SCHEMES[scheme][text], SCHEMES[scheme][ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_controls_and_shapes_are_seen(scheme: str, shape: str, ground: str) -> None:
    assert contrast(SCHEMES[scheme][shape], SCHEMES[scheme][ground]) >= 3


def test_no_colour_outside_the_tokens() -> None:
    """A colour written elsewhere would escape this test. Paper is black on white and stands apart; so does a veil."""
    for sheet in Path(__file__).parents[2].glob("static/css/*.css"):
        if sheet.name in ("tokens.css", "print.css"):
            continue
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:hsl|oklch)\(", sheet.read_text())
        assert not found, f"{sheet.name}: {found}"
