"""Tables of lines or of accounts: CSV and other separated text, XLSX, ODS and XLS, through one engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from storage.importers import sheet
from storage.importers.limits import LIMITS, Limits
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, load
from storage.importers.tables.chart import stage_chart
from storage.importers.tables.engine import decide, stage
from storage.importers.tables.find import (
    Found,
    found_in_sheets,
    found_in_text,
    looks_by_account,
    looks_like_table,
    looks_mapped,
)
from storage.importers.tables.mapping import Mapping, MappingRefused
from storage.importers.tables.questions import TableQuestion
from storage.records import Staged

__all__ = [
    "BY_ACCOUNT",
    "CHOSEN",
    "READER",
    "SHEETS",
    "Described",
    "Mapping",
    "MappingRefused",
    "TableQuestion",
    "describe",
]

NAME = "csv"
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SHOWN = 20  # rows of a description


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A table before it is read: what a person needs to see to correct how it is read.

    ``mapping`` is complete unless there is a ``question``; ``rows`` are the first ones as they lie in the file.
    """

    mapping: Mapping
    how: str
    names: tuple[str, ...]
    header: int
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    question: TableQuestion | None = None
    chart: bool = False


def read_flat(source: Source) -> Staged:
    """Stage a table. Raises ImportRefused where it lacks what an entry needs, TableQuestion for what it leaves open."""
    found = _found(source)
    kind = sheet.kind_of(source.data) or NAME
    first = _first(found, kind)
    grid, mapping, chart = found.grid, found.fit.mapping, found.fit.chart
    if chart:
        return stage_chart(source, kind, grid, mapping, first)
    table = [decide(source, grid, mapping)]
    del found, grid  # nobody but the last step holds the cells, so that it can let go of them
    return stage(source, kind, table.pop(), first)


def describe(
    path: Path, limits: Limits = LIMITS, profiles: tuple[Mapping, ...] = (), mapping: Mapping | None = None
) -> Described:
    """How a table would be read, with what is open as a question. Raises ImportRefused for what is no table."""
    source = replace(load(path, limits), profiles=profiles, mapping=mapping)
    found = _found(source)
    decided, question = found.fit.mapping.of("", found.grid.names), None
    decided = replace(decided, kind=found.fit.mapping.kind)
    if not found.fit.chart:
        try:
            decided = decide(source, found.grid, found.fit.mapping).mapping
        except TableQuestion as asked:
            question = asked
    return Described(
        mapping=replace(decided, kind="sheet" if sheet.kind_of(source.data) else "text"), how=found.fit.how,
        names=found.grid.names, header=found.grid.header, question=question, chart=found.fit.chart,
        rows=tuple((n, tuple(cells)) for n, cells in found.grid.rows[:SHOWN]),
    )  # fmt: skip


def _found(source: Source) -> Found:
    return found_in_sheets(source) if sheet.kind_of(source.data) else found_in_text(source)


def _first(found: Found, kind: str) -> str:
    """How the table was found, as the first part of the reason."""
    grid = found.grid
    where = f"its columns are named in row {grid.header}"
    if kind == NAME:
        divided = f"{_SEPARATORS[grid.separator]} divide its cells"
        return f"A CSV {found.fit.how}; {where}, {divided}, text is {grid.encoding}"
    others = f", {', '.join(repr(n) for n in grid.others)} would fit too" if grid.others else ""
    return f"A spreadsheet ({kind.upper()}) {found.fit.how}; sheet {grid.sheet!r} was read{others}, {where}"


def _sheet_reader(kind: str) -> Reader:
    return Reader(kind, lambda head: sheet.kind_of(head.source.data) == kind, read_flat)


def _looks_like(head: Head) -> bool:
    return looks_like_table(head)


SHEETS = tuple(_sheet_reader(kind) for kind in (sheet.XLSX, sheet.ODS, sheet.XLS))
BY_ACCOUNT = Reader(NAME, looks_by_account, read_flat)  # of a ledger that would pass for a bank's list
CHOSEN = Reader(NAME, looks_mapped, read_flat)  # of a table that somebody said how to read
READER = Reader(NAME, _looks_like, read_flat)
