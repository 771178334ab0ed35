"""Which lines of bank statements somebody may see, and which account of the book a line is of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.services.access import Right, Who, Years, authorise
from app.services.errors import ServiceError
from engine.journal import Line, Side
from storage.records import Book
from storage.restricted import visible
from storage.session import UnitOfWork
from storage.statement_errors import UnknownLine
from storage.statement_records import KeptLine


class NoLedgerAccount(ServiceError):
    """A line of a bank account that no account of the book was chosen for."""

    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(f"It is not said yet which account of the book {account} is. Choose it first.")


def seen_line(uow: UnitOfWork, who: Who, book: Book, line_id: str) -> KeptLine:
    """Raises UnknownLine, also for a line that ``who`` may not see."""
    kept = uow.statements.line(book.book_id, line_id)
    if not seen(uow, book, authorise(uow, who, book.book_id, Right.READ), (kept,)):
        raise UnknownLine(line_id)
    return kept


def seen(uow: UnitOfWork, book: Book, years: Years, kept: Sequence[KeptLine]) -> tuple[KeptLine, ...]:
    """Those of some lines that may be seen: neither their bank account nor their entry is restricted."""
    ledgers = uow.statements.ledgers(book.book_id)
    named = [x.entry_id for x in kept if x.entry_id]
    shown = visible(uow.session, book.book_id, years.restricted, named)
    open_here = [x for x in kept if x.line.booked in years and is_open(years, ledgers.get(x.account, ""))]
    return tuple(x for x in open_here if not x.entry_id or x.entry_id in shown)


def is_open(years: Years, ledger: str) -> bool:
    """Whether the account is one whose entries may be seen."""
    return not years.restricted.keeps(ledger)


def ledger_of(uow: UnitOfWork, book: Book, kept: KeptLine) -> str:
    """The book's own account of a line. Raises NoLedgerAccount."""
    ledger = uow.statements.ledgers(book.book_id).get(kept.account, "")
    if not ledger:
        raise NoLedgerAccount(kept.account)
    return ledger


def bank_line(ledger: str, amount: Decimal) -> Line:
    """What came in is a debit of the bank's account."""
    return Line(account=ledger, side=Side.DEBIT if amount > 0 else Side.CREDIT, amount=abs(amount))
