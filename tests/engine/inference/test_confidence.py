"""The probability of being right in full: bounded by the set's, learnt from how lines came about, calibrated."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.confidence import FEW, Confidence, First, learn
from engine.inference.lines import Signs
from engine.inference.logistic import fit, sigmoid
from engine.inference.thresholds import NEVER
from engine.journal import Candidate, CandidateLine, Shares, Side, Unchecked
from engine.training.run import Fitted
from tests.builders import a_line

PLAIN = Signs(
    forced=True, extra=0, recalled=True, steady=1.0, tested=8, same_total=False, shape=1.0, labels=1.0, near=0.9
)
SPLIT = replace(PLAIN, forced=False, extra=1)
shares = st.floats(0.0, 1.0)
signs = st.builds(
    Signs, forced=st.booleans(), extra=st.integers(0, 22), recalled=st.booleans(), steady=shares,
    tested=st.integers(0, 16), same_total=st.booleans(), shape=shares, labels=shares, near=shares,
)  # fmt: skip


def a_past(count: int, seed: int = 0) -> list[First]:
    """Set and amounts come out right as often as set probability and steadiness say."""
    rng = np.random.RandomState(seed)
    out = []
    for _ in range(count):
        chance, steady = rng.rand(), rng.rand()
        forced, there = rng.rand() < 0.5, rng.rand() < chance
        full = there and (forced or rng.rand() < steady)
        out.append(First(chance, replace(PLAIN, forced=forced, extra=0 if forced else 1, steady=steady), there, full))
    return out


def a_candidate(*lines: str) -> Candidate:
    made = (a_line(x) for x in lines)
    return Candidate(
        probability=0.9, set_probability=0.9, shares=Shares(template=1, memory=0, model=0),
        lines=tuple(
            CandidateLine(account=x.account, name="", side=x.side, amount=x.amount, probability=0.9) for x in made
        ),
    )  # fmt: skip


@given(shares, signs)
def test_never_more_than_the_probability_of_the_set(chance: float, made: Signs) -> None:
    for confidence in (Confidence(), learn(a_past(60))):
        assert 0.0 <= confidence.full(chance, made) <= chance


def test_without_history_one_line_a_side_is_believed_and_a_shaky_split_is_not() -> None:
    doubting = Confidence()
    assert doubting.full(0.95, PLAIN) > 0.85
    assert doubting.full(0.95, SPLIT) > 0.85
    assert doubting.full(0.95, replace(SPLIT, steady=0.0)) < 0.75
    assert doubting.full(0.95, replace(SPLIT, steady=0.0, recalled=False)) < 0.3
    assert doubting.threshold(0.98) == NEVER


def test_a_learnt_confidence_is_calibrated_where_it_matters() -> None:
    confidence, fresh = learn(a_past(600)), a_past(2000, seed=1)
    scores = np.array([confidence.full(f.set_probability, f.signs) for f in fresh])
    right = np.array([f.full_right for f in fresh])
    for part in np.array_split(np.argsort(scores), 10):
        assert abs(scores[part].mean() - right[part].mean()) < 0.12
    assert abs(scores.mean() - right.mean()) < 0.03


def test_above_the_threshold_of_a_precision_answers_are_right_that_often() -> None:
    confidence, fresh = learn(a_past(3000)), a_past(6000, seed=2)
    taken = [f.full_right for f in fresh if confidence.full(f.set_probability, f.signs) >= confidence.threshold(0.9)]
    assert len(taken) > 100
    assert np.mean(taken) > 0.9 - 3 * np.sqrt(0.09 / len(taken)) - 0.02


def test_nothing_is_learnt_from_nothing_and_a_doubting_judge_has_no_threshold() -> None:
    assert learn([]) == Confidence()
    assert learn(a_past(50), thresholded=False).threshold(0.8) == NEVER
    wrong = [replace(f, set_right=False, full_right=False) for f in a_past(10)]
    assert learn(wrong).weights == pytest.approx(Confidence().weights)


def test_what_history_hardly_has_is_not_covered() -> None:
    split, plain = a_candidate("D 4210 100", "D 1576 19", "C 1600 119"), a_candidate("D 4210 100", "C 1600 100")
    assert Confidence().unchecked(split) == (Unchecked.AMOUNTS, Unchecked.TAX_CODE, Unchecked.PARTY)
    assert Confidence().unchecked(plain) == (Unchecked.TAX_CODE, Unchecked.PARTY)
    taught = learn([First(0.9, SPLIT, set_right=True, full_right=True, tax=True)] * FEW)
    assert taught.unchecked(split) == (Unchecked.PARTY,)


def test_it_survives_saving_and_refuses_other_features() -> None:
    confidence = learn(a_past(100))
    saved = json.loads(json.dumps(confidence.to_dict()))
    assert Confidence.from_dict(saved) == confidence
    with pytest.raises(ValueError, match="other features"):
        Confidence.from_dict({**saved, "features": ["x"]})


def test_training_learns_it_from_replayed_history(fitted: Fitted) -> None:
    confidence = fitted.bundle.judge.confidence
    assert confidence.weights != Confidence().weights
    assert confidence.seen["amounts"] > 0
    assert all(j.booked is not None for j in fitted.replayed)
    for judged in fitted.replayed:
        assert judged.booked
        composed = judged.booked.composed(judged.truth, judged.evidence)
        if composed and not judged.booked.right(composed):
            assert len(composed.lines) > 2, "one line a side cannot miss its amount"
            assert {x.side for x in composed.lines} == set(Side)


@given(st.integers(0, 5))
def test_newtons_steps_end_where_the_slope_is_flat(seed: int) -> None:
    rng = np.random.RandomState(seed)
    x = np.column_stack([np.ones(80), rng.randn(80, 2)])
    target = (rng.rand(80) < sigmoid(x @ np.array([0.3, 1.0, -2.0]))).astype(float)
    prior = np.array([0.0, 1.0, 1.0])
    w = fit(x, target, prior, 1.0)
    gradient = x.T @ (sigmoid(x @ w) - target) + (w - prior)
    assert np.abs(gradient).max() < 1e-6
    assert fit(x[:0], target[:0], prior, 1.0) == pytest.approx(prior)
