"""Earlier entries of one line set, as examples of how its amounts, parties and tax codes go."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.inference.evidence import Circle, Evidence
from engine.inference.proportions import Precedent, Split
from engine.retrieval.memory import Memory
from engine.targets import LineSet

REACH = 16  # precedents looked at
_PEAK = 8.0  # how much more a nearer precedent counts, by rank
_KEPT = 4096  # earlier entries whose split is kept in mind


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier entries of one set, nearest first, and how near the first of them is."""

    precedents: tuple[Precedent, ...]
    similarity: float


def recalled(memory: Memory, places: LineSet, evidence: Evidence) -> Past:
    """Precedents among the neighbours by rank, then the newest ones that were known."""
    number, circle = memory.set_number(places), evidence.circle
    if number < 0:
        return Past((), 0.0)
    rows, ranks = _there(memory, circle, number)
    sets, alive = memory.column("set")[: evidence.known], memory.column("alive")[: evidence.known]
    older = [int(r) for r in np.flatnonzero((sets == number) & alive)[::-1][: 2 * REACH]]
    lowest = min(ranks, default=0.0)
    for row in [r for r in older if r not in rows][: REACH - len(rows)]:
        rows.append(row)
        ranks.append(lowest)
    weights = [max(1e-3, math.exp(_PEAK * (rank - ranks[0]))) for rank in ranks]
    similarity = float(circle.similarity[circle.rows == rows[0]].max(initial=0.0)) if rows else 0.0
    splits = memory.companion(_Splits)
    return Past(tuple(Precedent(splits[r], w) for r, w in zip(rows, weights, strict=True)), similarity)


class _Splits(dict[int, Split]):
    """How the entries of one memory were split, by row; a row never changes."""

    def __init__(self, memory: Memory) -> None:
        self._entries = memory.entries

    def __missing__(self, row: int) -> Split:
        if len(self) >= _KEPT:
            self.clear()
        return self.setdefault(row, Split(self._entries[row].lines))


def _there(memory: Memory, circle: Circle, number: int) -> tuple[list[int], list[float]]:
    """Rows and ranks of the best-ranked neighbours of one set."""
    there = np.flatnonzero(memory.column("set")[circle.rows] == number) if len(circle.rows) else circle.rows
    there = there[np.argsort(-circle.rank[there], kind="stable")][:REACH]
    return [int(r) for r in circle.rows[there]], [float(r) for r in circle.rank[there]]
