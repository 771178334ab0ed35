"""Lines of statements that are booked already: found by account, side, amount and day, and matched one to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from app.services.access import Right, Who, authorise, find, use_case, within
from app.services.errors import ServiceError
from app.services.statement_access import ledger_of, seen_line
from app.services.workbench import Workbench
from engine.journal import Entry
from storage import statement_search
from storage.records import Book
from storage.session import UnitOfWork
from storage.statement_records import KeptLine, LineState
from storage.statements import MATCHED

_DAYS = timedelta(days=5)  # between a bank's booking and the day somebody gave an entry


class NotThisEntry(ServiceError):
    """An entry that cannot be a line: another amount or account, too far away, or another line's."""

    def __init__(self, entry_id: str) -> None:
        self.entry_id = entry_id
        super().__init__(
            f"Entry {entry_id!r} cannot be this line: it does not change the bank's account by this amount within "
            f"{_DAYS.days} days, or it belongs to another line. Choose another one, or book the line."
        )


@use_case(Right.READ)
def booked(wb: Workbench, who: Who, book: str, line_id: str) -> tuple[Entry, ...]:
    """Entries that may be this line: same account, side and amount, within five days, of no other line.

    The nearest in days is the first. Raises UnknownLine, UnknownBook, NotAllowed.
    """
    with wb.reading() as uow:
        found = find(uow, who, book, Right.READ)
        kept = seen_line(uow, who, found, line_id)
        ids = _booked(uow, who, found, kept, uow.statements.taken(found.book_id, kept.account))
        entries = [uow.journal.entry(found.book_id, e).entry for e in ids]
    return tuple(sorted(entries, key=lambda e: abs((e.date - kept.line.booked).days)))


@use_case(Right.CORRECT)
def match(wb: Workbench, who: Who, book: str, line_id: str, entry_id: str) -> None:
    """Say that a line is an entry that is there.

    Raises NotThisEntry, UnknownLine, LineTaken, NoLedgerAccount, UnknownBook, NotAllowed.
    """
    with wb.writing() as uow:
        found = find(uow, who, book, Right.CORRECT)
        kept = seen_line(uow, who, found, line_id)
        ledger_of(uow, found, kept)
        if entry_id not in _booked(uow, who, found, kept, uow.statements.taken(found.book_id, kept.account)):
            raise NotThisEntry(entry_id)
        uow.statements.note(found.book_id, line_id, MATCHED, who.id, entry_id=entry_id)


@use_case(Right.CORRECT)
def match_certain(wb: Workbench, who: Who, book: str, statement_id: str) -> int:
    """Match every waiting line with the one entry of its own day that it can be; returns how many there were.

    A line that could be two entries, and an entry that could be two lines, are left to people.
    Raises UnknownBook, NotAllowed.
    """
    with wb.writing() as uow:
        found = find(uow, who, book, Right.CORRECT)
        pairs = _certain(uow, who, found, statement_id)
        for line_id, entry_id in pairs:
            uow.statements.note(found.book_id, line_id, MATCHED, who.id, entry_id=entry_id)
    return len(pairs)


def _booked(uow: UnitOfWork, who: Who, book: Book, kept: KeptLine, taken: Collection[str]) -> tuple[str, ...]:
    """Ids of entries that may be this line, in the part of the book that ``who`` may see."""
    ledger = uow.statements.ledgers(book.book_id).get(kept.account, "")
    if not ledger or kept.line.currency not in ("", book.currency):
        return ()
    days = (kept.line.booked - _DAYS, kept.line.booked + _DAYS)
    ids = statement_search.booked(uow.session, book.book_id, ledger, kept.line.amount, days)
    free = [e for e in ids if e not in taken]
    return within(uow, book.book_id, authorise(uow, who, book.book_id, Right.READ), free)


def _certain(uow: UnitOfWork, who: Who, book: Book, statement_id: str) -> list[tuple[str, str]]:
    """Pairs of waiting lines and entries that can be nothing else."""
    years = authorise(uow, who, book.book_id, Right.READ)
    kept = uow.statements.lines(book.book_id, statement_id)
    waiting = [x for x in kept if x.state is LineState.WAITING and x.line.booked in years]
    taken = uow.statements.taken(book.book_id, waiting[0].account) if waiting else frozenset()
    found = {x.line_id: _booked(uow, who, book, x, taken) for x in waiting}
    claimed = Counter(e for ids in found.values() for e in ids)
    alone = [(x, found[x.line_id][0]) for x in waiting if len(found[x.line_id]) == 1]
    return [
        (x.line_id, e) for x, e in alone
        if claimed[e] == 1 and uow.journal.entry(book.book_id, e).entry.date == x.line.booked
    ]  # fmt: skip
