"""A batch is taken back whole while nobody built on it, and its file can come again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.journal import Account, Kind, State
from storage import audit, imports
from storage.batches import BatchInUse, BatchUndone, UnknownBatch
from storage.periods import Lock
from storage.records import Book, JournalKind, JournalQuery, Kept, Outside, RowError, Shape, Staged
from storage.refusals import ReasonMissing
from storage.session import Store, UnitOfWork
from tests.builders import A_DAY, an_entry, some_entries
from tests.databases import behind_the_store
from tests.storage.conftest import MakeStaged


def bring(store: Store, book: Book, staged: MakeStaged, n: int = 6, sha: str = "") -> str:
    with store.unit_of_work() as unit:
        file = replace(staged(some_entries(n)), file_sha256=sha, accounts=(Account(code="9999", name="Kept"),))
        return imports.apply(unit, book, file, "ana", file_name="wrong.txt").batch_id


def count(unit: UnitOfWork, book: Book) -> int:
    return unit.journal.count(book.book_id)


def test_an_undone_batch_is_gone_and_comes_in_again(store: Store, book: Book, staged: MakeStaged) -> None:
    batch_id = bring(store, book, staged)
    with store.unit_of_work() as unit:
        unit.batches.undo(book.book_id, batch_id, "ben", "the wrong year")
        assert count(unit, book) == 0
        assert unit.journal.search(book.book_id, JournalQuery()).total == 0
        assert unit.journal.teaching(book.book_id) == ()
        assert unit.journal.source_keys(book.book_id) == {}
        assert "9999" in {a.code for a in unit.books.catalog(book.book_id)}
    for expected in ((6, 0), (0, 6)):
        with store.unit_of_work() as unit:
            result = imports.apply(unit, book, staged(some_entries(6)), "ana")
            assert (result.new, result.known, result.alike) == (*expected, 0)
            assert count(unit, book) == 6
            assert audit.verify(unit.session, book.book_id) is None
    with store.unit_of_work() as unit:
        again = unit.batches.list(book.book_id)[0].batch_id
        unit.batches.undo(book.book_id, again, "ben", "once more")
        assert imports.apply(unit, book, staged(some_entries(6)), "ana").new == 6
        key = unit.journal.entry(book.book_id, unit.journal.current(book.book_id)[0].entry_id).source_key
        assert key == some_entries(1)[0].entry_id, "a turn after the key is nobody's business"


def test_a_kind_that_is_certain_stays_so_when_a_file_comes_again(store: Store, book: Book, staged: MakeStaged) -> None:
    odd = an_entry(entry_id="k1", kind=Kind.OPENING, journal="ER")
    file = replace(staged([odd]), journals=(JournalKind(journal="ER", code="ER"),))
    with store.unit_of_work() as unit:
        batch = imports.apply(unit, book, file, "ana").batch_id
        unit.batches.undo(book.book_id, batch, "ana", "again")
        imports.apply(unit, book, file, "ana")
        assert [e.kind for e in unit.journal.current(book.book_id)] == [Kind.OPENING]
        unit.books.set_journal_kind(book.book_id, "ER", Kind.CLOSING, "ana", "confirmed")
        assert [e.kind for e in unit.journal.current(book.book_id)] == [Kind.OPENING]


def test_the_list_says_what_came_and_what_became_of_it(store: Store, book: Book, staged: MakeStaged) -> None:
    error = RowError(row=3, column="amount", value="x", why="is not an amount", remedy="Write 1.00.")
    with store.unit_of_work() as unit:
        file = replace(staged(some_entries(2)), file_sha256="ab" * 32, errors=(error,))
        first = imports.apply(unit, book, file, "ana", file_name="a.txt").batch_id
    second = bring(store, book, staged)
    with store.unit_of_work() as unit:
        found = unit.batches.of_file(book.book_id, "ab" * 32)
        assert found is not None
        assert (found.batch_id, found.file_name, found.new, found.quarantined) == (first, "a.txt", 2, 1)
        assert unit.batches.errors(first) == (error,)
        unit.batches.undo(book.book_id, first, "ben", "wrong book")
        assert unit.batches.of_file(book.book_id, "ab" * 32) is None
        newest, oldest = unit.batches.list(book.book_id)
        assert (newest.batch_id, newest.undone_by) == (second, "")
        assert (oldest.undone_by, oldest.undone_reason) == ("ben", "wrong book")
        assert unit.batches.get(book.book_id, second[:30]).batch_id == second


def test_what_somebody_built_on_stays(store: Store, book: Book, staged: MakeStaged) -> None:
    batch = bring(store, book, staged)
    with store.unit_of_work() as unit:
        entry = unit.journal.current(book.book_id)[0].entry_id
        unit.journal.decide(book.book_id, entry, "forgotten", "ana", "private")
        with pytest.raises(BatchInUse, match="1 of its entries were decided on"):
            unit.batches.undo(book.book_id, batch, "ben", "wrong")
        assert count(unit, book) == 6


def test_what_was_reversed_here_stays(store: Store, book: Book, staged: MakeStaged) -> None:
    batch = bring(store, book, staged)
    with store.unit_of_work() as unit:
        entry = unit.journal.current(book.book_id)[0].entry_id
        standing = unit.reviews.standing(book.book_id, entry)
        unit.reviews.reverse(book, entry, "ana", A_DAY, "booked twice", standing.seen)
        with pytest.raises(BatchInUse, match="were reversed here"):
            unit.batches.undo(book.book_id, batch, "ben", "wrong")


def test_what_its_source_reversed_is_no_reason_to_stay(store: Store, book: Book, staged: MakeStaged) -> None:
    with store.unit_of_work() as unit:
        file = staged([replace(some_entries(1)[0], state=State.REVERSED)])
        batch = imports.apply(unit, book, file, "ana").batch_id
        assert unit.batches.undo(book.book_id, batch, "ben", "wrong").undone_by == "ben"


def test_an_undo_is_explained_happens_once_and_names_a_batch(store: Store, book: Book, staged: MakeStaged) -> None:
    batch = bring(store, book, staged)
    with store.unit_of_work() as unit:
        with pytest.raises(ReasonMissing):
            unit.batches.undo(book.book_id, batch, "ben", "  ")
        with pytest.raises(UnknownBatch, match=batch):
            unit.batches.undo(book.book_id, "nothing", "ben", "wrong")
        unit.batches.undo(book.book_id, batch, "ben", "wrong")
        with pytest.raises(BatchUndone, match="ben took batch"):
            unit.batches.undo(book.book_id, batch, "eve", "wrong")


def test_an_undo_is_in_the_chain(store: Store, book: Book, staged: MakeStaged) -> None:
    batch = bring(store, book, staged)
    with store.unit_of_work() as unit:
        unit.batches.undo(book.book_id, batch, "ben", "wrong")
        assert audit.verify(unit.session, book.book_id) is None
    from storage.schema_batches import batch_undos

    with behind_the_store(store) as session:
        session.execute(batch_undos.delete())
        broken = audit.verify(session, book.book_id)
        assert broken is not None
        assert broken.record == "batch_undos"


def _with_rows_outside(staged: MakeStaged, n: int, sha: str) -> Staged:
    error = RowError(row=3, column="debit", value="x", why="is not an amount", remedy="Write 1.00.")
    rows = tuple(Outside(row=3 + i, cells=("a", f"{i};é"), why="no", key=key) for i, key in enumerate(("E0", "", "E9")))
    kept = Kept(entries=2, rows=60_000, shape=Shape(columns=("x", "y"), separator=";"), outside=rows)
    return replace(staged(some_entries(n)), file_sha256=sha, errors=(error,), kept=kept)


def test_what_stayed_outside_is_kept_and_known_again_once_it_is_mended(
    store: Store, book: Book, staged: MakeStaged
) -> None:
    file = _with_rows_outside(staged, 2, "cd" * 32)
    with store.unit_of_work() as unit:
        batch = imports.apply(unit, book, file, "ana").batch_id
        left = unit.batches.leftovers(book.book_id, batch)
        assert left.kept == file.kept
        assert left.mended == frozenset()
        assert unit.batches.list(book.book_id)[0].outside == 2
        imports.apply(unit, book, staged([an_entry(entry_id="E9")]), "ana")
        left = unit.batches.leftovers(book.book_id, batch)
        assert left.mended == {"E9"}
        assert [o.key for o in left.waiting] == ["E0", ""]
        assert unit.batches.leftovers(book.book_id, unit.batches.list(book.book_id)[0].batch_id).kept == Kept()
        assert audit.verify(unit.session, book.book_id) is None


def test_problems_alone_make_a_batch_once_for_a_file(store: Store, book: Book, staged: MakeStaged) -> None:
    with store.unit_of_work() as unit:
        imports.apply(unit, book, staged(some_entries(2)), "ana")
        bad = _with_rows_outside(staged, 2, "cd" * 32)
        first = imports.apply(unit, book, bad, "ana")
        assert (first.new, first.known) == (0, 2)
        found = unit.batches.get(book.book_id, first.batch_id)
        assert (found.new, found.quarantined, found.outside) == (0, 1, 2)
        assert imports.apply(unit, book, bad, "ana").batch_id == ""
        assert audit.verify(unit.session, book.book_id) is None


def test_nothing_is_taken_out_of_a_closed_period(store: Store, book: Book, staged: MakeStaged) -> None:
    batch_id = bring(store, book, staged)
    with store.unit_of_work() as unit:
        day = unit.journal.current(book.book_id)[2].date
        unit.periods.set_lock(book.book_id, day, day, Lock.HARD, "ana", "audited")
        with pytest.raises(BatchInUse, match="lie in a period that is closed") as refused:
            unit.batches.undo(book.book_id, batch_id, "ben", "the wrong year")
        assert refused.value.entries >= 1
        unit.periods.set_lock(book.book_id, day, day, Lock.OPEN, "ana", "once more")
        assert unit.batches.undo(book.book_id, batch_id, "ben", "the wrong year").undone_by == "ben"
