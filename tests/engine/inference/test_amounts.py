"""Parts add up to the last unit, none is zero, and each is as near to its share as whole units allow."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.inference.amounts import (
    AmountsDisagree,
    AmountTooSmall,
    BadShares,
    allocate,
    allocate_entry,
    fits,
    to_minor_unit,
)
from engine.journal import Side, minor_units

shares = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=8)
places = st.sampled_from([0, 2, 3])
units = st.integers(-(10**18), 10**18).filter(bool)


def money(n: int, minor_unit: int) -> Decimal:
    return Decimal(n).scaleb(-minor_unit)


@given(units, shares, places)
def test_parts_add_up_exactly_and_none_is_zero(n: int, drawn: list[float], minor_unit: int) -> None:
    total = money(n, minor_unit)
    assume(fits(total, len(drawn), minor_unit))
    parts = allocate(total, drawn, minor_unit)
    assert sum(parts) == total
    assert all(p != 0 and (p < 0) == (total < 0) and p == to_minor_unit(p, minor_unit) for p in parts)


@given(st.integers(10_000, 10**12), st.lists(st.floats(0.01, 1.0), min_size=1, max_size=8))
def test_each_part_is_within_one_unit_of_its_share(n: int, drawn: list[float]) -> None:
    parts = allocate(money(n, 2), drawn)
    for part, share in zip(parts, drawn, strict=True):
        ideal = Fraction(n) * Fraction(share) / sum(map(Fraction, drawn))
        assert abs(Fraction(part) * 100 - ideal) < 1 + Fraction(1, 1000)


@given(units, shares, st.floats(0.001, 1000))
def test_the_scale_of_the_shares_and_the_sign_of_the_total_do_not_matter(
    n: int, drawn: list[float], scale: float
) -> None:
    assume(fits(money(n, 2), len(drawn)))
    first = allocate(money(n, 2), drawn)
    assert allocate(money(-n, 2), drawn) == tuple(-p for p in first)
    again = allocate(money(n, 2), [2.0 * s for s in drawn])
    assert again == first


@given(
    st.integers(100, 10**9),
    st.lists(st.sampled_from(Side), max_size=6),
    st.lists(st.floats(0, 1), min_size=8, max_size=8),
    places,
)
def test_debits_equal_credits(n: int, drawn: list[Side], weights: list[float], minor_unit: int) -> None:
    sides = [Side.DEBIT, *drawn, Side.CREDIT]
    amounts = allocate_entry(money(n, minor_unit), sides, weights[: len(sides)], minor_unit)
    debit = sum(a for a, s in zip(amounts, sides, strict=True) if s is Side.DEBIT)
    assert debit == sum(a for a, s in zip(amounts, sides, strict=True) if s is Side.CREDIT) == money(n, minor_unit)


@given(st.integers(1_000, 10**9), st.integers(1, 900), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_known_lines_stay_and_the_others_share_the_rest(n: int, known: int, weights: list[float]) -> None:
    parts = allocate(money(n, 2), weights, fixed=[None, money(known, 2), None])
    assert parts[1] == money(known, 2)
    assert sum(parts) == money(n, 2)


def test_a_known_line_finer_than_the_unit_leaves_its_rest_on_the_largest_line() -> None:
    parts = allocate(Decimal("10.00"), [1.0, 0.5, 3.0], fixed=[Decimal("1.005"), None, None])
    assert parts[0] == Decimal("1.005")
    assert sum(parts) == Decimal("10.00")
    assert parts[1] == to_minor_unit(parts[1])


def test_eighteen_digits_survive() -> None:
    total = Decimal("1234567890123456.78")
    assert sum(allocate(total, [1 / 3, 1 / 3, 1 / 3])) == total
    assert allocate(total, [0.2]) == (total,)


def test_thirds_yen_and_dinar() -> None:
    assert allocate(Decimal(100), [1, 1, 1]) == (Decimal("33.34"), Decimal("33.33"), Decimal("33.33"))
    assert allocate(Decimal(100), [1, 1, 1], 0) == (Decimal(34), Decimal(33), Decimal(33))
    assert allocate(Decimal(1), [2, 1], 3) == (Decimal("0.667"), Decimal("0.333"))
    assert [minor_units(c) for c in ("JPY", "kwd ", "EUR", "", "XYZ", "CLF")] == [0, 3, 2, 2, 2, 4]


def test_a_line_of_almost_no_share_still_gets_one_unit() -> None:
    assert allocate(Decimal("0.03"), [1.0, 0.0, 0.0]) == (Decimal("0.01"),) * 3
    assert allocate(Decimal("50.00"), [1.0, 0.0]) == (Decimal("49.99"), Decimal("0.01"))


def test_a_side_that_mixes_signs_keeps_its_proportions() -> None:
    assert allocate(Decimal(100), [1.2, -0.2]) == (Decimal("120.00"), Decimal("-20.00"))


def test_what_cannot_be_split_is_said() -> None:
    assert not fits(Decimal("0.01"), 2)
    assert not fits(Decimal("0.001"), 1)
    with pytest.raises(AmountTooSmall, match="3 lines"):
        allocate(Decimal("0.02"), [1, 1, 1])
    with pytest.raises(AmountTooSmall):
        allocate(Decimal(0), [1])
    with pytest.raises(BadShares, match="finite"):
        allocate(Decimal(10), [1, float("nan")])
    with pytest.raises(BadShares, match="more than zero"):
        allocate(Decimal(10), [0.1, -0.2])
    with pytest.raises(AmountsDisagree, match="other 1 lines"):
        allocate(Decimal(10), [1, 1], fixed=[Decimal(12), None])
    with pytest.raises(AmountsDisagree, match="other 1 lines"):
        allocate(Decimal(10), [1, 1], fixed=[Decimal(10), None])
    with pytest.raises(AmountsDisagree, match="no other line"):
        allocate(Decimal(10), [1], fixed=[Decimal(12)])
    with pytest.raises(AmountsDisagree):
        allocate_entry(Decimal(10), [Side.DEBIT], [1.0])
    with pytest.raises(ValueError, match="one \\(or None\\) per line"):
        allocate(Decimal(10), [1, 1], fixed=[None])
