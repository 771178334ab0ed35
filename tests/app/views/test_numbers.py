from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n import speaking
from app.services.typed import read_amount
from app.views import numbers

NARROW = "\u202f"  # French groups thousands with a narrow space


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "1,234,567,890,123,456.78"),
        ("de", "1.234.567.890.123.456,78"),
        ("fr", f"1{NARROW}234{NARROW}567{NARROW}890{NARROW}123{NARROW}456,78"),
    ],
)
def test_money_is_exact_to_the_last_digit(language: str, shown: str) -> None:
    with speaking(language):
        assert numbers.money(Decimal("1234567890123456.78"), "EUR") == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("12.5", "EUR", "12.50"),
        ("1200", "JPY", "1,200"),
        ("12.5", "KWD", "12.500"),
        ("0.0375", "EUR", "0.0375"),
        ("-190", "", "-190.00"),
    ],
)
def test_money_has_the_decimals_of_its_currency_and_hides_none(amount: str, currency: str, shown: str) -> None:
    assert numbers.money(Decimal(amount), currency) == shown


def test_the_currency_follows_when_asked() -> None:
    assert numbers.money(Decimal(5), "SEK", unit=True) == "5.00\u00a0SEK"
    assert numbers.money(Decimal(5), unit=True) == "5.00"


@given(st.decimals(min_value="0.01", max_value="99999999999999.99", places=2), st.sampled_from(["en", "de", "fr"]))
def test_what_is_shown_can_be_typed_back(amount: Decimal, language: str) -> None:
    with speaking(language):
        assert read_amount(numbers.money(amount, "EUR"))[0] == amount


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.0, "0%"), (0.004, "< 1%"), (0.914, "91%"), (0.9949, "> 99%"), (1.0, "100%")],
)
def test_percent_never_claims_more_than_there_is(probability: float, shown: str) -> None:
    assert numbers.percent(probability) == shown


def test_percent_has_a_blank_in_german() -> None:
    with speaking("de"):
        assert numbers.percent(0.5) == "50\u00a0%"


def test_days_and_moments_follow_the_language() -> None:
    day = date(2026, 3, 1)
    assert [numbers.day(day), numbers.day(None)] == ["1 Mar 2026", ""]
    with speaking("de"):
        assert numbers.day(day) == "01.03.2026"
    with speaking("fr"):
        assert numbers.month(day) == "mars 2026"


def test_moments_are_in_the_store_s_time() -> None:
    summer = timezone(timedelta(hours=2))
    assert numbers.moment(datetime(2026, 7, 1, 0, 30, tzinfo=summer)) == "30 Jun 2026, 22:30 UTC"
    assert numbers.moment(datetime(2026, 7, 1, 9, 5, tzinfo=UTC)) == "1 Jul 2026, 09:05 UTC"
    assert numbers.moment(None) == ""


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [("1150", "1190", "\u22123%"), ("1428", "1190", "+20%"), ("1190.30", "1190", "+0.30"), ("5", "0", "+5.00")],
)
def test_change_is_in_per_cent_or_in_money_where_that_says_more(now: str, before: str, shown: str) -> None:
    assert numbers.change(Decimal(now), Decimal(before)) == shown


@given(st.floats(0, 1))
def test_dots_are_always_four(probability: float) -> None:
    shown = numbers.dots(probability)
    assert len(shown) == 4
    assert shown == "●" * shown.count("●") + "○" * shown.count("○")


def test_dots_are_quarters() -> None:
    assert [numbers.dots(p) for p in (0.0, 0.3, 0.8, 0.97)] == ["○○○○", "●○○○", "●●●○", "●●●●"]
