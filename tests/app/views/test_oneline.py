from __future__ import annotations

from app.views.oneline import Style, accounts_line, entry_line
from tests.app.views.made import NAMES
from tests.builders import a_line, an_entry


def test_an_entry_is_one_readable_line() -> None:
    assert entry_line(an_entry().lines, Style(names=NAMES)) == "4210 Rent 1,000 + 1576 190 → 1600"


def test_several_credits_show_their_amounts() -> None:
    lines = [a_line("D 1400 119.00"), a_line("C 8400 100.00"), a_line("C 1776 19.00")]
    assert entry_line(lines, Style(names=NAMES)) == "1400 Trade receivables 119 → 8400 100 + 1776 19"


def test_cents_are_kept() -> None:
    assert entry_line([a_line("D 4970 12.90"), a_line("C 1200 12.90")], Style(names={})) == "4970 12.90 → 1200"


def test_long_sides_and_names_are_cut_and_say_so() -> None:
    lines = [*(a_line(f"D 410{i} 1.00") for i in range(5)), a_line("C 1200 5.00")]
    assert accounts_line(lines) == "4100 + 4101 + 4102 + …2 → 1200"
    named = entry_line(lines[:1], Style(names={"4100": "Löhne und Gehälter der Verwaltung"}))
    assert named == "4100 Löhne und Gehälter de… 1"


def test_an_entry_of_one_side_has_no_arrow() -> None:
    assert accounts_line([a_line("C 1200 5.00")]) == "1200"
