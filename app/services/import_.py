"""Bring a file, zip or folder into a book through the one staging road."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.services.access import Right, Who, authorise_installation, find, use_case
from app.services.errors import BadInput, NothingToImport
from app.services.statement_import import StatementReport, bring_in
from app.services.workbench import Workbench
from engine.journal import Kind
from storage import importers, imports
from storage.records import Book, ImportResult, JournalKind, RowError, Staged
from storage.session import UnitOfWork

__all__ = ["ImportOptions", "ImportReport", "RowError", "import_file", "import_staged"]

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
    special: tuple[JournalKind, ...] = ()  # journals proposed to be something else than normal
    statements: StatementReport | None = None  # of a file of bank statements, which holds no entries

    def to_json(self) -> dict[str, Any]:
        """The document of ``import --json``; programs rely on its keys."""
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
            "quarantined": [
                {"row": e.row, "column": e.column, "value": e.value, "why": e.why, "remedy": e.remedy}
                for e in self.quarantined
            ],
        }

    def sentences(self) -> list[str]:
        """The report for people; the last line counts what is new and what was here."""
        if self.statements:
            return self.statements.sentences()
        would = "would be " if self.dry_run else ""
        out = [f"{self.reason}"]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """``format`` and ``profile`` force a reader and a saved mapping; None lets the header decide.

    ``demo`` marks a book that is created as the demonstration.
    """

    format: str | None = None
    profile: str | None = None
    dry_run: bool = False
    demo: bool = False


@use_case(Right.IMPORT)
def import_file(
    wb: Workbench,
    who: Who,
    book: str,
    path: Path,
    options: ImportOptions | None = None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> ImportReport:
    """Create the book when missing and add what is new in one transaction; a dry run writes nothing.

    A file of bank statements goes into a book that is there, as lines that wait for their entries.

    Raises NotAllowed, NothingToImport, ImportRefused, BadBook, BadInput.
    """
    chosen = options or ImportOptions()
    with wb.reading() as uow:
        _target(uow, who, book)  # before a file is read for somebody who may not bring it in
    if chosen.profile is not None:
        raise BadInput("Profile", chosen.profile, "there is no saved profile of this name", "Leave --profile out.")
    if not path.exists():
        raise NothingToImport(str(path), "there is no such file or folder")
    progress(f"reading {path.name}")
    staged = importers.read(path, chosen.format)
    if staged.statements:
        brought = bring_in(wb, who, book, staged, file_name=path.name, dry_run=chosen.dry_run)
        return _of_statements(brought)
    if not staged.entries and not staged.accounts:
        first = f" The first: {staged.errors[0]}" if staged.errors else ""
        raise NothingToImport(str(path), f"no entry in it is in good order ({len(staged.errors)} problems).{first}")
    progress(f"{len(staged.entries)} entries in good order, comparing with the book")
    return import_staged(wb, who, book, staged, chosen, file_name=path.name)


@use_case(Right.IMPORT)
def import_staged(
    wb: Workbench, who: Who, book: str, staged: Staged, options: ImportOptions, *, file_name: str = ""
) -> ImportReport:
    """The second half of every import: from staged entries into the book. Raises NotAllowed, BadBook, StoreBusy."""
    if options.dry_run:
        with wb.reading() as uow:
            found = _target(uow, who, book)
            return _report(book, staged, imports.plan(uow, found, staged), created=found is None, dry_run=True)

    def work(uow: UnitOfWork) -> tuple[ImportResult, bool]:
        found = _target(uow, who, book)
        target = found or _create(uow, book, staged, demo=options.demo, by=who.id)
        return imports.apply(uow, target, staged, who.id, file_name=file_name), found is None

    result, created = wb.store.write(work)
    return _report(book, staged, result, created=created, dry_run=False)


def _target(uow: UnitOfWork, who: Who, book: str) -> Book | None:
    """The book, for somebody who may import into it; None for a new one, for somebody who may make books."""
    if uow.books.find(book) is None:
        authorise_installation(uow, who)
        return None
    return find(uow, who, book, Right.IMPORT)


def _create(uow: UnitOfWork, name: str, staged: Staged, *, demo: bool, by: str) -> Book:
    """A book in the currency that most of its entries name."""
    named = Counter(e.currency for e in staged.entries if e.currency).most_common(1)
    return uow.books.create(name, named[0][0] if named else "EUR", demo=demo, by=by)


def _report(book: str, staged: Staged, result: ImportResult, *, created: bool, dry_run: bool) -> ImportReport:
    return ImportReport(
        book=book,
        format=staged.format,
        reason=staged.reason,
        entries=len(staged.entries),
        lines=staged.line_count,
        accounts=result.new_accounts,
        debit=result.debit,
        credit=result.credit,
        new=result.new,
        known=result.known,
        alike=result.alike,
        quarantined=staged.errors,
        created_book=created,
        dry_run=dry_run,
        special=tuple(j for j in staged.journals if j.kind is not Kind.NORMAL),
    )


def _of_statements(brought: StatementReport) -> ImportReport:
    """The report of a file that holds lines of bank statements instead of entries."""
    nothing = Decimal(0)
    return ImportReport(
        book=brought.book, format=brought.format, reason=brought.reason, entries=0, lines=0, accounts=0, debit=nothing,
        credit=nothing, new=brought.new, known=brought.known, alike=0, quarantined=brought.quarantined,
        created_book=False, dry_run=brought.dry_run, statements=brought,
    )  # fmt: skip
