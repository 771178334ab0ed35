"""The tax-code table that a book's own history implies, as it was known at any row of its memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from engine.features import Ints
from engine.inference.proportions import round_rate
from engine.inference.taxes import TaxCode, TaxKind, TaxTable
from engine.journal import Entry, Line, Side, minor_units
from engine.retrieval.memory import Memory

_ENOUGH = 3  # entries that must show a rate before it is taken from history
_MOSTLY = 0.6  # share of a code's entries that must show it
_NEWEST = 40  # entries of a code that are asked, so that a new rate replaces the old one
_KEPT = 200  # tables kept of one memory


class Shown(NamedTuple):
    """An account that took a round rate of the bases, on their side; ``owed`` took the same on the other."""

    account: str
    rate: str
    side: Side
    owed: str


class Implied(NamedTuple):
    """What one entry says about the only tax code it has."""

    code: str
    shown: tuple[Shown, ...]


class TaxHistory:
    """What the entries of one memory imply; it grows with the memory and forgets what the memory forgets.

    A table is learnt anew when there is about a tenth more to learn from, at the same counts whoever asks and
    whenever: replay and serving have the same table at the same row.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._read = 0  # rows that are in
        self._rows: Ints = np.zeros(0, np.int64)  # of entries with one code
        self._implied: list[Implied] = []
        self._tables: dict[tuple[int, int], TaxTable] = {}

    @classmethod
    def of(cls, memory: Memory) -> TaxHistory:
        """What this memory implies, read up to its newest entry."""
        with memory.lock:
            history = memory.companion(cls)
            history.catch_up()
            return history

    def catch_up(self) -> None:
        """Read what was remembered since."""
        new = [(row, implied(self._memory.entries[row])) for row in range(self._read, self._memory.rows)]
        self._read = self._memory.rows
        if any(found for _, found in new):
            self._implied += [found for _, found in new if found]
            self._rows = np.append(self._rows, [row for row, found in new if found])

    def table(self, known: int) -> TaxTable:
        """The table that the live rows below ``known`` imply; empty where they have no tax codes."""
        rows = self._rows[: np.searchsorted(self._rows, known)]
        live = np.flatnonzero(self._memory.column("alive")[rows])
        count = milestone(len(live))
        if not count:
            return _NONE
        key = count, int(rows[live[count - 1]])  # rows before the last only ever vanish, which would move it
        if key not in self._tables:
            if len(self._tables) >= _KEPT:
                self._tables.clear()
            self._tables[key] = learnt(self._implied[i] for i in live[:count])
        return self._tables[key]


_NONE = TaxTable()


def milestone(count: int) -> int:
    """The count rounded down to four binary digits, at most an eighth less."""
    step = 1 << max(0, count.bit_length() - 4)
    return count // step * step


def learnt(history: Iterable[Implied]) -> TaxTable:
    """For each code the accounts and the round rate that most of its newest entries show; oldest entry first."""
    by_code: defaultdict[str, list[tuple[Shown, ...]]] = defaultdict(list)
    for code, shown in history:
        by_code[code].append(shown)
    made = []
    for code, entries in sorted(by_code.items()):
        newest = entries[-_NEWEST:]
        counts = Counter(x for shown in newest for x in dict.fromkeys(shown))
        best = max(counts, key=lambda x: (counts[x], x), default=None)
        if best and counts[best] >= max(_ENOUGH, _MOSTLY * len(newest)):
            made.append(_row(code, best))
    return TaxTable(made)


def _row(code: str, best: Shown) -> TaxCode:
    one = TaxKind.INPUT if best.side is Side.DEBIT else TaxKind.OUTPUT
    kind = TaxKind.REVERSE_CHARGE if best.owed else one
    return TaxCode(code=code, rate=Decimal(best.rate), kind=kind, account=best.account, owed=best.owed)


def implied(entry: Entry) -> Implied | None:
    """What an entry says about its tax code; None where it has none, or several."""
    codes = {x.tax_code for x in entry.lines if x.tax_code}
    if len(codes) != 1:
        return None
    code = codes.pop()
    return Implied(code, tuple(_shown(entry, code)))


def _shown(entry: Entry, code: str) -> Iterator[Shown]:
    half = float(Decimal(1).scaleb(-minor_units(entry.currency))) / 2
    for x in entry.lines:
        bases = [y for y in entry.lines if y is not x and y.tax_code == code and y.side is x.side]
        base, tax = abs(float(sum(y.amount for y in bases))), abs(float(x.amount))
        if base:
            rate = round_rate((tax - half) / (base + half), (tax + half) / max(base - half, half))
            if rate:
                yield Shown(x.account, f"{rate:.3f}", x.side, _owed(entry.lines, x))


def _owed(lines: Sequence[Line], tax: Line) -> str:
    """The account of the other side's line with the very amount of the tax."""
    same = [y.account for y in lines if y.side is not tax.side and y.amount == tax.amount and y.account != tax.account]
    return same[0] if len(same) == 1 else ""
