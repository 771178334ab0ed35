"""Appends an imported batch: its header, and per entry a header, a first version and lines, as one chain link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Entry, State
from storage import chain, columns, schema
from storage.bulk import insert_columns, insert_rows
from storage.decisions import add_decision
from storage.identity import clean, new_id, new_ids, new_salts, utc_now
from storage.prepared import Prepared, Stored, batch_content, prepare
from storage.records import RowError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """What is known of a file when its entries go in; the counts are of entries."""

    file_name: str
    file_sha256: str
    format: str
    reason: str
    known: int = 0
    alike: int = 0
    errors: tuple[RowError, ...] = ()
    by: str = ""


def add(
    session: Session, book_id: str, batch: NewBatch, entries: Sequence[Entry], certain: frozenset[str] = frozenset()
) -> str:
    """Append a batch and return its id; `storage.journal.JournalStore.add_imported` says more."""
    return add_prepared(session, book_id, batch, prepare(entries), certain)


def add_prepared(
    session: Session, book_id: str, batch: NewBatch, entries: Sequence[Prepared], certain: frozenset[str]
) -> str:
    """The same for entries whose texts and digests were worked out already."""
    now, batch_id = utc_now(), new_id()
    stored = _stored(entries, next_position(session, book_id))
    lines = columns.line_columns(entries, stored, {"book_id": book_id})
    mark = {"book_id": book_id, "recorded": now, "recorded_by": batch.by}
    row = {
        **mark, "batch_id": batch_id, "file_name": clean(batch.file_name), "file_sha256": batch.file_sha256,
        "format": batch.format, "reason": batch.reason, "new": len(entries), "known": batch.known,
        "alike": batch.alike, "quarantined": len(batch.errors),
    }  # fmt: skip
    content = batch_content(row, entries, stored, certain)
    sequence = chain.append(session, book_id, "batches", batch_id, content, now)
    session.execute(sa.insert(schema.batches), [{**row, "sequence": sequence}])
    _add_row_errors(session, batch_id, batch.errors)
    headers = columns.entry_columns(entries, stored, {**mark, "batch_id": batch_id}, certain)
    insert_columns(session, schema.entries, headers)
    first = {"book_id": book_id, "recorded": now, "sequence": sequence, "author": batch.by}
    insert_columns(session, schema.versions, columns.version_columns(entries, stored, first))
    insert_columns(session, schema.lines, lines)
    _mark_reversed(session, book_id, zip(entries, stored, strict=True), batch)
    return batch_id


def _stored(entries: Sequence[Prepared], offset: int) -> list[Stored]:
    ids = new_ids(2 * len(entries))
    return [
        Stored(entry_id, version_id, salt, offset + p.entry.position)
        for p, entry_id, version_id, salt in zip(entries, ids[::2], ids[1::2], new_salts(len(entries)), strict=True)
    ]


def next_position(session: Session, book_id: str) -> int:
    """The place in its book of the next entry, from 0."""
    t = schema.entries.c
    last = session.scalar(sa.select(sa.func.max(t.position)).where(t.book_id == book_id))
    return 0 if last is None else last + 1


def _mark_reversed(session: Session, book_id: str, entries: Iterable[tuple[Prepared, Stored]], batch: NewBatch) -> None:
    """What the source says was reversed is reversed here too, and so teaches nothing."""
    reason = f"reversed in {clean(batch.file_name) or 'the source'}"
    for p, s in entries:
        if p.entry.state is State.REVERSED:
            add_decision(session, book_id, act="reversed", by=batch.by, entry_id=s.entry_id, version=1, reason=reason)


def _add_row_errors(session: Session, batch_id: str, errors: Sequence[RowError]) -> None:
    insert_rows(session, schema.row_errors, [
        {
            "batch_id": batch_id, "number": n, "row": e.row, "column": clean(e.column),
            "value": clean(e.value), "why": clean(e.why), "remedy": clean(e.remedy),
        }
        for n, e in enumerate(errors)
    ])  # fmt: skip
