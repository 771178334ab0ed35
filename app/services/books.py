"""Books as people see them: cards, the open catalog, the journals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.services.access import Right, Who, find, rights_of, use_case, visible
from app.services.errors import BadInput
from app.services.workbench import ModelState, Workbench
from engine.journal import Account, Kind
from storage.records import JournalKind

__all__ = ["BookCard", "JournalKind", "catalog", "journals", "list_books", "model_state", "set_journal_kind"]


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
    rights: frozenset[Right] = field(default_factory=frozenset)  # of whoever asked


@use_case(None, "everybody gets the list of what they may read, which may be empty")
def list_books(wb: Workbench, who: Who) -> list[BookCard]:
    """The books that ``who`` may read, oldest first."""
    with wb.reading() as uow:
        counted = [
            (
                b,
                uow.journal.count(b.book_id),
                len(uow.books.catalog(b.book_id)),
                rights_of(uow, who, b.book_id),
            )
            for b in visible(uow, who)
        ]
    return [
        BookCard(
            name=book.name,
            currency=book.currency,
            minor_units=book.minor_units,
            demo=book.demo,
            entries=entries,
            accounts=accounts,
            model=wb.model_state(book.name),
            rights=rights,
        )
        for book, entries, accounts, rights in counted
    ]


@use_case(Right.READ)
def model_state(wb: Workbench, who: Who, book: str) -> ModelState:
    """Where the book's model stands; raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        find(uow, who, book, Right.READ)
    return wb.model_state(book)


@use_case(Right.READ)
def catalog(wb: Workbench, who: Who, book: str, on: date | None = None) -> tuple[Account, ...]:
    """Accounts open on ``on`` (None: the whole catalog) in code order; raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.books.catalog(find(uow, who, book, Right.READ).book_id, on)


@use_case(Right.READ)
def journals(wb: Workbench, who: Who, book: str) -> tuple[JournalKind, ...]:
    """The book's journals in code order; raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.books.journals(find(uow, who, book, Right.READ).book_id)


@use_case(Right.CATALOG)
def set_journal_kind(wb: Workbench, who: Who, book: str, journal: str, kind: str, *, reason: str) -> JournalKind:
    """Confirm or change what a journal's entries are for, in force at once for all of them.

    Opening and closing journals do not teach. Raises UnknownBook, UnknownJournal, NotAllowed, BadInput for a
    kind nobody knows or a change without a reason.
    """
    wanted = next((k for k in Kind if k.value == kind.strip().casefold()), None)
    if wanted is None:
        raise BadInput("Kind", kind, f"it is none of {', '.join(Kind)}", "Choose one of them.")
    why = " ".join(reason.split())
    if not why:
        raise BadInput("Reason", "", "it is empty", "Say in a few words why, for those who look at the book later.")
    with wb.writing() as uow:
        book_id = find(uow, who, book, Right.CATALOG).book_id
        return uow.books.set_journal_kind(book_id, journal, wanted, who.id, why)


def in_words(journal: JournalKind) -> str:
    """One line for people, for example: ``AN  opening, proposed: its code is AN  (12 entries)``."""
    known = "confirmed" if journal.confirmed else "proposed"
    why = f": {journal.reason}" if journal.reason else ""
    return f"{journal.journal}  {journal.kind.value}, {known}{why}  ({journal.entries} entries)"
