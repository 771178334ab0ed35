"""A row of a DATEV Buchungsstapel: a gross pair of accounts with a tax key, a day without a year and marks of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from storage.exporters.cells import bare
from storage.importers.cells import BadCell, read_amount, read_day
from storage.importers.datev_chart import account_code, carries_tax
from storage.importers.datev_file import Header
from storage.importers.posting import ZERO

T = TypeVar("T")
MARK = "Counterpoint"  # begins the kind of each Zusatzinformation that is ours
INFOS = 20  # pairs of kind and content that a row has room for
_COLUMNS = {
    "amount": ("umsatzohnesollhabenkz", "umsatz", "umsatzohnesollhabenkennzeichen"),
    "side": ("sollhabenkennzeichen", "sh", "sollhabenkz"),
    "currency": ("wkzumsatz", "wkz"), "rate": ("kurs",), "base": ("basisumsatz",),
    "account": ("konto", "kontonummer"), "contra": ("gegenkontoohnebuschlussel", "gegenkonto"),
    "key": ("buschlussel",), "day": ("belegdatum", "datum"), "document": ("belegfeld1",), "discount": ("skonto",),
    "text": ("buchungstext",), "cost1": ("kost1kostenstelle", "kost1"), "cost2": ("kost2kostenstelle", "kost2"),
    "locked": ("festschreibung",), "reversal": ("generalumkehrgu", "generalumkehr", "gu"),
}  # fmt: skip
# Where the columns of a file without names stand, by the published order.
_PLACES = {
    "amount": 0, "side": 1, "currency": 2, "rate": 3, "base": 4, "account": 6, "contra": 7, "key": 8, "day": 9,
    "document": 10, "discount": 12, "text": 13, "cost1": 36, "cost2": 37, "locked": 113, "reversal": 117,
}  # fmt: skip
_FIRST_INFO = 47
_POINT = re.compile(r"[+-]?\d+\.\d{1,2}")
_SHORT_DAY = re.compile(r"\d{3,4}", re.ASCII)
_REVERSED = frozenset({"1", "G"})
_TTMMJJJJ = re.compile(r"\d{8}", re.ASCII)
_CENT, _STEP, _LARGEST_RATE = Decimal("0.01"), Decimal("0.000000000001"), Decimal(10) ** 12
_SPAN = 3  # calendar years that a file's period may touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One row: an amount from one account to another. ``amount`` is negative where the row takes another one back.

    ``accounts`` and ``label`` stand as in the row; ``debit`` says whether the first account is debited. ``key_at`` is
    the place in ``accounts`` that the tax key belongs to. ``infos`` are the marks that Counterpoint's export wrote.
    """

    row: int
    day: date
    accounts: tuple[str, str]
    debit: bool
    amount: Decimal
    key: str = ""
    key_at: int = 1
    document: str = ""
    text: str = ""
    costs: str = ""
    original: Decimal | None = None
    currency: str = ""
    rate: Decimal | None = None
    reversal: bool = False
    locked: bool = False
    discount: bool = False
    infos: Mapping[str, str] = field(default_factory=dict)

    def is_debit(self, place: int) -> bool:
        return self.debit if place == 0 else not self.debit


class RowReader:
    """Reads rows by the names of their columns, or by their published places."""

    def __init__(self, header: Header, columns: Mapping[str, int]) -> None:
        self._header, self._columns = header, columns
        self._digits = header.digits or 4
        self._places = self._find() if columns else dict(_PLACES)
        self._infos = self._find_infos()
        self._days: dict[str, date] = {}

    def missing(self) -> list[str]:
        """Names of columns without which no row can be read."""
        needed = {"amount": "Umsatz", "account": "Konto", "contra": "Gegenkonto", "day": "Belegdatum"}
        return [name for key, name in needed.items() if key not in self._places]

    def read(self, row: int, cells: Sequence[str]) -> Pair | list[Problem]:
        """The pair of a row, or everything that is wrong with it."""
        c = _Cells({name: cells[at].strip() if at < len(cells) else "" for name, at in self._places.items()})
        accounts = (c.read("account", self._account, ""), c.read("contra", self._account, ""))
        debit = c.read("side", _is_debit, default=True)
        day = c.read("day", self._day, date.min)
        amount, original = self._amounts(c)
        if c.problems:
            return c.problems
        key, reversal = _key(c["key"], reversal=c["reversal"].upper() in _REVERSED)
        currency = c["currency"].upper() if original is not None else ""
        return Pair(
            row=row, day=day, accounts=accounts, debit=debit, amount=-amount if reversal else amount,
            key=key, key_at=self._key_at(accounts), document=c["document"], text=_one_line(c["text"]),
            costs=" ".join(f"{name} {c[key]}" for key, name in (("cost1", "KOST1"), ("cost2", "KOST2")) if c[key]),
            original=-original if reversal and original else original, currency=currency,
            rate=_rate(amount, original, c["rate"]), reversal=reversal, locked=c["locked"] == "1",
            discount=bool(c["discount"].strip("0,.")), infos=self._marks(cells),
        )  # fmt: skip

    def _find(self) -> dict[str, int]:
        places = {}
        for key, names in _COLUMNS.items():
            if (at := next((self._columns[n] for n in names if n in self._columns), None)) is not None:
                places[key] = at
        return places

    def _find_infos(self) -> list[tuple[int, int]]:
        """Where kinds and contents of additional information stand."""
        if not self._columns:
            return [(at, at + 1) for at in range(_FIRST_INFO, _FIRST_INFO + 2 * INFOS, 2)]
        names = ((f"zusatzinformationart{n}", f"zusatzinformationinhalt{n}") for n in range(1, INFOS + 1))
        return [(self._columns[a], self._columns[b]) for a, b in names if a in self._columns and b in self._columns]

    def _marks(self, cells: Sequence[str]) -> Mapping[str, str]:
        """What our own export wrote beside the row, by kind."""
        return {
            cells[kind].removeprefix(MARK).strip(): bare(cells[content])
            for kind, content in self._infos
            if max(kind, content) < len(cells) and cells[kind].startswith(MARK) and cells[content]
        }

    def _account(self, cell: str) -> str:
        return account_code(cell, self._digits)

    def _key_at(self, accounts: tuple[str, str]) -> int:
        """The tax key belongs to the contra account, unless only the other one can carry tax."""
        return 0 if not carries_tax(accounts[1], self._digits) and carries_tax(accounts[0], self._digits) else 1

    def _amounts(self, c: _Cells) -> tuple[Decimal, Decimal | None]:
        """The amount in the file's currency, and that of the document where it is another one."""
        amount = c.read("amount", _amount, ZERO)
        currency = c["currency"].upper()
        if currency in {"", self._header.currency}:
            return amount, None
        base = c.read("base", _amount_or_none, None)
        if base is None and not c.problems:
            why = f"is in {currency}, and the row does not say what it is in {self._header.currency}"
            c.problems.append(("Basisumsatz", c["amount"], BadCell(why, "Fill Kurs, Basisumsatz and WKZ Basisumsatz.")))
        return base or ZERO, amount

    def _day(self, cell: str) -> date:
        """TTMM with the year that puts it into the header's period; a day with its year is read too."""
        if (known := self._days.get(cell)) is None:
            known = self._days[cell] = _whole_day(cell) or self._short_day(cell)
        return known

    def _short_day(self, cell: str) -> date:
        if not _SHORT_DAY.fullmatch(cell):
            raise BadCell("is no day" if cell else "is blank", "Write day and month like 3101.")
        text = cell.zfill(4)
        day, month = int(text[:2]), int(text[2:])
        h = self._header
        start = h.year_start or h.since
        if start is None:
            raise BadCell(
                "has no year, and the header names no fiscal year", "Fill fields 13, 15 and 16 of the header."
            )
        possible = [d for y in range(start.year, start.year + _SPAN) if (d := _date(y, month, day))]
        since, until = h.since or start, h.until or _year_after(start)
        inside = [d for d in possible if since <= d <= until] or [
            d for d in possible if start <= d < _year_after(start)
        ]
        if not inside:
            why = f"is no day of the fiscal year that begins on {start.isoformat()}" if possible else "is no day"
            raise BadCell(why, "Correct the day, or the period in the header.")
        return inside[0]


Problem = tuple[str, str, BadCell]  # column, value, what is wrong
_SHOWN = {
    "amount": "Umsatz", "side": "Soll/Haben-Kennzeichen", "base": "Basisumsatz", "account": "Konto",
    "contra": "Gegenkonto", "day": "Belegdatum",
}  # fmt: skip


class _Cells:
    """The cells of a row by our names; what cannot be read is kept as a problem."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self._found = found
        self.problems: list[Problem] = []

    def __getitem__(self, name: str) -> str:
        return self._found.get(name, "")

    def read(self, name: str, reader: Callable[[str], T], default: T) -> T:
        try:
            return reader(self[name])
        except BadCell as problem:
            self.problems.append((_SHOWN[name], self[name], problem))
            return default


def _key(cell: str, *, reversal: bool) -> tuple[str, bool]:
    """The tax key, and whether the row takes another one back: in keys of two digits the first said so, as a 2."""
    if len(cell) == 2 and cell.startswith("2"):
        return cell[1:].strip("0"), True
    return cell.lstrip("0"), reversal


def _is_debit(cell: str) -> bool:
    """S debits Konto, H credits it; S is what a blank means."""
    if cell.upper() not in {"S", "H", ""}:
        raise BadCell("is no side", "Write S where Konto is debited and H where it is credited.")
    return cell.upper() != "H"


def _amount(cell: str) -> Decimal:
    if not cell:
        raise BadCell("is blank", "Every row needs its amount.")
    if not (amount := read_amount(cell, "." if _POINT.fullmatch(cell) else ",")):
        raise BadCell("is zero", "A booking needs an amount; remove the row, or complete it.")
    return amount


def _amount_or_none(cell: str) -> Decimal | None:
    return _amount(cell) if cell.strip("0,. ") else None


def _rate(amount: Decimal, original: Decimal | None, cell: str) -> Decimal | None:
    """What one unit of the original currency is worth, where the row's Kurs says it either way round."""
    try:
        rate = read_amount(cell, ",")
    except BadCell:
        return None
    if original is None or not 0 < rate < _LARGEST_RATE:
        return None
    for worth in (rate, (1 / rate).quantize(_STEP)):
        if worth % _STEP == 0 and abs(original) < _LARGEST_RATE and abs(original * worth - amount) <= _CENT:
            return worth
    return None


def _whole_day(cell: str) -> date | None:
    """A day with its year: TTMMJJJJ or with marks between."""
    if _SHORT_DAY.fullmatch(cell):
        return None
    if _TTMMJJJJ.fullmatch(cell):
        return _date(int(cell[4:]), int(cell[2:4]), int(cell[:2]))
    return read_day(cell)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year_after(start: date) -> date:
    """The first day of the next fiscal year."""
    return _date(start.year + 1, start.month, start.day) or date(start.year + 1, 3, 1)


def _one_line(text: str) -> str:
    return " ".join(bare(text).split())
