"""Reads the cells of accounting files: amounts, days, column names. Each refusal says what was expected."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from storage.identity import fold

_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009 '"))
_CURRENCY_SIGNS = str.maketrans("", "", "€$£¥")
_DAY_SHAPES = (
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII),
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})", re.ASCII),
    re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})", re.ASCII),
    re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})", re.ASCII),
)
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_NUMBER = re.compile(r"[+-]?\d*\.?\d+(E[+-]?\d{1,2})?", re.IGNORECASE | re.ASCII)
_GROUPS = re.compile(
    r"[+-]?(\d*|\d{1,3}(,\d{2,3})*,\d{3}|\d{1,3}(\.\d{2,3})*\.\d{3})(E[+-]?\d{1,2})?", re.IGNORECASE | re.ASCII
)
_PLAIN = re.compile(r"-?\d{1,15}(?:([.,])\d{1,4})?", re.ASCII)  # nearly all of them: the short road
_MARKS = re.compile(r"[.,]")
_AMOUNT_REMEDY = "Write it like 1234,56 or 1234.56."
_ODD = re.compile(r"[^a-z0-9]")
_YEARS = range(1900, 2101)
_KEPT = 1 << 16  # cells that are read once however often they come: a ledger repeats its days and its zeros
_LONGEST_AMOUNT = 60  # characters; sums of numbers without end would cost minutes, and no ledger has them
_ASCII_AMOUNT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d{1,2})?", re.ASCII)


class BadCell(ValueError):
    """A cell that cannot be read; `why` and `remedy` go into the row error."""

    def __init__(self, why: str, remedy: str) -> None:
        self.why, self.remedy = why, remedy
        super().__init__(f"{why}. {remedy}")


def column_key(name: str) -> str:
    """A column name as it is compared: no case, accents, spaces or punctuation."""
    return _ODD.sub("", fold(name))


@lru_cache(_KEPT)
def read_amount(cell: str, decimal: str = "") -> Decimal:
    """An amount with decimal comma or point, grouping, sign before or after, or in brackets; blank is 0.

    ``decimal`` is the column's mark where it is known; else with both marks the last one is decimal, a mark
    that occurs twice groups thousands, and a single one is decimal. Raises BadCell.
    """
    if (plain := _PLAIN.fullmatch(cell)) and plain[1] in (None, decimal or plain[1]):
        return Decimal(cell.replace(",", "."))
    if len(cell) > _LONGEST_AMOUNT:
        raise BadCell(f"has {len(cell):,} characters and an amount has at most {_LONGEST_AMOUNT}", _AMOUNT_REMEDY)
    text = cell.translate(_BLANKS).translate(_CURRENCY_SIGNS)
    if not text:
        return Decimal(0)
    negative = text.endswith("-") or (text.startswith("(") and text.endswith(")"))
    text = text.strip("()").removesuffix("-")
    if negative and text.startswith(("-", "+")):
        raise BadCell("has two signs", _AMOUNT_REMEDY)
    mark = decimal or max(",.", key=text.rfind)
    whole, _, cents = text.rpartition(mark) if text.count(mark) == 1 else (text, "", "")
    if whole and not _GROUPS.fullmatch(whole):
        raise BadCell("is not an amount", _AMOUNT_REMEDY)
    text = f"{_MARKS.sub('', whole)}.{cents}" if cents else _MARKS.sub("", whole)
    if not _NUMBER.fullmatch(text):
        raise BadCell("is not an amount", _AMOUNT_REMEDY)
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise BadCell("is not an amount", _AMOUNT_REMEDY) from error
    return -value if negative else value


def exact_amount(text: str) -> Decimal | None:
    """A plain decimal text such as 12.30 or -4; None for anything else, digits of other scripts included."""
    if len(text) > _LONGEST_AMOUNT or not _ASCII_AMOUNT.fullmatch(text):
        return None
    return Decimal(text)


def mark_in(number: str) -> str | None:
    """The decimal mark that a number of digits and marks shows by itself.

    It shows one when it holds both marks (the last is decimal), one of them twice (the other is), or one that does
    not stand before three digits. Empty where it holds no mark, None where 1.234 leaves it open.
    """
    marks = [c for c in number if c in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "." if marks[0] == "," else ","
    whole, _, rest = number.partition(marks[0])
    return None if len(rest) == 3 and 1 <= len(whole) <= 3 and whole != "0" else marks[0]


def read_day(cell: str) -> date | None:
    """A day as 20240131, 2024-01-31, 31/01/2024 or 31012024, a time after it is dropped; None when blank."""
    text = _TIME.sub("", cell.strip())
    return _day_of(text) if text else None


@lru_cache(_KEPT)
def _day_of(text: str) -> date:
    for shape in _DAY_SHAPES:
        if (found := shape.fullmatch(text)) and (day := _day(found)):
            return day
    raise BadCell("is not a day of a calendar", "Write it like 20240131 or 2024-01-31.")


def need_day(cell: str) -> date:
    """As `read_day`, where a day must be given."""
    if (day := read_day(cell)) is None:
        raise BadCell("is blank", "An entry needs its date; write it like 20240131.")
    return day


def _day(found: re.Match[str]) -> date | None:
    year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
