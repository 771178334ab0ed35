"""For each line a set of accounts that holds the right one with a stated coverage.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018, arXiv:1604.04173): on a slice of history that the model
did not learn from, the score of a line is one minus the probability of the account that was booked; a set takes every
account whose score is at most the right quantile of them. By account class (Mondrian: Vovk et al. 2003), because banks
are easy and costs are not; a class with few lines uses the quantile of all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.journal import Side
from engine.targets import LineSet

Floats = NDArray[np.floating]

COVERAGES = (0.9, 0.95)
STATED = 0.95  # of the sets that proposals carry
NEWEST = 0.5  # share of the replayed history, its newest part, that calibrates
FEWEST = 40  # lines of a class from which it has quantiles of its own
_LITTLE = 1e-3  # probability shared by all usual accounts
NOTHING = ""  # stands for: the entry has no such line
_ALL = "*"


class Scored(NamedTuple):
    """One line of a first candidate: the class of its account, and the score of what was booked there."""

    kind: str
    score: float


@dataclass(frozen=True)
class LineSets:
    """By account class the highest score a set may take, one for each of COVERAGES; infinite where all must go in."""

    highest: dict[str, tuple[float, ...]] = field(default_factory=dict)
    usual: Usual = field(default_factory=dict)

    def of(self, options: dict[str, float], account: str, coverage: float = STATED) -> tuple[str, ...]:
        """The accounts that hold the right one with this coverage, likeliest first; NOTHING may be among them.

        The line's own account is always in. Empty where history cannot promise it: then any account is possible.
        """
        kept = self.highest.get(account_class(account)) or self.highest.get(_ALL)
        limit = kept[COVERAGES.index(coverage)] if kept else math.inf
        if math.isinf(limit):
            return ()
        ranked = sorted(options, key=lambda a: (-options[a], a))
        return tuple(a for a in ranked if 1.0 - options[a] <= limit + 1e-9 or a == account)

    def to_dict(self) -> dict[str, Any]:
        return {
            "highest": {k: [None if math.isinf(x) else x for x in v] for k, v in self.highest.items()},
            "usual": {s.letter: shares for s, shares in self.usual.items()},
        }

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> LineSets:
        return cls(
            {k: tuple(math.inf if x is None else x for x in v) for k, v in saved["highest"].items()},
            {Side.of(s): shares for s, shares in saved["usual"].items()},
        )


def learn(scored: Iterable[Scored], background: Usual | None = None) -> LineSets:
    """Quantiles of the scores, by class where there are enough of them."""
    by_class: dict[str, list[float]] = {}
    for kind, score in scored:
        by_class.setdefault(kind, []).append(score)
        by_class.setdefault(_ALL, []).append(score)
    kept = {k: quantiles(v) for k, v in by_class.items() if len(v) >= FEWEST or k == _ALL}
    return LineSets(kept, background or {})


def quantiles(scores: Sequence[float]) -> tuple[float, ...]:
    """For each coverage the ⌈(n + 1) · coverage⌉-th smallest score; infinite where n is too small for it."""
    ranked = np.sort(np.asarray(scores, np.float64))
    places = [math.ceil((len(ranked) + 1) * c - 1e-9) for c in COVERAGES]
    return tuple(float(ranked[p - 1]) if 0 < p <= len(ranked) else math.inf for p in places)


Usual = dict[Side, dict[str, float]]  # how often each account stands on each side of candidates


def usual(cases: Iterable[Sequence[LineSet]]) -> Usual:
    """Shares of the accounts on each side of all candidates: what may stand there when no candidate is right.

    Nothing that was booked goes in, so that lines of calibration and of serving stay exchangeable.
    """
    counts: dict[Side, Counter[str]] = {s: Counter() for s in Side}
    for sets in cases:
        for account, side in {place for lines in sets for place in lines}:
            counts[side][account] += 1
    return {s: {a: n / c.total() for a, n in sorted(c.items())} for s, c in counts.items()}


def options(
    place: tuple[str, Side], top: LineSet, sets: Sequence[LineSet], chances: Floats, background: Usual | None = None
) -> dict[str, float]:
    """What may stand in place of one line of the first candidate, with probabilities from all candidates.

    A candidate with the line votes for its account; one without votes for the accounts it has on that side and the
    first candidate has not, in equal parts, or for NOTHING where there are none. Accounts that are usual on that side
    get a little, so that there is an order among those that no candidate has.
    """
    account, side = place
    votes: dict[str, float] = {account: 0.0}
    own = set(top)
    for lines, chance in zip(sets, chances, strict=True):
        others = [a for a, s in lines if s is side and (a, s) not in own]
        named = [account] if place in lines else others or [NOTHING]
        for a in named:
            votes[a] = votes.get(a, 0.0) + float(chance) / len(named)
    for a, share in (background or {}).get(side, {}).items():
        votes[a] = votes.get(a, 0.0) + _LITTLE * share
    return votes


def booked_instead(place: tuple[str, Side], top: LineSet, truth: LineSet) -> tuple[str, ...]:
    """What was really booked in place of one line of the first candidate; any of them would be right."""
    if place in truth:
        return (place[0],)
    return tuple(a for a, s in truth if s is place[1] and (a, s) not in set(top)) or (NOTHING,)


def scored(
    top: LineSet, truth: LineSet, sets: Sequence[LineSet], chances: Floats, background: Usual | None = None
) -> list[Scored]:
    """Each line of the first candidate with its class and its score: one minus the best of what would be right."""
    found = []
    for place in top:
        offered = options(place, top, sets, chances, background)
        right = max((offered[a] for a in booked_instead(place, top, truth) if a in offered), default=-math.inf)
        found.append(Scored(account_class(place[0]), 1.0 - right))
    return found


def account_class(code: str) -> str:
    """The class of an account by its code: the first digit of a number, else what stands before the first separator."""
    if code[:1].isdigit():
        return code[0]
    head = code
    for mark in ":./- ":
        head = head.split(mark)[0]
    return head.casefold()
