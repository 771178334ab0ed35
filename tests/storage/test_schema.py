"""The migrations make what the code expects, and nothing the stores do changes or removes a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.journal import Account, Kind
from storage import imports, migrate, schema
from storage.bulk import insert_rows
from storage.models import NewModel
from storage.records import MODEL, PERSON, Book, NewEntry
from storage.session import Store, open_store
from storage.tables import metadata
from tests.builders import A_DAY, a_line, some_entries
from tests.databases import changed_table
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
            wanted = str(c.type.compile(store._engine.dialect))
            assert _double(str(columns[c.name]["type"]).split("(")[0]) in _double(wanted), c.name
        assert found.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key]


def _double(name: str) -> str:
    """PostgreSQL answers FLOAT with the name of what it made of it."""
    return "DOUBLE PRECISION" if name == "FLOAT" else name


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
    found = sa.inspect(store._engine)
    there = {(name, *key["constrained_columns"]) for name in metadata.tables for key in found.get_foreign_keys(name)}
    wanted = {(name, *key.column_keys) for name, t in metadata.tables.items() for key in t.foreign_key_constraints}
    assert ("versions", "entry_id") in wanted
    assert there == (wanted if store._engine.dialect.name == "postgresql" else set())


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
            shown = unit.reviews.standing(book.book_id, entry).seen
            unit.reviews.discard(book, entry, "ana", shown, kind="other", reason="by mistake")
            model = NewModel(digest="d1", folder="d1", snapshot_digest="s", metrics={}, seconds=1.0)
            unit.models.add(book.book_id, model, "ana")
            unit.models.set_champion(book.book_id, "d1", "ana")
        with store.unit_of_work(read_only=True) as unit:
            unit.journal.current(book.book_id)
    written = [s for s in seen if not s.lstrip().upper().startswith("SELECT")]
    assert len(written) > 20
    assert all(s.lstrip().upper().startswith("INSERT INTO") for s in written), written
    assert not [s for s in seen if CHANGES_ROWS.search(s)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lines SET amount = 1", 'delete from "chain" WHERE sequence = 1', "TRUNCATE TABLE decisions",
        "DROP TABLE IF EXISTS books", "WITH x AS (SELECT 1) UPDATE\n entries SET party = ''",
        "INSERT OR REPLACE INTO versions VALUES (1)",
        "INSERT INTO users (login) VALUES ('ana')\nON CONFLICT (login) DO UPDATE SET name = 'Ana'",
    ],
)  # fmt: skip
def test_a_statement_that_changes_rows_is_recognised(store: Store, statement: str) -> None:
    assert changed_table(statement)
    with pytest.raises(AssertionError, match="changed rows"), store.unit_of_work() as unit:
        unit.session.execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO lines VALUES (1)", "DELETE FROM sessions", "UPDATE alembic_version SET version_num = '1'",
     "CREATE TRIGGER t BEFORE UPDATE OR DELETE OR TRUNCATE ON lines", "SELECT * FROM lines WHERE label = 'update'"],
)  # fmt: skip
def test_a_statement_that_appends_or_reads_is_not(statement: str) -> None:
    assert changed_table(statement) == ""


def test_no_source_of_the_store_writes_a_changing_statement() -> None:
    called = re.compile(r"sa\.(update|delete)\(|\.(delete|merge|begin_nested)\(|with_for_update")
    # Sessions and tickets come and go (`storage.schema_people.MUTABLE`); an erasure takes texts and salts out by law.
    changing = {"sign_ins.py", "erasure.py"}
    files = [p for p in Path(migrate.__file__).parent.rglob("*.py") if p.name not in changing]
    assert len(files) > 20
    assert [p.name for p in files if called.search(p.read_text())] == []


@pytest.fixture
def a_row(store: Store, book: Book) -> dict[str, object]:
    """A line of a version that exists; tests give it a number of its own."""
    with store.unit_of_work() as unit:
        entry = unit.journal.open_entry(book.book_id, NewEntry(description="Rent", date=A_DAY), "ana")
        unit.journal.add_version(entry, [a_line("D 4210 9"), a_line("C 1200 9")], author="ana", origin=PERSON)
        version = unit.session.execute(sa.select(schema.versions)).one()
    plain = {c.name: "" if isinstance(c.type, sa.String) and not c.nullable else None for c in schema.lines.columns}
    return {
        **plain, "version_id": version.version_id, "number": 100, "book_id": book.book_id, "entry_id": entry,
        "account": "0050", "side": "D", "amount": Decimal(1),
    }  # fmt: skip


@pytest.mark.parametrize("count", [3, 200])
def test_both_roads_of_a_bulk_insert_keep_every_kind_of_value(
    store: Store, a_row: dict[str, object], count: int
) -> None:
    """Fewer rows go by executemany, more by Arrow or COPY; what comes back is the same."""
    rows = [
        {
            **a_row, "number": 100 + i, "side": "DC"[i % 2], "amount": Decimal("123456789012345678.1234") - i,
            "party": "Ünï 😀 שלום\t\\N\n", "label": "x" * 10_000 if i == 0 else "",
            "original_amount": None if i % 2 else Decimal("-0.0001"), "rate": Decimal("123456789012.123456789012"),
        }
        for i in range(count)
    ]  # fmt: skip
    with store.unit_of_work() as unit:
        insert_rows(unit.session, schema.lines, rows)
    with store.unit_of_work(read_only=True) as unit:
        new = sa.select(schema.lines).where(schema.lines.c.number >= 100).order_by(schema.lines.c.number)
        found = unit.session.execute(new).all()
    assert [dict(r._mapping) for r in found] == rows


def test_a_bulk_insert_is_rolled_back_with_its_unit(store: Store, a_row: dict[str, object]) -> None:
    def insert_and_stop() -> None:
        with store.unit_of_work() as unit:
            insert_rows(unit.session, schema.lines, [{**a_row, "number": 100 + i} for i in range(100)])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        insert_and_stop()
    with store.unit_of_work(read_only=True) as unit:
        assert unit.session.scalar(sa.select(sa.func.count()).select_from(schema.lines)) == 2


@pytest.mark.parametrize("count", [1, 60])
def test_a_zero_amount_or_an_unknown_side_is_refused_by_the_database_itself(
    store: Store, a_row: dict[str, object], count: int
) -> None:
    for bad in ({"amount": Decimal(0)}, {"side": "X"}):
        with pytest.raises(sa.exc.IntegrityError), store.unit_of_work() as unit:
            insert_rows(unit.session, schema.lines, [{**a_row, **bad, "number": 100 + i} for i in range(count)])


def test_opening_an_up_to_date_database_writes_nothing(database: str, book: Book, store: Store) -> None:
    with statements(store) as seen:
        migrate.upgrade(store._engine, database)
    assert not [s for s in seen if not s.lstrip().upper().startswith("SELECT")]
    open_store(database).close()
