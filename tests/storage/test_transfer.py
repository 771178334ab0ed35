"""Books move between the databases whole: same rows, same times, chains that verify."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal

import pytest
import sqlalchemy as sa

from storage import audit, imports, schema, transfer
from storage.errors import CopyRefused
from storage.people import PeopleStore
from storage.records import PERSON, Book, NewEntry
from storage.schema_people import MUTABLE
from storage.session import Store, open_store
from tests.builders import A_DAY, a_line, some_entries
from tests.databases import behind_the_store
from tests.storage.conftest import MakeStaged


@pytest.fixture
def full(store: Store, book: Book, staged: MakeStaged) -> Store:
    """Two books, one of them with people, imported entries and one that was typed."""
    with store.unit_of_work() as unit:
        imports.apply(unit, book, staged(some_entries(120)), "ana")
        new = NewEntry(description="Kauf in Übersee\t\\N", date=A_DAY, currency="EUR")
        entry = unit.journal.open_entry(book.book_id, new, "ana")
        foreign = {"original_amount": Decimal("12.345"), "original_currency": "KWD", "rate": Decimal("0.123456789012")}
        lines = [a_line("D 4210 99999999999999.9999", **foreign), a_line("C 1600 99999999999999.9999 Lenz")]
        unit.journal.add_version(entry, lines, author="ana", origin=PERSON)
        unit.journal.decide(book.book_id, entry, "commented", "ben", "Rückfrage")
        PeopleStore(unit.session).add("ana", "Ana", "console")
        unit.books.create("Zweites", "JPY", by="ben")
        unit.session.execute(
            sa.insert(schema.metadata.tables["sign_in_attempts"]),
            [{"login": "ana", "failures": 1, "last": book.created}],
        )
    return store


@pytest.fixture
def target(empty_database: str) -> Iterator[Store]:
    opened = open_store(empty_database)
    yield opened
    opened.close()


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, in an order of their own."""
    with store.unit_of_work(read_only=True) as unit:
        return {
            t.name: sorted((tuple(r) for r in unit.session.execute(sa.select(t))), key=str) for t in transfer.TABLES
        }


def test_all_rows_arrive_on_either_database(full: Store, target: Store) -> None:
    said: list[str] = []
    before = everything(full)
    copied = transfer.copy_everything(full, target, said.append)
    assert everything(target) == everything(full) == before
    assert copied.books == ("Atelier", "Zweites")
    assert copied.rows == {name: len(rows) for name, rows in before.items()}
    assert copied.rows["entries"] == 121
    assert said[:2] == ["checking the chain of Atelier", "checking the chain of Zweites"]
    with target.unit_of_work(read_only=True) as unit:
        assert unit.session.execute(sa.select(schema.books.c.recorded)).scalars().first() is not None
        times = unit.session.execute(sa.select(schema.chain.c.recorded)).scalars().all()
        assert {t.utcoffset() for t in times} == {UTC.utcoffset(None)}
        assert any(t.microsecond % 1000 for t in times)
        for table in MUTABLE:
            assert unit.session.scalar(sa.select(sa.func.count()).select_from(schema.metadata.tables[table])) == 0
    with target.unit_of_work() as unit:  # and work goes on there
        unit.journal.open_entry(unit.books.get("Atelier").book_id, NewEntry(description="Next", date=A_DAY), "ana")
        assert audit.verify(unit.session, unit.books.get("Atelier").book_id) is None


def test_a_target_with_books_is_refused_and_keeps_them(full: Store, target: Store) -> None:
    with target.unit_of_work() as unit:
        unit.books.create("Mine", by="ben")
    with pytest.raises(CopyRefused, match=r"not empty: 1 rows in books.*without books"):
        transfer.copy_everything(full, target, lambda _: None)
    with target.unit_of_work(read_only=True) as unit:
        assert [b.name for b in unit.books.list()] == ["Mine"]
        assert unit.session.scalar(sa.select(sa.func.count()).select_from(schema.entries)) == 0


def test_a_book_that_was_tampered_with_is_not_copied(full: Store, target: Store) -> None:
    with behind_the_store(full) as session:
        session.execute(sa.text("UPDATE lines SET amount = amount + 1 WHERE account = '1200'"))
    with pytest.raises(CopyRefused, match="'Atelier' does not agree with its chain"):
        transfer.copy_everything(full, target, lambda _: None)
    assert not any(everything(target).values())
