"""Events in another currency: the rate as it is typed, one conversion, and originals that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.errors import BadInput, ForeignCurrency, NoDifferenceAccount
from app.services.journal import entry_detail
from app.services.propose import book_difference, propose, save
from app.services.rates import carried_over, in_book_currency, read_rate, shared, with_difference, with_originals
from app.services.review import Edit, Seen, correct
from app.services.typed import BY_HAND, TypedEvent, event_from_text
from app.services.workbench import Workbench
from engine.journal import Event, Exchange, Line, Side, Snapshot, minor_units
from engine.training.snapshot import read_snapshot
from storage.policy import Policy, PolicyStore
from storage.snapshot import write_snapshot
from tests.app.conftest import ANA, FillBook
from tests.builders import a_line, an_entry, an_event

DOLLARS = Exchange(
    amount=Decimal("100.00"), currency="USD", rate=Decimal("0.9213"), rate_date=date(2025, 4, 2), rate_source="ECB",
    into="EUR",
)  # fmt: skip


def typed(amount: str, currency: str, rate: str, **more: str) -> Event:
    return event_from_text(TypedEvent(description="Cloud", amount=amount, currency=currency, rate=rate, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "rate", "into"),
    [
        ("0.92", "0.92", ""),
        ("0,925", "0.925", ""),
        ("1.085", "1.085", ""),
        ("1 USD = 0,92 EUR", "0.92", "EUR"),
        ("100 usd = 92 eur", "0.92", "EUR"),
        ("1 EUR = 1.25 USD", "0.8", "EUR"),
        ("1 EUR = 1.0870 USD", "0.919963201472", "EUR"),
        ("0.92 EUR", "0.92", "EUR"),
        ("150", "150", ""),
    ],
)
def test_rates_are_read_as_people_and_central_banks_write_them(text: str, rate: str, into: str) -> None:
    assert read_rate(text, "USD") == (Decimal(rate), into)


@pytest.mark.parametrize(
    "text", ["", "x", "0", "-0.9", "1 GBP = 0.9 EUR", "1 USD = 1 USD", "0.92 USD", "1.085.2", "1e3"]
)
def test_what_is_no_rate_says_how_to_write_one(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_rate(text, "USD")
    assert caught.value.field == "Rate"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("amount", "currency", "rate", "own", "expected"),
    [
        ("100.00", "USD", "0.92", "EUR", "92.00"),
        ("1.00", "USD", "0.925", "EUR", "0.93"),  # half a cent goes up
        ("1000", "JPY", "0.0061", "EUR", "6.10"),
        ("10.00", "EUR", "163.55", "JPY", "1636"),
        ("10.00", "EUR", "0.3345", "KWD", "3.345"),
        ("1.500", "KWD", "2.99", "EUR", "4.49"),
        ("1234567890123456.78", "USD", "1.000000000001", "EUR", "1234567890124691.35"),
    ],
)
def test_one_conversion_rounds_half_up_to_the_book_s_smallest_unit(
    amount: str, currency: str, rate: str, own: str, expected: str
) -> None:
    event = in_book_currency(typed(f"{amount} {currency}".replace("1.500", "1.5000"), "", rate), "b", own)
    assert (str(event.amount), event.currency) == (expected, own)
    assert in_book_currency(event, "b", own) == event  # once is enough


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ForeignCurrency, match="Give a rate, for example 1 USD"):
        in_book_currency(an_event(currency="USD"), "b", "EUR")
    for event, why in (
        (typed("10", "EUR", "0.9"), "the event is in EUR itself"),
        (typed("10", "USD", "1 USD = 0.8 GBP"), "it leads to GBP"),
        (typed("10.5", "JPY", "0.006"), "JPY has 0 decimals"),
        (typed("1", "JPY", "0.0001"), "less than the smallest unit"),
        (typed("100000000000000000.00", "USD", "999999"), "that makes"),
    ):
        with pytest.raises(BadInput, match=why):
            in_book_currency(event, "b", "EUR")
    with pytest.raises(BadInput, match="names no currency"):
        typed("10", "", "0.9")


def test_known_lines_are_in_the_event_s_currency() -> None:
    event = replace(an_event(amount="100.00", currency="USD"), exchange=replace(DOLLARS, into=""))
    whole = tuple(a_line(x) for x in ("D 4210 33.33", "D 4970 33.33", "D 3400 33.34", "C 1200 50.00", "C 1600 0"))
    asked = in_book_currency(replace(event, lines=whole), "b", "EUR")
    assert asked.amount == Decimal("92.13")
    assert sum(x.amount for x in asked.lines if x.side is Side.DEBIT) == asked.amount
    assert [x.amount for x in asked.lines if x.side is Side.CREDIT] == [Decimal("46.07"), Decimal(0)]


units = st.integers(1, 10**15)


@given(st.lists(units, min_size=1, max_size=8), units, st.sampled_from(["JPY", "USD", "KWD", "CLF"]))
def test_originals_of_each_side_add_up_to_the_event_exactly(parts: list[int], total: int, currency: str) -> None:
    places = minor_units(currency)
    amount = Decimal(total).scaleb(-places)
    lines = [Line(account=str(i), side=Side.DEBIT, amount=Decimal(p) / 100) for i, p in enumerate(parts)]
    lines.append(Line(account="bank", side=Side.CREDIT, amount=Decimal(sum(parts)) / 100))
    exchange = Exchange(amount=amount, currency=currency, rate=Decimal(1), into="EUR")
    made = with_originals(lines, exchange)
    for side in Side:
        originals = [x.original_amount or Decimal(0) for x in made if x.side is side]
        assert sum(originals) == amount
        assert all(x == round(x, places) for x in originals)
    assert [replace(x, original_amount=None, original_currency="", rate=None) for x in made] == lines


def test_shares_of_both_signs_still_add_up() -> None:
    parts = shared(Decimal("10.00"), [Decimal(30), Decimal(-10), Decimal("0.01")], 2)
    assert sum(parts) == Decimal("10.00")
    assert parts[1] < 0
    assert shared(Decimal(1), [Decimal(1), Decimal(1), Decimal(1)], 0) == [1, 0, 0]
    assert sum(shared(Decimal("10.00"), [Decimal(-3), Decimal(-1)], 2)) == Decimal("-10.00")


def test_differences_go_to_the_accounts_that_the_book_names() -> None:
    policy = Policy(exchange_gain_account="2660", exchange_loss_account="2150", rounding_account="2155")
    gained = (a_line("D 1200 93.00"), a_line("C 1400 92.13"))
    lines = with_difference(gained, "b", "EUR", policy)
    assert lines[-1] == a_line("C 2660 0.87")
    assert with_difference((a_line("D 1200 90.00"), a_line("C 1400 92.13")), "b", "EUR", policy)[-1] == a_line(
        "D 2150 2.13"
    )
    assert with_difference((a_line("D 1200 92.14"), a_line("C 1400 92.13")), "b", "EUR", policy)[-1] == a_line(
        "C 2155 0.01"
    )
    assert with_difference(lines, "b", "EUR", policy) == lines
    with pytest.raises(NoDifferenceAccount, match="Set exchange_gain_account in the book's policy"):
        with_difference(gained, "b", "EUR", Policy(exchange_loss_account="2150"))
    kept = with_originals(lines, DOLLARS, policy)
    assert [(x.original_amount, x.rate) for x in kept] == [(100, None), (100, Decimal("0.9213")), (None, None)]


def test_an_event_in_dollars_is_booked_in_euros_and_keeps_its_dollars(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    event = typed("100.00", "USD", "1 USD = 0.9213 EUR", rate_date="2025-04-02", rate_source="ECB", date="2025-04-03")
    proposal = propose(wb, ANA, "test", event)
    assert (proposal.event.amount, proposal.event.currency) == (Decimal("92.13"), "EUR")
    lines = (a_line("D 4210 77.42"), a_line("D 1576 14.71"), a_line("C 1600 92.13 Lenz"))
    stored = entry_detail(wb, ANA, "test", save(wb, ANA, "test", proposal, proposal.event, lines)).entry
    assert stored.currency == "EUR"
    assert [(x.original_amount, x.original_currency) for x in stored.lines] == [
        (Decimal("84.03"), "USD"), (Decimal("15.97"), "USD"), (Decimal("100.00"), "USD"),
    ]  # fmt: skip
    assert {(x.rate, x.rate_date, x.rate_source) for x in stored.lines} == {
        (Decimal("0.9213"), date(2025, 4, 2), "ECB")
    }
    with wb.writing() as uow:
        PolicyStore(uow.session).put(book.book_id, Policy(exchange_gain_account="8400"), "Ana", "as agreed")
    out = (a_line("D 1200 93.00"), a_line("C 1400 92.13"))
    assert book_difference(wb, ANA, "test", out)[-1] == a_line("C 8400 0.87")


def test_an_editor_that_knows_amounts_only_loses_no_original() -> None:
    before = with_originals((a_line("D 4210 77.42"), a_line("D 1576 14.71"), a_line("C 1600 92.13")), DOLLARS)
    after = carried_over(before, (a_line("D 4970 80.00"), a_line("D 1576 12.13"), a_line("C 1600 92.13")), "EUR")
    assert [x.original_amount for x in after] == [Decimal("86.83"), Decimal("13.17"), Decimal("100.00")]
    assert {(x.rate, x.rate_source) for x in after} == {(Decimal("0.9213"), "ECB")}
    assert carried_over(before, before, "EUR") == before
    imported = (a_line("D 1200 90", original_amount=Decimal(100), original_currency="USD"), a_line("C 1400 90"))
    edited = carried_over(imported, (a_line("D 1200 90"), a_line("C 1600 90")), "EUR")
    assert [(x.original_amount, x.original_currency) for x in edited] == [(Decimal(100), "USD"), (None, "")]


def test_a_rate_is_of_the_event_s_day_and_typed_by_hand_unless_said_otherwise() -> None:
    exchange = typed("100", "USD", "0.9", date="03.04.2025").exchange
    assert exchange is not None
    assert (exchange.rate_date, exchange.rate_source) == (date(2025, 4, 3), BY_HAND)


def test_codes_and_originals_survive_import_correction_and_snapshot(
    wb: Workbench, fill: FillBook, tmp_path: Path
) -> None:
    """Amounts of eighteen digits, a tax code and a currency without decimals: from a file to the training set."""
    lot = Decimal("1234567890123456.78")
    yen = {
        "original_currency": "JPY",
        "original_amount": Decimal(210000000000000000),
        "rate": Decimal("0.005878894715"),
    }
    lines = (a_line("D 4210 1", tax_code="V19", **yen), a_line("C 1600 1", label="R 7", **yen))
    entry = an_entry("Anlage Tokio", *(replace(x, amount=lot) for x in lines), entry_id="K1")
    book = fill(wb, entries=(entry,))
    with wb.reading() as uow:
        (stored,) = uow.journal.current(book.book_id)
    assert stored.lines == entry.lines
    draft = save(
        wb, ANA, "test", propose(wb, ANA, "test", an_event("Anlage", lot)), an_event("Anlage", lot), lines_of(lot)
    )
    with wb.writing() as uow:
        uow.journal.add_version(draft, stored.lines, author="Ana", origin="person")
    seen = Seen(version=2)
    correct(wb, ANA, "test", draft, seen, Edit(lines=(*lines_of(lot)[:1], replace(lines_of(lot)[1], account="1200"))))
    corrected = entry_detail(wb, ANA, "test", draft).entry
    assert [x.original_amount for x in corrected.lines] == [x.original_amount for x in entry.lines]
    frozen = Snapshot(book="test", accounts=(), entries=(stored, corrected))
    assert read_snapshot(write_snapshot(frozen, tmp_path / "snapshot")) == frozen


def lines_of(amount: Decimal) -> tuple[Line, ...]:
    """What an editor gives back: accounts, sides and amounts."""
    return tuple(replace(a_line(x), amount=amount) for x in ("D 4210 1", "C 1600 1"))
