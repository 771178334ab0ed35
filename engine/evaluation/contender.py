"""What the peers share: known entries and their line sets, amounts in an earlier entry's proportions, confidence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.evaluation import metrics
from engine.evaluation.system import Guess, GuessLine, Key, Ranked
from engine.inference.amounts import AmountsDisagree, AmountTooSmall, BadShares, allocate_entry
from engine.journal import Entry, Event, Line, Side, Snapshot, event_of, minor_units

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
VALIDATION = 0.12  # newest share of the history on which settings, temperatures and thresholds are chosen
GUESSES = 5
SMALL_BOOK = 2_000  # entries; in a smaller history settings are chosen on three slices


class Weighed(NamedTuple):
    """What a peer makes of one event: earlier entries to copy with their weights, best first, and signs of being right.

    The first sign lies in [0, 1]; all of them grow with the chance that the first option is right.
    """

    options: list[tuple[Entry, float]]
    signs: tuple[float, ...]


class Contender:
    """A peer that answers from known entries.

    Confidence and threshold rest on evidence: signs of earlier answers with how they came out, first from the
    validation slices of the history, then from each replayed entry.
    """

    name = "contender"

    def __init__(self) -> None:
        self.known: list[Entry] = []
        self.sets = Sets()
        self.confidence = Confidence()
        self._signs: list[tuple[float, ...]] = []
        self._right: list[bool] = []

    def fit(self, snapshot: Snapshot) -> None:
        self.known, self.sets, self.confidence, self._signs, self._right = [], Sets(), Confidence(), [], []
        self.learn(snapshot.entries)

    def weigh(self, events: Sequence[Event]) -> list[Weighed]:
        """One per event; no options where nothing is known."""
        raise NotImplementedError

    def weigh_block(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Weighed]]:
        """Events of each entry weighed with what came before it; afterwards all entries are known."""
        out = []
        for entry, events in zip(entries, asked, strict=True):
            out.append(self.weigh(events))
            self.learn([entry])
        return out

    def learn(self, entries: Sequence[Entry]) -> None:
        self.known.extend(entries)
        self.sets.extend(entries)

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        return self._ranked(self.weigh(events), events)

    def replay(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Ranked]]:
        weighed = self.weigh_block(entries, asked)
        for entry, events, found in zip(entries, asked, weighed, strict=True):
            full = event_of(entry)
            self.witness(
                [w.signs for e, w in zip(events, found, strict=True) if e == full and w.options],
                [_copies(w, entry) for e, w in zip(events, found, strict=True) if e == full and w.options],
            )
        return [self._ranked(found, events) for events, found in zip(asked, weighed, strict=True)]

    def refit(self) -> None:
        """Read the confidence anew from all evidence so far."""
        self.confidence.fit(np.array(self._signs), np.array(self._right))

    def threshold(self, precision: float) -> float:
        if not self._signs:
            return math.inf
        return metrics.threshold_for(self.confidence.of(np.array(self._signs)), self._right, precision)

    def witness(self, signs: Sequence[tuple[float, ...]], right: Sequence[bool]) -> None:
        """Keep evidence: signs of answers and whether the first option was right."""
        self._signs.extend(signs)
        self._right.extend(bool(r) for r in right)

    def _ranked(self, weighed: Sequence[Weighed], events: Sequence[Event]) -> list[Ranked]:
        sure = iter(self.confidence.of(np.array([w.signs for w in weighed if w.options])))
        return [
            ranked(w.options, e, float(next(sure))) if w.options else () for w, e in zip(weighed, events, strict=True)
        ]


def _copies(weighed: Weighed, entry: Entry) -> bool:
    return metrics.key_of(weighed.options[0][0].lines) == metrics.key_of(entry.lines)


class Sets:
    """Line sets by number, as they are first met; ``of_row[i]`` is the set of the i-th known entry."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.of_row: list[int] = []
        self._number: dict[Key, int] = {}
        self._having: dict[tuple[str, Side], set[int]] = {}

    def extend(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            key = metrics.key_of(entry.lines)
            if key not in self._number:
                self._number[key] = len(self.keys)
                for pair in key:
                    self._having.setdefault(pair, set()).add(len(self.keys))
                self.keys.append(key)
            self.of_row.append(self._number[key])

    def number(self, key: Key) -> int:
        """-1 for a set never met."""
        return self._number.get(key, -1)

    def allowed(self, known: Sequence[Line]) -> list[int] | None:
        """Sets that hold all the known lines; None where nothing is known or no set fits."""
        if not known:
            return None
        fitting = set.intersection(*(self._having.get((x.account, x.side), set()) for x in known))
        return sorted(fitting) or None


def filled(template: Entry, event: Event) -> tuple[GuessLine, ...]:
    """The template's lines with the event's amount in the template's proportions; amounts are None where that fails."""
    sides = [x.side for x in template.lines]
    totals = {s: sum((x.amount for x in template.lines if x.side is s), Decimal(0)) for s in Side}
    amounts: Sequence[Decimal | None] = [None] * len(sides)
    if all(totals.values()):
        shares = [float(x.amount / totals[x.side]) for x in template.lines]
        try:
            amounts = allocate_entry(
                event.amount, sides, shares, minor_units(event.currency), _fixed(template.lines, event.lines)
            )
        except (AmountsDisagree, AmountTooSmall, BadShares):
            amounts = [None] * len(sides)
    return tuple(GuessLine(x.account, x.side, a) for x, a in zip(template.lines, amounts, strict=True))


def _fixed(lines: Sequence[Line], known: Sequence[Line]) -> list[Decimal | None]:
    """Amounts of known lines at their place in the template; each is used once."""
    left, out = list(known), []
    for line in lines:
        match = next((x for x in left if (x.account, x.side) == (line.account, line.side)), None)
        out.append(match.amount if match else None)
        if match:
            left.remove(match)
    return out


class Confidence:
    """Probability that the first guess is right, from a few growing signs, by a logistic curve on the validation slice.

    Until it is fitted, or where the slice says nothing (all right, or all wrong), it is the first sign itself.
    """

    def __init__(self) -> None:
        self._model: Any = None  # scikit-learn ships no types
        self._low = self._high = 0.0

    def fit(self, signs: Floats, right: NDArray[np.bool_]) -> None:
        """``signs`` (n, f), the first of them in [0, 1]; ``right`` (n,)."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self._model = None
        if len(right) and 0 < right.sum() < len(right):
            self._model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0)).fit(signs, right)

    def of(self, signs: Floats) -> Floats:
        """(n,) in [0, 1] for ``signs`` (n, f)."""
        if not len(signs) or self._model is None:
            return np.clip(signs[:, 0], 0.0, 1.0) if len(signs) else np.zeros(0)
        probability: Floats = self._model.predict_proba(signs)[:, 1]
        return probability


def ranked(options: Sequence[tuple[Entry, float]], event: Event, confidence: float) -> Ranked:
    """Guesses from (template, weight), best first; the first has ``confidence``, the others their part of the rest.

    The parts of the rest are in proportion to the weights and never above the first.
    """
    others = sum(weight for _, weight in options[1:])
    rest = 1.0 - confidence
    return tuple(
        Guess(
            filled(template, event),
            confidence if i == 0 else min(confidence, rest * weight / others if others else 0.0),
        )
        for i, (template, weight) in enumerate(options[:GUESSES])
    )


def slices(n: int) -> list[tuple[int, int]]:
    """(begin, end) of the slices to choose settings on, each answered from the entries before ``begin``.

    The newest 12 %; in a small book also the two slices before it, since one would hold too few entries to go by.
    Empty where the history is too short for any.
    """
    width = int(n * VALIDATION)
    count = 3 if n < SMALL_BOOK else 1
    return [(n - (i + 1) * width, n - i * width) for i in reversed(range(count))] if width >= GUESSES else []
