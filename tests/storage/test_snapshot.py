from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from engine.journal import (
    ACCOUNT_COLUMNS,
    ENTRY_COLUMNS,
    LINE_COLUMNS,
    Snapshot,
    accounts_from_rows,
    entries_from_rows,
)
from storage import imports
from storage.records import Book
from storage.session import Store
from storage.snapshot import write_snapshot
from tests.builders import a_catalog, a_snapshot, some_entries
from tests.storage.conftest import MakeStaged


def read_back(folder: Path) -> Snapshot:
    manifest = json.loads((folder / "manifest.json").read_text())
    tables = {name: pq.read_table(folder / f"{name}.parquet").to_pylist() for name in ("accounts", "entries", "lines")}
    return Snapshot(
        book=manifest["book"], accounts=accounts_from_rows(tables["accounts"]),
        entries=entries_from_rows(tables["entries"], tables["lines"]),
    )  # fmt: skip


def test_a_snapshot_read_back_is_the_snapshot(tmp_path: Path) -> None:
    snapshot = a_snapshot(book="Café 😀")
    folder = write_snapshot(snapshot, tmp_path / "runs" / "one")
    assert read_back(folder) == snapshot
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["digest"] == snapshot.digest
    assert (manifest["entries"], manifest["accounts"]) == (24, len(a_catalog()))
    assert sorted(p.name for p in folder.iterdir()) == [
        "accounts.parquet", "entries.parquet", "lines.parquet", "manifest.json",
    ]  # fmt: skip


def test_columns_are_text_in_the_order_of_the_seam(tmp_path: Path) -> None:
    folder = write_snapshot(a_snapshot(), tmp_path / "s")
    for name, columns in (("accounts", ACCOUNT_COLUMNS), ("entries", ENTRY_COLUMNS), ("lines", LINE_COLUMNS)):
        table = pq.read_table(folder / f"{name}.parquet")
        assert tuple(table.column_names) == columns
        assert {str(f.type) for f in table.schema} == {"string"}


def test_an_empty_book_can_be_frozen_too(tmp_path: Path) -> None:
    empty = Snapshot(book="new", accounts=(), entries=())
    assert read_back(write_snapshot(empty, tmp_path / "s")) == empty


def test_a_failed_write_leaves_no_folder(tmp_path: Path) -> None:
    target = tmp_path / "s"
    target.mkdir()
    (target / "mine.txt").write_text("keep")
    with pytest.raises(OSError):
        write_snapshot(a_snapshot(), target)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "home") == ["s"]
    assert (target / "mine.txt").read_text() == "keep"


def test_what_the_store_returns_freezes_to_the_same_digest_twice(
    store: Store, book: Book, staged: MakeStaged, tmp_path: Path
) -> None:
    with store.unit_of_work() as unit:
        unit.books.put_accounts(book.book_id, a_catalog(), "ana")
        imports.apply(unit, book, staged(some_entries(60)), "ana")
    digests = []
    for n in range(2):
        with store.unit_of_work(read_only=True) as unit:
            entries = unit.journal.teaching(book.book_id)
            snapshot = Snapshot(book=book.name, accounts=unit.books.catalog(book.book_id), entries=entries)
        digests.append(read_back(write_snapshot(snapshot, tmp_path / f"s{n}")).digest)
    assert digests[0] == digests[1] == snapshot.digest
