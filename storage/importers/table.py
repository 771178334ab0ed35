"""The one reader of CSV: bounded in columns, cells and records, whatever the quotation marks say."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from storage.errors import ImportRefused
from storage.importers.limits import Limits

_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")


class Table:
    """Records by column name. ``strict``: an unclosed quotation mark is refused, not read to the end of the file."""

    def __init__(self, name: str, text: str, separator: str, limits: Limits, *, strict: bool = False) -> None:
        self._name, self._limits, self._separator, self._strict = name, limits, separator, strict
        self._text, self._start, self._above = text, 0, 0
        self._record = 0  # characters of the record that is being read

    def begin(self, start: int, row: int) -> Table:
        """The same from character ``start`` on, where the row of this number begins."""
        self._start, self._above = start, row - 1
        return self

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Number of a record's last physical line, and its cells. Raises ImportRefused."""
        records = self.records()
        _, names = next(records, (0, []))
        for number, cells in records:
            yield number, dict(zip(names, cells, strict=False))

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """As `rows`, by position, the names of the columns first. Raises ImportRefused."""
        # The module has one limit for the whole process; every importer sets the same.
        csv.field_size_limit(self._limits.cell_characters)
        reader = csv.reader(self._lines(), delimiter=self._separator, strict=self._strict)
        try:
            names = next(reader, [])
            self._check_columns(names, self._above + reader.line_num)
            yield self._above + reader.line_num, names
            for cells in reader:
                self._record = 0
                if cells:
                    yield self._above + reader.line_num, cells
        except csv.Error as error:
            raise self._undivided(self._above + reader.line_num, str(error)) from error

    def _lines(self) -> Iterator[str]:
        """The text's own lines: a copy of it to read them from would take four bytes a character."""
        most = self._limits.row_characters
        for number, found in enumerate(_LINE.finditer(self._text, self._start), start=self._above + 1):
            line = found[0]
            self._record += len(line)
            if self._record > most:
                raise ImportRefused(
                    self._name, f"row {number} has more than {most:,} characters", "Check the end of the row before it."
                )
            yield line

    def _check_columns(self, names: list[str], row: int) -> None:
        self._record = 0
        if len(names) > self._limits.columns:
            why = f"row {row} has {len(names):,} columns and the limit is {self._limits.columns:,}"
            raise ImportRefused(self._name, why, "Export only the columns of the journal.")

    def _undivided(self, row: int, problem: str) -> ImportRefused:
        if "field limit" in problem:
            why = f"a cell in row {row} has more than {self._limits.cell_characters:,} characters"
            return ImportRefused(self._name, why, "Check the quotation marks around that row, or shorten the text.")
        why = f"row {row} cannot be divided into cells ({problem})"
        return ImportRefused(self._name, why, "Check the quotation marks around that row.")
