"""The migrations make what the code expects, and nothing the stores do changes or removes a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from engine.journal import Account, Kind
from storage import imports, migrate, schema
from storage.bulk import insert_rows
from storage.identity import utc_now
from storage.models import NewModel
from storage.records import MODEL, PERSON, Book, NewEntry
from storage.session import Store, open_store
from storage.tables import metadata
from tests.builders import A_DAY, a_line, some_entries
from tests.storage.conftest import MakeStaged

REVISIONS = Path(migrate.__file__).parent / "migrations" / "versions"
CHANGES_ROWS = re.compile(r"\b(UPDATE|DELETE|TRUNCATE|MERGE|REPLACE|SAVEPOINT|DROP|ALTER)\b", re.IGNORECASE)


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def keep(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    sa.event.listen(store._engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        sa.event.remove(store._engine, "before_cursor_execute", keep)


def test_the_migrated_database_has_every_table_and_column_of_the_schema(store: Store) -> None:
    found = sa.inspect(store._engine)
    tables = set(found.get_table_names()) - {"alembic_version"}
    assert tables == set(metadata.tables)
    for name, table in metadata.tables.items():
        columns = {c["name"]: c for c in found.get_columns(name)}
        assert list(columns) == [c.name for c in table.columns], name
        for c in table.columns:
            assert columns[c.name]["nullable"] == c.nullable, (name, c.name)
            assert str(columns[c.name]["type"]).split("(")[0] in str(c.type.compile(store._engine.dialect)), c.name
        assert found.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key]


def test_the_view_of_the_schema_is_that_of_the_migrations() -> None:
    from storage.views import CURRENT_ENTRIES

    newest = max(p for p in REVISIONS.glob("*.py") if "CREATE VIEW current_entries" in p.read_text())
    assert " ".join(CURRENT_ENTRIES.split()) in " ".join(newest.read_text().split())


def test_head_is_the_newest_revision() -> None:
    assert max(p.name.split("_")[0] for p in REVISIONS.glob("*.py")) == migrate.HEAD


def test_money_keeps_eighteen_digits_before_the_mark_and_four_after(store: Store) -> None:
    columns = {c["name"]: c["type"] for c in sa.inspect(store._engine).get_columns("lines")}
    assert str(columns["amount"]) == "NUMERIC(22, 4)"
    assert str(columns["rate"]) == "NUMERIC(24, 12)"


def test_foreign_keys_exist_on_postgresql_only(store: Store) -> None:
    on_postgresql = str(CreateTable(schema.versions).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "FOREIGN KEY(entry_id) REFERENCES entries (entry_id)" in on_postgresql
    assert "FOREIGN KEY" not in str(CreateTable(schema.versions).compile(store._engine))
    migration = "".join(p.read_text() for p in REVISIONS.glob("*.py"))
    assert migration.count("ForeignKeyConstraint(") == migration.count(".ddl_if(") == 12


def test_everything_the_stores_do_only_appends(store: Store, staged: MakeStaged) -> None:
    with statements(store) as seen:
        with store.unit_of_work() as unit:
            book = unit.books.create("Atelier", by="ana")
            unit.books.put_accounts(book.book_id, [Account(code="1200", name="Bank")], "ana")
            unit.books.put_accounts(book.book_id, [Account(code="1200", name="Bank, renamed")], "ana")
            imports.apply(unit, book, staged(some_entries(60)), "ana")
            unit.books.set_journal_kind(book.book_id, "ER", Kind.CLOSING, "ana")
            entry = unit.journal.open_entry(book.book_id, NewEntry(description="Rent", date=A_DAY), "ana")
            unit.journal.add_version(entry, [a_line("D 4210 9"), a_line("C 1200 9")], author="b1", origin=MODEL)
            unit.journal.add_version(entry, [a_line("D 4200 9"), a_line("C 1200 9")], author="ana", origin=PERSON)
            unit.journal.decide(book.book_id, entry, "discarded", "ana")
            model = NewModel(digest="d1", folder="d1", snapshot_digest="s", metrics={}, seconds=1.0)
            unit.models.add(book.book_id, model, "ana")
            unit.models.set_champion(book.book_id, "d1", "ana")
        with store.unit_of_work(read_only=True) as unit:
            unit.journal.current(book.book_id)
    written = [s for s in seen if not s.lstrip().upper().startswith("SELECT")]
    assert len(written) > 20
    assert all(s.lstrip().upper().startswith("INSERT INTO") for s in written), written
    assert not [s for s in seen if CHANGES_ROWS.search(s)]


def test_no_source_of_the_store_writes_a_changing_statement() -> None:
    called = re.compile(r"sa\.(update|delete)\(|\.(delete|merge|begin_nested)\(|with_for_update")
    changing = {"sign_ins.py"}  # sessions and tickets come and go; `storage.schema_people.MUTABLE` names their tables
    files = [p for p in Path(migrate.__file__).parent.rglob("*.py") if p.name not in changing]
    assert len(files) > 20
    assert [p.name for p in files if called.search(p.read_text())] == []


@pytest.mark.parametrize("count", [3, 200])
def test_both_roads_of_a_bulk_insert_keep_every_kind_of_value(store: Store, count: int) -> None:
    """Fewer rows go by executemany, more by Arrow; what comes back is the same."""
    rows = [
        {
            "version_id": f"v{i}", "number": i, "book_id": "b", "entry_id": "e", "account": "0050",
            "side": "DC"[i % 2], "amount": Decimal("123456789012345678.1234") - i, "party": "Ünï 😀 שלום",
            "label": "x" * 10_000 if i == 0 else "", "tax_code": "",
            "original_amount": None if i % 2 else Decimal("-0.0001"),
            "original_currency": "", "rate": Decimal("123456789012.123456789012"),
            "rate_date": None if i % 3 else A_DAY, "rate_source": None if i % 3 else "ECB",
        }
        for i in range(count)
    ]  # fmt: skip
    with store.unit_of_work() as unit:
        insert_rows(unit.session, schema.lines, rows)
    with store.unit_of_work(read_only=True) as unit:
        found = unit.session.execute(sa.select(schema.lines).order_by(schema.lines.c.number)).all()
    assert [dict(r._mapping) for r in found] == rows


def test_a_bulk_insert_is_rolled_back_with_its_unit(store: Store) -> None:
    row = {
        "book_id": "b", "sequence": 1, "record": "r", "reference": "x", "content": "", "previous": "", "hash": "",
        "recorded": None,
    }  # fmt: skip
    rows = [{**row, "sequence": i, "recorded": utc_now()} for i in range(100)]

    def insert_and_stop() -> None:
        with store.unit_of_work() as unit:
            insert_rows(unit.session, schema.chain, rows)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        insert_and_stop()
    with store.unit_of_work(read_only=True) as unit:
        assert unit.session.scalar(sa.select(sa.func.count()).select_from(schema.chain)) == 0


def test_a_zero_amount_or_an_unknown_side_is_refused_by_the_database_itself(store: Store) -> None:
    good = {
        "version_id": "v", "number": 0, "book_id": "b", "entry_id": "e", "account": "1", "side": "D",
        "amount": Decimal(1), "party": "", "label": "", "tax_code": "", "original_amount": None,
        "original_currency": "", "rate": None, "rate_date": None, "rate_source": None,
    }  # fmt: skip
    for bad in ({"amount": Decimal(0)}, {"side": "X"}):
        with pytest.raises(sa.exc.DBAPIError), store.unit_of_work() as unit:
            insert_rows(unit.session, schema.lines, [{**good, **bad}])


def test_opening_an_up_to_date_database_writes_nothing(database: str, book: Book, store: Store) -> None:
    with statements(store) as seen:
        migrate.upgrade(store._engine, database)
    assert not [s for s in seen if not s.lstrip().upper().startswith("SELECT")]
    open_store(database).close()
