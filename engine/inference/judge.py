"""The judge: boosted trees that rank candidates by evidence and say how likely each is right.

Shapes: r rows (candidates of many events), c candidates of one event.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from engine.config import JudgeConfig
from engine.inference.confidence import Booked, Confidence, First
from engine.inference.confidence import learn as learn_confidence
from engine.inference.conformal import NEWEST, LineSets, scored, usual
from engine.inference.conformal import learn as learn_line_sets
from engine.inference.evidence import NAMES, Evidence
from engine.inference.logistic import logit as _logit
from engine.inference.logistic import sigmoid as _sigmoid
from engine.inference.thresholds import NEVER, PRECISIONS, above, thresholds
from engine.sketch import Floats
from engine.targets import LineSet

ENOUGH = 60  # events from which a judge of the book's own is learnt
FOLDS = 3  # blocks of time for the out-of-block probabilities that calibrate
UNSUPPORTED = 0.45  # the most that is claimed where history cannot speak
_UNSEEN = NAMES.index("unseen")
PRUDENCE = 20.0  # events' worth of doubt while there is no judge


@dataclass(frozen=True)
class Judged:
    """One replayed event: its evidence, the line set that was booked, and the entry to compare whole lines with."""

    evidence: Evidence
    truth: LineSet
    booked: Booked | None = None


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


class Judge:
    """Ranks candidates; without enough history it trusts the mixture of templates and decoder, and doubts it."""

    def __init__(self, trees: str, scale: Scale, events: int, confidence: Confidence | None = None) -> None:
        """``trees`` is LightGBM's text format, empty while there is no judge; ``events`` it learnt from."""
        self.trees, self.scale, self.events = trees, scale, events
        self.confidence = confidence or Confidence()
        self.line_sets = LineSets()
        self._booster = lgb.Booster(model_str=trees) if trees else None

    def rank(self, evidence: Evidence) -> Floats:
        """(c,) calibrated probabilities that each candidate is right; their sum is at most 1.

        History hardly ever shows what becomes of a first candidate with an account that nobody ever used, or of
        an event without any neighbour; so such a one is never given more than UNSUPPORTED.
        """
        raw = self._raw(evidence)
        if not len(raw):
            return raw
        chances = self.calibrated(raw) if self.trees else raw
        top = int(chances.argmax())
        if len(evidence.circle.rows) and not evidence.features[top, _UNSEEN]:
            return chances
        return chances * np.float32(min(1.0, UNSUPPORTED / max(float(chances[top]), 1e-9)))

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
        if self._booster is None:
            mixed = self.scale.mix * evidence.template + (1 - self.scale.mix) * evidence.written
            return (mixed * self.events / (self.events + PRUDENCE)).astype(np.float32)
        predicted: Floats = np.asarray(self._booster.predict(evidence.features, num_threads=1), np.float32)
        return predicted

    def to_json(self) -> str:
        body = {
            "scale": asdict(self.scale), "events": self.events, "features": NAMES,
            "confidence": self.confidence.to_dict(), "line_sets": self.line_sets.to_dict(),
        }  # fmt: skip
        return json.dumps(body, indent=2)

    @classmethod
    def from_json(cls, text: str, trees: str) -> Judge:
        saved = json.loads(text)
        if tuple(saved["features"]) != NAMES:
            raise ValueError("the judge was learnt on other features than this version collects")
        scale = Scale(**{**saved["scale"], "sure_above": tuple(saved["scale"]["sure_above"])})
        confidence = Confidence.from_dict(saved["confidence"]) if "confidence" in saved else None
        judge = cls(trees, scale, saved["events"], confidence)
        judge.line_sets = LineSets.from_dict(saved.get("line_sets", {"highest": {}, "usual": {}}))
        return judge


def learn(replayed: Sequence[Judged], config: JudgeConfig, seed: int) -> Judge:
    """Fit on replayed events, oldest first; calibrate on probabilities of blocks that the trees did not see."""
    usable = [j for j in replayed if len(j.evidence.sets)]
    mix = _mix(usable)
    found = sum(j.truth in j.evidence.sets for j in usable)
    if not config.rounds or found < ENOUGH or found == sum(len(j.evidence.sets) for j in usable):
        doubting = Judge("", Scale(mix=mix), len(replayed))
        ranked = [doubting.rank(j.evidence) for j in usable]
        scale = Scale(mix=mix, exact=float(_right(ranked, usable).mean()) if usable else 0.0)
        return Judge("", scale, len(replayed), learn_confidence(_firsts(ranked, usable), thresholded=False))
    trees = _fit(usable, config, seed)
    unseen = _out_of_block(usable, config, seed)
    judge = Judge(trees, _calibrate(unseen, usable, mix), len(replayed))
    chances = [judge.calibrated(p) for p in unseen]
    judge.confidence = learn_confidence(_firsts(chances, usable))
    judge.line_sets = _line_sets(chances, usable)
    return judge


def _fit(replayed: Sequence[Judged], config: JudgeConfig, seed: int) -> str:
    features = np.concatenate([j.evidence.features for j in replayed])
    right = np.concatenate([[s == j.truth for s in j.evidence.sets] for j in replayed]).astype(np.float32)
    settings = {
        "objective": "binary", "num_leaves": config.leaves, "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.min_rows, "lambda_l2": config.l2, "feature_fraction": 0.7,
        "bagging_fraction": 0.8, "bagging_freq": 1, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": 1, "verbosity": -1,
    }  # fmt: skip
    data = lgb.Dataset(features, label=right, feature_name=list(NAMES), free_raw_data=True)
    return str(lgb.train(settings, data, num_boost_round=config.rounds).model_to_string())


def _out_of_block(replayed: Sequence[Judged], config: JudgeConfig, seed: int) -> list[Floats]:
    """Each event's uncalibrated probabilities from trees fitted without its block of time."""
    blocks = np.array_split(np.arange(len(replayed)), FOLDS)
    out: list[Floats] = []
    for block in blocks:
        inside = set(block.tolist())
        others = [j for i, j in enumerate(replayed) if i not in inside]
        judge = Judge(_fit(others, config, seed), Scale(), len(others))
        out += [judge.rank(replayed[i].evidence) for i in block]
    return out


def _calibrate(unseen: Sequence[Floats], replayed: Sequence[Judged], mix: float) -> Scale:
    top = np.array([p.max() for p in unseen])
    right = _right(unseen, replayed)
    slope, offset = _platt(_logit(top), right)
    calibrated = _sigmoid(slope * _logit(top) + offset)
    return Scale(slope, offset, thresholds(calibrated, right), mix, float(right.mean()))


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
    """Slope and offset by Newton steps on the smoothed targets of Platt 1999; slope stays positive."""
    good, bad = right.sum(), (~right).sum()
    target = np.where(right, (good + 1) / (good + 2), 1 / (bad + 2))
    x = np.stack([logits, np.ones_like(logits)], 1)
    w = np.array([1.0, 0.0])
    for _ in range(50):
        p = _sigmoid(x @ w)
        gradient = x.T @ (p - target) + 1e-3 * (w - [1.0, 0.0])
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(2)
        w = w - np.linalg.solve(hessian, gradient)
    return float(max(w[0], 0.05)), float(w[1])


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
