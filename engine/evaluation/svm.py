"""The hard peer: a linear SVM over TF-IDF, journal, amount class and party, with the whole line set as its class."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.contender import GUESSES, Contender, Floats, Ints, Weighed, slices
from engine.evaluation.facts import Facts, log_amount
from engine.evaluation.spaces import TfidfSpace, text_of
from engine.journal import Entry, Event, Snapshot, event_of

AMOUNT_CLASSES = 16
_BLOCK = 256  # events scored at once
_SHARPNESS = 4.0  # softmax of margins; a slice of each of five books was likeliest at 3.7 to 6


@dataclass(frozen=True, slots=True)
class SvmSettings:
    """Found on the validation slice."""

    penalty: float = 1.0  # LinearSVC's C
    facts: float = 0.35  # weight of the one-hot columns beside a text of unit length
    journal: float = 0.15  # bonuses by which the earlier entry is chosen whose proportions are used
    amount: float = 0.08
    recency: float = 0.03


class Svm(Contender):
    """One against the rest over line sets; the amounts are split as in the most similar earlier entry of the set."""

    name = "svm"

    def __init__(self) -> None:
        super().__init__()
        self.settings = SvmSettings()
        self._fitted: Classifier | None = None

    def fit(self, snapshot: Snapshot) -> None:
        super().fit(snapshot)
        self.settings = SvmSettings()
        self._choose()
        self.refit()

    def refit(self) -> None:
        super().refit()
        self._fitted = Classifier(self.known, self.sets.of_row, self.settings)

    def weigh(self, events: Sequence[Event]) -> list[Weighed]:
        if self._fitted is None:
            return [Weighed([], (0.0, 0.0, 0.0)) for _ in events]
        out: list[Weighed] = []
        for a in range(0, len(events), _BLOCK):
            out += self._weighed(self._fitted, events[a : a + _BLOCK])
        return out

    def weigh_block(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Weighed]]:
        """As one by one, because between two fits a new entry changes nothing."""
        found = iter(self.weigh([event for events in asked for event in events]))
        self.learn(entries)
        return [[next(found) for _ in events] for events in asked]

    def _weighed(self, fitted: Classifier, events: Sequence[Event]) -> list[Weighed]:
        margins = fitted.margins(events)
        for i, event in enumerate(events):
            allowed = self.sets.allowed(event.lines)
            if allowed is not None and (fits := np.isin(fitted.sets, allowed)).any():
                margins[i, ~fits] = -np.inf
        order = np.argsort(-margins, axis=1, kind="stable")[:, :GUESSES]
        signs, likeness = signs_of(margins), fitted.likeness(events)
        out = []
        for i, row in enumerate(order):
            places = [int(p) for p in row if np.isfinite(margins[i, p])]
            weights = np.exp(_SHARPNESS * (margins[i, places] - margins[i, places[0]]))
            copied = [self.known[fitted.nearest(likeness[i], p)] for p in places]
            out.append(Weighed(list(zip(copied, map(float, weights), strict=True)), tuple(map(float, signs[i]))))
        return out

    def _choose(self) -> None:
        """The weight of the facts first, then the penalty, each by the entries it gets right on the slices."""
        parts = slices(len(self.known))
        best = -1
        for field, values in (("facts", (0.35, 0.2, 0.6, 1.0)), ("penalty", (0.3, 3.0))) if parts else ():
            start = self.settings
            for value in values:
                tried = replace(start, **{field: value})
                tries = [self._try(tried, begin, end) for begin, end in parts]
                right = np.concatenate([r for _, r in tries])
                if int(right.sum()) > best:
                    best, self.settings = int(right.sum()), tried
                    self._signs = [tuple(map(float, row)) for signs, _ in tries for row in signs]
                    self._right = [bool(r) for r in right]

    def _try(self, tried: SvmSettings, begin: int, end: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Signs of the answers to known[begin:end] from known[:begin], and whether they are right."""
        fitted = Classifier(self.known[:begin], self.sets.of_row[:begin], tried)
        margins = fitted.margins([event_of(e) for e in self.known[begin:end]])
        return signs_of(margins), fitted.sets[margins.argmax(axis=1)] == np.array(self.sets.of_row[begin:end])


class Classifier:
    """One fit: features, LinearSVC, and the texts of the entries it was fitted on."""

    def __init__(self, entries: Sequence[Entry], numbers: Sequence[int], settings: SvmSettings) -> None:
        self._settings = settings
        self._space = TfidfSpace()
        self._space.fit([text_of(e) for e in entries])
        self._facts = Facts(entries)
        self._edges = np.quantile([log_amount(e) for e in entries], np.linspace(0, 1, AMOUNT_CLASSES + 1)[1:-1])
        self._place = {name: i for i, name in enumerate(sorted({n for e in entries for n in self._named(e)}))}
        self._columns = np.unique(self._space.known.indices)
        self.sets: Ints = np.unique(np.array(numbers, dtype=np.int64))
        self._rows = [np.flatnonzero(np.array(numbers) == s) for s in self.sets]
        self._svc: Any = None
        if len(self.sets) > 1:
            self._svc = _fit_svc(self._features(self._space.known, entries), np.array(numbers), settings.penalty)

    def margins(self, events: Sequence[Event]) -> Floats:
        """(events, sets), in the order of ``sets``."""
        if self._svc is None:
            return np.ones((len(events), 1))
        features = self._features(self._space.vectors([text_of(e) for e in events]), events)
        raw: Floats = self._svc.decision_function(features)
        return raw if raw.ndim > 1 else np.stack([-raw, raw], axis=1)

    def likeness(self, events: Sequence[Event]) -> Floats:
        """(events, entries): text similarity with bonuses."""
        return self._facts.scores(events, self._space.similarity([text_of(e) for e in events]), self._settings)

    def nearest(self, likeness: Floats, place: int) -> int:
        """The entry of the set at ``place`` that is most alike, the newest of equals."""
        rows = self._rows[place]
        return int(rows[len(rows) - 1 - np.argmax(likeness[rows][::-1])])

    def _features(self, text: Any, records: Sequence[Entry | Event]) -> Any:  # noqa: ANN401 - scipy ships no types
        from scipy.sparse import csr_matrix, hstack

        pairs = [(i, self._place[n]) for i, r in enumerate(records) for n in self._named(r) if n in self._place]
        rows, columns = ([p[k] for p in pairs] for k in (0, 1))
        hot = csr_matrix((np.full(len(pairs), self._settings.facts), (rows, columns)), (len(records), len(self._place)))
        return hstack([text[:, self._columns], hot], format="csr")

    def _named(self, record: Entry | Event) -> list[str]:
        """The facts of a record by name; a blank one is left out."""
        amount = f"amount {int(np.digitize(log_amount(record), self._edges))}"
        return [amount, *(f"{k} {v}" for k, v in (("journal", record.journal), ("party", record.party)) if v)]


def signs_of(margins: Floats) -> Floats:
    """(events, 3): softmax of the best, its lead over the second, its own margin."""
    falling = -np.sort(-margins, axis=1)
    best = falling[:, 0]
    second = falling[:, 1] if falling.shape[1] > 1 else np.full(len(best), -1.0)
    second = np.where(np.isfinite(second), second, best - 2.0)
    weights = np.exp(_SHARPNESS * (falling - best[:, None]))
    return np.stack([1.0 / weights.sum(axis=1), best - second, best], axis=1)


def _fit_svc(features: Any, numbers: Ints, penalty: float) -> Any:  # noqa: ANN401 - scikit-learn ships no types
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a thousand rounds are plenty for a ranking
        return LinearSVC(C=penalty, dual=True, random_state=0).fit(features, numbers)
