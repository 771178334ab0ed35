"""The judge: boosted trees that rank candidates by evidence and say how likely each is right.

Shapes: r rows (candidates of many events), c candidates of one event.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

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
        raw = self._raw(evidence)
        if not len(raw):
            return raw
        ranked = self.calibrated(raw) if self.trees or self.base.trees else raw
        top = int(ranked.argmax())
        if len(evidence.circle.rows) and not evidence.features[top, _UNSEEN]:
            return ranked
        return ranked * np.float32(min(1.0, UNSUPPORTED / max(float(ranked[top]), 1e-9)))

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

    def _raw(self, evidence: Evidence) -> Floats:
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

    ``base`` are the trees of other books; they judge alone until there are ENOUGH events.
    """
    usable = [j for j in replayed if len(j.evidence.sets)]
    prior = Prior(base if config.rounds else "", config.prior)
    events, mix = sum(not j.again for j in replayed), _mix(usable)
    found = sum(j.truth in j.evidence.sets for j in usable)
    enough = config.rounds > 0 and ENOUGH <= found < sum(len(j.evidence.sets) for j in usable)
    if not enough and not prior.trees:
        doubting = Judge("", Scale(mix=mix), events)
        ranked = [doubting.rank(j.evidence) for j in usable]
        scale = Scale(mix=mix, exact=float(_right(ranked, usable).mean()) if usable else 0.0)
        return Judge("", scale, events, learn_confidence(_firsts(ranked, usable), thresholded=False))
    unseen = (
        _out_of_block(usable, config, seed, prior) if enough else _by(Judge("", Scale(), events, base=prior), usable)
    )
    scale = _calibrate(unseen, usable, mix, thresholded=enough)
    judge = Judge(_fit(usable, config, seed) if enough else "", scale, events, base=prior)
    calibrated = [judge.calibrated(p) for p in unseen]
    judge.confidence = learn_confidence(_firsts(calibrated, usable), thresholded=enough)
    if enough:
        judge.line_sets = _line_sets(calibrated, usable)
    return judge


def _fit(replayed: Sequence[Judged], config: JudgeConfig, seed: int) -> str:
    features = np.concatenate([j.evidence.features for j in replayed])
    right = np.concatenate([[s == j.truth for s in j.evidence.sets] for j in replayed]).astype(np.float32)
    return grow(features, right, config, seed)


def _out_of_block(replayed: Sequence[Judged], config: JudgeConfig, seed: int, prior: Prior) -> list[Floats]:
    """Each event's uncalibrated probabilities from trees fitted without its block of time."""
    blocks = np.array_split(np.arange(len(replayed)), FOLDS)
    out: list[Floats] = []
    for block in blocks:
        inside = set(block.tolist())
        others = [j for i, j in enumerate(replayed) if i not in inside]
        judge = Judge(_fit(others, config, seed), Scale(), sum(not j.again for j in others), base=prior)
        out += _by(judge, [replayed[i] for i in block])
    return out


def _by(judge: Judge, replayed: Sequence[Judged]) -> list[Floats]:
    return [judge.rank(j.evidence) for j in replayed]


def _calibrate(unseen: Sequence[Floats], replayed: Sequence[Judged], mix: float, *, thresholded: bool) -> Scale:
    if not unseen:
        return Scale(mix=mix)
    top = np.array([p.max() for p in unseen])
    right = _right(unseen, replayed)
    slope, offset = _platt(_logit(top), right)
    calibrated = _sigmoid(slope * _logit(top) + offset)
    kept = thresholds(calibrated, right) if thresholded else Scale().sure_above
    return Scale(slope, offset, kept, mix, float(right.mean()))


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
