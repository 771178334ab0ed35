"""Turns shares of an amount into money that adds up: largest remainder, in Decimal and whole numbers only.

Debits equal credits exactly because each side is allocated to the same total. A line never gets zero: where
a side has fewer minor units than lines, `AmountTooSmall` is raised instead of a line being dropped, since a dropped
line would be another entry than the one that was proposed; callers ask `fits` first and try the next candidate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from engine.errors import EngineError
from engine.journal import Side

_WIDE = Context(prec=60)  # the default 28 digits would round a sum of DECIMAL(22,4) with many places
_SHARE_STEPS = 2**53  # shares become whole numbers of this many parts: a float has no more


class AmountTooSmall(EngineError):
    """A side has fewer minor units to share out than lines that want one."""

    def __init__(self, amount: Decimal, lines: int, minor_unit: int) -> None:
        self.amount, self.lines, self.minor_unit = amount, lines, minor_unit
        super().__init__(
            f"{amount} cannot be split over {lines} lines with {minor_unit} decimal places without a line of zero. "
            "Propose fewer lines, or give the amounts by hand."
        )


class AmountsDisagree(EngineError):
    """Lines that are already known leave an impossible rest for the others."""

    def __init__(self, total: Decimal, known: Decimal, free: int) -> None:
        self.total, self.known, self.free = total, known, free
        rest = f"the other {free} lines" if free else "no other line"
        super().__init__(
            f"The known lines of one side add up to {known}, the amount is {total}, and there is {rest} to take "
            "the difference. Correct the amount or the known lines."
        )


class BadShares(EngineError):
    """Shares that no amount can be split by."""

    def __init__(self, shares: Sequence[float], why: str) -> None:
        self.shares = tuple(shares)
        super().__init__(f"The shares {list(shares)} {why}. They must be finite and add up to more than zero.")


def to_minor_unit(amount: Decimal, minor_unit: int = 2) -> Decimal:
    """The amount rounded half up to the currency's places."""
    return amount.quantize(Decimal(1).scaleb(-minor_unit), rounding=ROUND_HALF_UP, context=_WIDE)


def fits(total: Decimal, lines: int, minor_unit: int = 2) -> bool:
    """Whether ``total`` can be shared over that many lines with none of them zero."""
    return units(total, minor_unit) >= max(1, lines)


def units(total: Decimal, minor_unit: int = 2) -> int:
    """How many minor units ``total`` has, whatever its sign."""
    return abs(int(to_minor_unit(total, minor_unit).scaleb(minor_unit, context=_WIDE)))


def allocate(
    total: Decimal,
    shares: Sequence[float],
    minor_unit: int = 2,
    fixed: Sequence[Decimal | None] = (),
) -> tuple[Decimal, ...]:
    """Split ``total`` (rounded to the minor unit) over the lines of one side; the parts add up to it exactly.

    Args:
        total: any sign; a negative one gives negative parts.
        shares: one per line, in any scale; one may be negative where a side mixes signs. All zero means equal parts.
        minor_unit: decimal places of the currency.
        fixed: per line a known amount that is kept to the last digit, or None; empty means none is known.

    Raises:
        AmountTooSmall, AmountsDisagree, BadShares; ValueError where ``fixed`` has another length than ``shares``.
    """
    known = list(fixed) if fixed else [None] * len(shares)
    if len(known) != len(shares):
        raise ValueError(f"{len(known)} known amounts for {len(shares)} shares; give one (or None) per line")
    total = to_minor_unit(total, minor_unit)
    settled = _sum([x for x in known if x is not None])
    rest = _WIDE.subtract(total, settled)
    free = [i for i, x in enumerate(known) if x is None]
    overshot = bool(settled) and (rest == 0 or (rest < 0) != (total < 0))
    if (rest != 0) if not free else overshot:
        raise AmountsDisagree(total, settled, len(free))
    if not free:
        return tuple(x for x in known if x is not None)
    parts = iter(_split(rest, [shares[i] for i in free], minor_unit))
    return tuple(next(parts) if x is None else x for x in known)


def allocate_entry(
    total: Decimal,
    sides: Sequence[Side],
    shares: Sequence[float],
    minor_unit: int = 2,
    fixed: Sequence[Decimal | None] = (),
) -> tuple[Decimal, ...]:
    """Amounts of a whole entry in line order, each side allocated to ``total``: debits equal credits exactly."""
    known = list(fixed) if fixed else [None] * len(sides)
    amounts = [Decimal(0)] * len(sides)
    for side in Side:
        rows = [i for i, s in enumerate(sides) if s is side]
        if not rows:
            raise AmountsDisagree(total, Decimal(0), 0)
        parts = allocate(total, [shares[i] for i in rows], minor_unit, [known[i] for i in rows])
        for i, part in zip(rows, parts, strict=True):
            amounts[i] = part
    return tuple(amounts)


def _split(rest: Decimal, shares: Sequence[float], minor_unit: int) -> list[Decimal]:
    """Parts of ``rest``, none zero; known lines may be finer than a unit, and what they leave goes to the largest."""
    whole = rest.quantize(Decimal(1).scaleb(-minor_unit), context=_WIDE)
    units = int(whole.scaleb(minor_unit, context=_WIDE))
    if abs(units) < len(shares):
        raise AmountTooSmall(rest, len(shares), minor_unit)
    sign = -1 if units < 0 else 1
    counts = _largest_remainder(abs(units), _weights(shares))
    parts = [Decimal(sign * n).scaleb(-minor_unit, context=_WIDE) for n in counts]
    largest = max(range(len(parts)), key=lambda i: counts[i])
    parts[largest] = _WIDE.add(parts[largest], _WIDE.subtract(rest, whole))
    return parts


def _weights(shares: Sequence[float]) -> list[int]:
    """Shares as whole numbers in the same proportion."""
    if not all(math.isfinite(s) for s in shares):
        raise BadShares(shares, "hold a number that is not finite")
    scale = max(map(abs, shares))
    if scale == 0:
        return [1] * len(shares)
    weights = [round(s / scale * _SHARE_STEPS) for s in shares]
    if sum(weights) <= 0:
        raise BadShares(shares, "do not add up to more than zero")
    return weights


def apportion(units: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers near ``units * weight / sum(weights)`` that add up to ``units``, by largest remainder.

    Ties of the remainder go to the larger weight, then to the earlier line. The weights add up to more than zero.
    """
    whole = sum(weights)
    counts = [units * w // whole for w in weights]
    rests = [units * w % whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-rests[i], -weights[i], i))
    for i in order[: units - sum(counts)]:
        counts[i] += 1
    return counts


def _largest_remainder(units: int, weights: Sequence[int]) -> list[int]:
    """`apportion` with none of the parts zero.

    A line that would get nothing takes one unit from the line with most; there is one because ``units`` is at least
    the number of lines.
    """
    counts = apportion(units, weights)
    for i, n in enumerate(counts):
        if n == 0:
            step = -1 if weights[i] < 0 else 1
            most = max(range(len(counts)), key=lambda j: counts[j])
            counts[i], counts[most] = step, counts[most] - step
    return counts


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = _WIDE.add(total, amount)
    return total
