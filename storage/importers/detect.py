"""Finds a file's format, says why, and stages it. No database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from storage.errors import ImportRefused
from storage.importers import (
    beancount,
    canonical,
    datev,
    fec,
    flat,
    gnucash,
    iif,
    jpk,
    ledger_text,
    parts,
    plain_json,
    saft,
    sie,
    tally,
    xaf,
)
from storage.importers.limits import LIMITS, Limits
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, parts_of
from storage.importers.statements import camt, mt940, ofx
from storage.importers.statements import tables as bank_tables
from storage.importers.tables.mapping import Mapping
from storage.quiet import undisturbed
from storage.records import Staged

# The first that knows a file reads it: those with an unmistakable beginning stand first, tables of any kind last.
_READERS: tuple[Reader, ...] = (
    flat.CHOSEN,
    *flat.SHEETS,
    gnucash.READER,
    saft.READER,
    xaf.READER,
    jpk.READER,
    tally.READER,
    datev.READER,
    camt.READER,
    ofx.READER,
    mt940.READER,
    sie.READER,
    iif.READER,
    beancount.READER,
    ledger_text.READER,
    plain_json.READER,
    canonical.READER,
    fec.READER,
    flat.BY_ACCOUNT,
    bank_tables.READER,
    flat.READER,
)
_BY_NAME = {reader.name: reader for reader in _READERS}
FORMATS = tuple(_BY_NAME)


@undisturbed()
def read(
    path: Path,
    format: str | None = None,
    limits: Limits = LIMITS,
    profiles: Sequence[Mapping] = (),
    mapping: Mapping | None = None,
) -> Staged:
    """Stage the entries of a file, a zip or a folder; bad rows are data in `Staged.errors`.

    Several files of one format in a zip or folder are parts of one ledger (`storage.importers.parts`).
    ``profiles`` are saved mappings of tables: the first that knows a table's header is used. With ``mapping`` the
    file is a table and is read as that says.

    Raises ImportRefused when the file as a whole cannot be read, or is of no known format.
    """
    if format is not None and format not in _BY_NAME:
        raise ImportRefused(path.name, f"there is no format {format!r}", f"Formats: {', '.join(FORMATS)}.")

    def sources() -> Iterator[Source]:
        for source in parts_of(path, limits):
            yield replace(source, profiles=tuple(profiles), mapping=mapping)

    staged = parts.joined(path.name, sources(), lambda s: format or detect(s), lambda f, s: _BY_NAME[f].read(s))
    return replace(staged, reason=f"{staged.reason} (The format was given.)") if format else staged


def detect(source: Source) -> str:
    """The format of a file by its beginning. Raises ImportRefused."""
    head = Head(source)
    for reader in _READERS:
        if reader.looks_like(head):
            return reader.name
    raise ImportRefused(
        source.main, f"its first row {head.first[:60]!r} is that of no known format",
        f"Known: {', '.join(FORMATS)}. A CSV begins with "
        "date,journal,number,description,account,debit,credit,party,currency.",
    )  # fmt: skip
