"""Look into the journal: search with filters, and one entry with all its versions.

The records are those of the store: nothing is gained by a second shape of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.services.workbench import Workbench
from storage.records import Decision, EntryDetail, JournalQuery, Version
from storage.records import SearchResult as JournalPage

__all__ = ["Decision", "EntryDetail", "JournalPage", "JournalQuery", "Version", "background", "entry_detail", "search"]


def search(wb: Workbench, book: str, query: JournalQuery) -> JournalPage:
    """Entries of one book that match; raises UnknownBook."""
    with wb.reading() as uow:
        return uow.journal.search(uow.books.get(book).book_id, query)


def entry_detail(wb: Workbench, book: str, entry_id: str) -> EntryDetail:
    """One entry with its versions and decisions; raises UnknownBook, UnknownEntry."""
    with wb.reading() as uow:
        return uow.journal.entry(uow.books.get(book).book_id, entry_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What has to be known of a book to show a proposal: its entries' currencies by id, what its lines carry."""

    currencies: Mapping[str, str] = field(default_factory=dict)
    tax_codes: bool = False
    parties: bool = False


def background(wb: Workbench, book: str, entry_ids: Sequence[str]) -> Background:
    """The book's background, with the currencies of these entries; raises UnknownBook."""
    with wb.reading() as uow:
        book_id = uow.books.get(book).book_id
        tax_codes, parties = uow.journal.carries(book_id)
        return Background(currencies=uow.journal.currencies(book_id, entry_ids), tax_codes=tax_codes, parties=parties)
