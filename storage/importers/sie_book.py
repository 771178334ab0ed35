"""What the rows of a SIE file say, collected before they become entries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from storage.importers.cells import BadCell, exact_amount, need_day
from storage.importers.sie_text import Row
from storage.importers.staging import Staging

OUR_ID = "cp:"  # before our entry's id, in the field for the person or process that made a voucher
CUSTOMER, SUPPLIER, INVOICE = "8", "9", "10"  # dimensions whose meaning the standard fixes
_COMMA = re.compile(r"[+-]?\d+,\d{1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SieRow:
    """One #TRANS that could be read."""

    account: str
    amount: Decimal
    objects: tuple[tuple[str, str], ...]
    text: str


@dataclass(slots=True)
class Voucher:
    row: int
    series: str
    number: str
    day: date
    text: str
    sign: str
    rows: list[SieRow] = field(default_factory=list)
    broken: int = 0  # its first row with an error


@dataclass(slots=True)
class Book:
    """What the rows of a file say, before they become entries."""

    staging: Staging
    names: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    chart: str = ""  # #KPTYP
    currency: str = "SEK"
    years: dict[str, tuple[date, date]] = field(default_factory=dict)
    opening: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    closing: dict[str, Decimal] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)
    objects: dict[tuple[str, str], str] = field(default_factory=dict)
    vouchers: list[Voucher] = field(default_factory=list)
    open: Voucher | None = None
    history: int = 0  # #RTRANS and #BTRANS
    quantities: int = 0
    cut: int = 0  # texts without their end

    def take(self, row: Row) -> None:
        """Note what a row says. Raises BadCell; labels that are not known are passed over, as the standard wants."""
        self.cut += row.cut
        if row.label in _TAKEN:
            _TAKEN[row.label](self, row)

    def year_of(self, day: date) -> str:
        """How a key names the fiscal year: by the calendar year where it begins with one, else by its first day."""
        begun = next((first for first, last in self.years.values() if first <= day <= last), date(day.year, 1, 1))
        return str(begun.year) if (begun.month, begun.day) == (1, 1) else f"{begun:%Y%m%d}"


def shown(row: Row) -> str:
    return " ".join([row.label, *(f if isinstance(f, str) else " ".join(f) for f in row.fields)])


def _ver(book: Book, row: Row) -> None:
    close(book, row.number)
    book.open = Voucher(row.number, row.text(0), row.text(1), date.min, row.text(3), row.text(5), broken=row.number)
    book.vouchers.append(book.open)
    book.open.day = need_day(row.text(2))
    book.open.broken = 0


def close(book: Book, number: int) -> None:
    """The next voucher begins where the last has no end: what belongs to it cannot be known."""
    if book.open is not None:
        book.open.broken = book.open.broken or book.open.row
        why = f"has no closing brace before row {number}"
        book.staging.fail(book.open.row, "#VER", book.open.number, why, "Export the file again; it may be cut off.")
    book.open = None


def _trans(book: Book, row: Row) -> None:
    if book.open is None:
        raise BadCell("is a row outside a voucher", "Check the braces around it.")
    account = row.text(0)
    if not account:
        raise BadCell("names no account", "Every row needs an account.")
    skip = len(row.fields) > 1 and isinstance(row.fields[1], tuple)
    at = 2 if skip else 1  # some programs leave the list of objects out
    book.quantities += exact_amount(row.text(at + 3)) is not None
    objects = row.objects(1) if skip else ()
    book.open.rows.append(SieRow(account, _amount(row.text(at)), objects, row.text(at + 2)))


def _amount(text: str) -> Decimal:
    """The standard wants a decimal point; a comma with one or two digits after it can mean nothing else."""
    found = exact_amount(text.replace(",", ".") if _COMMA.fullmatch(text) else text)
    if found is None:
        raise BadCell("has no amount where one belongs", "Write it like -1234.50.")
    return found


def _history(book: Book, _row: Row) -> None:
    book.history += 1


def _end(book: Book, _row: Row) -> None:
    book.open = None


def _year(book: Book, row: Row) -> None:
    if row.text(1) and row.text(2):
        book.years[row.text(0)] = need_day(row.text(1)), need_day(row.text(2))


def _balance_in(book: Book, row: Row) -> None:
    if row.text(0) == "0" and row.text(1):
        book.opening[row.text(1)] = row.number, _amount(row.text(2))


def _balance_out(book: Book, row: Row) -> None:
    if row.text(0) == "0" and row.text(1):
        book.closing[row.text(1)] = _amount(row.text(2))


def _konto(book: Book, row: Row) -> None:
    if not row.text(0):
        raise BadCell("names no account", "Every account needs a number.")
    book.names[row.text(0)] = row.text(1)


def _ktyp(book: Book, row: Row) -> None:
    book.types[row.text(0)] = row.text(1).upper()


def _dim(book: Book, row: Row) -> None:
    book.dimensions[row.text(0)] = row.text(1)


def _object(book: Book, row: Row) -> None:
    book.objects[row.text(0), row.text(1)] = row.text(2)


def _kptyp(book: Book, row: Row) -> None:
    book.chart = row.text(0).upper()


def _valuta(book: Book, row: Row) -> None:
    book.currency = row.text(0).upper() or book.currency


_TAKEN = {
    "VER": _ver, "TRANS": _trans, "}": _end, "RTRANS": _history, "BTRANS": _history, "RAR": _year, "IB": _balance_in,
    "UB": _balance_out, "RES": _balance_out, "KONTO": _konto, "KTYP": _ktyp, "DIM": _dim, "UNDERDIM": _dim,
    "OBJEKT": _object, "KPTYP": _kptyp, "VALUTA": _valuta,
}  # fmt: skip
