"""Imported batches: what came, what stayed outside, and taking a whole batch back while nobody built on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import chain, leftovers, schema, schema_batches, schema_statements, views
from storage.errors import StorageError
from storage.identity import clean, new_id, utc_now
from storage.journal import JournalStore
from storage.leftovers import Leftovers
from storage.periods import Lock, PeriodStore
from storage.records import RowError
from storage.refusals import ReasonMissing


class UnknownBatch(StorageError):
    """Asked for a batch that is not in the book."""

    def __init__(self, batch: str, known: Sequence[str]) -> None:
        self.batch, self.known = batch, tuple(known)
        listed = ", ".join(known) or "none yet"
        super().__init__(f"There is no batch {batch!r} in this book. Its batches: {listed}.")


class BatchInUse(StorageError):
    """A batch cannot be undone because people or other entries build on some of its entries."""

    def __init__(self, batch: str, entries: int, why: str) -> None:
        self.batch, self.entries, self.why = batch, entries, why
        super().__init__(
            f"Batch {batch} stays: {entries} of its entries {why}. Take those back one by one, by a reversal."
        )


class BatchUndone(StorageError):
    """A batch was taken back before."""

    def __init__(self, batch: str, by: str, when: datetime) -> None:
        self.batch, self.by, self.when = batch, by, when
        super().__init__(f"{by} took batch {batch} back on {when:%Y-%m-%d %H:%M} UTC already. Import its file again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One import as it is listed; ``undone_by`` is empty while its entries are in the book.

    ``quarantined`` counts problems, ``outside`` the entries that stayed out because of them.
    """

    batch_id: str
    file_name: str
    file_sha256: str
    format: str
    reason: str
    new: int
    known: int
    alike: int
    quarantined: int
    recorded: datetime
    by: str
    outside: int = 0
    undone_by: str = ""
    undone: datetime | None = None
    undone_reason: str = ""


class BatchStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, book_id: str) -> tuple[Batch, ...]:
        """Every batch of a book, newest first."""
        b, u, o = schema.batches, schema_batches.batch_undos, schema_batches.batch_leftovers
        undone = u.c.recorded_by.label("undone_by"), u.c.recorded.label("undone"), u.c.reason.label("why")
        query = (
            sa.select(b, *undone, o.c.entries.label("outside"))
            .join(u, u.c.batch_id == b.c.batch_id, isouter=True)
            .join(o, o.c.batch_id == b.c.batch_id, isouter=True)
            .where(b.c.book_id == book_id)
            .order_by(b.c.sequence.desc())
        )
        return tuple(
            Batch(
                batch_id=r.batch_id, file_name=r.file_name, file_sha256=r.file_sha256, format=r.format,
                reason=r.reason, new=r.new, known=r.known, alike=r.alike, quarantined=r.quarantined,
                recorded=r.recorded, by=r.recorded_by, outside=r.outside or 0, undone_by=r.undone_by or "",
                undone=r.undone, undone_reason=r.why or "",
            )
            for r in self._session.execute(query)
        )  # fmt: skip

    def get(self, book_id: str, batch_id: str) -> Batch:
        """A batch by its id, or by the beginning of it that no other has. Raises UnknownBatch."""
        found = self.list(book_id)
        same = [b for b in found if b.batch_id.startswith(batch_id)] if batch_id else []
        if len(same) != 1:
            raise UnknownBatch(batch_id, [b.batch_id for b in found[:5]])
        return same[0]

    def of_file(self, book_id: str, sha256: str) -> Batch | None:
        """The newest batch that this very file brought and that is still there."""
        return next((b for b in self.list(book_id) if b.file_sha256 == sha256 and not b.undone_by), None)

    def errors(self, batch_id: str) -> tuple[RowError, ...]:
        """What stayed outside, in the order of the file."""
        t = schema.row_errors.c
        rows = self._session.execute(sa.select(schema.row_errors).where(t.batch_id == batch_id).order_by(t.number))
        return tuple(RowError(row=r.row, column=r.column, value=r.value, why=r.why, remedy=r.remedy) for r in rows)

    def leftovers(self, book_id: str, batch_id: str) -> Leftovers:
        """The rows that stayed outside as their file has them, and which of their entries came in since."""
        return leftovers.of(self._session, batch_id, JournalStore(self._session).source_keys(book_id))

    def undo(self, book_id: str, batch_id: str, by: str, reason: str) -> Batch:
        """Take a batch's entries out of the book; its accounts stay, and its file can be imported again.

        Raises UnknownBatch, BatchUndone, ReasonMissing, and BatchInUse once anybody acted on one of its entries or
        closed the period of one.
        """
        why = " ".join(clean(reason).split())
        if not why:
            raise ReasonMissing("withdrawn")
        chain.lock(self._session, book_id)
        batch = self.get(book_id, batch_id)
        if batch.undone_by and batch.undone:
            raise BatchUndone(batch.batch_id, batch.undone_by, batch.undone)
        self._check_unused(book_id, batch)
        now = utc_now()
        row = {
            "batch_undo_id": new_id(), "book_id": book_id, "batch_id": batch.batch_id, "reason": why,
            "recorded": now, "recorded_by": by,
        }  # fmt: skip
        key = str(row["batch_undo_id"])
        sequence = chain.append(self._session, book_id, "batch_undos", key, chain.digest(row), now)
        self._session.execute(sa.insert(schema_batches.batch_undos), [{**row, "sequence": sequence}])
        return self.get(book_id, batch.batch_id)

    def _check_unused(self, book_id: str, batch: Batch) -> None:
        e, d, s = schema.entries.c, schema.decisions.c, schema_statements.statement_events.c
        mine = sa.select(e.entry_id).where(e.batch_id == batch.batch_id)
        uses = (
            # An import writes down itself what its source says was reversed there.
            (_distinct(d.entry_id, d.entry_id.in_(mine), d.act != "reversed"), "were decided on or spoken about"),
            (_distinct(e.reverses, e.reverses.in_(mine)), "were reversed here"),
            (_distinct(s.entry_id, s.entry_id.in_(mine)), "are matched with lines of a bank statement"),
        )
        for query, why in uses:
            if n := self._session.scalar(query):
                raise BatchInUse(batch.batch_id, n, why)
        if closed := self._in_closed_periods(book_id, mine):
            raise BatchInUse(batch.batch_id, closed, "lie in a period that is closed")

    def _in_closed_periods(self, book_id: str, mine: sa.Select[tuple[str]]) -> int:
        t, periods = views.current_entries.c, PeriodStore(self._session)
        days = self._session.execute(
            sa.select(t.date, sa.func.count()).where(t.book_id == book_id, t.entry_id.in_(mine)).group_by(t.date)
        )
        return sum(n for day, n in days if (lock := periods.lock_on(book_id, day)) and lock.lock is not Lock.OPEN)


def _distinct(column: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(sa.func.count(column.distinct())).where(*where)
