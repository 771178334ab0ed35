"""Books changed behind the store's back, in the DuckDB file itself, the way somebody with a shell would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from engine.journal import Account, Kind
from storage import anchors, audit, chain, imports, schema
from storage.records import MODEL, PERSON, Book, NewEntry
from storage.session import Store, open_store
from tests.builders import A_DAY, a_line, some_entries
from tests.databases import on_duckdb
from tests.storage.conftest import MakeStaged

pytestmark = on_duckdb

Tamper = Callable[..., None]


@pytest.fixture
def busy(store: Store, book: Book, staged: MakeStaged) -> Book:
    """An import, an entry made here with a model's version and a person's, and an act on it."""
    with store.unit_of_work() as unit:
        unit.books.put_accounts(book.book_id, [Account(code="1200", name="Bank", opened=A_DAY)], "ana")
        imports.apply(unit, book, staged(some_entries(60)), "ana")
        unit.books.set_journal_kind(book.book_id, "ER", Kind.CLOSING, "ana", "confirmed")
        entry = unit.journal.open_entry(book.book_id, NewEntry(description="Rent", date=A_DAY, party="Lenz"), "ana")
        unit.journal.add_version(entry, [a_line("D 1 9.50"), a_line("C 2 9.50 Lenz")], author="b1", origin=MODEL)
        unit.journal.add_version(entry, [a_line("D 3 9"), a_line("C 2 9 Lenz")], author="ana", origin=PERSON)
        unit.journal.decide(book.book_id, entry, "commented", "ben", "call Mr Lenz")
    return book


@pytest.fixture
def behind(store: Store, database: str) -> Tamper:
    """Run SQL on the file while nobody else has it, with DuckDB alone."""

    def run(*statements: str, do: Callable[[duckdb.DuckDBPyConnection], Any] | None = None) -> None:
        store.close()
        with duckdb.connect(database.removeprefix("duckdb:///")) as connection:
            for statement in statements:
                connection.execute(statement)
            if do:
                do(connection)

    return run


def examined(database: str, book: Book, *known: anchors.Anchor) -> audit.Report:
    again = open_store(database)
    try:
        with again.unit_of_work(read_only=True) as unit:
            return audit.examine(unit.session, book.book_id, known)
    finally:
        again.close()


def anchored(store: Store, book: Book) -> anchors.Anchor:
    with store.unit_of_work(read_only=True) as unit:
        return anchors.take(unit.session, book.book_id, "test")


OF_THIRD = "entry_id = (SELECT entry_id FROM entries WHERE position = 3)"
SWAPPED = f"UPDATE lines SET number = 1 - number WHERE number < 2 AND {OF_THIRD}"  # noqa: S608
NEW_ENTRY = "SELECT * REPLACE ('x' AS entry_id, 'x' AS source_key) FROM entries WHERE batch_id = ''"
NEW_VERSION = "SELECT * REPLACE ('x' AS version_id, 3 AS number, 99 AS sequence) FROM versions WHERE number = 2"
NEW_LINE = "SELECT * REPLACE ('nowhere' AS version_id) FROM lines WHERE amount = 9.5"
NEW_ACT = "SELECT * REPLACE ('x' AS decision_id, 'approved' AS act, 99 AS sequence) FROM decisions"


@pytest.mark.parametrize(
    ("statement", "record", "found"),
    [
        ("UPDATE lines SET amount = 1000.01 WHERE account = '4210' AND amount = 1000", "batches", "1000.01"),
        ("UPDATE entries SET description = 'Gift' WHERE position = 3", "batches", "'Gift'"),
        ("UPDATE lines SET account = '4970' WHERE account = '4210' AND amount = 1000", "batches", "D 4970 1000"),
        (SWAPPED, "batches", "entry "),
        (f"DELETE FROM lines WHERE number = 0 AND {OF_THIRD}", "batches", "differ by"),  # noqa: S608
        (f"DELETE FROM versions WHERE {OF_THIRD}", "batches", "no lines"),  # noqa: S608
        ("UPDATE lines SET amount = 9.51 WHERE amount = 9.5 AND side = 'D'", "versions", "differ by 0.01"),
        ("UPDATE decisions SET recorded_by = 'ana' WHERE act = 'commented'", "decisions", "'ana'"),
        ("DELETE FROM decisions WHERE act = 'commented'", "decisions", ""),
        ("UPDATE journal_kinds SET kind = 'normal'", "journal_kinds", "'normal'"),
        (f"INSERT INTO entries BY NAME {NEW_ENTRY}", "entries", ""),
        (f"INSERT INTO decisions BY NAME {NEW_ACT}", "decisions", ""),
        (f"INSERT INTO versions BY NAME {NEW_VERSION}", "versions", ""),
        (f"INSERT INTO lines BY NAME {NEW_LINE}", "lines", ""),
        ("UPDATE versions SET total = 1 WHERE number = 2", "versions", ""),
        (f"UPDATE versions SET posting_date = '2020-01-01' WHERE {OF_THIRD}", "versions", ""),  # noqa: S608
        (f"UPDATE versions SET origin = 'model' WHERE {OF_THIRD}", "versions", ""),  # noqa: S608
        ("UPDATE batches SET book_id = 'elsewhere'", "batches", ""),
        ("UPDATE batches SET format = 'sie'", "batches", ""),
        ("UPDATE batches SET recorded_by = 'eve'", "batches", ""),
        ("UPDATE entries SET kind_certain = true WHERE position = 3", "batches", ""),
        ("UPDATE entries SET kind_certain = true WHERE batch_id = ''", "entries", ""),
        ("UPDATE entries SET recorded_by = 'eve' WHERE batch_id = ''", "entries", "'eve'"),
        ("UPDATE entries SET recorded_by = 'eve' WHERE position = 3", "entries", ""),
        (f"UPDATE versions SET author = 'eve' WHERE {OF_THIRD}", "versions", ""),  # noqa: S608
        (f"UPDATE versions SET recorded = '2020-01-01' WHERE {OF_THIRD}", "versions", ""),  # noqa: S608
        ("UPDATE account_versions SET valid_from = '2020-01-01' WHERE code = '1200'", "account_versions", "2020"),
        ("UPDATE account_versions SET recorded_by = 'eve' WHERE code = '1200'", "account_versions", "'eve'"),
        ("UPDATE account_versions SET derived = NOT derived", "account_versions", ""),
        ("UPDATE account_versions SET type = 'gift' WHERE code = '1200'", "account_versions", "'gift'"),
        ("UPDATE entries SET kind = 'gift' WHERE batch_id = ''", "entries", ""),
        ("UPDATE entries SET kind = 'gift' WHERE position = 3", "batches", "gift"),
        ("DELETE FROM chain WHERE sequence = 4", "journal_kinds", ""),
        ("DELETE FROM chain WHERE sequence > 4", "entries", ""),
    ],
)
def test_what_was_changed_is_named(
    busy: Book, behind: Tamper, database: str, statement: str, record: str, found: str
) -> None:
    assert examined(database, busy).whole
    behind(statement)
    report = examined(database, busy)
    assert not report.whole
    assert record in {f.record for f in report.faults}
    assert report.faults[0].record == record or not found
    assert found in report.faults[0].found


def test_one_changed_entry_of_an_import_is_the_one_that_is_named(
    store: Store, busy: Book, behind: Tamper, database: str
) -> None:
    with store.unit_of_work(read_only=True) as unit:
        e = schema.entries.c
        changed, other = unit.session.scalars(sa.select(e.entry_id).where(e.position.in_([7, 8])).order_by(e.position))
    behind("UPDATE entries SET document = 'other' WHERE position = 7")
    (fault,) = examined(database, busy).faults
    assert changed in fault.found
    assert other not in fault.found


def test_an_attacker_who_rebuilds_the_chain_is_found_by_an_anchor_and_by_nothing_else(
    store: Store, busy: Book, behind: Tamper, database: str
) -> None:
    early, late = anchored(store, busy), None
    with store.unit_of_work() as unit:
        unit.books.set_journal_kind(busy.book_id, "AR", Kind.OPENING, "ana", "later")
    late = anchored(store, busy)
    behind("UPDATE decisions SET act = 'exported' WHERE act = 'commented'", do=rebuild)
    assert examined(database, busy).whole, "a chain that was rebuilt is whole in itself"
    report = examined(database, busy, early, late)
    assert not report.faults
    assert [r.why for r in report.anchors] == [
        f"links 1 to {a.sequence} are not those of then: the chain was rewritten" for a in (early, late)
    ]


def rebuild(connection: duckdb.DuckDBPyConnection) -> None:
    """What an attacker does who has read this program: hash the changed act anew and every link after it."""
    cursor = connection.execute("SELECT * FROM decisions")
    names = [d[0] for d in cursor.description or ()]
    act = dict(zip(names, cursor.fetchone() or (), strict=True))
    reason = chain.text_digest(act["salt"], [act["reason"]])
    body = {**{k: v for k, v in act.items() if k not in ("sequence", "salt")}, "reason": reason}
    previous = chain.GENESIS
    columns = "book_id, sequence, record, reference, content"
    for book_id, sequence, record, reference, kept in connection.execute(
        f"SELECT {columns} FROM chain ORDER BY sequence"  # noqa: S608  a constant
    ).fetchall():
        content = chain.digest(body) if record == "decisions" else kept
        link = chain.link_body(book_id, sequence, record, reference, content, previous)
        connection.execute(
            "UPDATE chain SET content = ?, previous = ?, hash = ? WHERE sequence = ?",
            [content, previous, chain.digest(link), sequence],
        )
        previous = chain.digest(link)


def test_the_end_of_a_chain_that_was_cut_off_with_its_rows_is_found_by_an_anchor(
    store: Store, busy: Book, behind: Tamper, database: str
) -> None:
    anchor = anchored(store, busy)
    last = anchor.sequence
    behind("DELETE FROM decisions", "DELETE FROM chain WHERE sequence = (SELECT max(sequence) FROM chain)")
    assert examined(database, busy).whole, "what was never there leaves no trace"
    (result,) = examined(database, busy, anchor).anchors
    assert result.why == f"link {last} is gone: the end of the chain was cut off"


def test_an_anchor_of_another_book_proves_nothing(store: Store, busy: Book) -> None:
    with store.unit_of_work() as unit:
        other = unit.books.create("Other", by="ana")
    with store.unit_of_work(read_only=True) as unit:
        report = audit.examine(unit.session, busy.book_id, [anchors.take(unit.session, other.book_id, "test")])
    assert [r.why for r in report.anchors] == ["it was made of another book"]


def test_a_text_without_salt_is_no_erasure(busy: Book, behind: Tamper, database: str) -> None:
    behind("UPDATE entries SET description = '', party = '', salt = '' WHERE batch_id = ''")
    assert examined(database, busy).faults[0].record == "entries"


def test_numbers_have_no_gaps_and_belong_to_acts(busy: Book, behind: Tamper, database: str) -> None:
    number = (
        "INSERT INTO postings SELECT book_id, '2025', 'ER', {n}, entry_id, 'd', now() FROM entries WHERE position = {n}"
    )
    behind(number.format(n=1), number.format(n=3))
    found = [f.why for f in examined(database, busy).faults if f.record == "postings"]
    assert "number 2 is missing; 2 numbers are there and the last is 3" in found
    assert sum("was not posted under this number" in why for why in found) == 2


def test_anchors_come_back_from_disk_as_they_were(store: Store, busy: Book, tmp_path: Path) -> None:
    anchor = anchored(store, busy)
    path = anchors.write(anchor, tmp_path / "deep" / "a.json")
    assert anchors.read(path) == anchor
    path.write_text(path.read_text().replace(anchor.hash, "0" * 64))
    with pytest.raises(anchors.AnchorUnreadable, match="digest does not fit"):
        anchors.read(path)
    with pytest.raises(anchors.AnchorUnreadable, match="No such file"):
        anchors.read(tmp_path / "none.json")
    with pytest.raises(anchors.AnchorNotWritten):
        anchors.write(anchor, path / "below a file.json")
