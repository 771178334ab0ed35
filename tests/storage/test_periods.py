"""Years and locks that contradict what was closed or numbered before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from storage import audit
from storage.control import NewChange
from storage.periods import FiscalYear, Lock
from storage.records import Book
from storage.refusals import BadFiscalYear, ClosedPeriod, SecondPersonNeeded
from storage.session import UnitOfWork, open_store
from tests.builders import CATALOG
from tests.storage.reviewing import posted


def test_a_soft_close_does_not_open_what_is_closed_for_good(unit: UnitOfWork, book: Book) -> None:
    unit.periods.set_lock(book.book_id, date(2023, 3, 1), date(2023, 3, 31), Lock.HARD, "adam", "filed")
    with pytest.raises(ClosedPeriod, match="2023-03-01"):
        unit.periods.set_lock(book.book_id, date(2023, 1, 1), date(2023, 12, 31), Lock.SOFT, "adam", "again")
    unit.periods.set_lock(book.book_id, date(2023, 1, 1), date(2023, 2, 28), Lock.SOFT, "adam", "around it")


def test_a_year_does_not_take_a_name_under_which_other_days_were_numbered(unit: UnitOfWork, book: Book) -> None:
    posted(unit, book)
    year = FiscalYear(label="2024", first=date(2025, 1, 1), last=date(2025, 12, 31))
    with pytest.raises(BadFiscalYear, match="under this name"):
        unit.periods.add_year(book.book_id, year, "adam")


def test_capitals_make_no_second_person(unit: UnitOfWork, book: Book) -> None:
    new = NewChange(subject="policy", key="x", before={}, after={}, reason="r", needs_second=True)
    change = unit.changes.propose(book.book_id, new, "Ana")
    with pytest.raises(SecondPersonNeeded):
        unit.changes.confirm(book.book_id, change.change_id, "ana")


MOVED = {
    "book_id": "elsewhere",  # the next entry would get the number again
    "recorded": datetime(2020, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("column", MOVED)
def test_a_number_that_was_changed_behind_the_store_is_found(tmp_path: Path, column: str) -> None:
    opened = open_store(f"duckdb:///{tmp_path}/a.duckdb")
    with opened.unit_of_work() as one:
        book = one.books.create("Atelier", by="ana")
        one.books.put_accounts(book.book_id, CATALOG, "ana")
        posted(one, book)
        assert audit.verify(one.session, book.book_id) is None
    opened.close()
    with duckdb.connect(f"{tmp_path}/a.duckdb") as connection:
        connection.execute(f"UPDATE postings SET {column} = ?", [MOVED[column]])  # noqa: S608
    again = open_store(f"duckdb:///{tmp_path}/a.duckdb")
    with again.unit_of_work(read_only=True) as one:
        fault = audit.verify(one.session, book.book_id)
    again.close()
    assert fault is not None
    assert fault.record == "postings"
