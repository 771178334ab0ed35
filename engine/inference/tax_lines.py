"""Tax lines of a whole entry, followed from its bases: parts before amounts are shared out, the last unit after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from engine.inference.amounts import to_minor_unit
from engine.inference.taxes import Leg, TaxDisagrees, tolerance
from engine.journal import Side

_ROUNDS = 4  # in which a unit may be passed to and fro between tax and base


def parts(legs: Sequence[Leg], sides: Sequence[Side], weights: Sequence[float]) -> list[float] | None:
    """Parts of the lines of an entry in which every tax line follows from its bases; only theirs are used.

    Sides are in scale with each other: a base and its tax on one side stand against both on the other. None where
    nothing would be left on a side.
    """
    if not legs:
        return None
    out, taxes = list(weights), {leg.at for leg in legs}
    for at in taxes:
        out[at] = sum(float(leg.rate) * sum(weights[b] for b in leg.bases) for leg in legs if leg.at == at)
    side = sides[legs[0].bases[0]]
    rest = [i for i, s in enumerate(sides) if s is not side and i not in taxes]
    left = sum(w for w, s in zip(out, sides, strict=True) if s is side) - sum(
        out[i] for i in taxes if sides[i] is not side
    )
    whole = sum(weights[i] for i in rest)
    if whole <= 0 or left <= 0:
        return None
    return [w * left / whole if i in rest else w for i, w in enumerate(out)]


class Shared(NamedTuple):
    """An entry whose amounts were shared out; ``free`` are the places of the lines that nobody gave."""

    amounts: tuple[Decimal, ...]
    sides: Sequence[Side]
    free: Collection[int]
    places: int


def settled(legs: Sequence[Leg], shared: Shared) -> tuple[Decimal, ...]:
    """The amounts with every free tax line exactly its bases times the rate, and bases that fit a tax that was given.

    What a line gives or takes goes to the largest line of its side that may, its bases first. Where rounding leaves no
    such amounts they stay as they were shared out, and a tax is off by one unit at most.
    """
    out = list(shared.amounts)
    for _ in range(_ROUNDS):
        moved = False
        for at in sorted({leg.at for leg in legs}):
            moved |= _follow(at, legs, shared, out) if at in shared.free else _lead(at, legs, shared, out)
        if not moved:
            kept = all(a and (a < 0) == (b < 0) for a, b in zip(out, shared.amounts, strict=True))
            return tuple(out) if kept else shared.amounts
    return shared.amounts


def disagreement(legs: Sequence[Leg], shared: Shared) -> TaxDisagrees | None:
    """What is wrong with a tax line that was given; None where each is near enough to what its bases give."""
    for at in sorted({leg.at for leg in legs} - set(shared.free)):
        tax = _tax(at, legs, shared.amounts, shared.places)
        allowed = tolerance(shared.places)
        if abs(shared.amounts[at] - tax) > allowed:
            codes = dict.fromkeys(leg.code for leg in legs if leg.at == at)
            return TaxDisagrees(", ".join(codes), tax, shared.amounts[at], allowed)
    return None


def _tax(at: int, legs: Sequence[Leg], amounts: Sequence[Decimal], places: int) -> Decimal:
    own = [leg for leg in legs if leg.at == at]
    return sum((to_minor_unit(sum(amounts[b] for b in x.bases) * x.rate, places) for x in own), Decimal(0))


def _follow(at: int, legs: Sequence[Leg], shared: Shared, out: list[Decimal]) -> bool:
    """Put a free tax line right."""
    bases = {b for leg in legs if leg.at == at for b in leg.bases}
    over = out[at] - _tax(at, legs, out, shared.places)
    return _move(over, at, _largest(at, legs, shared, bases), out)


def _lead(at: int, legs: Sequence[Leg], shared: Shared, out: list[Decimal]) -> bool:
    """Put the base right that belongs to a tax that was given, where another line of its side can take the rest."""
    own = [leg for leg in legs if leg.at == at]
    over = abs(out[at] - _tax(at, legs, out, shared.places))
    if len(own) > 1 or over <= tolerance(shared.places) or not own[0].rate:
        return False
    base = max((b for b in own[0].bases if b in shared.free), key=lambda b: abs(out[b]), default=None)
    bases = {b for leg in legs for b in leg.bases}
    others = [i for i in shared.free if i not in bases and shared.sides[i] is shared.sides[own[0].bases[0]]]
    taker = _largest(at, legs, shared._replace(free=others), set())
    if base is None or taker is None:
        return False
    rest = sum(out[b] for b in own[0].bases) - to_minor_unit(out[at] / own[0].rate, shared.places)
    return _move(Decimal(rest), base, taker, out)


def _largest(at: int, legs: Sequence[Leg], shared: Shared, first: Collection[int]) -> int | None:
    """The free line of the side that is no tax and has most, one of ``first`` if there is any."""
    taxes = {leg.at for leg in legs}
    may = [i for i in shared.free if i not in taxes and shared.sides[i] is shared.sides[at]]
    return max(may, key=lambda i: (i in first, abs(shared.amounts[i]), -i), default=None)


def _move(over: Decimal, source: int, taker: int | None, out: list[Decimal]) -> bool:
    if not over or taker is None:
        return False
    out[source] -= over
    out[taker] += over
    return True
