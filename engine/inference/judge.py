"""The judge: boosted trees that rank candidates by evidence and say how likely each is right.

Shapes: r rows (candidates of many events), c candidates of one event.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.config import JudgeConfig
from engine.inference.confidence import Booked, Confidence, First
from engine.inference.confidence import learn as learn_confidence
from engine.inference.conformal import NEWEST, LineSets, scored, usual
from engine.inference.conformal import learn as learn_line_sets
from engine.inference.evidence import NAMES, Evidence
from engine.inference.logistic import fit
from engine.inference.logistic import logit as _logit
from engine.inference.logistic import sigmoid as _sigmoid
from engine.inference.thresholds import NEVER, PRECISIONS, above, thresholds
from engine.inference.trees import chances as heard
from engine.inference.trees import grow
from engine.sketch import Floats
from engine.targets import LineSet

ENOUGH = 60  # events from which a judge of the book's own is learnt
FOLDS = 3  # blocks of time for the out-of-block probabilities that calibrate
UNSUPPORTED = 0.45  # the most that is claimed where history cannot speak
_DRAWN = 1.0  # events' worth of belief that the trees need no correction
_UNSEEN = NAMES.index("unseen")
PRUDENCE = 20.0  # events' worth of doubt while there is no judge


@dataclass(frozen=True)
class Judged:
    """One replayed event: its evidence, the line set that was booked, and the entry to compare whole lines with.

    ``again`` marks an event that was replayed before, with more or less known.
    """

    evidence: Evidence
    truth: LineSet
    booked: Booked | None = None
    again: bool = False

    @property
    def right(self) -> Floats:
        """(c,) 1 for the candidate that was booked, 0 for the others."""
        return np.array([s == self.truth for s in self.evidence.sets], np.float32)


@dataclass(frozen=True)
class Scale:
    """Calibration of the first candidate (Platt 1999): p' = sigmoid(slope * logit(p) + offset), and its thresholds."""

    slope: float = 1.0
    offset: float = 0.0
    sure_above: tuple[float, ...] = (NEVER,) * len(PRECISIONS)  # by PRECISIONS
    mix: float = 0.5  # pi, the weight of templates against the decoder
    exact: float = 0.0  # share of first candidates that were right, judged by trees that did not see them

    def threshold(self, precision: float) -> float:
        """The probability from which at least ``precision`` of the answers were right in history; NEVER for none."""
        return above(self.sure_above, precision)


@dataclass(frozen=True)
class Prior:
    """Trees learnt from other books; the book's own count as much once they heard ``events`` events."""

    trees: str = ""
    events: float = 100.0


NO_PRIOR = Prior()


class Judge:
    """Ranks candidates by trees of the book's own history and of many other books, joined by how much history spoke.

    Without any trees it trusts the mixture of templates and decoder, and doubts it.
    """

    def __init__(
        self, trees: str, scale: Scale, events: int, confidence: Confidence | None = None, base: Prior = NO_PRIOR
    ) -> None:
        """``trees`` is empty while the book's own history is short; ``events`` is how many of them were replayed."""
        self.trees, self.scale, self.events, self.base = trees, scale, events, base
        self.confidence = confidence or Confidence()
        self.line_sets = LineSets()

    def rank(self, evidence: Evidence) -> Floats:
        """(c,) calibrated probabilities that each candidate is right; their sum is at most 1.

        History hardly ever shows what becomes of a first candidate with an account that nobody ever used, or of
        an event without any neighbour; so such a one is never given more than UNSUPPORTED.
        """
        return self.settled(self.raw(evidence), evidence)

    def settled(self, raw: Floats, evidence: Evidence) -> Floats:
        """(c,) what the trees said as probabilities, with no more claimed than history can speak for."""
        if not len(raw):
            return raw
        return cautious(self.calibrated(raw) if self.trees or self.base.trees else raw, evidence)

    def calibrated(self, raw: Floats) -> Floats:
        """(c,) what the trees said, on the scale of probabilities; nobody's place changes."""
        raw = raw / max(1.0, float(raw.sum()))
        top = int(raw.argmax())
        rest = 1.0 - raw[top]
        calibrated = _sigmoid(self.scale.slope * _logit(raw[top]) + self.scale.offset)
        out = raw * ((1.0 - calibrated) / rest if rest > 1e-6 else 1.0)
        out[top] = calibrated
        # calibration may change nobody's place, not even by making equals
        kept: Floats = np.minimum(out, calibrated * (raw / max(float(raw[top]), 1e-9))).astype(np.float32)
        return kept

    def raw(self, evidence: Evidence) -> Floats:
        """(c,) what the trees say, uncalibrated."""
        if not len(evidence.sets):
            return np.zeros(0, np.float32)
        if self.trees and self.base.trees:
            own = self.events / (self.events + self.base.events)
            joined = own * _logit(heard(self.trees, evidence.features))
            joined += (1 - own) * _logit(heard(self.base.trees, evidence.features))
            return np.asarray(_sigmoid(joined), np.float32)
        if trees := self.trees or self.base.trees:
            return heard(trees, evidence.features)
        mixed = self.scale.mix * evidence.template + (1 - self.scale.mix) * evidence.written
        return (mixed * self.events / (self.events + PRUDENCE)).astype(np.float32)

    def to_json(self) -> str:
        body = {
            "scale": asdict(self.scale), "events": self.events, "features": NAMES, "base_events": self.base.events,
            "confidence": self.confidence.to_dict(), "line_sets": self.line_sets.to_dict(),
        }  # fmt: skip
        return json.dumps(body, indent=2)

    @classmethod
    def from_json(cls, text: str, trees: str, base: str = "") -> Judge:
        """``trees`` and ``base`` as the judge had them, in LightGBM's text format."""
        saved = json.loads(text)
        if tuple(saved["features"]) != NAMES:
            raise ValueError("the judge was learnt on other features than this version collects")
        scale = Scale(**{**saved["scale"], "sure_above": tuple(saved["scale"]["sure_above"])})
        confidence = Confidence.from_dict(saved["confidence"]) if "confidence" in saved else None
        judge = cls(trees, scale, saved["events"], confidence, Prior(base, saved["base_events"]))
        judge.line_sets = LineSets.from_dict(saved.get("line_sets", {"highest": {}, "usual": {}}))
        return judge


def learn(replayed: Sequence[Judged], config: JudgeConfig, seed: int, base: str = "") -> Judge:
    """Fit on replayed events, oldest first; calibrate on probabilities of blocks that the trees did not see.

    What was asked again teaches the trees, and is no further event for anything that counts events.
    ``base`` are the trees of other books; they judge alone until there are ENOUGH events.
    """
    usable = [j for j in replayed if len(j.evidence.sets)]
    firsts = [j for j in usable if not j.again]
    prior = Prior(base if config.rounds else "", config.prior)
    events, mix = sum(not j.again for j in replayed), _mix(firsts)
    found = sum(j.truth in j.evidence.sets for j in firsts)
    enough = config.rounds > 0 and ENOUGH <= found < sum(len(j.evidence.sets) for j in firsts)
    judge = Judge(_fit(usable, config, seed) if enough else "", Scale(mix=mix), events, base=prior)
    raw = _out_of_block(replayed, config, seed, prior) if enough else [judge.raw(j.evidence) for j in firsts]
    if enough or prior.trees:
        judge.scale = _calibrate(raw, firsts, mix)
    ranked = [judge.settled(r, j.evidence) for r, j in zip(raw, firsts, strict=True)]
    right = _right(ranked, firsts)
    kept = thresholds(np.array([r.max() for r in ranked]), right) if enough else Scale().sure_above
    judge.scale = replace(judge.scale, sure_above=kept, exact=float(right.mean()) if len(right) else 0.0)
    judge.confidence = learn_confidence(_firsts(ranked, firsts), thresholded=enough)
    if enough:
        judge.line_sets = _line_sets(ranked, firsts)
    return judge


def _fit(replayed: Sequence[Judged], config: JudgeConfig, seed: int) -> str:
    features = np.concatenate([j.evidence.features for j in replayed])
    return grow(features, np.concatenate([j.right for j in replayed]), config, seed)


def _out_of_block(replayed: Sequence[Judged], config: JudgeConfig, seed: int, prior: Prior) -> list[Floats]:
    """Each event's uncalibrated probabilities from trees that never saw it, nor its block of time, nor it again."""
    number = np.cumsum([not j.again for j in replayed])  # what was asked again follows its event
    out: list[Floats] = []
    for block in np.array_split(np.unique(number), FOLDS):
        inside = (number >= block[0]) & (number <= block[-1])
        others = [j for j, i in zip(replayed, inside, strict=True) if not i and len(j.evidence.sets)]
        judge = Judge(_fit(others, config, seed), Scale(), sum(not j.again for j in others), base=prior)
        held = [j for j, i in zip(replayed, inside, strict=True) if i and len(j.evidence.sets) and not j.again]
        out += [judge.raw(j.evidence) for j in held]
    return out


def _calibrate(raw: Sequence[Floats], replayed: Sequence[Judged], mix: float) -> Scale:
    """Platt's sigmoid, from events whose first candidate history can speak for."""
    tops = [(r / max(1.0, float(r.sum())), j) for r, j in zip(raw, replayed, strict=True)]
    usual = [(p, j) for p, j in tops if _supported(j.evidence, int(p.argmax()))]
    if not usual:
        return Scale(mix=mix)
    top = np.array([p.max() for p, _ in usual])
    slope, offset = _platt(_logit(top), _right([p for p, _ in usual], [j for _, j in usual]))
    return Scale(slope, offset, mix=mix)


def cautious(ranked: Floats, evidence: Evidence) -> Floats:
    """(c,) probabilities with the first candidate's brought down to UNSUPPORTED where history cannot speak for it."""
    top = int(ranked.argmax())
    if _supported(evidence, top):
        return ranked
    return ranked * np.float32(min(1.0, UNSUPPORTED / max(float(ranked[top]), 1e-9)))


def _supported(evidence: Evidence, candidate: int) -> bool:
    """Whether history can speak for a candidate: there are neighbours, and all its accounts were used."""
    return bool(len(evidence.circle.rows)) and not evidence.features[candidate, _UNSEEN]


def _right(ranked: Sequence[Floats], replayed: Sequence[Judged]) -> NDArray[np.bool_]:
    """(events,) whether the first candidate is what was booked."""
    return np.array([j.evidence.sets[int(p.argmax())] == j.truth for p, j in zip(ranked, replayed, strict=True)])


def _line_sets(ranked: Sequence[Floats], replayed: Sequence[Judged]) -> LineSets:
    """What the newest part of history says of the accounts that may stand in place of each first candidate's."""
    start = int(len(replayed) * (1 - NEWEST))
    background = usual(j.evidence.sets for j in replayed)
    lines = (
        line
        for chances, j in zip(ranked[start:], replayed[start:], strict=True)
        for line in scored(j.evidence.sets[int(chances.argmax())], j.truth, j.evidence.sets, chances, background)
    )
    return learn_line_sets(lines, background)


def _firsts(ranked: Sequence[Floats], replayed: Sequence[Judged]) -> list[First]:
    """The first candidates written out and compared with what was booked."""
    found = []
    for chances, j in zip(ranked, replayed, strict=True):
        top = int(chances.argmax())
        composed = j.booked.composed(j.evidence.sets[top], j.evidence) if j.booked else None
        if j.booked and composed:
            lines = j.booked.entry.lines
            found.append(
                First(
                    float(chances[top]), composed.signs, j.evidence.sets[top] == j.truth, j.booked.right(composed),
                    tax=any(x.tax_code for x in lines), party=any(x.party for x in lines),
                )
            )  # fmt: skip
    return found


def _platt(logits: NDArray[np.floating], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset on the smoothed targets of Platt 1999, drawn to 1 and 0; the slope stays positive."""
    good, bad = right.sum(), (~right).sum()
    target = np.where(right, (good + 1) / (good + 2), 1 / (bad + 2))
    slope, offset = fit(np.stack([logits, np.ones_like(logits)], 1), target, np.array([1.0, 0.0]), _DRAWN)
    return float(max(slope, 0.05)), float(offset)


def _mix(replayed: Sequence[Judged]) -> float:
    """The weight of templates under which templates and decoder together explain what was booked best."""
    pairs = [
        (j.evidence.template[i], j.evidence.written[i])
        for j in replayed
        for i, s in enumerate(j.evidence.sets)
        if s == j.truth
    ]
    if not pairs:
        return 0.5
    template, written = np.array(pairs).T
    grid = np.linspace(0.1, 0.9, 9)
    return float(max(grid, key=lambda pi: np.log(pi * template + (1 - pi) * written + 1e-4).mean()))
