"""Books as people see them: cards, the open catalog, the journals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.services.workbench import ModelState, Workbench
from engine.journal import Account
from storage.records import JournalKind

__all__ = ["BookCard", "JournalKind", "catalog", "journals", "list_books"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCard:
    """What a book shows of itself in a list."""

    name: str
    currency: str
    minor_units: int
    demo: bool
    entries: int
    accounts: int
    model: ModelState


def list_books(wb: Workbench) -> list[BookCard]:
    """All books, oldest first."""
    with wb.reading() as uow:
        counted = [(b, uow.journal.count(b.book_id), len(uow.books.catalog(b.book_id))) for b in uow.books.list()]
    return [
        BookCard(
            name=book.name,
            currency=book.currency,
            minor_units=book.minor_units,
            demo=book.demo,
            entries=entries,
            accounts=accounts,
            model=wb.model_state(book.name),
        )
        for book, entries, accounts in counted
    ]


def catalog(wb: Workbench, book: str, on: date | None = None) -> tuple[Account, ...]:
    """Accounts open on ``on`` (None: the whole catalog) in code order; raises UnknownBook."""
    with wb.reading() as uow:
        return uow.books.catalog(uow.books.get(book).book_id, on)


def journals(wb: Workbench, book: str) -> tuple[JournalKind, ...]:
    """The book's journals in code order; raises UnknownBook."""
    with wb.reading() as uow:
        return uow.books.journals(uow.books.get(book).book_id)
