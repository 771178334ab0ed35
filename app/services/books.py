"""Books as people see them: cards, the open catalog, the journals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.services.errors import BadInput
from app.services.workbench import ModelState, Workbench
from engine.journal import Account, Kind
from storage.records import JournalKind

__all__ = ["BookCard", "JournalKind", "catalog", "journals", "list_books", "set_journal_kind"]


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


def set_journal_kind(wb: Workbench, book: str, journal: str, kind: str, *, reason: str, by: str) -> JournalKind:
    """Confirm or change what a journal's entries are for, in force at once for all of them.

    Opening and closing journals do not teach. Raises UnknownBook, UnknownJournal, BadInput for a kind
    nobody knows or a change without a reason.
    """
    wanted = next((k for k in Kind if k.value == kind.strip().casefold()), None)
    if wanted is None:
        raise BadInput("Kind", kind, f"it is none of {', '.join(Kind)}", "Choose one of them.")
    why = " ".join(reason.split())
    if not why:
        raise BadInput("Reason", "", "it is empty", "Say in a few words why, for those who look at the book later.")
    with wb.writing() as uow:
        return uow.books.set_journal_kind(uow.books.get(book).book_id, journal, wanted, by, why)


def in_words(journal: JournalKind) -> str:
    """One line for people, for example: ``AN  opening, proposed: its code is AN  (12 entries)``."""
    known = "confirmed" if journal.confirmed else "proposed"
    why = f": {journal.reason}" if journal.reason else ""
    return f"{journal.journal}  {journal.kind.value}, {known}{why}  ({journal.entries} entries)"
