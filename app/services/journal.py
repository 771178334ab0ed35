"""Look into the journal: search with filters, and one entry with all its versions.

The records are those of the store: nothing is gained by a second shape of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.services.workbench import Workbench
from storage.records import Decision, EntryDetail, JournalQuery, Version
from storage.records import SearchResult as JournalPage

__all__ = ["Decision", "EntryDetail", "JournalPage", "JournalQuery", "Version", "currencies", "entry_detail", "search"]


def search(wb: Workbench, book: str, query: JournalQuery) -> JournalPage:
    """Entries of one book that match; raises UnknownBook."""
    with wb.reading() as uow:
        return uow.journal.search(uow.books.get(book).book_id, query)


def entry_detail(wb: Workbench, book: str, entry_id: str) -> EntryDetail:
    """One entry with its versions and decisions; raises UnknownBook, UnknownEntry."""
    with wb.reading() as uow:
        return uow.journal.entry(uow.books.get(book).book_id, entry_id)


def currencies(wb: Workbench, book: str, entry_ids: Sequence[str]) -> dict[str, str]:
    """The currency of each of these entries by its id; raises UnknownBook."""
    with wb.reading() as uow:
        return uow.journal.currencies(uow.books.get(book).book_id, entry_ids)
