"""Look into the journal: search with filters, and one entry with all its versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.services.workbench import Workbench
from engine.journal import Entry, Line, State


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalQuery:
    """Which entries to show; an empty field does not filter.

    ``account`` matches the start of a code, ``text`` any part of description, party, document
    or number. ``page`` counts from 0.
    """

    text: str = ""
    account: str = ""
    journal: str = ""
    since: date | None = None
    until: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    state: State | None = None
    page: int = 0
    size: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """One page of a search, newest first; ``total`` counts all entries that match."""

    rows: tuple[Entry, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryVersion:
    """The lines of an entry as somebody proposed them; ``origin`` is imported, model or person."""

    number: int
    origin: str
    author: str
    created: datetime
    lines: tuple[Line, ...]
    lineage: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDecision:
    """One append-only act on an entry."""

    kind: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail:
    """An entry as it stands, its versions from the first to the newest, and what was decided about it."""

    entry: Entry
    versions: tuple[EntryVersion, ...]
    decisions: tuple[EntryDecision, ...]


def search(wb: Workbench, book: str, query: JournalQuery) -> JournalPage:
    """Entries of one book that match; raises UnknownBook."""
    raise NotImplementedError


def entry_detail(wb: Workbench, book: str, entry_id: str) -> EntryDetail:
    """One entry with its versions; raises UnknownBook, UnknownEntry."""
    raise NotImplementedError
