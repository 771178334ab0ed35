"""Writes the frozen training set: three Parquet files of text columns and a manifest with the digest."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.journal import (
    ACCOUNT_COLUMNS,
    ENTRY_COLUMNS,
    LINE_COLUMNS,
    SNAPSHOT_SCHEMA,
    Row,
    Snapshot,
    account_rows,
    entry_rows,
    line_rows,
)


def write_snapshot(snapshot: Snapshot, folder: Path) -> Path:
    """Write ``snapshot`` to ``folder``, which must not exist; readers see all of it or nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lines = line_rows(snapshot.entries)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".snapshot-") as parent:
        part = Path(parent) / "snapshot"
        part.mkdir()
        _write(part / "accounts.parquet", ACCOUNT_COLUMNS, account_rows(snapshot.accounts))
        _write(part / "entries.parquet", ENTRY_COLUMNS, entry_rows(snapshot.entries))
        _write(part / "lines.parquet", LINE_COLUMNS, lines)
        manifest = {
            "schema": SNAPSHOT_SCHEMA, "book": snapshot.book, "accounts": len(snapshot.accounts),
            "entries": len(snapshot.entries), "lines": len(lines), "digest": snapshot.digest,
        }  # fmt: skip
        (part / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False), encoding="utf-8")
        part.rename(folder)
    return folder


def _write(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    table = pa.table({c: pa.array([r[c] for r in rows], pa.string()) for c in columns})
    pq.write_table(table, path, compression="zstd")
