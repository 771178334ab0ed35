"""Which columns are debits and which rows are one entry: the way under which most entries balance is the right one.

A wrong guess of either leaves sums that are not zero, so the balance of the entries is the check that no name or
format can give.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from storage.identity import fold
from storage.importers.cells import BadCell
from storage.importers.posting import ZERO
from storage.importers.tables.cells import amount_of, side_behind
from storage.importers.tables.mapping import INVERSE, MARKED, NEGATIVE, SIDE, SIGNED, START, TWO, Mapping
from storage.importers.tables.names import CREDITS, DEBITS
from storage.importers.tables.rows import Rows

Pair = tuple[Decimal, Decimal]  # debit and credit, signs as the table gives them
Key = tuple[Hashable, ...]


class UnknownSide(ValueError):
    """A cell of the side column that stands for neither side."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well rows make entries; the greater is the better."""

    rows: int  # in entries that balance
    balanced: int
    entries: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """The cells of one table's amounts, and how a layout reads them."""

    debit: list[str]
    credit: list[str]
    amount: list[str]
    side: list[str]
    marks: dict[str, str]
    sides: dict[str, str]  # folded words of a mapping

    @classmethod
    def of(cls, rows: Rows, marks: dict[str, str], mapping: Mapping) -> Amounts:
        own = {fold(word): side for word, side in mapping.sides.items()}
        debit, credit, amount, side = (rows.cells(r) for r in ("debit", "credit", "amount", "side"))
        return cls(debit, credit, amount, side, marks, own)

    def pair(self, n: int, layout: str) -> Pair:
        """Debit and credit of a row. Raises BadCell for an amount, UnknownSide for a side that cannot be read."""
        if layout in (TWO, NEGATIVE):
            debit, credit = self._read("debit", self.debit[n]), self._read("credit", self.credit[n])
            return debit, -credit if layout == NEGATIVE else credit
        cell = self.amount[n]
        text, behind = side_behind(cell) if layout == MARKED else (cell, "")
        value = self._read("amount", text if behind else cell)
        if layout == SIDE or behind:
            return (value, ZERO) if (behind or self.side_of(self.side[n], value)) == "D" else (ZERO, value)
        value = -value if layout == INVERSE else value
        return (value, ZERO) if value > 0 else (ZERO, -value)

    def side_of(self, cell: str, value: Decimal) -> str:
        word = fold(cell).rstrip(".")
        if side := self.sides.get(word):
            return side
        if word in DEBITS or word in CREDITS:
            return "D" if word in DEBITS else "C"
        if not value and not word:
            return "D"
        raise UnknownSide(cell)

    def _read(self, role: str, cell: str) -> Decimal:
        return amount_of(cell, self.marks.get(role, "")) if cell else ZERO

    def balances(self, layout: str) -> list[Decimal | None]:
        """Debit less credit of each row; None where it cannot be read."""
        out: list[Decimal | None] = []
        for n in range(len(self.amount)):
            try:
                debit, credit = self.pair(n, layout)
                out.append(debit - credit)
            except (BadCell, UnknownSide):
                out.append(None)
        return out

    def layouts(self, rows: Rows) -> Iterator[str]:
        """Those that the columns allow, the likelier first. The sign of one column alone cannot be told by balance."""
        if {"debit", "credit"} <= rows.at.keys():
            yield TWO
            if any("-" in c or "(" in c for c in self.credit):
                yield NEGATIVE
        if "amount" in rows.at:
            if any(side_behind(c)[1] for c in self.amount if c):
                yield MARKED
            if "side" in rows.at:
                yield SIDE
            yield SIGNED


def best_layout(amounts: Amounts, rows: Rows, days: Sequence[date | None]) -> str:
    """The layout under which most rows are in entries that balance."""
    candidates = list(amounts.layouts(rows))
    if len(candidates) == 1:
        return candidates[0]
    best, most = candidates[0], -1
    for layout in candidates:
        values = amounts.balances(layout)
        found = max(_measure(g, rows, days, values).rows for g in [*_groupings(rows), ()])
        if found > most:
            best, most = layout, found
        if found == len(rows.rows):
            break
    return best


def best_grouping(rows: Rows, days: Sequence[date | None], values: Sequence[Decimal | None]) -> tuple[str, ...]:
    """What the rows of one entry share. Of two ways with as many sound rows the one that makes more entries."""
    candidates = _groupings(rows)
    scores = [(_measure(g, rows, days, values), g) for g in candidates]
    best = max(scores, key=lambda x: (x[0].rows, x[0].balanced, -scores.index(x)), default=(Score(0, 0, 0), ()))
    named = rows.continued or rows.has("entry") or rows.has("number")
    if not named and best[0].rows <= _measure((), rows, days, values).rows:
        return ()
    return best[1]


def keys_of(shared: Sequence[str], rows: Rows, days: Sequence[date | None]) -> list[Key]:
    """What each row has of that which the rows of one entry share."""
    parts: list[Sequence[Hashable]] = [_part(name, rows, days) for name in shared]
    return list(zip(*parts, strict=True)) if parts else [()] * len(rows.rows)


def _part(name: str, rows: Rows, days: Sequence[date | None]) -> Sequence[Hashable]:
    if name == START:
        return rows.starts
    shapes: dict[str, Callable[[date], str]] = {
        "date": date.isoformat, "month": lambda d: d.isoformat()[:7], "year": lambda d: d.isoformat()[:4],
    }  # fmt: skip
    if name in shapes:
        texts = {d: shapes[name](d) if d else "" for d in set(days)}
        return [texts[d] for d in days]
    return rows.cells(name)


def _groupings(rows: Rows) -> list[tuple[str, ...]]:
    """What the columns offer, the surer first."""
    journal = ("journal",) if rows.has("journal") else ()
    if rows.has("entry"):
        return [("entry",)]
    if rows.has("number"):
        shared = (*journal, "number")
        return [shared, (*shared, "year"), (*shared, "month"), ("date", *shared)]
    if rows.continued:
        return [(START,)]
    return [("date", x) for x in ("document", "description") if rows.has(x)]


def _measure(
    shared: tuple[str, ...], rows: Rows, days: Sequence[date | None], values: Sequence[Decimal | None]
) -> Score:
    """Sums by key; without a key by running balance."""
    if not shared:
        return _running(rows, days, values)
    sums: dict[Key, Decimal | None] = {}
    counts: dict[Key, int] = {}
    for key, value in zip(keys_of(shared, rows, days), values, strict=True):
        counts[key] = counts.get(key, 0) + 1
        before = sums.get(key, ZERO)
        sums[key] = None if value is None or before is None else before + value
    sound = [k for k, s in sums.items() if s == ZERO and counts[k] > 1]
    return Score(sum(counts[k] for k in sound), len(sound), len(sums))


def _running(rows: Rows, days: Sequence[date | None], values: Sequence[Decimal | None]) -> Score:
    """Rows of one day and document, cut wherever their sum returns to zero."""
    open_rows: dict[Key, tuple[Decimal, int]] = {}
    inside = entries = 0
    for day, document, value in zip(days, rows.cells("document"), values, strict=True):
        balance, count = open_rows.get((day, document), (ZERO, 0))
        balance, count = balance + (value or ZERO), count + 1
        if balance == ZERO and value:
            inside, entries, balance, count = inside + count, entries + 1, ZERO, 0
        open_rows[day, document] = (balance, count)
    rest = sum(bool(count) for _, count in open_rows.values())
    return Score(inside, entries, entries + rest)
