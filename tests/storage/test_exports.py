"""What may go out, once, and what an export leaves in the book and in its chain."""

from __future__ import annotations

import pytest

from engine.journal import State
from storage import audit
from storage.exports import ChangedMeanwhile, Export, UnknownExport
from storage.identity import new_id, utc_now
from storage.records import Book
from storage.refusals import WrongState
from storage.restricted import Restricted
from storage.session import UnitOfWork
from tests.storage.reviewing import DAY, approved, at, draft, posted, seen, submitted


def an_export(count: int, **changes: str) -> Export:
    said = {"export_id": new_id(), "format": "fec", "file_name": "FEC.txt", "sha256": "f" * 64, "by": "ben", **changes}
    return Export(size=10, entries=count, recorded=utc_now(), **said)  # type: ignore[arg-type]


def test_only_what_is_posted_here_waits(unit: UnitOfWork, book: Book) -> None:
    draft(unit, book)
    submitted(unit, book)
    approved(unit, book)
    first, second = posted(unit, book), posted(unit, book)
    assert unit.exports.waiting(book.book_id) == (first, second)
    assert unit.exports.waiting(book.book_id, since=DAY, until=DAY) == (first, second)
    assert unit.exports.waiting(book.book_id, since=DAY.replace(year=DAY.year + 1)) == ()
    assert unit.exports.waiting(book.book_id, until=DAY.replace(year=DAY.year - 1)) == ()
    assert unit.exports.waiting(book.book_id, restricted=Restricted(accounts=("421",))) == ()
    assert unit.exports.posted(book.book_id, [first]) == {first: utc_now().date()}


def test_what_went_out_waits_no_more_and_the_chain_holds_each_act(unit: UnitOfWork, book: Book) -> None:
    mine = [posted(unit, book) for _ in range(3)]
    export = an_export(2)
    unit.exports.add(book.book_id, export, mine[:2])
    assert unit.exports.waiting(book.book_id) == (mine[2],)
    kept = unit.exports.get(book.book_id, export.export_id)
    assert unit.exports.members(book.book_id, kept) == (mine[0], mine[1])
    acts = unit.journal.entry(book.book_id, mine[1]).decisions
    assert (acts[-1].act, acts[-1].by, acts[-1].version) == ("exported", "ben", at(unit, book, mine[1]).seen.version)
    assert acts[-1].detail == {"export": export.export_id, "format": "fec"}
    assert at(unit, book, mine[1]).state is State.POSTED
    assert audit.verify(unit.session, book.book_id) is None


def test_the_same_entries_go_out_again_only_when_that_was_meant(unit: UnitOfWork, book: Book) -> None:
    mine, other = posted(unit, book), approved(unit, book)
    unit.exports.add(book.book_id, an_export(1), [mine])
    with pytest.raises(ChangedMeanwhile, match="1 entries"):
        unit.exports.add(book.book_id, an_export(1), [mine])
    second = an_export(1, format="datev")
    unit.exports.add(book.book_id, second, [mine], anew=True)
    assert [e.format for e in unit.exports.list(book.book_id)] == ["datev", "fec"]
    with pytest.raises(ChangedMeanwhile):
        unit.exports.add(book.book_id, an_export(1), [other], anew=True)
    with pytest.raises(UnknownExport):
        unit.exports.get(book.book_id, "nothing")
    assert unit.exports.get(book.book_id, second.export_id).format == "datev"


def test_an_entry_that_was_reversed_goes_out_beside_its_reversal(unit: UnitOfWork, book: Book) -> None:
    original = posted(unit, book)
    back = unit.reviews.reverse(book, original, "ana", DAY, "wrong", seen(unit, book, original))
    unit.reviews.submit(book, back, "ana", seen(unit, book, back))
    unit.reviews.approve(book, back, "ben", seen(unit, book, back))
    unit.reviews.post(book, back, "ben", seen(unit, book, back))
    assert at(unit, book, original).state is State.REVERSED
    assert set(unit.exports.waiting(book.book_id)) == {original, back}


def test_what_went_out_is_not_taken_back(unit: UnitOfWork, book: Book) -> None:
    entry = posted(unit, book)
    unit.exports.add(book.book_id, an_export(1), [entry])
    with pytest.raises(WrongState):
        unit.reviews.withdraw(book, entry, "ben", seen(unit, book, entry))
    back = unit.reviews.reverse(book, entry, "ana", DAY, "wrong", seen(unit, book, entry))
    assert at(unit, book, back).reverses == entry
