"""What an import brought, as a document for programs and as sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.services.statement_import import StatementReport
from storage.batches import Batch
from storage.records import JournalKind, Resembling, RowError

SHOWN_ROWS = 20  # quarantined rows that the report for people names; JSON names all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import brought, or would bring when ``dry_run``.

    ``entries`` and ``lines`` count what the file holds in good order; ``new``, ``known`` and
    ``alike`` say what became of them; ``debit`` and ``credit`` are over the new ones.
    """

    book: str
    format: str
    reason: str
    entries: int
    lines: int
    accounts: int
    debit: Decimal
    credit: Decimal
    new: int
    known: int
    alike: int
    quarantined: tuple[RowError, ...]
    created_book: bool
    dry_run: bool
    batch: str = ""  # the batch that was made; empty for a dry run, and where nothing was new
    before: Batch | None = None  # the batch that this very file brought earlier
    resembling: tuple[Resembling, ...] = ()  # of the entries that look alike
    special: tuple[JournalKind, ...] = ()  # journals proposed to be something else than normal
    warnings: tuple[RowError, ...] = ()  # what should be mended in the source, and kept nothing outside
    statements: StatementReport | None = None  # of a file of bank statements, which holds no entries

    def to_json(self) -> dict[str, Any]:
        """The document of ``import --json``; programs rely on its keys. ``warnings`` is there where there are any."""
        if self.statements:
            return self.statements.to_json()
        return {
            "book": self.book,
            "format": self.format,
            "reason": self.reason,
            "entries": self.entries,
            "lines": self.lines,
            "debit": f"{self.debit:f}",
            "credit": f"{self.credit:f}",
            "new": self.new,
            "known": self.known,
            "alike": self.alike,
            "quarantined": _documents(self.quarantined),
            **({"warnings": _documents(self.warnings)} if self.warnings else {}),
        }

    def sentences(self) -> list[str]:
        """The report for people; the last line counts what is new and what was here."""
        if self.statements:
            return self.statements.sentences()
        would = "would be " if self.dry_run else ""
        out = [f"{self.reason}"]
        if self.before:
            out.append(f"This file was imported on {self.before.recorded:%Y-%m-%d} by {self.before.by} already.")
        if self.created_book:
            out.append(f"Book {self.book!r} {'would be' if self.dry_run else 'was'} created.")
        out.append(f"{self.entries} entries with {self.lines} lines in good order, {self.accounts} new accounts.")
        out.append(f"Debit {self.debit:,.2f} and credit {self.credit:,.2f} {would}added.")
        out += self._kinds()
        if self.quarantined:
            out.append(f"{len(self.quarantined)} problems kept rows outside:")
            out += [f"  {e}" for e in self.quarantined[:SHOWN_ROWS]]
            if len(self.quarantined) > SHOWN_ROWS:
                out.append(f"  and {len(self.quarantined) - SHOWN_ROWS} more; --json lists them all.")
        if self.warnings:
            out.append(f"{len(self.warnings)} kinds of flaws keep nothing outside, but should be mended in the source:")
            out += [f"  {e}" for e in self.warnings[:SHOWN_ROWS]]
        if self.alike:
            out.append("Entries that look alike go in with --keep-alike.")
        if self.batch:
            out.append(f"Batch {self.batch}; counterpoint batches {self.book} lists it and undoes it.")
        out.append(f"{self.new} new, {self.known} already here" + self._alike())
        return out

    def _kinds(self) -> list[str]:
        """Which journals were taken for openings and the like, and how to change that."""
        out = [f"Journal {j.journal!r} was taken for {j.kind.value}: {j.reason}." for j in self.special]
        if self.special and not self.dry_run:
            out.append(f"Change a journal's kind with: counterpoint journals {self.book} JOURNAL KIND --reason WHY")
        return out

    def _alike(self) -> str:
        return f", {self.alike} look alike and were left out" if self.alike else ""


def _documents(found: Sequence[RowError]) -> list[dict[str, object]]:
    return [{"row": e.row, "column": e.column, "value": e.value, "why": e.why, "remedy": e.remedy} for e in found]
