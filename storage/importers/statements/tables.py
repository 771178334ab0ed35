"""A bank's list of movements as CSV: no two banks agree on columns, so each is known by its usual names.

How days and amounts are written is decided once for each column, over all of its rows. A balance in every row also
decides which end of the table is the newer one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from storage.errors import ImportRefused
from storage.importers.cells import BadCell, column_key
from storage.importers.reader import Reader
from storage.importers.source import Source, decode, rows_of
from storage.importers.staging import Staging
from storage.importers.statements.building import IBAN, Building, amount_of, finish
from storage.importers.statements.columns import PREAMBLE, SIDES, Layout, layout_of, looks_like
from storage.importers.table import Table
from storage.importers.tables.cells import Days, Undecided, mark_of
from storage.records import Staged
from storage.statement_records import Balance, StatementLine

T = TypeVar("T")
NAME = "bank-csv"
_TIME = re.compile(r"[T ,]\s?\d{1,2}:\d{2}.*$")  # of a day: banks write zones, seconds and words behind it
_FOUND_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?", re.ASCII)
_FOUND_CURRENCY = re.compile(r"(?:W[äa]hrung|Currency|Devise)\W+([A-Z]{3})\b", re.IGNORECASE)
_WAYS = {
    "dmy": "the day first", "mdy": "the month first", "ymd": "the year first", "serial": "a spreadsheet's numbers",
}  # fmt: skip
_DAY_REMEDY = "Write the days like 2024-01-31, then import it again."


def read_table(source: Source) -> Staged:
    """Stage the movements of one account. Raises ImportRefused for days that could be read in two ways."""
    text, encoding = decode(source.main, source.data)
    rows = rows_of(text.replace("\0", "").lstrip("\ufeff"))
    layout = layout_of(rows[: PREAMBLE + 1])
    if layout is None:
        raise ImportRefused(
            source.main, "no row names the day, the amount and the text of movements",
            "Export it again with its column names, or as CAMT.053, MT940 or OFX.",
        )  # fmt: skip
    return _Reading(source, layout, rows, encoding).staged()


class _Reading:
    """One table, with what was decided for its columns."""

    def __init__(self, source: Source, layout: Layout, rows: Sequence[str], encoding: str) -> None:
        self._source, self._layout, self._rows = source, layout, rows
        where = f"day in {layout.columns['booked'][0]!r}, row {layout.row + 1} names the columns"
        self._staging = Staging(source, NAME, [f"A bank's list of movements: {where}; text is {encoding}"])
        body = "\n".join(rows[layout.row :]) + "\n"
        table = Table(source.main, body, layout.separator, source.limits, strict=True)
        self._cells = [(n + layout.row, self._row(r)) for n, r in table.rows()]
        self._cells = [(n, c) for n, c in self._cells if any(c.values())]

    def _row(self, row: Mapping[str, str]) -> dict[str, str]:
        """Cells by our names; several columns of text are joined, the same words once. Days without their time."""
        cells = {
            ours: " ".join(dict.fromkeys(t for name in theirs if (t := (row.get(name) or "").strip())))
            for ours, theirs in self._layout.columns.items()
        }
        return cells | {k: _TIME.sub("", cells[k]) for k in ("booked", "valued") if k in cells}

    def staged(self) -> Staged:
        if not self._cells:
            raise ImportRefused(self._source.main, "it names columns and has no movements", "Choose a longer period.")
        day = self._day_reader()
        mark = self._mark()
        self._sides = self._known_sides()
        self._signed = self._minus_goes_out(mark)
        read = [(n, c, x) for n, c in self._cells if (x := self._line(n, c, day, mark)) is not None]
        built = Building(row=self._layout.row + 1, account=self._account(), currency=self._currency())
        built.lines = [replace(x, currency=x.currency or built.currency) for _, _, x in read]
        self._balances(built, [(n, c.get("balance", "")) for n, c, _ in read], mark)
        if not built.lines:
            raise ImportRefused(
                self._source.main, f"none of its rows could be read. The first problem: {self._staging.errors[0]}",
                "Export it again from the bank.",
            )  # fmt: skip
        return finish(self._staging, [built])

    def _line(
        self, number: int, cells: Mapping[str, str], day: Callable[[str], date], mark: str
    ) -> StatementLine | None:
        """None, and errors, where day or amount cannot be read."""
        booked = self._try(number, "booked", cells.get("booked", "") or cells.get("valued", ""), day)
        amount = self._amount(number, cells, mark)
        if booked is None or amount is None:
            return None
        valued = None
        if cells.get("valued"):
            valued = self._try(number, "valued", cells["valued"], day)
        currency = cells.get("currency", "").upper()
        return StatementLine(
            booked=booked, valued=valued, amount=amount, text=cells.get("text", "") or cells.get("party", ""),
            currency=currency if re.fullmatch("[A-Z]{3}", currency) else "",
            party=cells.get("party", ""), party_account=cells.get("party_account", ""),
            reference=cells.get("reference", ""), end_to_end=cells.get("end_to_end", ""),
            raw=self._rows[number - 1] if number <= len(self._rows) else "",
        )  # fmt: skip

    def _amount(self, number: int, cells: Mapping[str, str], mark: str) -> Decimal | None:
        """Signed as it stands, with its side beside it, or in two columns."""
        if "amount" not in self._layout.columns:
            return self._of_two(number, cells, mark)
        value = self._try(number, "amount", cells["amount"], lambda t: amount_of(t, mark))
        if value is None or self._signed or "side" not in self._layout.columns:
            return value
        name = self._layout.columns["side"][0]
        if not self._sides and column_key(name) == "type":
            return value  # it names kinds of movements
        side = self._sides.get(cells["side"])
        if side is None:
            self._staging.fail(
                number, name, cells["side"], "does not say whether money came in or went out",
                "Write D for what went out and C for what came in.",
            )  # fmt: skip
            return None
        return -value if side == "out" else value

    def _of_two(self, number: int, cells: Mapping[str, str], mark: str) -> Decimal | None:
        out, came = cells["debit"], cells["credit"]
        if bool(out.strip(" 0.,-")) == bool(came.strip(" 0.,-")):
            why = "has an amount on both sides" if out.strip(" 0.,-") else "has no amount"
            self._staging.fail(number, "debit/credit", f"{out} / {came}", why, "A movement has one amount.")
            return None
        name, text = ("debit", out) if out.strip(" 0.,-") else ("credit", came)
        value = self._try(number, name, text, lambda t: amount_of(t, mark))
        return value if value is None or name == "credit" or self._signed else -value

    def _known_sides(self) -> dict[str, str]:
        """In or out for the words of the column of sides that name either."""
        words = {c.get("side", "") for _, c in self._cells}
        return {w: side for w in words if (side := SIDES.get(column_key(w) or w.strip()))}

    def _minus_goes_out(self, mark: str) -> bool:
        """Whether what goes out carries a minus already. Where some of it has none, a minus is a cancellation."""
        whole = "amount" in self._layout.columns
        signs = [
            (_sign(c["amount" if whole else "debit"], mark), not whole or self._sides.get(c.get("side", "")) == "out")
            for _, c in self._cells
        ]
        return any(sign < 0 for sign, _ in signs) and not any(sign > 0 and out for sign, out in signs)

    def _try(self, number: int, column: str, text: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(text)
        except BadCell as bad:
            self._staging.fail(number, self._layout.columns[column][0], text, bad.why, bad.remedy)
            return None

    def _day_reader(self) -> Days:
        """Days are written one way in the whole file; which one is decided over all of them, and by their order."""
        cells = [c[k] for _, c in self._cells for k in ("booked", "valued") if c.get(k)]
        try:
            return Days(cells)
        except Undecided as open_question:
            booked = [c["booked"] for _, c in self._cells if c.get("booked")]
            ways = [way for way in open_question.choices if _in_order(booked, way)]
            if len(ways) == 1:
                self._staging.reasons.append(f"days have {_WAYS[ways[0]]}, by the order of the rows")
                return Days(cells, ways[0])
            asked = " or ".join(_WAYS[way] for way in open_question.choices)
            why = f"its days, such as {open_question.shown}, could have {asked}"
            raise ImportRefused(self._source.main, why, _DAY_REMEDY) from open_question

    def _mark(self) -> str:
        cells = [c.get(k, "") for _, c in self._cells for k in ("amount", "debit", "credit", "balance")]
        try:
            return mark_of(c for c in cells if c)
        except Undecided as open_question:
            why = f"amounts such as {open_question.shown} could be thousands or have three decimals"
            raise ImportRefused(self._source.main, why, "Export the amounts with two decimals.") from open_question

    def _account(self) -> str:
        """The account's own number where the table or what stands above it names one."""
        if named := next((c["own"] for _, c in self._cells if c.get("own")), ""):
            return named
        above = " ".join(self._rows[: self._layout.row]).upper()
        for found in _FOUND_IBAN.finditer(above):
            if IBAN.fullmatch(number := found[0].replace(" ", "")):
                return number
        columns = "|".join(self._layout.names)
        return f"CSV-{hashlib.sha256(columns.encode()).hexdigest()[:8]}"

    def _currency(self) -> str:
        above = "\n".join(self._rows[: self._layout.row + 1])
        if found := _FOUND_CURRENCY.search(above):
            return found[1].upper()
        named = re.search(r"\b(?:in |\()?(EUR|CHF|GBP|USD|SEK|NOK|DKK|PLN|CZK)\b", self._rows[self._layout.row])
        return named[1] if named else ""

    def _balances(self, built: Building, cells: Sequence[tuple[int, str]], mark: str) -> None:
        """Opening and closing from a column of balances; the rows stand in the order that it proves."""
        if "balance" not in self._layout.columns:
            built.lines = _oldest_first(built.lines)
            return
        balances = [self._try(n, "balance", t, lambda t: amount_of(t, mark)) if t else None for n, t in cells]
        if None in balances or not balances:
            built.lines = _oldest_first(built.lines)
            return
        pairs = [(x, b) for x, b in zip(built.lines, balances, strict=True) if b is not None]
        downwards, upwards = _breaks(pairs), _breaks(pairs[::-1])
        newest_first = upwards < downwards or (upwards == downwards and pairs[0][0].booked > pairs[-1][0].booked)
        ordered = pairs[::-1] if newest_first else pairs
        built.lines = [x for x, _ in ordered]
        first, last = ordered[0], ordered[-1]
        built.opening = Balance(day=first[0].booked, amount=first[1] - first[0].amount)
        built.closing = Balance(day=last[0].booked, amount=last[1])


def _sign(text: str, mark: str) -> int:
    """1, -1, or 0 for what moves nothing or is no amount, which is told with its row."""
    try:
        value = amount_of(text, mark)
    except BadCell:
        return 0
    return (value > 0) - (value < 0)


def _breaks(pairs: Sequence[tuple[StatementLine, Decimal]]) -> int:
    """How often a balance is not the one before it and the amount of its row."""
    return sum(after - before != x.amount for (_, before), (x, after) in pairwise(pairs))


def _oldest_first(lines: list[StatementLine]) -> list[StatementLine]:
    """Tables of banks often begin with the newest row; rows of one day keep the order that goes with it."""
    return lines[::-1] if lines and lines[0].booked > lines[-1].booked else lines


def _in_order(cells: Sequence[str], way: str) -> bool:
    """Whether the days only rise or only fall, read in one way; what is no day is an error later."""
    read = Days(cells, way)
    known = []
    for cell in cells:
        with suppress(BadCell):
            known.append(read(cell))
    return all(a <= b for a, b in pairwise(known)) or all(a >= b for a, b in pairwise(known))


READER = Reader(name=NAME, looks_like=looks_like, read=read_table)
