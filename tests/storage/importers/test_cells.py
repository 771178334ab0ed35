from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.importers.cells import BadCell, column_key, mark_in, need_day, read_amount, read_day


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1888,31", "1888.31"), ("0000000069,60", "69.60"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"), ("1\u202f234\u00a0567,89", "1234567.89"), ("100,00-", "-100"), ("-12,5", "-12.5"),
        ("(1,234.56)", "-1234.56"), ("1.234.567", "1234567"), ("+7", "7"), ("12.", "12"), (",5", "0.5"), ("", "0"),
        ("  ", "0"), ("1,5E3", "1500"),
        ("1,23,456.78", "123456.78"), ("€ 9,99", "9.99"), ("1234567890123456,78", "1234567890123456.78"),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly(cell: str, amount: str) -> None:
    assert read_amount(cell) == Decimal(amount)


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "1-2",
        "--5",
        "-5-",
        "(-5)",
        "5--",
        "1,2,3.4.5",
        "1,2.50",
        "12.34.5678",
        "NaN",
        "Infinity",
        "1e",
        "12 EUR",
        "٣",
    ],
)
def test_what_is_no_amount_is_refused(cell: str) -> None:
    with pytest.raises(BadCell, match="Write it like"):
        read_amount(cell)


@given(st.decimals(Decimal(-(10**17)), Decimal(10**17), places=2))
def test_an_amount_written_the_french_way_comes_back(amount: Decimal) -> None:
    assert read_amount(f"{amount:f}".replace(".", ",")) == amount
    assert read_amount(f"{amount:,.2f}") == amount
    trailing = f"{abs(amount):f}".replace(".", ",") + ("-" if amount < 0 else "")
    assert read_amount(trailing) == amount


@pytest.mark.parametrize(
    "cell", ["20240229", "2024-02-29", "29/02/2024", "29.2.2024", "29022024", "2024-02-29T10:11:12", "29/02/2024 10:11"]
)
def test_days_are_read_in_every_known_form(cell: str) -> None:
    assert read_day(cell) == date(2024, 2, 29)


@pytest.mark.parametrize("cell", ["20230229", "2024-13-01", "00000000", "99991231", "18991231", "tomorrow", "2024"])
def test_impossible_days_are_refused(cell: str) -> None:
    with pytest.raises(BadCell, match="not a day"):
        read_day(cell)


def test_a_blank_day_is_none_and_refused_where_one_is_needed() -> None:
    assert read_day("  ") is None
    with pytest.raises(BadCell, match="blank"):
        need_day("")


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_survives_the_decrees_form(day: date) -> None:
    assert read_day(day.strftime("%Y%m%d")) == day
    assert read_day(day.isoformat()) == day


def test_column_names_are_compared_without_case_accents_and_signs() -> None:
    assert column_key(" Écriture-Num. ") == column_key("ecriturenum") == "ecriturenum"


@pytest.mark.parametrize(
    ("number", "mark"),
    [
        ("5,50", ","), ("1,234.5", "."), ("1.234,56", ","), ("1,234,567", "."), ("100", ""), ("0.125", "."),
        ("1234.567", "."), (".125", "."), ("1.234", None), ("1,234", None),
    ],
)  # fmt: skip
def test_a_number_shows_its_decimal_mark_or_leaves_it_open(number: str, mark: str | None) -> None:
    assert mark_in(number) == mark
