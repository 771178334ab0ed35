"""The hard peer: a linear SVM over TF-IDF, journal, amount class and party, with the whole line set as its class."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.contender import GUESSES, Confidence, Contender, Floats, Ints, ranked, validation_cut
from engine.evaluation.facts import Facts, log_amount
from engine.evaluation.spaces import TfidfSpace, text_of
from engine.evaluation.system import Ranked
from engine.journal import Entry, Event, Snapshot, event_of

AMOUNT_CLASSES = 16
_BLOCK = 256  # events scored at once


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
        self._confidence = Confidence()

    def fit(self, snapshot: Snapshot) -> None:
        super().fit(snapshot)
        self.settings, self._confidence = SvmSettings(), Confidence()
        cut = validation_cut(len(self.known))
        if cut is not None:
            self._choose(cut)
        self.refit()

    def refit(self) -> None:
        self._fitted = Classifier(self.known, self.sets.of_row, self.settings)

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        if self._fitted is None:
            return [() for _ in events]
        out: list[Ranked] = []
        for a in range(0, len(events), _BLOCK):
            out += self._block(self._fitted, events[a : a + _BLOCK])
        return out

    def replay(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Ranked]]:
        """As one by one: between two fits a new entry changes nothing but the threshold's evidence."""
        answers = iter(self.answer([event for events in asked for event in events]))
        out = [[next(answers) for _ in events] for events in asked]
        for entry, events, said in zip(entries, asked, out, strict=True):
            self._note(entry, events, said)
        self.learn(entries)
        return out

    def _block(self, fitted: Classifier, events: Sequence[Event]) -> list[Ranked]:
        margins = fitted.margins(events)
        for i, event in enumerate(events):
            allowed = self.sets.allowed(event.lines)
            if allowed is not None and (fits := np.isin(fitted.sets, allowed)).any():
                margins[i, ~fits] = -np.inf
        order = np.argsort(-margins, axis=1, kind="stable")[:, :GUESSES]
        sure = self._confidence.of(signs_of(margins))
        likeness = fitted.likeness(events)
        out = []
        for i, event in enumerate(events):
            places = [p for p in order[i] if np.isfinite(margins[i, p])]
            weights = np.exp(margins[i, places] - margins[i, places[0]])
            rows = [fitted.nearest(likeness[i], int(p)) for p in places]
            options = [(self.known[r], float(w)) for r, w in zip(rows, weights, strict=True)]
            out.append(ranked(options, event, float(sure[i])))
        return out

    def _choose(self, cut: int) -> None:
        """The weight of the facts first, then the penalty, each by the entries it gets right on the newest part."""
        best = -1
        newest = self.known[cut:]
        events, truth = [event_of(e) for e in newest], np.array(self.sets.of_row[cut:])
        for step in ({"facts": (0.35, 0.2, 0.6, 1.0)}, {"penalty": (0.3, 3.0)}):
            start = self.settings
            for field, values in step.items():
                for value in values:
                    tried = replace(start, **{field: value})
                    fitted = Classifier(self.known[:cut], self.sets.of_row[:cut], tried)
                    margins = fitted.margins(events)
                    right = fitted.sets[margins.argmax(axis=1)] == truth
                    if int(right.sum()) > best:
                        best, self.settings = int(right.sum()), tried
                        self._confidence.fit(signs_of(margins), right)
                        self._scores = list(self._confidence.of(signs_of(margins)))
                        self._right = list(right)


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
    weights = np.exp(3.0 * (falling - best[:, None]))
    return np.stack([1.0 / weights.sum(axis=1), best - second, best], axis=1)


def right_of(margins: Floats, sets: Ints, truth: Ints) -> NDArray[np.bool_]:
    """Whether the best set is the true one."""
    right: NDArray[np.bool_] = sets[margins.argmax(axis=1)] == truth
    return right


def _fit_svc(features: Any, numbers: Ints, penalty: float) -> Any:  # noqa: ANN401 - scikit-learn ships no types
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a thousand rounds are plenty for a ranking
        return LinearSVC(C=penalty, dual=True, random_state=0).fit(features, numbers)
