"""A frozen training set is read whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.journal import ACCOUNT_COLUMNS, ENTRY_COLUMNS, LINE_COLUMNS, Snapshot, account_rows, entry_rows, line_rows
from engine.training.snapshot import SnapshotDamaged, read_snapshot
from tests.builders import a_line, a_snapshot, an_entry
from tests.engine.made import many_shapes

SNAPSHOT = a_snapshot(*many_shapes(8))


def table(rows: list[dict[str, str]], columns: tuple[str, ...]) -> pa.Table:
    return pa.table({c: pa.array([r[c] for r in rows], pa.string()) for c in columns})


def write(snapshot: Snapshot, folder: Path) -> Path:
    """A snapshot folder as its contract describes it."""
    folder.mkdir()
    pq.write_table(table(account_rows(snapshot.accounts), ACCOUNT_COLUMNS), folder / "accounts.parquet")
    pq.write_table(table(entry_rows(snapshot.entries), ENTRY_COLUMNS), folder / "entries.parquet")
    pq.write_table(table(line_rows(snapshot.entries), LINE_COLUMNS), folder / "lines.parquet")
    manifest = {"schema": 1, "book": snapshot.book, "digest": snapshot.digest}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(SNAPSHOT, tmp_path / "snapshot")


def test_what_was_written_is_read(folder: Path) -> None:
    assert read_snapshot(folder) == SNAPSHOT


def test_a_snapshot_from_before_rates_had_an_origin_reads_as_it_was(folder: Path) -> None:
    before = tuple(c for c in LINE_COLUMNS if not c.startswith("rate_"))
    pq.write_table(table(line_rows(SNAPSHOT.entries), before), folder / "lines.parquet")
    assert read_snapshot(folder) == SNAPSHOT
    assert a_snapshot().digest == "611e426aa7991c0af288cddea192c030136c4a26cd7564e018eed3c97b9aca48"


def test_the_origin_of_a_rate_is_part_of_the_digest(tmp_path: Path) -> None:
    dollars = {"original_amount": Decimal(10), "original_currency": "USD", "rate": Decimal("0.92")}
    plain = an_entry("Fees", a_line("D 4970 9.20", **dollars), a_line("C 1200 9.20", **dollars))
    known = replace(plain, lines=tuple(replace(x, rate_date=date(2025, 3, 3), rate_source="ECB") for x in plain.lines))
    assert a_snapshot(plain).digest != a_snapshot(known).digest
    assert read_snapshot(write(a_snapshot(known), tmp_path / "snapshot")).entries == (known,)


def test_the_name_of_the_book_is_no_part_of_the_digest(tmp_path: Path) -> None:
    other = Snapshot(book="another", accounts=SNAPSHOT.accounts, entries=SNAPSHOT.entries)
    assert read_snapshot(write(other, tmp_path / "other")).digest == SNAPSHOT.digest


def manifest(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        saved = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        change(saved)
        (folder / "manifest.json").write_text(json.dumps(saved), encoding="utf-8")

    return damage


def flip(name: str) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 0xFF
        (folder / name).write_bytes(data)

    return damage


def without_column(folder: Path) -> None:
    short = tuple(c for c in ENTRY_COLUMNS if c != "kind")
    pq.write_table(table(entry_rows(SNAPSHOT.entries), short), folder / "entries.parquet")


def bad_amount(folder: Path) -> None:
    rows = [{**r, "amount": "ten"} for r in line_rows(SNAPSHOT.entries)]
    pq.write_table(table(rows, LINE_COLUMNS), folder / "lines.parquet")


def one_entry_less(folder: Path) -> None:
    pq.write_table(table(entry_rows(SNAPSHOT.entries)[1:], ENTRY_COLUMNS), folder / "entries.parquet")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no manifest": lambda f: (f / "manifest.json").unlink(),
    "no lines": lambda f: (f / "lines.parquet").unlink(),
    "manifest cut": lambda f: (f / "manifest.json").write_text('{"schema": 1,', encoding="utf-8"),
    "manifest a list": lambda f: (f / "manifest.json").write_text("[]", encoding="utf-8"),
    "no digest": manifest(lambda m: m.pop("digest")),
    "no book": manifest(lambda m: m.pop("book")),
    "other digest": manifest(lambda m: m.update(digest="0" * 64)),
    "other schema": manifest(lambda m: m.update(schema=2)),
    "lines flipped": flip("lines.parquet"),
    "entries flipped": flip("entries.parquet"),
    "a column less": without_column,
    "an amount in words": bad_amount,
    "an entry less": one_entry_less,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_one_is_refused_with_its_folder_and_a_remedy(folder: Path, damage: str) -> None:
    DAMAGES[damage](folder)
    with pytest.raises(SnapshotDamaged, match=re.escape(str(folder)) + r".*Start the training again"):
        read_snapshot(folder)
