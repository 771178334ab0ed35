"""Handing over: a file that nobody took changes nothing; what was taken goes out once and comes again as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.commands import perform
from app.services import controls, export, propose, review
from app.services.access import NotAllowed, Role, Who
from app.services.errors import BadInput
from app.services.export import ExportGone, NothingToExport
from app.services.propose import TypedEvent, event_from_text
from app.services.review import Seen
from app.services.workbench import Workbench
from engine.journal import State
from storage import audit
from storage.exports import ChangedMeanwhile, UnknownExport
from storage.importers import read
from storage.refusals import AlreadyExported
from tests.app.conftest import ANA, FillBook
from tests.builders import a_line

BEN = Who(id="ben")


@pytest.fixture
def book(wb: Workbench, fill: FillBook) -> str:
    """A book with ben, a reviewer, and three posted entries beside its imported history."""
    fill(wb)
    with wb.writing() as uow:
        user = uow.people.add("ben", "Ben", "op")
        uow.people.set_role(uow.books.get("test").book_id, user, Role.REVIEWER, "op", granted=True)
    for n in range(3):
        post(wb, f"Rent {n}")
    return "test"


def post(wb: Workbench, text: str, amount: str = "10.00", account: str = "4210") -> str:
    proposal = propose.by_hand(
        wb, BEN, "test", event_from_text(TypedEvent(description=text, amount=amount, journal="ER"))
    )
    lines = [a_line(f"D {account} {amount}"), a_line(f"C 1600 {amount} Lenz")]
    entry = propose.save(wb, BEN, "test", proposal, proposal.event, lines, document=f"R {text}")
    review.submit(wb, BEN, "test", entry, Seen(version=1))
    for act in (review.approve, review.post):
        act(wb, ANA, "test", entry, review.opened(wb, ANA, "test", entry).standing.seen)
    return entry


def test_a_file_that_nobody_took_changes_nothing(wb: Workbench, book: str) -> None:
    first, second = (export.prepare(wb, BEN, book, "jsonl") for _ in range(2))
    assert first.entry_ids == second.entry_ids
    assert (len(first.entry_ids), str(first.total)) == (3, "30.00")
    assert export.exports(wb, BEN, book) == ()


def test_what_was_taken_goes_out_once_and_comes_again_as_it_was(wb: Workbench, book: str, tmp_path: Path) -> None:
    made = export.prepare(wb, BEN, book, "fec")
    done = export.taken(wb, BEN, book, made)
    with pytest.raises(NothingToExport):
        export.prepare(wb, BEN, book, "fec")
    assert [(e.export_id, e.entries, e.by) for e in export.exports(wb, BEN, book)] == [(done.export_id, 3, "ben")]
    assert export.again(wb, BEN, book, done.export_id[:30])[1] == made.data
    acts = review.opened(wb, ANA, book, made.entry_ids[0]).detail.decisions
    assert (acts[-1].act, acts[-1].detail["export"]) == ("exported", done.export_id)
    with pytest.raises(UnknownExport):
        export.again(wb, BEN, book, "nothing")
    path = tmp_path / made.export.file_name
    path.write_bytes(made.data)
    assert len(read(path).entries) == 3
    later = post(wb, "Rent 4")
    assert export.prepare(wb, BEN, book, "fec").entry_ids == (later,)
    with wb.reading() as uow:
        assert audit.verify(uow.session, uow.books.get(book).book_id) is None


def test_two_people_cannot_hand_over_the_same_entries(wb: Workbench, book: str) -> None:
    mine, hers = export.prepare(wb, BEN, book, "sie"), export.prepare(wb, ANA, book, "jsonl")
    export.taken(wb, ANA, book, hers)
    with pytest.raises(ChangedMeanwhile, match="3 entries of this file"):
        export.taken(wb, BEN, book, mine)
    assert len(export.exports(wb, ANA, book)) == 1


def test_a_reversal_of_what_went_out_goes_out_too_and_no_undo_reaches_it(wb: Workbench, book: str) -> None:
    made = export.prepare(wb, BEN, book, "jsonl")
    export.taken(wb, BEN, book, made)
    seen = review.opened(wb, BEN, book, made.entry_ids[0]).standing.seen
    with pytest.raises((AlreadyExported, Exception)):
        review.withdraw(wb, BEN, book, made.entry_ids[0], seen)
    assert review.opened(wb, ANA, book, made.entry_ids[0]).standing.state is State.POSTED


def test_a_file_gone_or_changed_is_told(wb: Workbench, book: str) -> None:
    done = export.taken(wb, BEN, book, export.prepare(wb, BEN, book, "jsonl"))
    kept = wb.home.documents / "exports" / done.sha256
    kept.write_bytes(b"other")
    with pytest.raises(ExportGone):
        export.again(wb, BEN, book, done.export_id)


def test_who_may_not_export_and_formats_nobody_knows(wb: Workbench, book: str) -> None:
    with wb.writing() as uow:
        user = uow.people.add("kim", "Kim", "op")
        uow.people.set_role(uow.books.get(book).book_id, user, Role.ACCOUNTANT, "op", granted=True)
    with pytest.raises(NotAllowed):
        export.prepare(wb, Who(id="kim"), book, "fec")
    with pytest.raises(BadInput, match="Formats: fec, datev"):
        export.prepare(wb, BEN, book, "sap")


def test_restricted_entries_go_out_with_who_sees_them_only(wb: Workbench, book: str) -> None:
    post(wb, "Salary", account="4970")
    controls.change_policy(wb, ANA, book, {"restricted_accounts": "4970"}, "payroll")
    mine, all_of_it = export.prepare(wb, BEN, book, "jsonl"), export.prepare(wb, ANA, book, "jsonl")
    assert (len(mine.entry_ids), mine.hidden) == (3, 1)
    assert (len(all_of_it.entry_ids), all_of_it.hidden) == (4, 0)
    done = export.taken(wb, ANA, book, all_of_it)
    assert export.again(wb, ANA, book, done.export_id)[1] == all_of_it.data
    with pytest.raises(NotAllowed, match="see restricted entries"):
        export.again(wb, BEN, book, done.export_id)


def test_the_command_writes_then_marks_and_writes_again(wb: Workbench, book: str, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    answer = perform(wb, "export", {"book": book, "format": "jsonl", "out": str(out)}, print)
    assert answer.code == 0, answer.error
    first = out.read_bytes()
    assert answer.document["entries"] == 3
    repeated = perform(wb, "export", {"book": book, "again": answer.document["export"], "out": str(out)}, print)
    assert repeated.code == 0
    assert out.read_bytes() == first
    asked = {"book": book, "format": "quickbooks", "again": answer.document["export"], "out": str(out)}
    other = perform(wb, "export", {**asked, "settings": ["decimal=comma", "encoding = utf-8-sig"]}, print)
    assert other.code == 0, other.error
    assert out.read_bytes().startswith(b"\xef\xbb\xbf*JournalNo")
    assert b'"10,00"' in out.read_bytes()
    for given, why in (("decimal", "names no setting"), ("decimal=dot", "one of point, comma"), ("siren=1", "layout")):
        wrong = perform(wb, "export", {**asked, "settings": [given]}, print)
        assert (wrong.code, why in wrong.error) == (1, True)
    listed = perform(wb, "export", {"book": book}, print)
    assert "3 entries" in listed.text[0]
    refused = perform(wb, "export", {"book": book, "format": "jsonl", "out": str(out)}, print)
    assert refused.code == 1
    assert "no posted entry waits" in refused.error
    post(wb, "Rent 9")
    lost = perform(wb, "export", {"book": book, "format": "fec", "out": str(tmp_path / "no" / "f.txt")}, print)
    assert "it cannot be written" in lost.error
    assert len(export.exports(wb, ANA, book)) == 2, "what nobody got is not marked"
    nowhere = perform(wb, "export", {"book": book, "format": "jsonl", "out": str(tmp_path)}, print)
    assert "is no file" in nowhere.error
