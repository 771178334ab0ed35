"""Cells for spreadsheets: text that would be a formula is made text, and comes back as it was.

A spreadsheet runs a cell of a CSV or XLSX that begins with = + - @, a tab or a line end as a formula ("CSV injection",
OWASP): a description could fetch, send or start things on the machine of whoever opens the export. So such a text gets
an apostrophe in front, the sign by which spreadsheets themselves mark text. A text that begins with an apostrophe
gets a second one, so that `bare` can always take exactly one away.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TextIO

_MARK = "'"
# The wide forms too: spreadsheets set to Chinese, Japanese or Korean read them as the narrow ones.
_FORMULA = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20" + _MARK)

Value = str | Decimal | int | date | None


def safe(text: str) -> str:
    """Text as a cell that no spreadsheet runs. Spaces in front do not hide a formula: spreadsheets drop them."""
    first = text.lstrip(" \u00a0\ufeff\u200b")[:1]
    return _MARK + text if first in _FORMULA and first else text


def bare(cell: str) -> str:
    """What `safe` was given."""
    return cell[1:] if cell.startswith(_MARK) and safe(cell[1:]) == cell else cell


def cell(value: Value) -> str:
    """A value as CSV text: numbers stay numbers, negative ones too; days are ISO; None is blank."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return safe(value)


def write_csv(
    out: TextIO,
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    cell: Callable[[Value], str] = cell,
    separator: str = ",",
    line_end: str = "\r\n",
) -> None:
    """The one way to write a CSV for people. Header names are text like any other. Open ``out`` with newline=''.

    ``cell`` writes numbers and days as another program wants them; texts it has to leave to `safe`.
    """
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, delimiter=separator, lineterminator=line_end)
    writer.writerow([safe(name) for name in header])
    writer.writerows([safe(v) if isinstance(v, str) else cell(v) for v in row] for row in rows)
