"""Exports: which entries may go out, and what was handed over. An entry is exported once its file was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import State
from storage import chain, schema, schema_control, views
from storage.decisions import add_decisions
from storage.errors import StorageError
from storage.identity import utc_now
from storage.restricted import NOTHING, Restricted
from storage.schema_exports import exports

# What was posted here stays posted when a reversal takes it back later: both go out, or the reversal would stand alone.
_BOOKED = (State.POSTED.value, State.REVERSED.value)


class UnknownExport(StorageError):
    """Asked for an export that the book does not have."""

    def __init__(self, export: str, known: Sequence[str]) -> None:
        self.export, self.known = export, tuple(known)
        super().__init__(f"There is no export {export!r} in this book. Its exports: {', '.join(known) or 'none yet'}.")


class ChangedMeanwhile(StorageError):
    """Entries of a file that was made cannot be marked as exported: they no longer stand as they were written."""

    def __init__(self, entries: int) -> None:
        self.entries = entries
        super().__init__(
            f"{entries} entries of this file were exported or taken back since it was made. Throw the file away and "
            "export again."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One file that was handed over."""

    export_id: str
    format: str
    file_name: str
    sha256: str
    size: int
    entries: int
    recorded: datetime
    by: str
    sequence: int = 0


class ExportStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting(
        self, book_id: str, since: date | None = None, until: date | None = None, restricted: Restricted = NOTHING
    ) -> tuple[str, ...]:
        """Posted entries that never went out, by day; what was imported is booked elsewhere and stays."""
        d = schema.decisions.c
        gone = sa.select(d.entry_id).where(d.book_id == book_id, d.act == "exported")
        asked: list[sa.ColumnElement[bool]] = [views.current_entries.c.entry_id.not_in(gone)]
        t = views.current_entries.c
        asked += [t.date >= since] if since else []
        asked += [t.date <= until] if until else []
        asked += [restricted.apart(book_id)] if restricted else []
        return tuple(self._booked(book_id, *asked))

    def members(self, book_id: str, export: Export) -> tuple[str, ...]:
        """The entries of an earlier export, by day as they stand now; its acts follow its own link."""
        d = schema.decisions.c
        acts = sa.select(d.entry_id).where(
            d.book_id == book_id, d.act == "exported", d.sequence > export.sequence,
            d.sequence <= export.sequence + export.entries,
        )  # fmt: skip
        return tuple(self._booked(book_id, views.current_entries.c.entry_id.in_(acts)))

    def posted(self, book_id: str, entry_ids: Sequence[str]) -> dict[str, date]:
        """The day (UTC) on which each entry got its number."""
        t = schema_control.postings.c
        found = self._session.execute(sa.select(t.entry_id, t.recorded).where(t.book_id == book_id))
        wanted = set(entry_ids)
        return {r.entry_id: r.recorded.date() for r in found if r.entry_id in wanted}

    def add(self, book_id: str, export: Export, entry_ids: Sequence[str], *, anew: bool = False) -> None:
        """Write down that a file was taken, with an act on each of its entries. Raises ChangedMeanwhile.

        ``anew``: the entries went out before, and somebody asked for them again.
        """
        chain.lock(self._session, book_id)
        booked = self._booked(book_id)
        sound = booked.keys() if anew else set(self.waiting(book_id))
        if lost := set(entry_ids) - sound:
            raise ChangedMeanwhile(len(lost))
        now = utc_now()
        row = {
            "export_id": export.export_id, "book_id": book_id, "format": export.format, "file_name": export.file_name,
            "sha256": export.sha256, "size": export.size, "entries": export.entries, "recorded": now,
            "recorded_by": export.by,
        }  # fmt: skip
        sequence = chain.append(self._session, book_id, "exports", export.export_id, chain.digest(row), now)
        self._session.execute(sa.insert(exports), [{**row, "sequence": sequence}])
        detail = {"export": export.export_id, "format": export.format}
        versions = {entry_id: booked[entry_id] for entry_id in entry_ids}
        add_decisions(self._session, book_id, "exported", export.by, versions, detail)

    def list(self, book_id: str) -> tuple[Export, ...]:
        """Every export of a book, newest first."""
        rows = self._session.execute(
            sa.select(exports).where(exports.c.book_id == book_id).order_by(exports.c.sequence.desc())
        )
        return tuple(
            Export(
                export_id=r.export_id, format=r.format, file_name=r.file_name, sha256=r.sha256, size=r.size,
                entries=r.entries, recorded=r.recorded, by=r.recorded_by, sequence=r.sequence,
            )
            for r in rows
        )  # fmt: skip

    def get(self, book_id: str, export_id: str) -> Export:
        """An export by its id, or by the beginning of it that no other has. Raises UnknownExport."""
        found = self.list(book_id)
        same = [e for e in found if e.export_id.startswith(export_id)] if export_id else []
        if len(same) != 1:
            raise UnknownExport(export_id, [e.export_id for e in found[:5]])
        return same[0]

    def _booked(self, book_id: str, *asked: sa.ColumnElement[bool]) -> dict[str, int]:
        """Ids and versions of what was posted here, by day."""
        t = views.current_entries.c
        mine = (t.book_id == book_id, t.state.in_(_BOOKED), t.batch_id == "")
        query = sa.select(t.entry_id, t.version).where(*mine, *asked).order_by(t.date, t.position, t.entry_id)
        return {r.entry_id: r.version for r in self._session.execute(query)}
