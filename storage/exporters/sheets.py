"""Tables for other programs: CSV as a package wants it, or XLSX; the same rows give the same bytes.

In a CSV a text that a spreadsheet would run gets an apostrophe (`storage.exporters.cells`). In an XLSX it is a text by
its type, and marked as one by its style, so that it stays one when somebody edits the cell.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial

import xlsxwriter

from storage.exporters.cells import Value, cell, safe, write_csv
from storage.exporters.plain_names import number
from storage.exporters.subject import Chosen, Option

Cell = str | Decimal | date | None
Row = Sequence[Cell]

LAYOUT = Option(name="layout", choices=("csv", "xlsx"))
ENCODING = Option(name="encoding", choices=("utf-8", "utf-8-sig", "cp1252", "iso-8859-15"))
DECIMAL = Option(name="decimal", choices=("point", "comma"))
SEPARATOR = Option(name="separator", choices=("comma", "semicolon", "tab"))
LINE_END = Option(name="line_end", choices=("crlf", "lf"))
DATES = Option(name="dates", choices=("ymd", "dmy", "mdy"))
MARKS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "point": "."}
ENDS = {"crlf": "\r\n", "lf": "\n"}
_DATES = {"ymd": "%Y-%m-%d", "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}
_XLSX_DATES = {"ymd": "yyyy-mm-dd", "dmy": "dd/mm/yyyy", "mdy": "mm/dd/yyyy"}
_LONGEST = 32_767  # characters of an XLSX cell
_LONG_AGO = datetime(1980, 1, 1)  # noqa: DTZ001  a file's time has no zone; always the same, as its bytes are to be


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a table is written; ``currency`` says how many decimals an amount has at least."""

    currency: str
    encoding: str = "utf-8"
    decimal: str = "."
    separator: str = ","
    line_end: str = "\r\n"
    dates: str = "ymd"

    @classmethod
    def of(cls, chosen: Chosen, currency: str) -> Look:
        return cls(
            currency=currency, encoding=chosen["encoding"], decimal=MARKS[chosen["decimal"]],
            separator=MARKS[chosen["separator"]], line_end=ENDS[chosen["line_end"]], dates=chosen["dates"],
        )  # fmt: skip


def encoded(text: str, encoding: str) -> tuple[bytes, int]:
    """Text as bytes, and how many letters the encoding lacks; each of those is a question mark."""
    try:
        return text.encode(encoding), 0
    except UnicodeEncodeError:
        data = text.encode(encoding, errors="replace")
        return data, data.decode(encoding).count("?") - text.count("?")


def csv_bytes(header: Sequence[str], rows: Sequence[Row], look: Look) -> tuple[bytes, int]:
    """The table as CSV, and how many letters its encoding lacks."""
    out = io.StringIO(newline="")
    write_csv(out, header, rows, cell=partial(_text, look=look), separator=look.separator, line_end=look.line_end)
    return encoded(out.getvalue(), look.encoding)


def _text(value: Value, look: Look) -> str:
    if isinstance(value, Decimal):
        return number(value, look.currency).replace(".", look.decimal)
    if isinstance(value, date):
        return value.strftime(_DATES[look.dates])
    return cell(value)


def xlsx_bytes(header: Sequence[str], rows: Sequence[Row], look: Look) -> bytes:
    """The table as the only sheet of an XLSX; amounts that a spreadsheet cannot hold to the last digit are texts."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _LONG_AGO})
    sheet = book.add_worksheet("Journal")
    places = len(number(Decimal(0), look.currency).partition(".")[2])
    money = book.add_format({"num_format": f"0.{'0' * places}" if places else "0"})
    day, text = book.add_format({"num_format": _XLSX_DATES[look.dates]}), book.add_format({"quote_prefix": True})
    for column, name in enumerate(header):
        sheet.write_string(0, column, name)
    for n, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
                sheet.write_number(n, column, float(value), money)
            elif isinstance(value, Decimal):
                sheet.write_string(n, column, number(value, look.currency))
            elif isinstance(value, date):
                sheet.write_datetime(n, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
            elif value:
                sheet.write_string(n, column, value[:_LONGEST], text if safe(value) != value else None)
    book.close()
    return out.getvalue()
