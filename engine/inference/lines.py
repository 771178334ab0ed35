"""Turns a set of (account, side) into lines with amounts that balance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from engine.inference.amounts import AmountsDisagree, AmountTooSmall, BadShares, allocate_entry
from engine.inference.evidence import Circle, Evidence
from engine.journal import Event, Line, Side, minor_units
from engine.retrieval.memory import NEAR, Memory
from engine.targets import LineSet, canonical


class Composer:
    """Writes the lines of candidates for one event.

    Proportions come from the best-ranked neighbour that was booked so, else from the decoder's shares, else from
    the newest entry of that set: what was split 100 to 19 last time is split 100 to 19 again.
    """

    def __init__(self, event: Event, memory: Memory, currency: str) -> None:
        self._event, self._memory = event, memory
        self._unit = minor_units(currency)
        self._given = {(x.account, x.side) for x in event.lines}

    def possible(self, lines: LineSet) -> bool:
        """Whether the amount can be shared over these lines at all; false leaves the candidate out."""
        if {s for _, s in lines} != set(Side):
            return False
        free = [p for p in lines if p not in self._given]
        try:
            self._amounts(free, [1.0] * len(free))
        except (AmountTooSmall, AmountsDisagree):
            return False
        return True

    def lines(self, places: LineSet, evidence: Evidence) -> tuple[Line, ...]:
        """Lines of one candidate, debits first; they balance to the minor unit."""
        model = self._like(places, evidence.circle) or self._written(places, evidence) or self._newest(places, evidence)
        lines = model or [Line(account=a, side=s, amount=Decimal(1)) for a, s in places]
        free = [x for x in lines if (x.account, x.side) not in self._given]
        try:
            amounts = self._amounts([(x.account, x.side) for x in free], [float(x.amount) for x in _upright(free)])
        except (AmountTooSmall, BadShares, AmountsDisagree):  # too many lines for the amount: one line a place
            free = _merged(free)
            amounts = self._amounts([(x.account, x.side) for x in free], [1.0] * len(free))
        made = (
            Line(account=x.account, side=x.side, amount=a, party=x.party, tax_code=x.tax_code)
            for x, a in zip(free, amounts, strict=True)
        )
        return canonical((*self._known(lines), *made))

    def _known(self, model: Sequence[Line]) -> list[Line]:
        """The event's own lines as they were given; party and tax code are filled only where they are blank."""
        like = {(x.account, x.side): x for x in reversed(model)}
        return [
            replace(x, party=x.party or like[place].party, tax_code=x.tax_code or like[place].tax_code)
            if (place := (x.account, x.side)) in like else x
            for x in self._event.lines
        ]  # fmt: skip

    def _amounts(self, free: Sequence[tuple[str, Side]], parts: Sequence[float]) -> tuple[Decimal, ...]:
        """Amounts of the free lines, where the event's own keep theirs."""
        known = self._event.lines
        sides = [*(x.side for x in known), *(s for _, s in free)]
        fixed = [*(x.amount for x in known), *(None for _ in free)]
        amounts = allocate_entry(self._event.amount, sides, [*(0.0 for _ in known), *parts], self._unit, fixed)
        return amounts[len(known) :]

    def _like(self, places: LineSet, circle: Circle) -> list[Line]:
        """The lines of the best neighbour of this set; its parties only where the text is near-identical."""
        number = self._memory.set_number(places)
        if number < 0 or not len(circle.rows):
            return []
        there = np.flatnonzero(self._memory.column("set")[circle.rows] == number)
        if not len(there):
            return []
        best = there[int(circle.rank[there].argmax())]
        return self._copied(int(circle.rows[best]), same_party=bool(circle.similarity[best] > NEAR))

    def _newest(self, places: LineSet, evidence: Evidence) -> list[Line]:
        rows = self._memory.visible(evidence.known, evidence.hidden)
        rows = rows[self._memory.column("set")[rows] == self._memory.set_number(places)]
        return self._copied(int(rows[-1]), same_party=False) if len(rows) else []

    def _copied(self, row: int, *, same_party: bool) -> list[Line]:
        lines = self._memory.entries[row].lines
        return [
            Line(
                account=x.account, side=x.side, amount=x.amount, tax_code=x.tax_code,
                party=x.party if same_party else "",
            )
            for x in lines
        ]  # fmt: skip

    def _written(self, places: LineSet, evidence: Evidence) -> list[Line]:
        """The decoder's own lines: its share logits, softmaxed by side."""
        best = evidence.best.get(places)
        if best is None:
            return []
        # catalog rows sort like codes; an account that was written twice stays two lines
        by_code = dict(zip(sorted(set(best.lines)), sorted(places), strict=True))
        return [
            Line(account=by_code[p][0], side=p[1], amount=Decimal(repr(math.exp(min(s, 30.0)))))
            for p, s in zip(best.lines, best.shares, strict=True)
        ]


def _upright(lines: Sequence[Line]) -> list[Line]:
    """The lines with the signs that make each side's sum positive: a share is of its side's total, sign and all."""
    sums = {s: sum(x.amount for x in lines if x.side is s) for s in Side}
    return [x if sums[x.side] >= 0 else replace(x, amount=-x.amount) for x in lines]


def _merged(lines: Sequence[Line]) -> list[Line]:
    """One line for each (account, side), its amount the sum."""
    out: dict[tuple[str, Side], Line] = {}
    for x in lines:
        before = out.get((x.account, x.side))
        amount = x.amount + before.amount if before else x.amount
        out[(x.account, x.side)] = Line(
            account=x.account, side=x.side, amount=amount, party=x.party, tax_code=x.tax_code
        )
    return list(out.values())
