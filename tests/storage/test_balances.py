"""The trial balance of a year: opening + movements = closing, and each opening counts once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from engine.journal import Account, AccountType, Entry, Kind
from storage import imports
from storage.balances import RESULT, Balance, trial_balance, year_named, years_of
from storage.periods import FiscalYear
from storage.records import Book
from storage.restricted import Restricted
from storage.session import Store, UnitOfWork
from tests.builders import an_entry
from tests.storage.conftest import MakeStaged
from tests.storage.reviewing import draft, posted

CATALOG = (
    Account(code="1200", type=AccountType.ASSET),
    Account(code="1600", type=AccountType.LIABILITY),
    Account(code="4210", type=AccountType.EXPENSE),
    Account(code="8400", type=AccountType.INCOME),
)


@pytest.fixture
def unit(store: Store, book: Book) -> Iterator[UnitOfWork]:
    """A unit of work in which the book is there already."""
    with store.unit_of_work() as unit:
        yield unit


def booked(unit: UnitOfWork, book: Book, staged: MakeStaged, *entries: Entry) -> None:
    unit.books.put_accounts(book.book_id, CATALOG, "ana")
    imports.apply(unit, book, staged(entries), "ana")


def rows(unit: UnitOfWork, book: Book, year: str, restricted: Restricted | None = None) -> dict[str, Balance]:
    named = year_named(unit.session, book.book_id, year)
    assert named is not None
    found = trial_balance(unit.session, book.book_id, named, restricted or Restricted())
    assert sum(b.closing for b in found) == 0
    return {b.account: b for b in found}


def whole(*amounts: Decimal | None) -> tuple[int | None, ...]:
    return tuple(None if x is None else int(x) for x in amounts)


def sale(year: int, key: str, amount: str = "100") -> Entry:
    return an_entry("Sale", f"D 1200 {amount}", f"C 8400 {amount}", date=date(year, 5, 1), entry_id=key)


def test_a_year_goes_on_from_the_one_before_and_its_result_stands_apart(
    unit: UnitOfWork, book: Book, staged: MakeStaged
) -> None:
    booked(unit, book, staged, sale(2021, "a"), sale(2023, "b", "50"))
    first, second = rows(unit, book, "2021"), rows(unit, book, "2023")
    assert {a: b.closing for a, b in first.items()} == {"1200": 100, "8400": -100}
    assert first["1200"].before is None
    assert {a: whole(b.opening, b.closing) for a, b in second.items()} == {
        RESULT: (-100, -100), "1200": (100, 150), "8400": (0, -50),
    }  # fmt: skip


def test_opening_entries_take_the_place_of_what_was_left_and_are_not_added_to_it(
    unit: UnitOfWork, book: Book, staged: MakeStaged
) -> None:
    opening = an_entry("Opening", "D 1200 90", "C 1600 90", date=date(2024, 1, 1), kind=Kind.OPENING, entry_id="o")
    booked(unit, book, staged, sale(2023, "a"), opening, sale(2024, "b", "7"))
    found = rows(unit, book, "2024")
    assert whole(found["1200"].before, found["1200"].entered, found["1200"].opening) == (100, 90, 90)
    assert whole(found["1200"].debit, found["1200"].closing) == (7, 97)
    assert whole(found[RESULT].before, found[RESULT].entered, found[RESULT].closing) == (-100, 0, 0)


def test_drafts_and_entries_off_the_books_do_not_count_and_posted_ones_do(
    unit: UnitOfWork, book: Book, staged: MakeStaged
) -> None:
    off = an_entry("Guarantee", "D 1200 5", "C 1600 5", date=date(2024, 5, 1), kind=Kind.OFF_BOOK, entry_id="off")
    booked(unit, book, staged, sale(2024, "a"), off)
    draft(unit, book)
    posted(unit, book)
    found = rows(unit, book, "2024")
    assert {a: whole(b.debit, b.credit) for a, b in found.items()} == {
        "1200": (100, 0), "1600": (0, 1000), "4210": (1000, 0), "8400": (0, 100),
    }  # fmt: skip


def test_what_is_restricted_is_left_out(unit: UnitOfWork, book: Book, staged: MakeStaged) -> None:
    booked(unit, book, staged, sale(2024, "a"), an_entry("Pay", "D 4210 9", "C 1600 9", date=date(2024, 2, 1)))
    assert set(rows(unit, book, "2024", Restricted(accounts=("42",)))) == {"1200", "8400"}
    assert rows(unit, book, "2024")["4210"].debit == Decimal(9)


def test_a_calendar_year_ends_where_a_fiscal_year_begins(unit: UnitOfWork, book: Book, staged: MakeStaged) -> None:
    booked(unit, book, staged, sale(2022, "a"), sale(2023, "b"))
    autumn = FiscalYear(label="2023/24", first=date(2023, 4, 1), last=date(2024, 3, 31))
    unit.periods.add_year(book.book_id, autumn, "ana")
    assert [y.label for y in years_of(unit.session, book.book_id)] == ["2022", "2023/24"]
    short = year_named(unit.session, book.book_id, "2023")
    assert short is not None
    assert (short.first, short.last) == (date(2023, 1, 1), date(2023, 3, 31))
    assert year_named(unit.session, book.book_id, "2023/24") == autumn
    assert rows(unit, book, "2023/24")["1200"].opening == 100
    for nonsense in ("", "20233", "next", "0000"):
        assert year_named(unit.session, book.book_id, nonsense) is None
