"""What is known of an event beside its text, compared with all known entries at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from engine import features
from engine.evaluation.contender import Floats
from engine.journal import Entry, Event

_HALF_MONTHS = 60.0  # days over which recency falls to a third


class Bonuses(Protocol):
    """Weights of journal, amount and recency beside a text similarity in [0, 1]."""

    @property
    def journal(self) -> float: ...
    @property
    def amount(self) -> float: ...
    @property
    def recency(self) -> float: ...


def log_amount(record: Entry | Event) -> float:
    """log(1 + |amount|) in whole currency units; the sign of a total says nothing about likeness."""
    amount = record.total if isinstance(record, Entry) else record.amount
    return features.log_amount(amount)


class Facts:
    """Journals, amounts and days of the known entries as arrays."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self._journals: dict[str, int] = {}
        self._journal = np.zeros(0, dtype=np.int64)
        self._amount = np.zeros(0)
        self._day = np.zeros(0)
        self.extend(entries)

    def extend(self, entries: Sequence[Entry]) -> None:
        own = [self._journals.setdefault(e.journal, len(self._journals)) for e in entries]
        self._journal = np.concatenate([self._journal, np.array(own, dtype=np.int64)])
        self._amount = np.concatenate([self._amount, [log_amount(e) for e in entries]])
        self._day = np.concatenate([self._day, [float(e.date.toordinal()) for e in entries]])

    def scores(self, events: Sequence[Event], text: Floats, weights: Bonuses) -> Floats:
        """Text similarity plus bonuses, (events, known); a blank journal or date earns no bonus for it."""
        journal = np.array([self._journals.get(e.journal, -1) if e.journal else -1 for e in events])
        amount = np.array([log_amount(e) for e in events])
        same = journal[:, None] == self._journal[None, :]
        close = np.exp(-3.0 * np.abs(amount[:, None] - self._amount[None, :]))
        total: Floats = text + weights.journal * same + weights.amount * close
        dated = [i for i, e in enumerate(events) if e.date is not None]
        days = np.array([float(e.date.toordinal()) for e in events if e.date is not None])
        if dated:
            age = np.abs(days[:, None] - self._day[None, :])
            total[dated] += weights.recency * np.exp(-age / _HALF_MONTHS)
        return total
