"""Books as people see them: cards, the open catalog, the journals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.services.workbench import ModelState, Workbench
from engine.journal import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCard:
    """What a book shows of itself in a list; ``teaching`` counts the entries that may teach."""

    name: str
    currency: str
    demo: bool
    entries: int
    accounts: int
    model: ModelState


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalCard:
    """One journal of a book with the kind its entries have."""

    code: str
    kind: str
    entries: int


def list_books(wb: Workbench) -> list[BookCard]:
    """All books in name order."""
    raise NotImplementedError


def catalog(wb: Workbench, book: str, on: date | None = None) -> tuple[Account, ...]:
    """Accounts open on ``on`` (None: the whole catalog) in code order; raises UnknownBook."""
    raise NotImplementedError


def journals(wb: Workbench, book: str) -> list[JournalCard]:
    """The book's journals in code order; raises UnknownBook."""
    raise NotImplementedError
