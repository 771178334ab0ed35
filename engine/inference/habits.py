"""How usual a candidate entry is in the book: how often, how lately, in this journal, of this size, on such days.

Shapes: c candidates, n remembered rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.features import NO_DAY, Ints, Read
from engine.retrieval.memory import Memory
from engine.targets import LineSet

RECENT = 200  # entries that count as recent
_NAMES = (
    "prior", "prior_recent", "prior_journal", "since", "unseen",
    "amount_gap", "exact_ever", "exact_ever_share", "whole_gap", "rhythm", "weekday",
)  # fmt: skip
_UNKNOWN = (9.0, 0.0, 0.0, -2.0, -1.0, -1.0)  # size and days of a set that was never booked
_LATEST = 50.0  # times its usual pause that a set can be overdue
_REGULAR = 3  # bookings from which a pause is usual


def habits(
    read: Read, sets: tuple[LineSet, ...], memory: Memory, live: Ints, seen: set[str]
) -> dict[str, NDArray[np.float64]]:
    """Figures of each candidate, (c,) a name.

    Args:
        read: the event, one row.
        live: (n,) memory rows that were known and count, oldest first.
        seen: account codes that these rows use.
    """
    past = memory.column("set")[live]
    in_journal = past[(memory.column("journal")[live] == read.journal[0]) & (read.journal[0] != 0)]
    rows: list[tuple[float, ...]] = []
    for one in sets:
        number = memory.set_number(one)
        at = np.flatnonzero(past == number) if number >= 0 else past[:0]
        rows.append((
            len(at) / max(1, len(past)),
            float((at >= len(past) - RECENT).sum()) / min(RECENT, max(1, len(past))),
            float((in_journal == number).mean()) if len(in_journal) and number >= 0 else 0.0,
            float(np.log1p(len(past) - at[-1])) if len(at) else 12.0,
            sum(a not in seen for a, _ in one),
            *(_size(read, memory, live[at]) + _days(read, memory, live[at]) if len(at) else _UNKNOWN),
        ))  # fmt: skip
    columns = np.array(rows, np.float64).reshape(-1, len(_NAMES)).T
    return {**dict(zip(_NAMES, columns, strict=True)), "history": np.full(len(sets), np.log1p(float(len(past))))}


def _size(read: Read, memory: Memory, rows: Ints) -> tuple[float, ...]:
    """How far the amount is from these entries' (in their spread), how often it was exactly theirs, whether whole."""
    logs, cents = memory.column("log_amount")[rows], memory.column("cents")[rows]
    gap = abs(float(read.log_amount[0]) - float(logs.mean())) / (float(logs.std()) + 0.3)
    equal = int((cents == read.cents[0]).sum())
    whole = float((cents % 100 == 0).mean()) - float(read.cents[0] % 100 == 0)
    return gap, float(equal), equal / len(rows), whole


def _days(read: Read, memory: Memory, rows: Ints) -> tuple[float, ...]:
    """Time since the last of these entries in their usual pauses, and the share of them on this weekday; or -1."""
    then, now = memory.column("day")[rows], int(read.day[0])
    then = then[then != NO_DAY]
    if now == NO_DAY or not len(then):
        return -1.0, -1.0
    weekday = float((then % 7 == now % 7).mean())
    if len(then) < _REGULAR:
        return -1.0, weekday
    pause = max(1.0, float(np.median(np.diff(np.sort(then)))))
    return min((now - int(then.max())) / pause, _LATEST), weekday
