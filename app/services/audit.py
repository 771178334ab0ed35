"""The audit file of a fiscal year: a folder with what happened, who did it, and what was checked, for somebody outside.

Everything is read in one transaction. That the file was made is an act of the book, with the digest of the file's
manifest; then the chain's head is written outside the database.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.services.access import Right, Who, Years, authorise, find, use_case
from app.services.audit_file import AuditNotWritten, check, writing
from app.services.audit_report import AuditReport, Check
from app.services.audit_write import Writing
from app.services.errors import BadInput
from app.services.verify import write_anchor
from app.services.workbench import Workbench
from storage.balances import year_named, years_of
from storage.decisions import add_decision
from storage.evidence import Scope
from storage.periods import FiscalYear
from storage.records import Book
from storage.session import UnitOfWork

__all__ = ["AuditNotWritten", "AuditReport", "AuditZip", "Check", "audit_years", "audit_zip", "write_audit"]

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditZip:
    """An audit file as one archive to be taken away; the report's path is the name of the folder in it."""

    report: AuditReport
    data: bytes

    @property
    def file_name(self) -> str:
        return f"{self.report.path}.zip"


@use_case(Right.AUDIT)
def audit_years(wb: Workbench, who: Who, book: str) -> tuple[FiscalYear, ...]:
    """The fiscal years with entries that an audit file may be made of, newest first. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        found = find(uow, who, book, Right.AUDIT)
        limits = authorise(uow, who, found.book_id, Right.AUDIT)
        years = {*years_of(uow.session, found.book_id), *uow.periods.years(found.book_id)}
    return tuple(sorted((y for y in years if _within(y, limits)), key=lambda y: y.first, reverse=True))


@use_case(Right.AUDIT)
def audit_zip(wb: Workbench, who: Who, book: str, year: str, progress: Progress = lambda _: None) -> AuditZip:
    """The audit file of a fiscal year as an archive; nothing stays on the disk. Raises as `write_audit` does."""
    name = "-".join(("audit", *(re.sub(r"[^\w.-]+", "_", part).strip("._") for part in (book, year))))
    with tempfile.TemporaryDirectory(prefix="counterpoint-audit-") as folder:
        report = write_audit(wb, who, book, year, Path(folder) / name, progress)
        packed = shutil.make_archive(str(Path(folder) / "packed"), "zip", root_dir=folder, base_dir=name)
        return AuditZip(report=replace(report, path=Path(name)), data=Path(packed).read_bytes())


@use_case(Right.AUDIT)
def write_audit(
    wb: Workbench, who: Who, book: str, year: str, out: Path, progress: Progress = lambda _: None
) -> AuditReport:
    """Write the audit file of a fiscal year into ``out``, a new or empty folder, and note in the book that it was made.

    Somebody who may see some years only gets those, and nobody gets entries that are restricted without the right to
    see them; the file says how many. Raises UnknownBook, NotAllowed, AuditNotWritten, AnchorNotWritten, and BadInput
    for a year that the book does not have or that reaches beyond the years of ``who``.
    """
    with wb.reading() as uow:
        found = find(uow, who, book, Right.AUDIT)
        limits = authorise(uow, who, found.book_id, Right.AUDIT)
        days = _days(uow, found, year, limits)
        scope = Scope(session=uow.session, book_id=found.book_id, year=days, restricted=limits.restricted)
        check(out)
        with writing(out) as folder:
            report = Writing(wb, uow, who, found, scope, folder, progress).written(out)
            wb.store.write(lambda unit: _note(unit, who, found, report))
    write_anchor(wb, found.book_id, f"audit file of {days.label}")
    return report


def _note(uow: UnitOfWork, who: Who, book: Book, report: AuditReport) -> None:
    """The act of making the file, by which a copy of it can be told from a changed one."""
    detail = {"year": report.year.label, "entries": report.entries, "manifest": report.manifest}
    add_decision(uow.session, book.book_id, act="audited", by=who.id, detail=detail)


def _days(uow: UnitOfWork, book: Book, year: str, limits: Years) -> FiscalYear:
    found = year_named(uow.session, book.book_id, year)
    dated = years_of(uow.session, book.book_id)
    if found is None or found not in {*dated, *uow.periods.years(book.book_id)}:
        known = ", ".join(y.label for y in dated if _within(y, limits)) or "none yet"
        raise BadInput("Year", year, "the book has nothing of such a year", f"Its years with entries: {known}.")
    if not _within(found, limits):
        why = f"you may see {_day(limits.since)} to {_day(limits.until)}, and it runs {found.first} to {found.last}"
        raise BadInput("Year", year, why, "Ask an admin of the book for a role that reaches to these days.")
    return found


def _within(year: FiscalYear, limits: Years) -> bool:
    return year.first in limits and year.last in limits


def _day(day: date) -> str:
    return "the beginning" if day == date.min else "the end" if day == date.max else day.isoformat()
