"""Lines <-> decoder steps, STOP included. The only place that knows the convention.

Before each line a stop decision is read; n lines make n + 1 decisions and the last one is true.
Debits come first by falling amount, then credits; lines that are already known come before all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.journal import Line, Side


@dataclass(frozen=True, slots=True)
class Step:
    """One written line: catalog row, side, and its share of that side's total."""

    account: int
    side: Side
    share: float


@dataclass(frozen=True, slots=True)
class Target:
    """Steps in decoding order; the first ``known`` of them were given, not written."""

    steps: tuple[Step, ...]
    known: int = 0

    @property
    def stops(self) -> tuple[bool, ...]:
        """n + 1 decisions, the last one true."""
        return (False,) * len(self.steps) + (True,)

    @property
    def decisive(self) -> tuple[bool, ...]:
        """Where a stop decision is free: once there is a debit and a credit, after the known lines."""
        seen: set[Side] = set()
        free = []
        for i in range(len(self.steps) + 1):
            free.append(len(seen) == 2 and i >= self.known)
            if i < len(self.steps):
                seen.add(self.steps[i].side)
        return tuple(free)


def canonical(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Debits by falling amount, then credits; ties by account code, so that runs repeat."""
    return tuple(sorted(lines, key=lambda x: (x.side, -abs(x.amount), x.account)))


def to_target(lines: Sequence[Line], rows: dict[str, int], known: int | None = None) -> Target:
    """Decoder steps of an entry.

    Args:
        rows: catalog row by account code.
        known: position in `canonical` order of a line to give first, or None.

    Raises:
        KeyError: an account is not in the catalog.
    """
    ordered = list(canonical(lines))
    totals = {s: sum(abs(float(x.amount)) for x in ordered if x.side is s) for s in Side}
    steps = [Step(rows[x.account], x.side, abs(float(x.amount)) / (totals[x.side] or 1.0)) for x in ordered]
    if known is not None:
        steps.insert(0, steps.pop(known))
    return Target(tuple(steps), 0 if known is None else 1)


def decodable(lines: Sequence[Line], max_lines: int) -> bool:
    """Whether the decoder can write these lines: both sides present, and not too many."""
    return {x.side for x in lines} == set(Side) and len(lines) <= max_lines


LineSet = tuple[tuple[str, Side], ...]


def line_set(lines: Sequence[Line]) -> LineSet:
    """The set of (account, side) in sorted order: a posting template, and what `exact` compares."""
    return tuple(sorted({(x.account, x.side) for x in lines}))
