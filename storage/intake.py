"""Appends an imported batch: its header, and per entry a header, a first version and lines, as one chain link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import IMPORTED, Entry, State
from storage import chain, rows, schema
from storage.bulk import insert_rows
from storage.decisions import add_decision
from storage.identity import clean, new_id, new_salt, utc_now
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
    for e in entries:
        rows.check_lines(e.lines)
    now, batch_id = utc_now(), new_id()
    offset = next_position(session, book_id)
    staged = [_Staged.of(replace(e, position=offset + e.position)) for e in entries]
    content = chain.digest([batch.file_sha256, [s.body() for s in staged]])
    sequence = chain.append(session, book_id, "batches", batch_id, content, now)
    mark = {"book_id": book_id, "recorded": now, "recorded_by": batch.by}
    session.execute(sa.insert(schema.batches), [{
        **mark, "batch_id": batch_id, "file_name": clean(batch.file_name), "file_sha256": batch.file_sha256,
        "format": batch.format, "reason": batch.reason, "new": len(entries), "known": batch.known,
        "alike": batch.alike, "quarantined": len(batch.errors), "sequence": sequence,
    }])  # fmt: skip
    _add_row_errors(session, batch_id, batch.errors)
    insert_rows(session, schema.entries, [
        {**s.header(), **mark, "batch_id": batch_id, "kind_certain": s.key in certain} for s in staged
    ])  # fmt: skip
    first = {"book_id": book_id, "recorded": now, "sequence": sequence, "author": batch.by}
    insert_rows(session, schema.versions, [{**s.version(), **first} for s in staged])
    insert_rows(session, schema.lines, [r for s in staged for r in s.line_rows(book_id)])
    _mark_reversed(session, book_id, staged, batch)
    return batch_id


def next_position(session: Session, book_id: str) -> int:
    """The place in its book of the next entry, from 0."""
    t = schema.entries.c
    last = session.scalar(sa.select(sa.func.max(t.position)).where(t.book_id == book_id))
    return 0 if last is None else last + 1


def _mark_reversed(session: Session, book_id: str, staged: Sequence[_Staged], batch: NewBatch) -> None:
    """What the source says was reversed is reversed here too, and so teaches nothing."""
    reason = f"reversed in {clean(batch.file_name) or 'the source'}"
    for s in staged:
        if s.entry.state is State.REVERSED:
            add_decision(
                session, book_id, act="reversed", by=batch.by, entry_id=s.entry.entry_id, version=1, reason=reason
            )


def _add_row_errors(session: Session, batch_id: str, errors: Sequence[RowError]) -> None:
    insert_rows(session, schema.row_errors, [
        {
            "batch_id": batch_id, "number": n, "row": e.row, "column": clean(e.column),
            "value": clean(e.value), "why": clean(e.why), "remedy": clean(e.remedy),
        }
        for n, e in enumerate(errors)
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Staged:
    """One imported entry on its way into the tables."""

    key: str
    entry: Entry  # with the store's own id
    version_id: str
    salt: str

    @classmethod
    def of(cls, source: Entry) -> _Staged:
        return cls(source.entry_id, replace(source, entry_id=new_id()), new_id(), new_salt())

    def body(self) -> list[object]:
        return [self.key, rows.header_body(self.entry, self.salt), rows.version_body(self.entry.lines, self.salt)]

    def header(self) -> dict[str, Any]:
        return rows.header_row(self.entry, self.key, self.salt)

    def version(self) -> dict[str, Any]:
        return {
            "version_id": self.version_id, "entry_id": self.entry.entry_id, "number": 1, "previous": "",
            "origin": IMPORTED, "lineage": "{}", "total": rows.total_of(self.entry.lines),
            "posting_date": None, "document": None, "document_date": None,
        }  # fmt: skip

    def line_rows(self, book_id: str) -> list[dict[str, Any]]:
        return [
            rows.line_row(book_id, self.entry.entry_id, self.version_id, n, x) for n, x in enumerate(self.entry.lines)
        ]
