"""Look into the journal: search with filters, and one entry with all its versions.

The records are those of the store: nothing is gained by a second shape of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.services.access import ALL_YEARS, Right, Who, authorise, find, use_case, within
from app.services.workbench import Workbench
from storage.errors import UnknownEntry
from storage.records import Decision, EntryDetail, JournalQuery, Version
from storage.records import SearchResult as JournalPage

__all__ = ["Decision", "EntryDetail", "JournalPage", "JournalQuery", "Version", "background", "entry_detail", "search"]


@use_case(Right.READ)
def search(wb: Workbench, who: Who, book: str, query: JournalQuery) -> JournalPage:
    """Entries of one book that match, of the years that ``who`` may read; raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        book_id = find(uow, who, book, Right.READ).book_id
        years = authorise(uow, who, book_id, Right.READ)
        if years != ALL_YEARS:
            since, until = max(query.since or years.since, years.since), min(query.until or years.until, years.until)
            query = replace(query, since=since, until=until, restricted=years.restricted)
        return uow.journal.search(book_id, query)


@use_case(Right.READ)
def entry_detail(wb: Workbench, who: Who, book: str, entry_id: str) -> EntryDetail:
    """One entry with its versions and decisions; raises UnknownBook, UnknownEntry, NotAllowed."""
    with wb.reading() as uow:
        book_id = find(uow, who, book, Right.READ).book_id
        detail = uow.journal.entry(book_id, entry_id)
        if not authorise(uow, who, book_id, Right.READ).sees(detail.entry, detail.versions):
            raise UnknownEntry(entry_id)
        return detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What has to be known of a book to show a proposal: its entries' currencies by id, what its lines carry."""

    currencies: Mapping[str, str] = field(default_factory=dict)
    tax_codes: bool = False
    parties: bool = False


@use_case(Right.READ)
def background(wb: Workbench, who: Who, book: str, entry_ids: Sequence[str]) -> Background:
    """The book's background, with the currencies of these entries; raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        book_id = find(uow, who, book, Right.READ).book_id
        tax_codes, parties = uow.journal.carries(book_id)
        seen = within(uow, book_id, authorise(uow, who, book_id, Right.READ), entry_ids)
        return Background(currencies=uow.journal.currencies(book_id, seen), tax_codes=tax_codes, parties=parties)
