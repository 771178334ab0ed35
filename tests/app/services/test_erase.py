"""Erasing after retention: texts are gone, bookings stay, the chain still holds, and the act is written down."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.commands import perform
from app.services import erase as use_case
from app.services.access import NotAllowed, Role, Who
from app.services.audit import write_audit
from app.services.erase import RetentionRuns, erase, plan
from app.services.errors import BadInput
from app.services.verify import export_anchor, verify
from app.services.workbench import Workbench
from engine.journal import State
from storage import imports
from storage.periods import FiscalYear
from storage.records import Kept, NewEntry, Outside, RowError, Staged
from storage.tables import metadata
from tests.app.conftest import ANA, FillBook
from tests.builders import a_line, an_entry

DAY = date(2014, 1, 1)


@pytest.fixture
def book(wb: Workbench, fill: FillBook) -> str:
    """Lenz named in 2013, imported with a row that stayed outside, and in a draft; Maier named in 2020."""
    entries = [
        an_entry("Rent of Lenz", "D 4210 9 Lenz", "C 1600 9 Lenz", party="Lenz", entry_id="a", date=date(2013, 5, 1)),
        an_entry("Rent of Maier", "D 4210 9", "C 1600 9 Maier", entry_id="b", date=date(2020, 5, 1)),
    ]
    found = fill(wb)
    with wb.writing() as uow:
        for entry in entries:
            error = RowError(row=1, column="party", value=entry.description, why="it is odd", remedy="Look.")
            imports.apply(uow, found, Staged(
                book_hint="", format="test", reason="", accounts=(), entries=(entry,), errors=(error,),
                kept=Kept(entries=1, rows=1, outside=(Outside(row=1, cells=("5", entry.description), why="odd"),)),
                file_sha256=entry.entry_id * 64,
            ), "test")  # fmt: skip
        draft = uow.journal.open_entry(found.book_id, NewEntry(description="To Lenz", date=date(2013, 6, 1)), "ana")
        uow.journal.add_version(draft, [a_line("D 4210 1"), a_line("C 1600 1")], author="ana", origin="person")
    return "test"


def everything(wb: Workbench) -> str:
    with wb.reading() as uow:
        return str([uow.session.execute(sa.select(t)).all() for t in metadata.sorted_tables])


def test_a_plan_changes_nothing(wb: Workbench, book: str) -> None:
    before = everything(wb)
    told = plan(wb, ANA, book, DAY)
    assert (told.done, told.entries, told.unfinished, told.models) == (False, 1, 1, ())
    assert any("Nothing was changed" in s for s in told.sentences())
    assert everything(wb) == before


def test_texts_go_bookings_stay_and_the_chain_holds(wb: Workbench, book: str, tmp_path: Path) -> None:
    export_anchor(wb, ANA, book, tmp_path / "anchor.json")
    done = erase(wb, ANA, book, DAY, "ten years are over")
    assert (done.done, done.entries) == (True, 1)
    left = everything(wb)
    assert ("Rent of Lenz" in left, "To Lenz" in left, "Rent of Maier" in left) == (False, True, True)
    found = verify(wb, ANA, book, [tmp_path / "anchor.json"])
    assert found.whole, list(found.sentences())
    assert len(found.report.anchors) == 1
    with wb.reading() as uow:
        book_id = uow.books.get(book).book_id
        (entry,) = [e for e in uow.journal.current(book_id) if e.date == date(2013, 5, 1)]
        assert (str(entry.total), entry.description, entry.state) == ("9.00", "", State.BOOKED_ELSEWHERE)
        acts = uow.session.execute(
            sa.text("SELECT entry_id, reason, detail FROM decisions WHERE act = 'erased' ORDER BY sequence")
        ).all()
    assert [(a.entry_id, a.reason) for a in acts] == [
        (entry.entry_id, "ten years are over"), ("", "ten years are over"),
    ]  # fmt: skip
    assert json.loads(acts[1].detail) == {"before": "2014-01-01", "keep_years": 10, "entries": 1}
    assert erase(wb, ANA, book, DAY, "again").entries == 0
    assert verify(wb, ANA, book).whole
    assert write_audit(wb, ANA, book, "2013", tmp_path / "audit").holds


def test_what_is_still_to_be_kept_is_refused(wb: Workbench, book: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_case, "_today", lambda: date(2024, 1, 1))
    assert plan(wb, ANA, book, DAY).entries == 1  # the year 2013 and ten more are over since yesterday
    monkeypatch.setattr(use_case, "_today", lambda: date(2023, 12, 31))
    with pytest.raises(RetentionRuns, match="ended before 2013-01-01"):
        plan(wb, ANA, book, DAY)
    with pytest.raises(RetentionRuns):
        erase(wb, ANA, book, DAY, "over")
    assert plan(wb, ANA, book, DAY, years=8).entries == 1
    for years in (0, 101):
        with pytest.raises(BadInput):
            plan(wb, ANA, book, DAY, years=years)
    with wb.writing() as uow:
        year = FiscalYear(label="2013/14", first=date(2013, 4, 1), last=date(2014, 3, 31))
        uow.periods.add_year(uow.books.get(book).book_id, year, "ana")
    monkeypatch.setattr(use_case, "_today", lambda: date(2024, 1, 1))
    with pytest.raises(RetentionRuns):  # the last day of 2013 belongs to a year that ended in 2014
        plan(wb, ANA, book, DAY)


def test_it_takes_a_reason_and_whoever_runs_the_installation(wb: Workbench, book: str) -> None:
    with pytest.raises(BadInput, match="Reason"):
        erase(wb, ANA, book, DAY, " ")
    with wb.writing() as uow:
        kim = uow.people.add("kim", "Kim", "Ana")
        uow.people.set_role(uow.books.get(book).book_id, kim, Role.ADMIN, "Ana", granted=True)
    with pytest.raises(NotAllowed):
        erase(wb, Who(id="kim"), book, DAY, "over")
    assert "Rent of Lenz" in everything(wb)


def test_what_an_undone_import_left_is_erased_too(wb: Workbench, book: str) -> None:
    with wb.writing() as uow:
        book_id = uow.books.get(book).book_id
        batch = next(b for b in uow.batches.list(book_id) if b.file_sha256 == "a" * 64)
        uow.batches.undo(book_id, batch.batch_id, "ana", "wrong file")
    assert erase(wb, ANA, book, DAY, "over").entries == 1
    assert "Rent of Lenz" not in everything(wb)
    assert verify(wb, ANA, book).whole


def test_the_command_asks_first(wb: Workbench, book: str) -> None:
    arguments = {"book": book, "before": "2014-01-01", "reason": "over", "years": 10}
    asked = perform(wb, "erase", arguments, print)
    assert (asked.code, asked.document["done"], asked.document["entries"]) == (0, False, 1)
    done = perform(wb, "erase", {**arguments, "yes": True}, print)
    assert (done.code, done.document["done"]) == (0, True), done.error
    assert done.text[0] == "The texts were taken out of 1 entries of book 'test' before 2014-01-01."
    assert "it is no day" in perform(wb, "erase", {**arguments, "before": ""}, print).error


def test_models_that_learned_from_the_texts_are_named_and_answer_without_them(
    trained: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_case, "_today", lambda: date(2050, 1, 1))
    known = {e.entry_id: e.description for e in trained.loaded("test").memory.entries}
    assert all(known.values())
    done = erase(trained, ANA, "test", date(2030, 1, 1), "over")
    assert done.entries == len(known)
    assert (len(done.models), done.used) == (1, done.models)
    assert any("counterpoint train test" in s for s in done.sentences())
    loaded = trained.loaded("test")
    live = [loaded.memory.entries[int(row)] for row in loaded.memory.live()]
    assert {e.description for e in live} == {""}
    assert len(live) == len(known)
