"""The shape of a DATEV file: a header line of 31 fields, a line of column names, and rows divided by semicolons.

A row is one physical line. Two accidents are mended, because files in use have them: a text that runs over a line end,
and a text that lost its first quotation mark. What cannot be divided is an error of its own row, never of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from storage.errors import ImportRefused
from storage.importers.cells import column_key
from storage.importers.source import Source, decode, rows_of
from storage.importers.staging import Staging

BOOKINGS, NAMES, PARTIES = 21, 20, 16  # categories: Buchungsstapel, Kontenbeschriftungen, Debitoren/Kreditoren
_START = re.compile(r"\ufeff?\s*\"?(EXTF|DTVF)\"?\s*;")
# Possessive, so that a row without end costs one reading: no cell can be divided in two ways.
_CELL = r'"[^"]*+(?:""[^"]*+)*+"[ \t]*+|[^";][^;]*+|'
_ROW = re.compile(f"(?:(?:{_CELL});)*+(?:{_CELL})")
_CELLS = re.compile(f"({_CELL})(?:;|$)")
_BLANK = frozenset({"", '""'})
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DIGITS = range(4, 9)  # of an impersonal account
_JOINED = 20  # lines over which one text may run
_WIDEST = 400  # columns; the largest category has some 250
_REMEDY = "Upload the file as DATEV's program wrote it; a spreadsheet that saves it changes it."


def is_datev(text: str) -> bool:
    return _START.match(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the first line says. ``digits`` are those of impersonal accounts, 0 where that is not said rightly;
    personal ones have one more.
    """

    mark: str
    category: int
    called: str
    version: int
    year_start: date | None
    digits: int
    since: date | None
    until: date | None
    currency: str
    chart: str
    title: str
    shifted: bool  # it has a field too many or too few before the fiscal year

    @classmethod
    def read(cls, name: str, row: str) -> Header:
        """Raises ImportRefused where the line does not say what the file is."""
        cells = [c.strip() for c in split_row(row.strip("\ufeff ")) or row.strip("\ufeff ").split(";")]
        if len(cells) < 5 or not _number(cells[2]):
            why = f"its first line names no DATEV category (found {';'.join(cells[:4])[:60]!r})"
            raise ImportRefused(name, why, _REMEDY)
        at = next(
            (n for n in (12, 13, 11) if _read_day(_cell(cells, n)) and _number(_cell(cells, n + 1)) in _DIGITS), 12
        )
        digits = _number(_cell(cells, at + 1))
        said = [c for c in (_cell(cells, n) for n in (at + 9, at + 10, at + 8)) if _CURRENCY.fullmatch(c)]
        return cls(
            mark=cells[0], category=_number(cells[2]), called=cells[3], version=_number(cells[4]),
            year_start=_read_day(_cell(cells, at)), digits=digits if digits in _DIGITS else 0,
            since=_read_day(_cell(cells, at + 2)), until=_read_day(_cell(cells, at + 3)),
            currency=said[0] if said else "EUR", chart=_cell(cells, 26).zfill(2), title=_cell(cells, at + 4),
            shifted=at != 12,
        )  # fmt: skip


class DatevFile:
    """One file with its rows by column name. Raises ImportRefused where it is no DATEV file."""

    def __init__(self, source: Source) -> None:
        self.name, self.limits = source.main, source.limits
        text, self.encoding = _decoded(source)
        self._rows = rows_of(text.replace("\0", ""))
        first = next((n for n, row in enumerate(self._rows) if row.strip("\ufeff ")), 0)
        if not self._rows or not is_datev(self._rows[first]):
            raise ImportRefused(source.main, "it does not begin with EXTF or DTVF", _REMEDY)
        self.header = Header.read(source.main, self._rows[first])
        self._first = first + 1

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """Column by its name as `column_key` writes it; empty where the file has no line of names."""
        row = self._rows[self._first] if self._first < len(self._rows) else ""
        cells = split_row(row) or []
        found = {column_key(cell): n for n, cell in reversed(list(enumerate(cells[:_WIDEST]))) if cell.strip()}
        return found if "konto" in found or "kontonummer" in found else {}

    def rows(self, staging: Staging) -> Iterator[tuple[int, list[str]]]:
        """Every row that can be divided, with its number; the others become errors."""
        width = max(self.columns.values(), default=_WIDEST) + 1
        at = self._first + bool(self.columns)
        while at < len(self._rows):
            cells, used = self._row(at, width)
            if cells is None:
                staging.fail(
                    at + 1, "", self._rows[at], "has a quotation mark without its partner",
                    "Quote the whole text, and write a quotation mark inside it twice.",
                )  # fmt: skip
            elif any(cells):
                if problem := self._problem(cells, width):
                    staging.fail(at + 1, "", self._rows[at], *problem)
                else:
                    yield at + 1, cells
            at += used

    def _row(self, at: int, width: int) -> tuple[list[str] | None, int]:
        """The cells of the row that begins at a line, and how many lines it takes."""
        row = self._rows[at]
        if len(row) > self.limits.row_characters:
            return None, 1
        cells, used = split_row(row), 1
        if cells is None:
            cells, used = self._over_lines(at, width)
        while cells and len(cells) > 1 and used < _JOINED and self._goes_on(at + used):
            cells[-1] = f"{cells[-1]} {_unquoted(self._rows[at + used])}"
            used += 1
        return cells, used

    def _over_lines(self, at: int, width: int) -> tuple[list[str] | None, int]:
        """A quoted text may hold line ends; the row is whole when its last quotation mark has a partner."""
        row = self._rows[at]
        for used, more in enumerate(self._rows[at + 1 : at + _JOINED], start=2):
            row = f"{row} {more}"
            if len(row) > self.limits.row_characters:
                break
            if (cells := split_row(row)) is not None and len(cells) <= width + 1:
                return cells, used
        return None, 1

    def _goes_on(self, at: int) -> bool:
        return at < len(self._rows) and ";" not in self._rows[at] and bool(self._rows[at].strip())

    def _problem(self, cells: Sequence[str], width: int) -> tuple[str, str] | None:
        if len(cells) > width and any(cells[width:]):
            return f"has {len(cells)} fields and the header names {width}", "Quote texts that hold a semicolon."
        long = max(map(len, cells))
        if long > self.limits.cell_characters:
            why = f"has a cell of {long:,} characters and the limit is {self.limits.cell_characters:,}"
            return why, "Check the quotation marks around it."
        return None


def _decoded(source: Source) -> tuple[str, str]:
    """DATEV knows cp1252 and UTF-8; ISO 8859-15, which is close to the first, is none of its encodings."""
    text, encoding = decode(source.main, source.data)
    return (source.data.decode("cp1252"), "cp1252") if encoding == "ISO 8859-15" else (text, encoding)


def split_row(row: str) -> list[str] | None:
    """The cells of a row; None where a quoted text does not end in it."""
    if not _ROW.fullmatch(row):
        return None
    cells = _CELLS.findall(row)
    if len(cells) > 1 and not row.endswith(";"):
        cells.pop()  # the empty match behind the last cell
    return ["" if c in _BLANK else _bare(c) for c in cells]


def _bare(cell: str) -> str:
    return cell.rstrip()[1:-1].replace('""', '"') if cell.startswith('"') else _unquoted(cell)


def _unquoted(cell: str) -> str:
    """A cell without the quotation mark that lost its partner."""
    text = cell.strip()
    return text.removesuffix('"') if text.count('"') == 1 else text


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _read_day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
