"""What of a file stayed outside, kept with its batch: how many entries, and the rows as the file has them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage.bulk import insert_rows
from storage.records import Kept, Outside, Shape
from storage.schema_batches import batch_leftovers, outside_rows

NO_CELLS = "[]"  # of a row whose cells were erased


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """What is kept of a batch; ``mended`` are the keys of its rows whose entries came in by now."""

    kept: Kept
    mended: frozenset[str] = frozenset()

    @property
    def waiting(self) -> tuple[Outside, ...]:
        """Rows whose entry did not come in."""
        return tuple(o for o in self.kept.outside if o.key not in self.mended)


def add(session: Session, batch_id: str, kept: Kept) -> None:
    """Append what stayed outside of a batch that was just made; nothing where nothing did."""
    if not kept.entries and not kept.rows:
        return
    shape = json.dumps(asdict(kept.shape), ensure_ascii=False) if kept.shape else ""
    row = {"batch_id": batch_id, "entries": kept.entries, "rows": kept.rows, "shape": shape}
    session.execute(sa.insert(batch_leftovers), [row])
    insert_rows(session, outside_rows, [
        {
            "batch_id": batch_id, "number": n, "row": o.row, "source_key": o.key, "why": o.why,
            "cells": json.dumps(o.cells, ensure_ascii=False),
        }
        for n, o in enumerate(kept.outside)
    ])  # fmt: skip


def of(session: Session, batch_id: str, here: Collection[str]) -> Leftovers:
    """What stayed outside of a batch; ``here`` are the source keys that its book holds now."""
    t = outside_rows.c
    found = session.execute(sa.select(batch_leftovers).where(batch_leftovers.c.batch_id == batch_id)).one_or_none()
    if found is None:
        return Leftovers(kept=Kept())
    kept = (t.batch_id == batch_id, t.cells != NO_CELLS)
    rows = session.execute(sa.select(outside_rows).where(*kept).order_by(t.number))
    outside = tuple(Outside(row=r.row, cells=tuple(json.loads(r.cells)), why=r.why, key=r.source_key) for r in rows)
    shape = json.loads(found.shape) if found.shape else None
    if shape is not None:
        shape = Shape(**{**shape, "columns": tuple(shape["columns"])})
    return Leftovers(
        kept=Kept(entries=found.entries, rows=found.rows, shape=shape, outside=outside),
        mended=frozenset(o.key for o in outside if o.key and o.key in here),
    )
