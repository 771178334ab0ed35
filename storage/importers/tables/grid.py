"""A table as it lies in a file: names of columns, rows with their numbers, and what comes before them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from storage.errors import ImportRefused
from storage.exporters.cells import bare
from storage.importers.limits import Limits
from storage.importers.packed import Packed, Row, Same
from storage.importers.source import Source, rows_of
from storage.importers.table import Table
from storage.importers.tables.mapping import SEPARATORS, unique

T = TypeVar("T")
Tops = Sequence[tuple[str, Sequence[Row]]]  # first rows as each separator divides them
LOOKED_AT = 200  # rows that a header may stand behind, and that tell the separator
_SAMPLE = 1 << 18  # characters
_ROW_END = re.compile(r"\r*\n|\r")


@dataclass(frozen=True, slots=True)
class Grid:
    """``header`` is the row of the names, counted as people count; ``rows`` are those below it that say anything."""

    names: tuple[str, ...]
    header: int
    rows: Packed = field(repr=False)
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    others: tuple[str, ...] = ()  # further sheets with a table that fits
    again: Callable[[], Iterable[Row]] = field(default=tuple, repr=False)  # the rows, read anew


@dataclass(frozen=True, slots=True)
class Text:
    """A text with what its first rows say: each separator's guess of them, the likeliest separator first."""

    text: str
    encoding: str
    tops: tuple[tuple[str, Sequence[Row]], ...]

    @classmethod
    def of(cls, name: str, text: str, encoding: str, limits: Limits, separator: str = "") -> Text:
        """Raises ImportRefused for a row without an end. ``separator``: the one that a mapping says."""
        rows = rows_of(text[:_SAMPLE])
        sample = rows[:LOOKED_AT]
        for number, row in enumerate(sample, start=1):
            if len(row) > limits.row_characters:
                why = f"row {number} has more than {limits.row_characters:,} characters"
                raise ImportRefused(name, why, "Check the end of the row before it.")
        if sample and sample[0].lower().startswith("sep=") and sample[0][4:5] in SEPARATORS:
            separator = separator or sample[0][4]  # Excel's own first row
        tops = [(s, _cells(sample, s)) for s in ([separator] if separator else SEPARATORS)]
        tops.sort(key=lambda top: _consistency(top[1]), reverse=True)
        return cls(text, encoding, tuple(tops))


def find(tops: Tops, fits: Callable[[Sequence[str]], T | None]) -> tuple[str, Row, T] | None:
    """The first row whose names ``fits`` knows, with its separator and what ``fits`` made of it."""
    for separator, rows in tops:
        for row in rows[:LOOKED_AT]:
            names = unique(row[1])
            if sum(bool(n) for n in names) >= 2 and (found := fits(names)) is not None:
                return separator, (row[0], list(names)), found
    return None


def grid_of_text(source: Source, text: Text, separator: str, header: Row) -> Grid:
    """The whole table below its header. Raises ImportRefused for quotation marks that do not end."""
    table = Table(source.main, text.text, separator, source.limits, strict=True)
    rows = table.begin(_start_of(text.text, header[0]), header[0]).records()
    names = unique(next(rows, (0, []))[1])
    same, kept = Same(lambda cell: bare(cell).strip()), Packed()
    for number, cells in rows:
        if any(found := [same[c] for c in cells]):
            kept.add(number, found)
    return Grid(names, header[0], kept, text.encoding, separator)


def grid_of_sheet(name: str, rows: Sequence[Row], header: Row, others: Sequence[str] = ()) -> Grid:
    below = Packed()
    for n, cells in rows:
        if n > header[0] and any(found := [type(c)(c.strip()) for c in cells]):
            below.add(n, found)
    return Grid(tuple(header[1]), header[0], below, sheet=name, others=tuple(others), again=lambda: below)


def _start_of(text: str, row: int) -> int:
    """Where a physical row begins."""
    if row <= 1:
        return 0
    return next(islice((m.end() for m in _ROW_END.finditer(text)), row - 2, None), len(text))


def _cells(rows: Sequence[str], separator: str) -> Sequence[Row]:
    """Each physical row by itself: a quotation mark above the table must not swallow it."""
    out: list[Row] = []
    for number, row in enumerate(rows, start=1):
        try:
            cells = next(csv.reader([row], delimiter=separator), [])
        except csv.Error:
            cells = row.split(separator)
        out.append((number, cells))
    return out


def _consistency(rows: Sequence[Row]) -> tuple[float, int]:
    """Share of rows that have the usual number of cells, and that number; one cell a row is no table."""
    widths = Counter(len(cells) for _, cells in rows if any(c.strip() for c in cells))
    wide = {w: n for w, n in widths.items() if w > 1}
    if not wide:
        return 0.0, 0
    usual = max(wide, key=lambda w: (wide[w] * w, w))
    return round(wide[usual] / widths.total(), 1), usual
