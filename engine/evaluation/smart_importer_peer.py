"""smart_importer's own predictor as a contender, where the package is installed.

Its pipeline (word 1-3-grams of narration and payee, day of month, a linear SVC over what was posted) is built and
trained by the package. What a careful user would add is added: journal and amount class as further attributes. The
package joins a booking's account names into one class; here the class stands for its set of (account, side), which
says as much and the side too. The package says nothing of how sure it is; the confidence is read off its margins, which
count won duels and rank answers poorly.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.evaluation.contender import GUESSES, Contender, Floats, Weighed, slices
from engine.evaluation.facts import log_amount
from engine.evaluation.svm import signs_of
from engine.journal import Entry, Event, Snapshot, event_of

_CLASSES = 16  # of the amount, by quantile
_WEIGHTS = {"narration": 0.8, "payee": 0.5, "date.day": 0.1, "meta.journal": 0.8, "meta.amount": 0.5}
_NO_DAY = 15  # of the month, where the date is left blank


class SmartImporter(Contender):
    """The account set with the highest margin; proportions of the last entry that had it."""

    name = "smart_importer"

    def __init__(self) -> None:
        super().__init__()
        self._model: _Model | None = None

    def fit(self, snapshot: Snapshot) -> None:
        super().fit(snapshot)
        for begin, end in slices(len(self.known)):
            tried = _Model(self.known[:begin], self.sets.of_row[:begin])
            margins = tried.margins([event_of(e) for e in self.known[begin:end]])
            right = tried.sets[margins.argmax(axis=1)] == np.array(self.sets.of_row[begin:end])
            self.witness([tuple(map(float, row)) for row in signs_of(margins)], [bool(r) for r in right])
        self.refit()

    def refit(self) -> None:
        super().refit()
        self._model = _Model(self.known, self.sets.of_row)

    def weigh(self, events: Sequence[Event]) -> list[Weighed]:
        if self._model is None or not events:
            return [Weighed([], (0.0, 0.0, 0.0)) for _ in events]
        margins, sets = self._model.margins(events), self._model.sets
        for i, event in enumerate(events):
            allowed = self.sets.allowed(event.lines)
            if allowed is not None and (fits := np.isin(sets, allowed)).any():
                margins[i, ~fits] = -np.inf
        newest = {number: self.known[row] for row, number in enumerate(self.sets.of_row)}
        signs = signs_of(margins)
        out = []
        for i, order in enumerate(np.argsort(-margins, axis=1, kind="stable")[:, :GUESSES]):
            places = [p for p in order if np.isfinite(margins[i, p])]
            options = [(newest[int(sets[p])], float(np.exp(margins[i, p] - margins[i, places[0]]))) for p in places]
            out.append(Weighed(options, tuple(map(float, signs[i]))))
        return out

    def weigh_block(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Weighed]]:
        """Between two fits its model stays as it is, so a block is answered at once."""
        found = iter(self.weigh([event for events in asked for event in events]))
        self.learn(entries)
        return [[next(found) for _ in events] for events in asked]


class _Model:
    """One training of the package's predictor. Targets are set numbers written as account names."""

    def __init__(self, entries: Sequence[Entry], numbers: Sequence[int]) -> None:
        package = importlib.import_module("smart_importer")
        self._data = importlib.import_module("beancount.core.data")
        self._edges = np.quantile([log_amount(e) for e in entries], np.linspace(0, 1, _CLASSES + 1)[1:-1])
        named = type("PredictSets", (package.PredictPostings,), {"weights": _WEIGHTS})
        self._predictor = named()
        self._predictor.training_data = [
            self._transaction(event_of(e), f"Equity:Set{n}") for e, n in zip(entries, numbers, strict=True)
        ]
        self._predictor.define_pipeline()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its vectorizer warns of an empty vocabulary and goes on
            self._predictor.train_pipeline()
        names = sorted(set(self._predictor.targets))
        self.sets = np.array([int(name.removeprefix("Equity:Set")) for name in names], dtype=np.int64)

    def margins(self, events: Sequence[Event]) -> Floats:
        """(events, sets), in the order of ``sets``, which is that of the classifier's classes."""
        if len(self.sets) == 1:
            return np.ones((len(events), 1))
        pipeline = self._predictor.pipeline
        raw: Floats = pipeline.decision_function([self._transaction(e, "Equity:Unknown") for e in events])
        margins = raw if raw.ndim > 1 else np.stack([-raw, raw], axis=1)
        # What it answers is its vote; the margins order the rest below.
        places = {f"Equity:Set{n}": i for i, n in enumerate(self.sets)}
        for i, said in enumerate(pipeline.predict([self._transaction(e, "Equity:Unknown") for e in events])):
            margins[i, places[said]] = max(margins[i, places[said]], margins[i].max() + 1e-6)
        return margins

    def _transaction(self, event: Event, account: str) -> Any:  # noqa: ANN401 - the package's records have no types here
        day = event.date
        posting = self._data.Posting(account, None, None, None, None, None)
        meta = {"journal": event.journal, "amount": f"class{int(np.digitize(log_amount(event), self._edges))}"}
        when = day or _Day()
        return self._data.Transaction(
            meta, when, "*", event.party or None, event.description, frozenset(), frozenset(), [posting]
        )


class _Day:
    """Stands where a date is blank."""

    day = _NO_DAY
