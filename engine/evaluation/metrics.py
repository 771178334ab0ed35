"""The figures of the protocol, each a plain function of guesses and what was really booked.

Scores are in [0, 1], ``right`` says per test entry whether the first guess is right. Entries whose scores are
equal cannot be told apart by a threshold, so every figure that sorts by score takes a tie whole or not at all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.evaluation.system import Guess, GuessLine, Key, Ranked
from engine.inference.conformal import booked_instead
from engine.journal import Entry, Line, Side
from engine.rightness import fully_right


class Auto(NamedTuple):
    """``share`` of the test booked unseen and the ``precision`` reached; precision is None where nothing was."""

    share: float
    precision: float | None


class Overlap(NamedTuple):
    """Lines of a guess as a set of (account, side): right, wrong and missing ones."""

    hit: int
    extra: int
    missed: int


class Interval(NamedTuple):
    """A mean difference with the ends of its bootstrap interval."""

    mean: float
    low: float
    high: float


def key_of(lines: Iterable[Line]) -> Key:
    return frozenset((x.account, x.side) for x in lines)


def exact(guess: Guess, entry: Entry) -> bool:
    """The set of (account, side) is right."""
    return guess.key == key_of(entry.lines)


def exact_full(guess: Guess, entry: Entry, *, check_tax: bool = False) -> bool:
    """Right as users mean it: the multiset of lines, each amount within one minor unit.

    Args:
        guess: its parties are compared only where every line names one; an amount that is not given is wrong.
        entry: what was booked; its currency says how large a minor unit is.
        check_tax: whether the book has tax codes; a code that is not given is then no code.
    """
    check_party = all(x.party is not None for x in guess.lines)
    return fully_right(guess.lines, entry, check_tax=check_tax, check_party=check_party)


def amounts_right(guess: Guess, entry: Entry) -> bool | None:
    """Whether the amounts are right to one minor unit, whatever the labels; None where the set of (account, side) is

    wrong, where there is nothing to share out, or where no amount was given.
    """
    sides = [x.side for x in entry.lines]
    if len(sides) == len(set(sides)) or not exact(guess, entry) or any(x.amount is None for x in guess.lines):
        return None
    return fully_right(guess.lines, entry, check_party=False)


def top_exact(ranked: Ranked, entry: Entry, k: int = 5) -> bool:
    """Whether one of the first k guesses is `exact`."""
    return any(exact(g, entry) for g in ranked[:k])


def overlap(guess: Guess | None, entry: Entry) -> Overlap:
    found, booked = guess.key if guess else frozenset(), key_of(entry.lines)
    return Overlap(len(found & booked), len(found - booked), len(booked - found))


def line_f1(overlaps: Iterable[Overlap]) -> float:
    """F1 over all lines of all entries together; 0 where there are no lines at all."""
    hit = extra = missed = 0
    for one in overlaps:
        hit, extra, missed = hit + one.hit, extra + one.extra, missed + one.missed
    return 2 * hit / max(1, 2 * hit + extra + missed)


def share_error(guess: Guess, entry: Entry) -> float | None:
    """How far the split of the amount is off, in [0, 1]; None where accounts are wrong or there is nothing to split.

    Half the sum of absolute differences between the shares of the (account, side) pairs within their side, averaged
    over the sides that have two pairs or more.
    """
    if not exact(guess, entry) or any(x.amount is None for x in guess.lines):
        return None
    offered, booked = _shares(guess.lines), _shares(entry.lines)
    sides = [s for s in Side if sum(side is s for _, side in booked) > 1]
    if not sides or any(math.isnan(x) for x in (*offered.values(), *booked.values())):
        return None
    off = [sum(abs(offered[k] - booked[k]) for k in booked if k[1] is s) / 2 for s in sides]
    return min(1.0, sum(off) / len(off))


def line_sets(guess: Guess, entry: Entry, accounts: int) -> list[list[int]]:
    """For each line with a set of accounts whether it holds the right one, and its size.

    In place of a line that is wrong any account that was booked on its side and not guessed would be right, or no line
    where there is none. A set that is empty stands for all ``accounts``.
    """
    top = tuple(sorted(guess.key))
    truth = tuple(sorted(key_of(entry.lines)))
    found = []
    for line in {(x.account, x.side): x for x in guess.lines if x.among is not None}.values():
        right = booked_instead((line.account, line.side), top, truth)
        covered = not line.among or any(a in line.among for a in right)
        found.append([int(covered), len(line.among or ()) or accounts])
    return found


def counter_right(guess: Guess, entry: Entry, known: Key) -> bool:
    """Whether the lines beside the known ones (the bank line) are right as a set of (account, side)."""
    return guess.key - known == key_of(entry.lines) - known


def straight_through(scores: ArrayLike, right: ArrayLike, precision: float) -> float:
    """Largest share of entries at or above one threshold among which at least ``precision`` are right."""
    share, _ = _best_threshold(scores, right, precision)
    return share


def threshold_for(scores: ArrayLike, right: ArrayLike, precision: float) -> float:
    """The threshold that `straight_through` found; inf where none reaches the precision."""
    _, threshold = _best_threshold(scores, right, precision)
    return threshold


def auto(taken: ArrayLike, right: ArrayLike) -> Auto:
    """Share and precision of the entries ``taken`` by a threshold that was chosen before they were seen."""
    chosen, good = np.asarray(taken, dtype=bool), np.asarray(right, dtype=bool)
    if not chosen.any():
        return Auto(0.0, None)
    return Auto(float(chosen.mean()), float(good[chosen].mean()))


def ece(scores: ArrayLike, right: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass; 0 where there are no entries.

    Entries of one score share the mean of their rights, so their order between two bins cannot matter.
    """
    s, r = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if not len(s):
        return 0.0
    values, inverse, counts = np.unique(s, return_inverse=True, return_counts=True)
    smooth = (np.bincount(inverse, weights=r, minlength=len(values)) / counts)[inverse]
    parts = np.array_split(np.argsort(s, kind="stable"), min(bins, len(s)))
    return float(sum(len(p) * abs(s[p].mean() - smooth[p].mean()) for p in parts) / len(s))


def paired_bootstrap(ours: ArrayLike, theirs: ArrayLike, *, draws: int = 2_000, seed: int = 0) -> Interval:
    """Mean of ``ours - theirs`` entry by entry, with its 95 % interval over resampled entries."""
    difference = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    if not len(difference):
        return Interval(0.0, 0.0, 0.0)
    rng = np.random.default_rng(seed)
    means = np.array([difference[rng.integers(0, len(difference), len(difference))].mean() for _ in range(draws)])
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(difference.mean()), float(low), float(high))


def _best_threshold(scores: ArrayLike, right: ArrayLike, precision: float) -> tuple[float, float]:
    s, r = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.float64)
    order = np.argsort(-s, kind="stable")
    falling, good = s[order], np.cumsum(r[order])
    seen = np.arange(1, len(s) + 1)
    last_of_tie: NDArray[np.bool_] = np.append(falling[1:] < falling[:-1], True)[: len(s)]
    holds = np.flatnonzero(last_of_tie & (good >= precision * seen - 1e-9))
    if not len(holds):
        return 0.0, math.inf
    return float(seen[holds[-1]] / len(s)), float(falling[holds[-1]])


def _shares(lines: Iterable[Line | GuessLine]) -> dict[tuple[str, Side], float]:
    """Share of each (account, side) in its side; NaN where a side adds up to nothing."""
    sums: Counter[tuple[str, Side]] = Counter()
    for x in lines:
        sums[x.account, x.side] += x.amount or Decimal(0)  # type: ignore[assignment]  # counts money
    totals = {s: sum((v for (_, side), v in sums.items() if side is s), Decimal(0)) for s in Side}
    return {k: float(v / totals[k[1]]) if totals[k[1]] else math.nan for k, v in sums.items()}
