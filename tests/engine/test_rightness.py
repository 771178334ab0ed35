"""Right means right: the multiset of lines, each amount within one minor unit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.journal import Line
from engine.rightness import fully_right
from tests.builders import a_line, an_entry

RENT = an_entry("Miete", a_line("D 4210 1000.00", tax_code="V19"), "D 1576 190.00", "C 1600 1190.00 Lenz")


@given(st.permutations(RENT.lines))
def test_the_order_of_lines_is_no_matter(lines: list[Line]) -> None:
    assert fully_right(lines, RENT, check_tax=True)


@pytest.mark.parametrize(
    ("change", "right"),
    [
        ({"amount": Decimal("1000.01")}, True),
        ({"amount": Decimal("1000.02")}, False),
        ({"account": "4200"}, False),
        ({"tax_code": ""}, False),
        ({"party": "Huber"}, False),
    ],
)
def test_each_part_of_a_line_counts(change: dict[str, object], right: bool) -> None:
    lines = (replace(RENT.lines[0], **change), *RENT.lines[1:])  # type: ignore[arg-type]
    assert fully_right(lines, RENT, check_tax=True) is right


def test_tax_codes_and_parties_count_only_where_they_are_asked_for() -> None:
    bare = [replace(x, tax_code="", party="") for x in RENT.lines]
    assert fully_right(bare, RENT, check_party=False)
    assert not fully_right(bare, RENT)
    assert not fully_right(bare, RENT, check_tax=True, check_party=False)


def test_an_account_used_twice_needs_both_lines() -> None:
    twice = an_entry("Ware", "D 3400 60.00", "D 3400 40.00", "C 1600 100.00")
    assert fully_right([twice.lines[1], twice.lines[0], twice.lines[2]], twice)
    assert not fully_right([a_line("D 3400 100.00"), twice.lines[2]], twice)


def test_a_yen_is_a_whole_unit() -> None:
    entry = an_entry("賃料", "D 4210 1000", "C 1600 1000", currency="JPY")
    assert fully_right([a_line("D 4210 1001"), a_line("C 1600 1001")], entry)
