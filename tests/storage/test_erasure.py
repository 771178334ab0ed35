from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage import anchors, audit, erasure, imports, schema
from storage.errors import UnknownEntry
from storage.records import PERSON, Book, NewEntry
from storage.session import Store
from storage.tables import metadata
from tests.builders import A_DAY, a_line, an_entry
from tests.databases import behind_the_store, on_postgresql
from tests.storage.conftest import MakeStaged


@pytest.fixture
def named(store: Store, book: Book, staged: MakeStaged) -> list[str]:
    """Ids of an imported entry and of one made here; both name Lenz wherever a text may stand."""
    lines = ("D 4210 1190.00 Lenz", "C 1600 1190.00 Lenz")
    with store.unit_of_work() as unit:
        imports.apply(unit, book, staged([an_entry("Rent of Lenz", *lines, party="Lenz", document="Lenz 7")]), "ana")
        here = unit.journal.open_entry(book.book_id, NewEntry(description="To Lenz", date=A_DAY, party="Lenz"), "ana")
        unit.journal.add_version(here, [a_line(x) for x in lines], author="ana", origin=PERSON, document="Lenz 8")
        unit.journal.decide(book.book_id, here, "commented", "ben", "call Lenz")
        return list(unit.session.scalars(sa.select(schema.entries.c.entry_id)))


def faults(store: Store, book: Book, *known: anchors.Anchor) -> list[str]:
    with store.unit_of_work(read_only=True) as unit:
        report = audit.examine(unit.session, book.book_id, known)
    return [f.record for f in report.faults] + [r.why for r in report.anchors if r.why]


def test_erased_texts_are_gone_and_the_book_is_still_whole(store: Store, book: Book, named: list[str]) -> None:
    with store.unit_of_work(read_only=True) as unit:
        anchor = anchors.take(unit.session, book.book_id, "test")
    for reason in ("ten years are over", "again, for good measure"):
        with behind_the_store(store) as session:
            for entry_id in named:
                erasure.erase(session, book.book_id, entry_id, "ana", reason)
    with store.unit_of_work(read_only=True) as unit:
        everything = str([unit.session.execute(sa.select(t)).all() for t in metadata.sorted_tables]).casefold()
    assert "lenz" not in everything
    assert faults(store, book, anchor) == []


def test_a_text_that_was_put_where_one_was_erased_is_found(store: Store, book: Book, named: list[str]) -> None:
    with behind_the_store(store) as session:
        erasure.erase(session, book.book_id, named[0], "ana", "over")
        erasure.erase(session, book.book_id, named[1], "ana", "over")
    with behind_the_store(store) as session:
        session.execute(sa.text("UPDATE lines SET party = 'Maier' WHERE side = 'C'"))
    assert faults(store, book) == ["batches"]
    with behind_the_store(store) as session:
        session.execute(sa.text("UPDATE lines SET party = ''"))
        session.execute(sa.text("UPDATE lines SET amount = 1191 WHERE side = 'C'"))
    assert faults(store, book)[0] == "batches"


def test_an_act_after_an_erasure_counts_like_any_other(store: Store, book: Book, named: list[str]) -> None:
    with behind_the_store(store) as session:
        erasure.erase(session, book.book_id, named[1], "ana", "over")
    with store.unit_of_work() as unit:
        unit.journal.decide(book.book_id, named[1], "commented", "ben", "said later")
    assert faults(store, book) == []
    with behind_the_store(store) as session:
        session.execute(sa.text("UPDATE decisions SET reason = '' WHERE reason = 'said later'"))
    assert faults(store, book) == ["decisions"]


def test_an_entry_of_another_book_is_not_erased(store: Store, named: list[str]) -> None:
    with behind_the_store(store) as session, pytest.raises(UnknownEntry):
        erasure.erase(session, "another", named[0], "ana", "over")


@on_postgresql
def test_who_does_not_own_the_tables_erases_nothing(store: Store, book: Book, named: list[str]) -> None:
    with store.unit_of_work() as unit:
        unit.session.execute(sa.text("SET LOCAL ROLE counterpoint_app"))
        with pytest.raises(erasure.ErasureNotAllowed, match="who owns them"), erasure.unguarded(unit.session):
            erasure.erase(unit.session, book.book_id, named[0], "ana", "over")
        unit.session.rollback()
    assert faults(store, book) == []


def test_the_guards_are_back_when_the_block_has_ended(store: Store, book: Book, named: list[str]) -> None:
    with behind_the_store(store) as session:
        with erasure.unguarded(session):
            erasure.erase(session, book.book_id, named[0], "ana", "over")
        kind = store.url.partition(":")[0]
        off = "SELECT count(*) FROM pg_trigger WHERE tgname = 'counterpoint_append_only' AND tgenabled <> 'A'"
        if kind.startswith("postgresql"):
            left = session.scalar(sa.text(f"{off} AND tgrelid IN ('entries'::regclass, 'lines'::regclass)"))
            assert left == 0
    assert faults(store, book) == []
