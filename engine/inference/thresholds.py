"""From which score on answers were right often enough."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PRECISIONS = (0.8, 0.9, 0.95, 0.98, 0.99)  # for which thresholds are kept
FEWEST = 20  # answers without which a precision is luck
NEVER = 1.01  # a threshold that nothing reaches


def threshold(scores: NDArray[np.floating], right: NDArray[np.bool_], precision: float) -> float:
    """The lowest score from which on the share of right answers is at least ``precision``; NEVER where none is."""
    if not len(scores):
        return NEVER
    order = np.argsort(-scores, kind="stable")
    ranked, good = scores[order], np.cumsum(right[order])
    ends = np.append(ranked[1:] < ranked[:-1], True)  # a threshold takes all of a tie or none
    fine = np.flatnonzero(ends & (good / np.arange(1, len(good) + 1) >= precision))
    return float(ranked[fine[-1]]) if len(fine) else NEVER


def thresholds(scores: NDArray[np.floating], right: NDArray[np.bool_]) -> tuple[float, ...]:
    """One for each of PRECISIONS; NEVER where fewer than FEWEST answers reach it, for they prove nothing."""
    found = [threshold(scores, right, p) for p in PRECISIONS]
    return tuple(t if (scores >= t).sum() >= FEWEST else NEVER for t in found)


def above(kept: Sequence[float], precision: float) -> float:
    """The kept threshold of the lowest of PRECISIONS that is at least ``precision``; NEVER where there is none."""
    fit = [t for p, t in zip(PRECISIONS, kept, strict=True) if p >= precision]
    return fit[0] if fit else NEVER
