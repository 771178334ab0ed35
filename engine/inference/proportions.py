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
_FIRST = 0.5  # head start of the nearest precedent, in hits of weight 1


@dataclass(frozen=True)
class Precedent:
    """An earlier entry of the same set; ``weight`` in (0, 1] says how near it is to the event, 1 for the nearest."""

    lines: tuple[Line, ...]
    weight: float

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


@dataclass(frozen=True)
class Way:
    """Lines to copy; a line's amount is its ``fixed`` one, or its part (by ``weights``) of what those leave."""

    source: Precedent
    weights: tuple[float, ...]
    fixed: tuple[Decimal | None, ...]

    def reproduces(self, other: Precedent, unit: float) -> bool:
        """Whether another entry's amounts follow from its total to within one minor unit, ``unit``."""
        found: dict[tuple[str, Side], list[float]] = {}
        for side in Side:
            rows = [i for i, x in enumerate(self.source.upright) if x.side is side]
            rest = other.totals[side] - sum(float(self.fixed[i] or 0) for i in rows)
            whole = sum(self.weights[i] for i in rows if self.fixed[i] is None)
            if whole <= 0 or rest < 0:
                return False
            for i in rows:
                x, known = self.source.upright[i], self.fixed[i]
                part = rest * self.weights[i] / whole if known is None else float(known)
                found.setdefault((x.account, x.side), []).append(part)
        return found.keys() == other.amounts.keys() and all(
            len(parts) == len(other.amounts[place])
            and all(abs(a - b) < 1.5 * unit for a, b in zip(sorted(parts), other.amounts[place], strict=True))
            for place, parts in found.items()
        )


@dataclass(frozen=True)
class Choice:
    """The way to follow; ``steady`` is the share of the ``tested`` other precedents that it reproduces, by weight."""

    way: Way
    steady: float
    tested: int


def choose(precedents: Sequence[Precedent], unit: Decimal) -> Choice:
    """The way that fits the precedents best; they are given nearest first, and there is at least one."""
    if precedents and all(len(p.lines) == len({x.side for x in p.lines}) for p in precedents):
        return Choice(_plain(precedents[0]), 1.0, len(precedents) - 1)  # one line a side: nothing to share out
    best: Choice | None = None
    best_score = -math.inf
    for place, source in enumerate(precedents[:TRIED]):
        others = [p for p in precedents if p is not source]
        mass = sum(p.weight for p in others)
        for way in _ways(source, others, unit):
            hits = sum(p.weight for p in others if way.reproduces(p, float(unit)))
            score = hits + source.weight + (_FIRST if place == 0 else 0.0)
            if score > best_score + 1e-9:
                best, best_score = Choice(way, hits / mass if mass else 0.5, len(others)), score
        if best and best.steady > 1 - 1e-9 and best.tested:
            break  # nothing can be better
    if best is None:
        raise ValueError("choose needs at least one precedent")
    return best


def tried(way: Way, precedents: Sequence[Precedent], unit: Decimal) -> Choice:
    """A way with how it does on the precedents other than its source."""
    others = [p for p in precedents if p is not way.source]
    mass, hits = sum(p.weight for p in others), sum(p.weight for p in others if way.reproduces(p, float(unit)))
    return Choice(way, hits / mass if mass else 0.5, len(others))


def _ways(source: Precedent, others: Sequence[Precedent], unit: Decimal) -> Iterator[Way]:
    """The ways to follow one precedent, the plain one last: a better one wins a tie."""
    plain, put_right = _plain(source), _at_round_rates(source, unit)
    free = plain.fixed
    if put_right != plain.weights:
        yield Way(source, put_right, free)
    fixed = _habits(source, others)
    if any(fixed):
        yield Way(source, put_right, fixed)
    yield plain


def _plain(source: Precedent) -> Way:
    return Way(source, tuple(float(x.amount) for x in source.upright), (None,) * len(source.lines))


def _habits(source: Precedent, others: Sequence[Precedent]) -> tuple[Decimal | None, ...]:
    """Amounts of lines that came back to the cent in entries of other totals; one line of each side stays free."""
    seen: Counter[tuple[str, Side, float]] = Counter()
    for other in others:
        if other.totals != source.totals:
            seen.update({(*place, value) for place, values in other.amounts.items() for value in values})
    fixed = [x.amount if seen[x.account, x.side, float(x.amount)] >= _HABIT else None for x in source.upright]
    for side in Side:
        rows = [i for i, x in enumerate(source.upright) if x.side is side]
        if all(fixed[i] is not None for i in rows):
            for i in rows:
                fixed[i] = None
    return tuple(fixed)


def _at_round_rates(source: Precedent, unit: Decimal) -> tuple[float, ...]:
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
