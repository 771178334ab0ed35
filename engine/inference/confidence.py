"""How likely an entry is right in full, as users mean it: accounts and sides, amounts, tax codes and parties.

P(full) = P(set) · P(the rest | the set is right). The first factor is the judge's; the second is a logistic curve on
how the lines came about, learnt from the same replayed history: the first candidate of every replayed event whose set
was right is written out by the one Composer and compared with what was booked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inference.evidence import Evidence
from engine.inference.lines import Composed, Composer, Signs
from engine.inference.logistic import fit, logit, sigmoid
from engine.inference.thresholds import NEVER, PRECISIONS, above, thresholds
from engine.journal import Candidate, Entry, Event, Unchecked
from engine.retrieval.memory import Memory
from engine.rightness import fully_right
from engine.targets import LineSet

Floats = NDArray[np.float64]

# Believed before there is any history, in log odds; those of `free` count where there is something to share out.
_PRIOR = {
    "usual": 3.0, "set": 0.2, "free": -3.0, "free_steady": 4.0, "free_always": 1.0, "free_extra": -0.3,
    "free_same_total": 1.0, "free_written": -2.0, "shape": -2.0, "labels": -2.5, "far": -0.5,
}  # fmt: skip
_STRENGTH = 1.0
_FOLDS = 3  # blocks of time; thresholds rest on probabilities of blocks that the curve did not see
FEW = 20  # cases of something below which history cannot judge it
_ALWAYS = 3  # precedents from which "all of them" says something


class Booked:
    """The entry of a replayed event; says whether a candidate, written out for what was asked, is that entry in full.

    ``check_tax`` as in `fully_right`; ``currency`` is the book's, for entries that name none.
    """

    def __init__(self, entry: Entry, asked: Event, memory: Memory, currency: str, *, check_tax: bool) -> None:
        """``asked`` may say less than the entry, as users do."""
        self.entry, self._check_tax = entry, check_tax
        self._composer = Composer(asked, memory, entry.currency or currency)
        self._composed: dict[LineSet, Composed | None] = {}

    def composed(self, places: LineSet, evidence: Evidence) -> Composed | None:
        """The candidate written out; kept, since judges are learnt anew as history grows."""
        if places not in self._composed:
            self._composed[places] = self._composer.compose(places, evidence)
        return self._composed[places]

    def right(self, composed: Composed) -> bool:
        return fully_right(composed.lines, self.entry, check_tax=self._check_tax)


@dataclass(frozen=True, slots=True)
class First:
    """What became of one first candidate; ``set_probability`` is calibrated, by trees that did not see the event."""

    set_probability: float
    signs: Signs
    set_right: bool
    full_right: bool
    tax: bool = False
    party: bool = False


@dataclass(frozen=True)
class Confidence:
    """The curve with its thresholds; ``seen`` counts the cases it rests on, by what was at stake in them."""

    weights: tuple[float, ...] = tuple(_PRIOR.values())
    sure_above: tuple[float, ...] = (NEVER,) * len(PRECISIONS)  # of the full probability, by PRECISIONS
    seen: dict[str, int] = field(default_factory=dict)

    def full(self, set_probability: float, signs: Signs) -> float:
        """The probability that the entry is right in full; never more than that of its set."""
        return set_probability * float(sigmoid(_row(set_probability, signs) @ np.array(self.weights)))

    def threshold(self, precision: float) -> float:
        """The full probability from which at least ``precision`` of the answers were right in history."""
        return above(self.sure_above, precision)

    def unchecked(self, candidate: Candidate) -> tuple[Unchecked, ...]:
        """What the number does not cover, because history has hardly a case of it."""
        sides = [x.side for x in candidate.lines]
        at_stake = {
            Unchecked.AMOUNTS: len(sides) > len(set(sides)),
            Unchecked.TAX_CODE: True,
            Unchecked.PARTY: True,
        }
        return tuple(u for u, matters in at_stake.items() if matters and self.seen.get(u.value, 0) < FEW)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "features": list(_PRIOR)}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Confidence:
        """Raises ValueError where it was learnt on other features than this version has."""
        if saved["features"] != list(_PRIOR):
            raise ValueError("the confidence was learnt on other features than this version collects")
        return cls(tuple(saved["weights"]), tuple(saved["sure_above"]), saved["seen"])


def learn(firsts: Sequence[First], *, thresholded: bool = True) -> Confidence:
    """Fit on first candidates, oldest first; without ``thresholded`` nothing will be called sure."""
    if not firsts:
        return Confidence()
    rows = np.array([_row(f.set_probability, f.signs) for f in firsts])
    there = np.array([f.set_right for f in firsts])
    right = np.array([f.full_right for f in firsts])
    weights = _fit(rows[there], right[there])
    unseen = np.empty(len(firsts))
    for block in np.array_split(np.arange(len(firsts)), min(_FOLDS, len(firsts))):
        others = there.copy()
        others[block] = False
        unseen[block] = sigmoid(rows[block] @ _fit(rows[others], right[others]))
    scores = unseen * np.array([f.set_probability for f in firsts])
    seen = {
        Unchecked.AMOUNTS.value: sum(not f.signs.forced for f in firsts),
        Unchecked.TAX_CODE.value: sum(f.tax for f in firsts),
        Unchecked.PARTY.value: sum(f.party for f in firsts),
    }
    kept = thresholds(scores, right) if thresholded else Confidence().sure_above
    return Confidence(tuple(float(w) for w in weights), kept, seen)


def _fit(rows: Floats, right: NDArray[np.bool_]) -> Floats:
    prior = np.array(list(_PRIOR.values()))
    return np.asarray(fit(rows.reshape(-1, len(prior)), right.astype(np.float64), prior, _STRENGTH))


def _row(set_probability: float, signs: Signs) -> Floats:
    """(f,) in the order of _PRIOR."""
    free = 0.0 if signs.forced else 1.0
    values = {
        "usual": 1.0,
        "set": float(np.clip(logit(set_probability), -4.0, 4.0)),
        "free": free,
        "free_steady": free * signs.steady,
        "free_always": free * (signs.steady > 1 - 1e-9 and signs.tested >= _ALWAYS),
        "free_extra": free * float(np.log1p(max(0, signs.extra - 1))),
        "free_same_total": free * signs.same_total,
        "free_written": free * (not signs.recalled),
        "shape": 1.0 - signs.shape,
        "labels": 1.0 - signs.labels,
        "far": 1.0 - min(1.0, max(0.0, signs.near)),
    }
    return np.array([float(values[name]) for name in _PRIOR])
