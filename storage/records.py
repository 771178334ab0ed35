"""What the stores take and return, besides the records of `engine.journal`. Plain frozen data.

Times are aware UTC, money is `Decimal`, ids are text (UUID version 7 where the store made them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import date as day
from decimal import Decimal

from engine.journal import Account, Entry, Kind, Line, State
from storage.restricted import NOTHING, Restricted
from storage.statement_records import Statement

FEEDER = "feeder"
LEDGER_OF_RECORD = "ledger of record"
MODEL, PERSON = "model", "person"  # origins of versions, beside IMPORTED of the journal's records


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One organisation's ledger; ``purpose`` is FEEDER or LEDGER_OF_RECORD."""

    book_id: str
    name: str
    currency: str
    minor_units: int
    purpose: str
    demo: bool
    created: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalKind:
    """One journal and what its entries are for.

    ``journal`` is the text that `Entry.journal` carries; ``code`` and ``name`` are its two parts.
    ``kind`` is proposed by an importer for ``reason`` until a person has ``confirmed`` one.
    """

    journal: str
    code: str
    name: str = ""
    kind: Kind = Kind.NORMAL
    reason: str = ""
    confirmed: bool = False
    entries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One thing wrong in a file; ``row`` counts from 1 with the header line, 0 is the whole file."""

    row: int
    column: str
    value: str
    why: str
    remedy: str

    def __str__(self) -> str:
        where = f"row {self.row}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.value!r} {self.why}. {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a table lies in its file, so that rows of it can be written like that; no separator for a spreadsheet."""

    columns: tuple[str, ...]
    separator: str = ""
    quoted: bool = True  # cells may stand in quotation marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A row that stayed outside: its number, its cells as the file has them, and what is wrong with it or its entry.

    ``key`` is the source key that its entry will have once it is mended; empty where that cannot be known.
    """

    row: int
    cells: tuple[str, ...]
    why: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What stayed outside of a file beside its `RowError`: entries, and where it is a table, their rows.

    ``rows`` counts all of them; ``outside`` holds as many as are kept one by one.
    """

    entries: int = 0
    rows: int = 0
    shape: Shape | None = None
    outside: tuple[Outside, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What a file holds, before any database is touched.

    `Entry.entry_id` is the source key (unique in the file and the same at every reading);
    the store gives each entry its own id and keeps the key to recognise it again.
    ``types_derived``: account types were worked out from the codes, the file does not say them.
    ``reason`` says in a sentence how the format was told and how rows were grouped.
    ``statements`` are those of a bank: no entries, but events that wait for one.
    ``kept`` is what stays outside because of the ``errors``; ``warnings`` keep nothing outside.
    """

    book_hint: str
    format: str
    reason: str
    accounts: tuple[Account, ...]
    entries: tuple[Entry, ...] = field(repr=False)
    errors: tuple[RowError, ...] = ()
    file_sha256: str = ""
    journals: tuple[JournalKind, ...] = ()
    types_derived: bool = False
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    kept: Kept = Kept()
    warnings: tuple[RowError, ...] = ()

    @property
    def line_count(self) -> int:
        return sum(len(e.lines) for e in self.entries)


@dataclass(frozen=True, slots=True)
class Resembling:
    """A staged entry by its key, and the key of the entry in the book that it looks like; ``same`` content or not."""

    key: str
    other: str
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What one import did, or would do (``batch_id`` empty) in a dry run.

    ``new`` went in. ``known`` were here already under the same key with the same content.
    ``alike`` were left out because the book holds the same content under another key, or other
    content under the same key; ``resembling`` names each with what it resembles. ``debit`` and ``credit`` are
    over ``new``.
    """

    batch_id: str
    new: int
    known: int
    alike: int
    lines: int
    debit: Decimal
    credit: Decimal
    resembling: tuple[Resembling, ...] = ()
    new_accounts: int = 0

    def __str__(self) -> str:
        text = f"{self.new} new, {self.known} already here"
        return f"{text}, {self.alike} look alike and were left out" if self.alike else text


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """The header of an entry that starts here; ``kind`` may only be set where it is certain."""

    description: str
    date: day
    currency: str = ""
    journal: str = ""
    party: str = ""
    document: str = ""
    document_date: day | None = None
    kind: Kind = Kind.NORMAL
    reverses: str = ""  # the entry that this one takes back


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The lines of an entry as an import, a model or a person proposed them; never changed."""

    version_id: str
    number: int
    author: str
    origin: str
    recorded: datetime
    lines: tuple[Line, ...]
    lineage: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One act on an entry or a book (``entry_id`` empty); the order is ``sequence``."""

    decision_id: str
    sequence: int
    act: str
    by: str
    recorded: datetime
    entry_id: str = ""
    version: int | None = None
    reason: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail:
    """An entry as it stands now, and how it came to be. ``file`` is empty for entries made here."""

    entry: Entry
    source_key: str
    file: str
    versions: tuple[Version, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalQuery:
    """A search; empty fields do not restrict. Days and amounts are inclusive, ``page`` counts from 1.

    ``text`` must be found, whatever its case and accents, in description, party, document, number or
    line labels (every word, in any order). ``journal`` is a journal's text or its code alone.
    ``newest_first`` orders by (date, position). What is ``restricted`` is left out.
    """

    text: str = ""
    account: str = ""
    journal: str = ""
    since: date | None = None
    until: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    state: State | None = None
    kind: Kind | None = None
    page: int = 1
    size: int = 50
    newest_first: bool = True
    restricted: Restricted = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """One page of entries with their current lines; ``total`` entries and ``amount`` over all pages."""

    rows: tuple[Entry, ...]
    total: int
    amount: Decimal
    page: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """A trained bundle of a book. ``folder`` is relative to the home's bundles where it lies in there."""

    model_id: str
    digest: str
    folder: str
    snapshot_digest: str
    metrics: Mapping[str, float]
    seconds: float
    created: datetime
    created_by: str
    champion: bool = False
