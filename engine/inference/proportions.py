"""How an amount was shared out over the lines of one set before, and which of those ways to follow now.

An earlier entry can be followed in three ways: its proportions as they are; its proportions with a tax that is a
round rate of the other lines put right (0.97 on 4.82 is 20 %, whatever the cent says); or with the lines that always
carry the same amount, like a fee, kept at it while the rest floats. Every way of every near precedent is tried on the
other precedents, and the one that would have been right most often, near ones counting more, is taken.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from engine.journal import Line, Side

TRIED = 6  # nearest precedents whose ways are tried
_RATE_STEPS = ((100, 40), (200, 60), (1000, 250))  # (parts of one, highest): whole, half and tenths of a percent
_HABIT = 2  # other precedents with the very same amount, from which a line is taken to be fixed
_HARDLY = 1e-9  # what is no difference
_FIRST = 0.5  # head start of the nearest precedent, in hits of weight 1


@dataclass(frozen=True, eq=False)
class Split:
    """How one entry was split; what is worked out about it once is kept, since entries come up again and again."""

    lines: tuple[Line, ...]

    @cached_property
    def upright(self) -> tuple[Line, ...]:
        """The lines with signs that make each side's sum positive: a share is of its side's total, sign and all."""
        sums = {s: sum(x.amount for x in self.lines if x.side is s) for s in Side}
        return tuple(
            x if sums[x.side] >= 0 else Line(account=x.account, side=x.side, amount=-x.amount, party=x.party,
                                             tax_code=x.tax_code)
            for x in self.lines
        )  # fmt: skip

    @cached_property
    def amounts(self) -> dict[tuple[str, Side], list[float]]:
        """By place the amounts of its lines, smallest first."""
        found: dict[tuple[str, Side], list[float]] = {}
        for x in self.upright:
            found.setdefault((x.account, x.side), []).append(float(x.amount))
        return {place: sorted(values) for place, values in found.items()}

    @cached_property
    def totals(self) -> dict[Side, float]:
        return {s: sum(float(x.amount) for x in self.upright if x.side is s) for s in Side}

    @cached_property
    def shape(self) -> tuple[tuple[str, Side], ...]:
        """The places of its lines, one for each line."""
        return tuple(sorted((x.account, x.side) for x in self.lines))

    @cached_property
    def places(self) -> dict[tuple[str, Side], tuple[int, ...]]:
        """By place the numbers of its lines."""
        found: dict[tuple[str, Side], tuple[int, ...]] = {}
        for i, x in enumerate(self.lines):
            found[x.account, x.side] = (*found.get((x.account, x.side), ()), i)
        return found

    @cached_property
    def codes(self) -> dict[tuple[str, Side], set[str]]:
        """By place the tax codes of its lines."""
        return {place: {self.lines[i].tax_code for i in rows} for place, rows in self.places.items()}

    @cached_property
    def plain(self) -> Way:
        return Way(self, tuple(float(x.amount) for x in self.upright), (None,) * len(self.lines))

    def put_right(self, unit: Decimal) -> Way:
        """Its proportions with a tax at the round rate it had; the plain ones where there is none."""
        if unit not in self._right:
            weights = _at_round_rates(self, unit)
            self._right[unit] = self.plain if weights == self.plain.weights else Way(self, weights, self.plain.fixed)
        return self._right[unit]

    @cached_property
    def _right(self) -> dict[Decimal, Way]:
        return {}


@dataclass(frozen=True)
class Precedent:
    """An earlier entry of the same set; ``weight`` in (0, 1] says how near it is to the event, 1 for the nearest."""

    split: Split
    weight: float


@dataclass(frozen=True, eq=False)
class Way:
    """Lines to copy; a line's amount is its ``fixed`` one, or its part (by ``weights``) of what those leave."""

    source: Split
    weights: tuple[float, ...]
    fixed: tuple[Decimal | None, ...]

    @cached_property
    def _sides(self) -> tuple[tuple[Side, float, float], ...]:
        """For each side what is fixed on it, and the sum of the weights of the other lines."""
        found = []
        for side in Side:
            rows = [i for i, x in enumerate(self.source.upright) if x.side is side]
            fixed = sum(float(self.fixed[i] or 0) for i in rows)
            found.append((side, fixed, sum(self.weights[i] for i in rows if self.fixed[i] is None)))
        return tuple(found)

    def reproduces(self, other: Split, unit: float) -> bool:
        """Whether another entry's amounts follow from its total to within one minor unit, ``unit``."""
        if self.source.shape != other.shape:
            return False
        rests = {}
        for side, fixed, whole in self._sides:
            rests[side] = other.totals[side] - fixed, whole
            if whole <= 0 or rests[side][0] < 0:
                return False
        for place, rows in self.source.places.items():
            rest, whole = rests[place[1]]
            parts = [rest * self.weights[i] / whole if (f := self.fixed[i]) is None else float(f) for i in rows]
            for a, b in zip(sorted(parts), other.amounts[place], strict=True):
                if not abs(a - b) < 1.5 * unit:
                    return False
        return True


@dataclass(frozen=True)
class Choice:
    """The way to follow; ``steady`` is the share of the ``tested`` other precedents that it reproduces, by weight."""

    way: Way
    steady: float
    tested: int


def choose(precedents: Sequence[Precedent], unit: Decimal) -> Choice:
    """The way that fits the precedents best; they are given nearest first, and there is at least one."""
    if precedents and all(len(p.split.lines) == len({x.side for x in p.split.lines}) for p in precedents):
        return Choice(precedents[0].split.plain, 1.0, len(precedents) - 1)  # one line a side: nothing to share out
    best: Choice | None = None
    best_score = -math.inf
    for place, source in enumerate(precedents[:TRIED]):
        others = [p for p in precedents if p is not source]
        mass, first = sum(p.weight for p in others), _FIRST if place == 0 else 0.0
        for way in _ways(source, others, unit):
            if mass + source.weight + first <= best_score + _HARDLY:
                break  # not even if all others followed
            hits = sum(p.weight for p in others if way.reproduces(p.split, float(unit)))
            score = hits + source.weight + first
            if score > best_score + _HARDLY:
                best, best_score = Choice(way, hits / mass if mass else 0.5, len(others)), score
        if best and best.steady > 1 - _HARDLY and best.tested:
            break  # nothing can be better
    if best is None:
        raise ValueError("choose needs at least one precedent")
    return best


def tried(way: Way, precedents: Sequence[Precedent], unit: Decimal) -> Choice:
    """A way with how it does on the precedents other than its source."""
    others = [p for p in precedents if p.split is not way.source]
    mass, hits = sum(p.weight for p in others), sum(p.weight for p in others if way.reproduces(p.split, float(unit)))
    return Choice(way, hits / mass if mass else 0.5, len(others))


def _ways(source: Precedent, others: Sequence[Precedent], unit: Decimal) -> Iterator[Way]:
    """The ways to follow one precedent, the plain one last: a better one wins a tie."""
    plain, put_right = source.split.plain, source.split.put_right(unit)
    if put_right is not plain:
        yield put_right
    fixed = _habits(source.split, others)
    if any(fixed):
        yield Way(source.split, put_right.weights, fixed)
    yield plain


def _habits(source: Split, others: Sequence[Precedent]) -> tuple[Decimal | None, ...]:
    """Amounts of lines that came back to the cent in entries of other totals; one line of each side stays free."""
    seen: Counter[tuple[str, Side, float]] = Counter()
    for other in (p.split for p in others):
        if other.totals != source.totals:
            seen.update({(*place, value) for place, values in other.amounts.items() for value in values})
    fixed = [x.amount if seen[x.account, x.side, float(x.amount)] >= _HABIT else None for x in source.upright]
    for side in Side:
        rows = [i for i, x in enumerate(source.upright) if x.side is side]
        if all(fixed[i] is not None for i in rows):
            for i in rows:
                fixed[i] = None
    return tuple(fixed)


def _at_round_rates(source: Split, unit: Decimal) -> tuple[float, ...]:
    """Weights in which a line that is a round rate of all others of its side is exactly that rate."""
    weights = [float(x.amount) for x in source.upright]
    half = float(unit) / 2
    for side in Side:
        rows = [i for i, x in enumerate(source.upright) if x.side is side]
        total = source.totals[side]
        if len(rows) < 2 or any(weights[i] <= 0 for i in rows):
            continue
        for i in sorted(rows, key=lambda r: weights[r]):
            base = total - weights[i]
            rate = round_rate((weights[i] - half) / (base + half), (weights[i] + half) / max(base - half, half))
            if rate:
                for j in rows:
                    weights[j] = rate * base if j == i else weights[j]
                break
    return tuple(weights)


def round_rate(low: float, high: float) -> float | None:
    """The roundest rate between two bounds: a whole percent, else a half, else a tenth; None where there is none."""
    for parts, highest in _RATE_STEPS:
        step = math.ceil(low * parts - 1e-9)
        if 0 < step <= highest and step <= high * parts + 1e-9:
            return step / parts
    return None
