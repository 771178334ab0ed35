"""Reads a frozen training set from its folder and holds it to its manifest."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from engine.errors import EngineError
from engine.journal import (
    SNAPSHOT_SCHEMA,
    Entry,
    Snapshot,
    accounts_from_rows,
    entries_from_rows,
    in_recording_order,
    teaches,
)


class SnapshotDamaged(EngineError):
    """A snapshot folder that cannot be trained from."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(
            f"The training set in {folder} cannot be used: {why}. Start the training again to make a new one."
        )


def teaching(snapshot: Snapshot) -> tuple[Entry, ...]:
    """The entries that a model learns from, in the order in which they became known."""
    return in_recording_order(e for e in snapshot.entries if teaches(e) and e.lines)


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot in ``folder``; raises SnapshotDamaged when a part is missing or its digest differs."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        accounts, entries, lines = (
            pq.read_table(folder / f"{part}.parquet").to_pylist() for part in ("accounts", "entries", "lines")
        )
    except (OSError, ValueError) as error:
        raise SnapshotDamaged(folder, str(error).splitlines()[0]) from error
    if not isinstance(manifest, dict) or manifest.get("schema") != SNAPSHOT_SCHEMA:
        found = manifest.get("schema") if isinstance(manifest, dict) else "missing"
        raise SnapshotDamaged(folder, f"its schema is {found}, this version reads {SNAPSHOT_SCHEMA}")
    try:
        snapshot = Snapshot(
            book=manifest["book"], accounts=accounts_from_rows(accounts), entries=entries_from_rows(entries, lines)
        )
    except (KeyError, ValueError, ArithmeticError) as error:  # a Decimal that is none is an ArithmeticError
        raise SnapshotDamaged(folder, f"it cannot be read ({error})") from error
    if snapshot.digest != manifest.get("digest"):
        raise SnapshotDamaged(folder, "its content is not what its manifest was written for")
    return snapshot
