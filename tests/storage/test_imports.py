from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.journal import Account, Entry, Kind, State
from storage import audit, imports, schema
from storage.errors import LinesRefused
from storage.records import Book, JournalKind, Resembling, RowError, Staged
from storage.session import Store, open_store
from tests.builders import an_entry, some_entries
from tests.storage.conftest import MakeStaged


def test_a_first_import_brings_everything_and_a_second_nothing(store: Store, book: Book, staged: MakeStaged) -> None:
    entries = some_entries(60)
    for expected in ((60, 0), (0, 60)):
        with store.unit_of_work() as unit:
            result = imports.apply(unit, book, staged(entries), "ana", file_name="a.txt")
        assert (result.new, result.known, result.alike) == (*expected, 0)
    assert result.batch_id == ""
    assert str(result) == "0 new, 60 already here"
    with store.unit_of_work(read_only=True) as unit:
        assert unit.journal.count(book.book_id) == 60
        assert unit.session.scalar(sa.select(sa.func.count()).select_from(schema.batches)) == 1


def test_a_plan_says_what_apply_does_and_writes_nothing(store: Store, book: Book, staged: MakeStaged) -> None:
    file = staged(some_entries(7))
    with store.unit_of_work() as unit:
        before = imports.plan(unit, None, file)
        planned = imports.plan(unit, book, file)
        assert unit.journal.count(book.book_id) == 0
        done = imports.apply(unit, book, file, "ana")
    assert replace(done, batch_id="") == planned == before
    assert done.debit == done.credit == sum((e.total for e in file.entries), Decimal(0))
    assert done.lines == file.line_count


def test_an_overlapping_file_adds_only_what_is_new(store: Store, book: Book, staged: MakeStaged) -> None:
    entries = some_entries(30)
    with store.unit_of_work() as unit:
        imports.apply(unit, book, staged(entries[:20]), "ana")
        result = imports.apply(unit, book, staged(entries[10:]), "ana")
        assert (result.new, result.known) == (10, 10)
        assert unit.journal.count(book.book_id) == 30


def test_what_was_reversed_elsewhere_is_reversed_here_and_teaches_nothing(
    store: Store, book: Book, staged: MakeStaged
) -> None:
    kept, undone = some_entries(2)
    with store.unit_of_work() as unit:
        imports.apply(unit, book, staged([kept, replace(undone, state=State.REVERSED)]), "ana", file_name="a.jsonl")
        now = {e.description: e for e in unit.journal.current(book.book_id)}
        assert now[undone.description].state is State.REVERSED
        assert [e.description for e in unit.journal.teaching(book.book_id)] == [kept.description]
        (act,) = unit.journal.entry(book.book_id, now[undone.description].entry_id).decisions
        assert (act.act, act.reason) == ("reversed", "reversed in a.jsonl")
        assert audit.verify(unit.session, book.book_id) is None


def test_identical_rows_of_one_file_are_all_genuine(store: Store, book: Book, staged: MakeStaged) -> None:
    twins = [an_entry(entry_id=f"k{i}") for i in range(3)]
    with store.unit_of_work() as unit:
        assert imports.apply(unit, book, staged(twins), "ana").new == 3
        assert imports.apply(unit, book, staged(twins), "ana").known == 3


def test_the_same_content_under_another_key_looks_alike_once_each(store: Store, book: Book, staged: MakeStaged) -> None:
    with store.unit_of_work() as unit:
        imports.apply(unit, book, staged([an_entry(entry_id="old")]), "ana")
        renumbered = staged([an_entry(entry_id="new1"), an_entry(entry_id="new2")])
        result = imports.plan(unit, book, renumbered)
        assert (result.new, result.alike) == (1, 1)
        assert [(r.key, r.same) for r in result.resembling] == [("new1", True)]
        assert imports.apply(unit, book, renumbered, "ana", keep=True).new == 2
        assert unit.journal.count(book.book_id) == 3


def test_other_content_under_a_known_key_is_left_out_until_kept(store: Store, book: Book, staged: MakeStaged) -> None:
    with store.unit_of_work() as unit:
        imports.apply(unit, book, staged([an_entry(entry_id="k")]), "ana")
        changed = staged([an_entry("Corrected elsewhere", entry_id="k")])
        assert imports.apply(unit, book, changed, "ana").resembling == (Resembling("k", "k", same=False),)
        assert imports.apply(unit, book, changed, "ana", keep=True).new == 1
        keys = unit.journal.source_keys(book.book_id)
    assert sorted(keys) == ["k", "k (2)"]


def test_accounts_and_journals_come_along_and_what_the_book_knows_stays(store: Store, book: Book) -> None:
    file = Staged(
        book_hint="", format="fec", reason="A test.", types_derived=True,
        accounts=(Account(code="1600", name="Their name"), Account(code="4210", name="Rent")),
        entries=(an_entry(journal="AN", kind=Kind.OPENING),),
        journals=(JournalKind(journal="AN", code="AN", kind=Kind.OPENING, reason="its code"),),
        errors=(RowError(row=7, column="Debit", value="abc", why="is not an amount", remedy="Correct it."),),
    )  # fmt: skip
    with store.unit_of_work() as unit:
        unit.books.put_accounts(book.book_id, [Account(code="1600", name="Our name")], "ana")
        assert imports.apply(unit, book, file, "ana").new_accounts == 1
        assert [a.name for a in unit.books.catalog(book.book_id)] == ["Our name", "Rent"]
        assert [j.kind for j in unit.books.journals(book.book_id)] == [Kind.OPENING]
        derived = unit.session.execute(sa.select(schema.account_versions.c.code, schema.account_versions.c.derived))
        assert {r.code: r.derived for r in derived} == {"1600": False, "4210": True}
        kept = unit.session.execute(sa.select(schema.row_errors)).one()
        assert (kept.row, kept.column, kept.value) == (7, "Debit", "abc")


def test_only_kinds_that_differ_from_their_journal_are_certain(store: Store, book: Book) -> None:
    file = Staged(
        book_hint="", format="fec", reason="A test.", accounts=(),
        entries=(an_entry(entry_id="a"), an_entry(entry_id="b", kind=Kind.ACCRUAL)),
        journals=(JournalKind(journal="ER", code="ER"),),
    )  # fmt: skip
    with store.unit_of_work() as unit:
        imports.apply(unit, book, file, "ana")
        unit.books.set_journal_kind(book.book_id, "ER", Kind.CLOSING, "ana")
        assert {e.kind for e in unit.journal.current(book.book_id)} == {Kind.CLOSING, Kind.ACCRUAL}


def test_a_failing_import_leaves_no_batch_no_account_and_no_entry(store: Store, book: Book, staged: MakeStaged) -> None:
    bad = staged([an_entry(entry_id="a"), an_entry(entry_id="b", lines=())])
    bad = replace(bad, accounts=(Account(code="1600"),))
    with pytest.raises(LinesRefused, match="without lines"), store.unit_of_work() as unit:
        imports.apply(unit, book, bad, "ana")
    with store.unit_of_work(read_only=True) as unit:
        assert unit.journal.count(book.book_id) == 0
        assert unit.books.catalog(book.book_id) == ()
        assert unit.session.scalar(sa.select(sa.func.count()).select_from(schema.batches)) == 0


drawn_entries = st.lists(
    st.builds(
        lambda text, amount: an_entry(text, f"D 1 {amount}", f"C 2 {amount}"),
        st.sampled_from(["Rent", "Fee", "Wages"]), st.integers(1, 3),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn_entries, st.data())
def test_any_split_into_overlapping_files_ends_in_the_same_book(
    staged: MakeStaged, tmp_path_factory: pytest.TempPathFactory, drawn: list[Entry], data: st.DataObject
) -> None:
    """However often and in whichever overlapping parts a ledger is imported, every entry is there once."""
    entries = [replace(e, entry_id=f"k{i}", position=i) for i, e in enumerate(drawn)]
    start = data.draw(st.integers(0, len(entries)))
    end = data.draw(st.integers(start, len(entries)))
    folder = tmp_path_factory.mktemp("split")
    store = open_store(f"duckdb:///{folder / 'x.duckdb'}")
    with store.unit_of_work() as unit:
        book = unit.books.create("Split")
        for part in (entries[start:end], entries, entries[:start], entries):
            imports.apply(unit, book, staged(part), "ana", keep=True)
        found = unit.journal.current(book.book_id)
    store.close()
    assert sorted(e.description for e in found) == sorted(e.description for e in entries)
    assert sum((e.total for e in found), Decimal(0)) == sum((e.total for e in entries), Decimal(0))
