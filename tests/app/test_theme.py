"""The looks can be read: every pair of colours that carries text keeps the contrast AA asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
CSS = (ROOT / "app" / "static" / "workbench.css").read_text(encoding="utf-8")
AA = 4.5
BADGES = ("red", "orange", "yellow", "green", "blue", "gray")
THEMES = ("light", "dark")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two ``#rrggbb`` colours."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def css_colour(name: str, theme: str) -> str:
    """A colour of the stylesheet, from ``--name: light-dark(#..., #...)``."""
    found = re.search(rf"{name}: light-dark\((#\w+), (#\w+)\)", CSS)
    assert found, name
    return found[1 + THEMES.index(theme)]


def test_black_on_white_is_the_most_there_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_on_every_ground(theme: str) -> None:
    colours = CONFIG["theme"][theme]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(colours["textColor"], colours[ground]) >= AA
        assert contrast(css_colour("--cp-soft", theme), colours[ground]) >= AA
    assert contrast(colours["textColor"], colours["sidebar"]["backgroundColor"]) >= AA
    assert contrast(colours["linkColor"], colours["backgroundColor"]) >= AA


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("badge", BADGES)
def test_badges_and_coloured_words_can_be_read(theme: str, badge: str) -> None:
    colours = CONFIG["theme"][theme]
    assert contrast(colours[f"{badge}TextColor"], colours[f"{badge}BackgroundColor"]) >= AA
    assert contrast(colours[f"{badge}TextColor"], colours["backgroundColor"]) >= AA


@pytest.mark.parametrize("theme", THEMES)
def test_debit_and_credit_can_be_read_and_told_apart(theme: str) -> None:
    ground = CONFIG["theme"][theme]["backgroundColor"]
    debit, credit = (css_colour(f"--cp-{side}", theme) for side in ("debit", "credit"))
    assert contrast(debit, ground) >= AA
    assert contrast(credit, ground) >= AA
    assert debit != credit


def test_the_primary_button_can_be_read_in_both_themes() -> None:
    ink = re.search(r'button\[kind\^="primary"\].*?color: light-dark\((#\w+), (#\w+)\)', CSS, re.DOTALL)
    assert ink
    for theme, colour in zip(THEMES, ink.groups(), strict=True):
        assert contrast(colour, CONFIG["theme"][theme]["primaryColor"]) >= AA


@pytest.mark.parametrize("theme", THEMES)
def test_each_theme_has_its_own_sidebar_and_primary_colour(theme: str) -> None:
    assert "sidebar" not in CONFIG["theme"]  # one for both would leak into the dark theme
    assert {"primaryColor", "sidebar"} <= CONFIG["theme"][theme].keys()


def test_the_server_keeps_to_itself() -> None:
    assert CONFIG["server"]["address"] == "localhost"
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["runner"]["postScriptGC"] is False


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
