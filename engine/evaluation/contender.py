"""What the peers share: known entries and their line sets, amounts in an earlier entry's proportions, confidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation import metrics
from engine.evaluation.system import Guess, GuessLine, Key, Ranked
from engine.inference.amounts import AmountsDisagree, AmountTooSmall, BadShares, allocate_entry, minor_units
from engine.journal import Entry, Event, Line, Side, Snapshot, event_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
VALIDATION = 0.12  # newest share of the history on which settings, temperatures and thresholds are chosen
GUESSES = 5


class Contender:
    """A peer that answers from known entries; what it was told so far also sets its threshold."""

    name = "contender"

    def __init__(self) -> None:
        self.known: list[Entry] = []
        self.sets = Sets()
        self._scores: list[float] = []
        self._right: list[bool] = []

    def fit(self, snapshot: Snapshot) -> None:
        self.known, self.sets, self._scores, self._right = [], Sets(), [], []
        self.learn(snapshot.entries)

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        raise NotImplementedError

    def learn(self, entries: Sequence[Entry]) -> None:
        self.known.extend(entries)
        self.sets.extend(entries)

    def replay(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Ranked]]:
        out = []
        for entry, events in zip(entries, asked, strict=True):
            out.append(self.answer(events))
            self._note(entry, events, out[-1])
            self.learn([entry])
        return out

    def refit(self) -> None:
        """Nothing here is fitted."""

    def threshold(self, precision: float) -> float:
        return metrics.threshold_for(self._scores, self._right, precision)

    def _note(self, entry: Entry, events: Sequence[Event], answers: Sequence[Ranked]) -> None:
        """Remember how sure the answer to the whole event was and whether it was right: the threshold's evidence."""
        for event, ranked in zip(events, answers, strict=True):
            if ranked and event == event_of(entry):
                self._scores.append(ranked[0].score)
                self._right.append(metrics.exact(ranked[0], entry))
                return


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
        if 0 < right.sum() < len(right):
            self._model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0)).fit(signs, right)

    def of(self, signs: Floats) -> Floats:
        """(n,) in [0, 1]."""
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


def validation_cut(n: int) -> int | None:
    """Where the newest 12 % begin; None where that leaves too little on either side to choose anything by."""
    cut = n - int(n * VALIDATION)
    return cut if n - cut >= GUESSES and cut >= GUESSES else None
