"""What people type, and what it means."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.errors import BadInput
from app.services.typed import (
    LONGEST_DESCRIPTION,
    TypedEvent,
    event_from_text,
    read_amount,
    read_date,
    read_lines,
    today,
)
from engine.journal import Line, Side
from engine.text import MAX_CHARACTERS


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1.190,00", "1190.00", ""),
        ("1,190.00", "1190.00", ""),
        ("1190", "1190", ""),
        ("1 190,00 EUR", "1190.00", "EUR"),
        ("1\u202f190,00\u00a0€", "1190.00", "EUR"),
        ("EUR 1190", "1190", "EUR"),
        ("chf 1'190.50", "1190.50", "CHF"),
        ("1’190.50", "1190.50", ""),
        ("12,5", "12.5", ""),
        ("0.190", "0.190", ""),
        ("+7", "7", ""),
        ("$1,234,567.89", "1234567.89", "USD"),
        ("1.234.567", "1234567", ""),
        ("1190.000", "1190.000", ""),
        ("１１９０", "1190", ""),
        ("1234567890123456.78", "1234567890123456.78", ""),
    ],
)
def test_amounts_as_people_write_them(text: str, amount: str, currency: str) -> None:
    assert read_amount(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("0", "is zero"),
        ("0,00", "is zero"),
        ("abc", "not a number"),
        ("12 apples and 3", "not a number"),
        ("-50", "no sign"),
        ("50-", "no sign"),
        ("(50)", "no sign"),
        ("1.190", "can be read as 1190 and as 1.190"),
        ("1,190", "can be read as 1190 and as 1.190"),
        ("1.19,00.5", "more than one decimal sign"),
        ("1 19", "not grouped by three"),
        ("1.2345.67", "not grouped by three"),
        ("EUR 12 USD", "a currency twice"),
        ("12 bananas", "neither a number nor a currency"),
        ("0.00001", "more than 4 decimals"),
        ("1" * 19, "more than 18 digits"),
        ("NaN", "not a number"),
        ("1e5", "not a number"),
        ("😀", "not a number"),
    ],
)
def test_amounts_that_cannot_be_meant_are_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        read_amount(text)
    assert caught.value.field == "Amount"
    assert str(caught.value).endswith(".")


def test_both_readings_of_three_digits_can_be_typed_as_the_sentence_says() -> None:
    with pytest.raises(BadInput, match=r"Write 10005\.00, or 10\.0050") as caught:
        read_amount("10.005 BHD")
    assert caught.value.field == "Amount"
    assert read_amount("10.0050 BHD") == (Decimal("10.005"), "BHD")
    assert read_amount("10005.00") == (Decimal(10005), "")


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal(-1), Decimal(0)])
def test_a_decimal_must_be_a_positive_number_too(value: Decimal) -> None:
    with pytest.raises(BadInput):
        read_amount(value)


@given(st.integers(1, 10**15), st.integers(0, 99))
def test_every_way_of_writing_gives_the_same_amount(whole: int, cents: int) -> None:
    want = Decimal(whole) + Decimal(cents) / 100
    english = f"{whole:,}.{cents:02d}"
    german = english.translate(str.maketrans(",.", ".,"))
    french = english.replace(",", " ").replace(".", ",")
    swiss = english.replace(",", "'")
    for text in (english, german, french, swiss, f"{whole}.{cents:02d}", f"{whole},{cents:02d}", f"{english} EUR"):
        assert read_amount(text)[0] == want, text


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        amount, _ = read_amount(text)
    except BadInput:
        return
    assert amount > 0


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("20260301", date(2026, 3, 1)),
        ("2026/3/1", date(2026, 3, 1)),
        ("01.03.2026", date(2026, 3, 1)),
        ("1.3.26", date(2026, 3, 1)),
        ("01/03/2026", date(2026, 3, 1)),
        ("", None),
        (None, None),
        (date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_dates(text: str | date | None, day: date | None) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-02-30", "no such day"),
        ("31.04.2026", "no such day"),
        ("04/25/2026", "no month 25"),
        ("yesterday", "not a date"),
        ("0000-01-01", "year 0"),
        ("9999-12-31", "year 9999"),
        ("2026-1.2", "not a date"),
    ],
)
def test_impossible_dates_are_refused(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_date(text)


@given(st.text(max_size=12))
def test_no_text_breaks_the_date(text: str) -> None:
    try:
        day = read_date(text)
    except BadInput:
        return
    assert day is None or 1900 <= day.year <= 2199


def test_known_lines() -> None:
    assert read_lines(["1200:c:1.190,00", "a:b:D:5"]) == (
        Line(account="1200", side=Side.CREDIT, amount=Decimal("1190.00")),
        Line(account="a:b", side=Side.DEBIT, amount=Decimal(5)),
    )


def test_a_known_line_may_lack_its_amount() -> None:
    assert read_lines(["1200:c", "a:b:D"]) == (
        Line(account="1200", side=Side.CREDIT, amount=Decimal(0)),
        Line(account="a:b", side=Side.DEBIT, amount=Decimal(0)),
    )


@pytest.mark.parametrize("text", ["", "1200", "1200:X:5", ":D:5", ":D", "1200:D:0", "1200:D:zero"])
def test_known_lines_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_lines([text])


def test_an_event_keeps_every_letter() -> None:
    event = event_from_text(TypedEvent(description="  إيجار المكتب 🏢 مارس ", amount="1 190,00 €", party=" Lenz "))
    assert event.description == "إيجار المكتب 🏢 مارس"
    assert (event.amount, event.currency, event.party, event.date) == (Decimal("1190.00"), "EUR", "Lenz", None)


@pytest.mark.parametrize("text", ["", "   ", "\n\t\x00"])
def test_an_empty_description_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="Description: it is empty"):
        event_from_text(TypedEvent(description=text, amount="5"))


def test_a_very_long_description_is_refused_with_its_length() -> None:
    with pytest.raises(BadInput, match="10,000 characters, and at most 600 are read") as caught:
        event_from_text(TypedEvent(description="x" * 10_000, amount="5"))
    assert len(str(caught.value)) < 300
    assert LONGEST_DESCRIPTION == MAX_CHARACTERS
    assert event_from_text(TypedEvent(description="x" * LONGEST_DESCRIPTION, amount="5")).description


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadInput, match="no text"):
        event_from_text(TypedEvent(description="rent \udcff", amount="5"))


def test_two_currencies_are_refused() -> None:
    with pytest.raises(BadInput, match="says USD while the currency is EUR"):
        event_from_text(TypedEvent(description="rent", amount="5 USD", currency="EUR"))
    with pytest.raises(BadInput, match="Currency"):
        event_from_text(TypedEvent(description="rent", amount="5", currency="euros"))


def test_today_is_the_day_of_the_machine_s_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    days = set()
    for zone in ("Etc/GMT+12", "Etc/GMT-14"):  # 26 hours apart: never the same day
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        days.add(today())
    monkeypatch.undo()
    time.tzset()
    assert len(days) == 2
