"""The end of keeping: after their retention the texts of old entries are taken out of a book for good.

What stays is the booking: days, numbers, accounts, amounts, who decided what. The chain has digests of the texts, so
`verify` still holds. Texts also lie where an erasure does not reach; the report names these places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.services.access import Right, Who, find, use_case
from app.services.errors import BadInput, ServiceError
from app.services.workbench import Workbench
from storage import erasure
from storage.decisions import add_decision
from storage.evidence_checks import ever_cited
from storage.identity import utc_now
from storage.records import Book
from storage.session import UnitOfWork

__all__ = ["DEFAULT_YEARS", "ErasureReport", "RetentionRuns", "erase", "plan"]

DEFAULT_YEARS = 10
_MOST_YEARS = 100
_PART = 500  # entries in one transaction; who is stopped goes on where it stood
Progress = Callable[[str], None]


class RetentionRuns(ServiceError):
    """Entries that have to be kept still were asked to be erased."""

    def __init__(self, before: date, years: int, limit: date) -> None:
        self.before, self.years, self.limit = before, years, limit
        super().__init__(
            f"Entries before {before} cannot be erased all: with {years} years from the end of a fiscal year, those of "
            f"fiscal years that ended before {limit} may go. Give an earlier day."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReport:
    """What was erased, or would be where ``done`` is False, and where the texts still lie.

    ``models`` are the book's bundles in the home, by folder, which learned from the texts and have some in their
    memory; ``used`` are those of them that answer or that posted entries cite.
    """

    book: str
    before: date
    years: int
    done: bool
    entries: int
    unfinished: int
    bank_lines: int
    models: tuple[str, ...]
    used: tuple[str, ...]
    exports: int

    def to_json(self) -> dict[str, Any]:
        return {
            "book": self.book, "before": self.before.isoformat(), "keep_years": self.years, "done": self.done,
            "entries": self.entries, "unfinished": self.unfinished, "bank_lines": self.bank_lines,
            "models": list(self.models), "models_in_use": list(self.used), "exports": self.exports,
        }  # fmt: skip

    def sentences(self) -> Iterator[str]:
        verb = "were taken out of" if self.done else "would be taken out of"
        yield f"The texts {verb} {self.entries} entries of book {self.book!r} before {self.before}."
        if self.unfinished:
            yield f"{self.unfinished} unfinished entries of these days keep theirs: post or discard them first."
        yield from self._elsewhere()
        if not self.done and self.entries:
            yield "Nothing was changed. Once erased, no one can bring them back; --yes does it."

    def _elsewhere(self) -> Iterator[str]:
        if self.models:
            yield (
                f"Models that learned from the book and have texts in their memory: {', '.join(self.models)}. Train "
                f"anew (counterpoint train {self.book}); then remove the folders from bundles/ in the home."
            )
        if self.used:
            yield f"Of these, posted entries name or the book uses {', '.join(self.used)}: keep them while those count."
        if self.exports:
            yield f"{self.exports} files that were handed over are kept in documents/exports in the home."
        if self.bank_lines:
            yield f"{self.bank_lines} lines of bank statements of these days stay as they are."
        yield "Backups, and pages of the database file until they are used again, hold what they held."


@use_case(Right.INSTALLATION)
def plan(wb: Workbench, who: Who, book: str, before: date, years: int = DEFAULT_YEARS) -> ErasureReport:
    """What `erase` would do; changes nothing. Raises UnknownBook, NotAllowed, RetentionRuns, BadInput."""
    with wb.reading() as uow:
        found = find(uow, who, book, Right.INSTALLATION)
        _check(uow, found, before, years)
        due = erasure.due(uow.session, found.book_id, before)
        return _report(wb, uow, found, (before, years), due, done=False)


@use_case(Right.INSTALLATION)
def erase(  # noqa: PLR0913  whose, what, why, under which rule
    wb: Workbench, who: Who, book: str, before: date, reason: str, *, years: int = DEFAULT_YEARS,
    progress: Progress = lambda _: None,
) -> ErasureReport:  # fmt: skip
    """Take texts and salts of finished entries dated before a day out of the database, with an act on each.

    ``years`` is how long the law that the book is under has them kept, counted from the end of the fiscal year's
    calendar year. In parts: one that is stopped has erased what it counted, and goes on when it is asked again.
    Raises UnknownBook, NotAllowed, RetentionRuns, ErasureNotAllowed, BadInput without a reason.
    """
    why = " ".join(reason.split())
    with wb.reading() as uow:
        found = find(uow, who, book, Right.INSTALLATION)
        if not why:
            raise BadInput("Reason", "", "it is empty", "Say in a few words why, for those who look at the book later.")
        _check(uow, found, before, years)
        due = erasure.due(uow.session, found.book_id, before)
    ids = due.entry_ids
    for start in range(0, len(ids), _PART):
        wb.store.write(lambda unit, part=ids[start : start + _PART]: _part(unit, who, found, part, why))  # type: ignore[misc]
        progress(f"{min(start + _PART, len(ids))} of {len(ids)} entries")
    wb.store.write(lambda unit: _end(unit, who, found, (before, years, why), len(ids)))
    with wb.reading() as uow:
        return _report(wb, uow, found, (before, years), due, done=True)


def _part(uow: UnitOfWork, who: Who, book: Book, ids: tuple[str, ...], why: str) -> None:
    find(uow, who, book.name, Right.INSTALLATION)
    with erasure.unguarded(uow.session):
        erasure.erase_all(uow.session, book.book_id, ids, who.id, why)


def _end(uow: UnitOfWork, who: Who, book: Book, rule: tuple[date, int, str], entries: int) -> None:
    """What imports left outside, and an act on the book that says what was asked for."""
    before, years, why = rule
    find(uow, who, book.name, Right.INSTALLATION)
    with erasure.unguarded(uow.session):
        erasure.erase_leftovers(uow.session, book.book_id, before)
    detail = {"before": before.isoformat(), "keep_years": years, "entries": entries}
    add_decision(uow.session, book.book_id, act="erased", by=who.id, reason=why, detail=detail)


def _check(uow: UnitOfWork, book: Book, before: date, years: int) -> None:
    """Raise RetentionRuns where a day before ``before`` belongs to a fiscal year that is kept still."""
    if not 1 <= years <= _MOST_YEARS:
        remedy = f"Give a number from 1 to {_MOST_YEARS}; {DEFAULT_YEARS} holds in many countries."
        raise BadInput("Years", str(years), "texts are kept for some years", remedy)
    limit = date(_today().year - years, 1, 1)
    if before > limit:
        raise RetentionRuns(before, years, limit)
    last = uow.periods.year_of(book.book_id, date.fromordinal(max(before.toordinal() - 1, 1))).last
    if last >= limit:
        raise RetentionRuns(before, years, limit)


def _report(
    wb: Workbench, uow: UnitOfWork, book: Book, rule: tuple[date, int], due: erasure.Due, *, done: bool
) -> ErasureReport:
    kept = [m for m in uow.models.list(book.book_id) if (wb.home.bundles / m.folder).is_dir()]
    cited = ever_cited(uow.session, book.book_id)
    files = wb.home.documents / "exports"
    return ErasureReport(
        book=book.name, before=rule[0], years=rule[1], done=done, entries=len(due.entry_ids),
        unfinished=due.unfinished, bank_lines=due.bank_lines, models=tuple(m.folder for m in kept),
        used=tuple(m.folder for m in kept if m.champion or m.digest in cited),
        exports=sum((files / e.sha256).is_file() for e in uow.exports.list(book.book_id)),
    )  # fmt: skip


def _today() -> date:
    return utc_now().date()
