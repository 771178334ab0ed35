"""The joined parts: one workbench a home, books as cards, the journal seen through the use cases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.home import Home
from app.services.books import catalog, in_words, journals, list_books, set_journal_kind
from app.services.errors import BadInput
from app.services.journal import JournalQuery, entry_detail, search
from app.services.workbench import Workbench, open_workbench
from engine.journal import Account, Kind, State
from storage.errors import StorageError, UnknownBook, UnknownEntry, UnknownJournal
from tests.app.conftest import ANA, FillBook
from tests.builders import CATALOG


def test_everybody_in_a_process_gets_the_same_workbench(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: open_workbench(home), range(16)))
    assert len(set(map(id, found))) == 1
    found[0].close()
    again = open_workbench(home)
    assert again is not found[0]
    again.close()


def test_two_homes_are_two_workbenches(tmp_path: Path, fill: FillBook) -> None:
    one, two = open_workbench(Home(tmp_path / "one")), open_workbench(Home(tmp_path / "two"))
    fill(one, "shop")
    assert [b.name for b in list_books(one, ANA)] == ["shop"]
    assert list_books(two, ANA) == []
    one.close()
    two.close()


def test_cards_say_what_a_book_holds(wb: Workbench, fill: FillBook) -> None:
    fill(wb, "shop")
    fill(wb, "empty", entries=())
    cards = {c.name: c for c in list_books(wb, ANA)}
    assert (cards["shop"].entries, cards["shop"].accounts, cards["shop"].currency) == (24, 13, "EUR")
    assert (cards["empty"].entries, cards["empty"].model.state) == (0, "none")
    assert "Train one" in cards["shop"].model.note


def test_the_catalog_of_a_day(wb: Workbench, fill: FillBook) -> None:
    fill(wb, accounts=[*CATALOG, Account(code="9000", opened=date(2025, 1, 1), closed=date(2026, 1, 1))])
    assert "9000" in [a.code for a in catalog(wb, ANA, "test")]
    assert "9000" in [a.code for a in catalog(wb, ANA, "test", date(2025, 6, 1))]
    assert "9000" not in [a.code for a in catalog(wb, ANA, "test", date(2026, 1, 1))]
    with pytest.raises(UnknownBook):
        catalog(wb, ANA, "other")


def test_journals_are_counted(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    assert {j.code: j.entries for j in journals(wb, ANA, "test")} == {"AR": 5, "BK": 9, "ER": 10}


def test_a_journal_made_an_opening_stops_teaching_and_can_be_changed_back(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)

    def teaching() -> set[str]:
        with wb.reading() as uow:
            return {e.journal for e in uow.journal.teaching(book.book_id)}

    changed = set_journal_kind(wb, ANA, "test", "bk", "Opening", reason=" it opens  the year ")
    assert (changed.kind, changed.confirmed, changed.reason) == (Kind.OPENING, True, "it opens the year")
    assert teaching() == {"AR", "ER"}
    assert in_words(changed) == "BK  opening, confirmed: it opens the year  (9 entries)"
    set_journal_kind(wb, ANA, "test", "BK", "normal", reason="it was the bank after all")
    assert teaching() == {"AR", "BK", "ER"}


def test_a_kind_needs_a_reason_a_known_journal_and_a_known_word(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    with pytest.raises(BadInput, match="Reason: it is empty"):
        set_journal_kind(wb, ANA, "test", "BK", "opening", reason="  ")
    with pytest.raises(BadInput, match="normal, opening, closing"):
        set_journal_kind(wb, ANA, "test", "BK", "bank", reason="x")
    with pytest.raises(UnknownJournal):
        set_journal_kind(wb, ANA, "test", "XY", "opening", reason="x")
    assert not any(j.confirmed for j in journals(wb, ANA, "test"))


def test_search_and_detail(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    fill(wb, "other", entries=())
    page = search(wb, ANA, "test", JournalQuery(text="miete", amount_from=Decimal(1190), size=2))
    assert (page.total, len(page.rows)) == (5, 2)
    detail = entry_detail(wb, ANA, "test", page.rows[0].entry_id)
    assert (detail.entry.state, detail.versions[0].origin) == (State.BOOKED_ELSEWHERE, "imported")
    with pytest.raises(UnknownEntry):
        entry_detail(wb, ANA, "other", page.rows[0].entry_id)
    with pytest.raises(UnknownEntry):
        entry_detail(wb, ANA, "test", "nothing")


def test_a_closed_workbench_gives_the_file_back(home: Home) -> None:
    import duckdb

    wb = open_workbench(home)
    wb.close()
    with duckdb.connect(str(home.database_file), read_only=True) as held:
        assert held.execute("select count(*) from books").fetchone() == (0,)


def test_an_unreadable_database_is_refused(home: Home) -> None:
    home.database_file.write_bytes(b"x" * 10_000)
    with pytest.raises(StorageError, match="cannot be opened"):
        open_workbench(home)
