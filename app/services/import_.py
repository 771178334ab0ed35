"""Bring a file, zip or folder into a book through the one staging road."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from app.services.access import Right, Who, authorise_installation, find, use_case
from app.services.errors import NothingToImport
from app.services.import_report import ImportReport
from app.services.profiles import profiles_for
from app.services.statement_import import StatementReport, bring_in
from app.services.workbench import Workbench
from engine.journal import Kind
from storage import importers, imports
from storage.batches import Batch
from storage.importers.tables.mapping import Mapping
from storage.imports import Keep
from storage.profiles import UnknownProfile
from storage.records import Book, ImportResult, RowError, Staged
from storage.session import UnitOfWork

__all__ = ["ImportOptions", "ImportReport", "Preview", "RowError", "import_file", "import_staged", "preview", "stage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """``format`` and ``profile`` force a reader and a saved mapping; None lets the header decide.

    ``mapping`` is one that was put together for this file. ``demo`` marks a book that is created as the demonstration.
    ``keep`` are the keys of entries that go in although they look like ones that are here; True for all of them.
    """

    format: str | None = None
    profile: str | None = None
    mapping: Mapping | None = None
    dry_run: bool = False
    demo: bool = False
    keep: Keep = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A staged file with what its import would do now: exactly this object is imported afterwards."""

    file_name: str
    staged: Staged
    report: ImportReport


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

    Raises NotAllowed, NothingToImport, ImportRefused, UnknownProfile, BadBook.
    """
    with wb.reading() as uow:
        found = _target(uow, who, book)  # before a file is read for somebody who may not bring it in
        chosen, profiles = _mapped(uow, found, options or ImportOptions())
    staged = stage(path, chosen, progress, profiles)
    if staged.statements:
        brought = bring_in(wb, who, book, staged, file_name=path.name, dry_run=chosen.dry_run)
        return of_statements(brought)
    progress(f"{len(staged.entries)} entries in good order, comparing with the book")
    return import_staged(wb, who, book, staged, chosen, file_name=path.name)


@use_case(Right.IMPORT)
def preview(
    wb: Workbench, who: Who, book: str, path: Path, options: ImportOptions | None = None, *, file_name: str = ""
) -> Preview:
    """Read a file and say what its import would do; nothing is written. Raises as `import_file`."""
    with wb.reading() as uow:
        found = _target(uow, who, book)
        chosen, profiles = _mapped(uow, found, replace(options or ImportOptions(), dry_run=True))
    staged, name = stage(path, chosen, profiles=profiles), file_name or path.name
    if staged.statements:
        report = of_statements(bring_in(wb, who, book, staged, file_name=name, dry_run=True))
    else:
        report = import_staged(wb, who, book, staged, chosen, file_name=name)
    return Preview(file_name=name, staged=staged, report=report)


def _mapped(uow: UnitOfWork, found: Book | None, options: ImportOptions) -> tuple[ImportOptions, tuple[Mapping, ...]]:
    """The options with the mapping that they name, and those that may know a header. Raises UnknownProfile."""
    if options.profile is None:
        return options, profiles_for(uow, found)
    if found is None:
        raise UnknownProfile(options.profile, ())
    return replace(options, mapping=uow.profiles.find(found.book_id, options.profile).mapping), ()


def stage(
    path: Path,
    options: ImportOptions,
    progress: Callable[[str], None] = lambda _: None,
    profiles: Sequence[Mapping] = (),
) -> Staged:
    """What a file holds. Raises ImportRefused, and NothingToImport where nothing in it is in good order."""
    if not path.exists():
        raise NothingToImport(str(path), "there is no such file or folder")
    progress(f"reading {path.name}")
    staged = importers.read(path, options.format, profiles=profiles, mapping=options.mapping)
    if not staged.entries and not staged.accounts and not staged.statements:
        first = f" The first: {staged.errors[0]}" if staged.errors else ""
        raise NothingToImport(str(path), f"no entry in it is in good order ({len(staged.errors)} problems).{first}")
    return staged


@use_case(Right.IMPORT)
def import_staged(
    wb: Workbench, who: Who, book: str, staged: Staged, options: ImportOptions, *, file_name: str = ""
) -> ImportReport:
    """The second half of every import: from staged entries into the book. Raises NotAllowed, BadBook, StoreBusy."""
    if options.dry_run:
        with wb.reading() as uow:
            found = _target(uow, who, book)
            result = imports.plan(uow, found, staged, keep=options.keep)
            return _report(
                book, staged, result, created=found is None, before=_before(uow, found, staged), dry_run=True
            )

    def work(uow: UnitOfWork) -> ImportReport:
        found = _target(uow, who, book)
        before = _before(uow, found, staged)
        target = found or _create(uow, book, staged, demo=options.demo, by=who.id)
        result = imports.apply(uow, target, staged, who.id, file_name=file_name, keep=options.keep)
        return _report(book, staged, result, created=found is None, before=before, dry_run=False)

    return wb.store.write(work)


def _before(uow: UnitOfWork, book: Book | None, staged: Staged) -> Batch | None:
    """The batch that this very file brought earlier."""
    return uow.batches.of_file(book.book_id, staged.file_sha256) if book and staged.file_sha256 else None


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


def _report(
    book: str, staged: Staged, result: ImportResult, *, created: bool, before: Batch | None, dry_run: bool
) -> ImportReport:
    return ImportReport(
        batch=result.batch_id,
        before=before,
        resembling=result.resembling,
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
        warnings=staged.warnings,
        created_book=created,
        dry_run=dry_run,
        special=tuple(j for j in staged.journals if j.kind is not Kind.NORMAL),
    )


def of_statements(brought: StatementReport) -> ImportReport:
    """The report of a file that holds lines of bank statements instead of entries."""
    nothing = Decimal(0)
    return ImportReport(
        book=brought.book, format=brought.format, reason=brought.reason, entries=0, lines=0, accounts=0, debit=nothing,
        credit=nothing, new=brought.new, known=brought.known, alike=0, quarantined=brought.quarantined,
        created_book=False, dry_run=brought.dry_run, statements=brought,
    )  # fmt: skip
