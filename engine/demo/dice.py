"""Chance that repeats: everything is drawn from `random.random()`, whose sequence Python promises to keep."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of choices; the same seed and the same calls give the same book on every Python."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        return self._random() < probability

    def below(self, n: int) -> int:
        """Return a whole number in [0, n)."""
        return min(int(self._random() * n), n - 1)

    def between(self, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        mark = self._random() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            mark -= weight
            if mark < 0:
                return item
        return items[-1]

    def count(self, expected: float) -> int:
        """Return a number of events with this mean: its whole part or one more, larger ones give or take one."""
        n = int(expected) + self.chance(expected - int(expected))
        if expected >= 2:
            n += self.between(-1, 1)
        return n

    def cents(self, low: int, high: int) -> int:
        """Draw an amount in cents between two whole amounts; small ones more often, a third of them round."""
        low_c, high_c = 100 * low, 100 * high
        drawn = low_c + int((high_c - low_c) * self._random() ** 1.6)
        if self.chance(0.2):
            return max(drawn // 1000 * 1000, 100)
        return max(drawn // 100 * 100, 100) if self.chance(0.15) else max(drawn, 1)
