"""Rows that stay outside, as a table of their own: the file's columns, and before them what is wrong with each row.

A person mends that table and imports it: readers pass over the column that was put before the others.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage.exporters.cells import safe
from storage.importers.packed import Row
from storage.printable import shown
from storage.records import Outside, Shape

REASON = "Counterpoint says"  # the name of that column, whatever the language: readers know it by this
_NUMBER = re.compile(r"[-+]?[\d.,'\u00a0 ]+")
_BREAKS = str.maketrans(dict.fromkeys("\t\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", " "))


@dataclass(frozen=True, slots=True)
class Raw:
    """How a table lies in its file, and a way to read its rows anew: most files need none of them a second time."""

    shape: Shape
    rows: Callable[[], Iterable[Row]]

    def cells(self, numbers: Sequence[int]) -> Iterator[tuple[int, Sequence[str]]]:
        """The rows with these rising numbers; nothing for one that is not there."""
        wanted = set(numbers)
        if wanted:
            yield from (row for row in self.rows() if row[0] in wanted)


def written(shape: Shape, rows: Sequence[Outside]) -> tuple[str, bytes]:
    """The ending of a file's name, and the file: spreadsheets as such, texts in their own separator, as UTF-8."""
    if not shape.separator:
        return ".xlsx", _workbook(shape, rows)
    out = io.StringIO()
    if not shape.quoted:
        for first, cells in _table(shape, rows):
            out.write(shape.separator.join([first.replace(shape.separator, " "), *cells]) + "\r\n")
        return ".txt", out.getvalue().encode()
    writer = csv.writer(out, delimiter=shape.separator, lineterminator="\r\n")
    writer.writerows([c if _NUMBER.fullmatch(c) else safe(c) for c in (x, *y)] for x, y in _table(shape, rows))
    return ".csv", out.getvalue().encode("utf-8-sig")  # with the mark by which Excel knows it, and our reader


def _table(shape: Shape, rows: Sequence[Outside]) -> list[tuple[str, tuple[str, ...]]]:
    """Header and rows, with what stands before the first column."""
    skip = 1 if shape.columns[:1] == (REASON,) else 0  # the file was such a table itself
    below = [(shown(o.why).translate(_BREAKS), o.cells[skip:]) for o in rows]
    return [(REASON, shape.columns[skip:]), *below]


def _workbook(shape: Shape, rows: Sequence[Outside]) -> bytes:
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for n, (first, cells) in enumerate(_table(shape, rows)):
            for m, cell in enumerate([first, *cells]):
                sheet.write_string(n, m, cell[:32_767])  # no more fits into a cell
    return out.getvalue()
