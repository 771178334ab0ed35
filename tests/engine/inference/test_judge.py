"""The judge: ranks by evidence, says honestly how sure it is, and doubts itself while it knows little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.config import JudgeConfig
from engine.inference.evidence import NAMES, Circle, Evidence
from engine.inference.judge import ENOUGH, UNSUPPORTED, Judge, Judged, Prior, Scale, cautious, learn
from engine.inference.thresholds import FEWEST, NEVER, PRECISIONS, threshold, thresholds
from engine.journal import Side
from engine.targets import LineSet
from engine.training.run import Fitted

CONFIG = JudgeConfig(rounds=15, min_rows=5)


def a_set(number: int) -> LineSet:
    return (("1200", Side.CREDIT), (str(4000 + number), Side.DEBIT))


def an_evidence(
    features: np.ndarray, template: Sequence[float] = (), written: Sequence[float] = (), *, neighbours: int = 1
) -> Evidence:
    count = len(features)
    near = np.ones(neighbours, np.float32)
    return Evidence(
        sets=tuple(a_set(i) for i in range(count)),
        features=features.astype(np.float32),
        template=np.array(template or [0.0] * count, np.float32),
        written=np.array(written or [0.0] * count, np.float32),
        best={},
        circle=Circle(np.zeros(neighbours, np.int64), near, near, near),
        known=0,
    )


def a_history(events: int, seed: int = 0) -> list[Judged]:
    """Candidates whose first feature tells how likely each is right."""
    rng = np.random.RandomState(seed)
    out = []
    for _ in range(events):
        features = rng.rand(4, len(NAMES))
        features[:, NAMES.index("unseen")] = 0
        chance = np.exp(6 * features[:, 0])
        right = rng.choice(4, p=chance / chance.sum())
        share = tuple(chance / chance.sum())
        out.append(Judged(an_evidence(features, share, share), a_set(int(right))))
    return out


@pytest.fixture(scope="module")
def judge() -> Judge:
    made = learn(a_history(400), CONFIG, 0)
    assert made.trees
    return made


@pytest.mark.parametrize("trees", [True, False])
def test_where_history_cannot_speak_little_is_claimed_and_the_order_stays(judge: Judge, *, trees: bool) -> None:
    one = judge if trees else Judge("", Scale(), 10_000)
    for case in a_history(30, seed=4):
        known = case.evidence
        usual = one.rank(known)
        lonely = one.rank(an_evidence(known.features, tuple(known.template), tuple(known.written), neighbours=0))
        assert lonely.max() <= UNSUPPORTED + 1e-6
        assert lonely.argsort().tolist() == usual.argsort().tolist()
        strange = known.features.copy()
        strange[usual.argmax(), NAMES.index("unseen")] = 1
        doubted = one.rank(an_evidence(strange, tuple(known.template), tuple(known.written)))
        if doubted.argmax() == usual.argmax():
            assert doubted.max() <= UNSUPPORTED + 1e-6


def test_a_learnt_judge_ranks_better_than_chance(judge: Judge) -> None:
    fresh = a_history(200, seed=1)
    right = np.mean([j.evidence.sets[int(judge.rank(j.evidence).argmax())] == j.truth for j in fresh])
    best = np.mean([j.evidence.sets[int(j.evidence.features[:, 0].argmax())] == j.truth for j in fresh])
    assert right > best - 0.1 > 0.3


def test_probabilities_are_calibrated(judge: Judge) -> None:
    """Over all fresh events, as many answers are right as the judge expects."""
    fresh = a_history(400, seed=2)
    ranks = [judge.rank(j.evidence) for j in fresh]
    expected = np.mean([r.max() for r in ranks])
    right = np.mean([j.evidence.sets[int(r.argmax())] == j.truth for j, r in zip(fresh, ranks, strict=True)])
    assert abs(expected - right) < 0.1


@given(
    hnp.arrays(np.float32, st.integers(1, 6), elements=st.integers(1, 999).map(lambda n: n / 1000)),
    st.floats(0.05, 5.0),
    st.floats(-6.0, 6.0),
)
def test_calibration_changes_nobodys_place(raw: np.ndarray, slope: float, offset: float) -> None:
    class Fixed(Judge):
        def raw(self, evidence: Evidence) -> np.ndarray:
            return raw

    judge = Fixed("", Scale(slope=slope, offset=offset), 100)
    judge.trees = "some"  # so that it calibrates what is fixed
    ranked = judge.rank(an_evidence(np.zeros((len(raw), len(NAMES)))))
    assert np.argsort(-ranked, kind="stable")[0] == np.argsort(-raw, kind="stable")[0]
    for i, j in zip(*np.triu_indices(len(raw), 1), strict=True):
        assert (raw[i] - raw[j]) * (ranked[i] - ranked[j]) >= -1e-6
    assert ranked.min() >= 0
    assert ranked.sum() <= 1 + 1e-5


def test_a_small_history_is_judged_by_templates_and_decoder(judge: Judge) -> None:
    few = learn(a_history(ENOUGH // 2), CONFIG, 0)
    assert few.trees == ""
    evidence = an_evidence(np.zeros((3, len(NAMES))), (0.7, 0.2, 0.1), (0.1, 0.3, 0.2))
    mix = few.scale.mix
    want = mix * evidence.template + (1 - mix) * evidence.written
    ranked = few.rank(evidence)
    assert list(np.argsort(-ranked)) == list(np.argsort(-want))
    assert (ranked < want).all()
    assert all(few.scale.threshold(p) == NEVER for p in PRECISIONS)
    longer = Judge("", few.scale, 10_000)
    assert ranked.max() < longer.rank(evidence).max() <= want.max()


def test_no_history_is_no_error() -> None:
    judge = learn([], CONFIG, 0)
    assert (judge.trees, judge.events) == ("", 0)
    assert not judge.rank(an_evidence(np.zeros((2, len(NAMES))), (0.5, 0.5), (1.0, 0.0))).any()


@pytest.mark.parametrize("trees", [True, False])
def test_no_candidate_is_no_error(judge: Judge, trees: bool) -> None:
    one = judge if trees else Judge("", Scale(), 50)
    assert one.rank(an_evidence(np.zeros((0, len(NAMES))))).shape == (0,)


def test_a_history_in_which_every_candidate_was_right_falls_back() -> None:
    only = [Judged(an_evidence(np.ones((1, len(NAMES))), (0.9,), (0.9,)), a_set(0)) for _ in range(2 * ENOUGH)]
    assert learn(only, CONFIG, 0).trees == ""


def test_a_truth_that_was_no_candidate_counts_as_wrong() -> None:
    """Half the truths were never named: the judge must not claim more than half."""
    history = [
        j if i % 2 else Judged(j.evidence, (("9999", Side.DEBIT),)) for i, j in enumerate(a_history(400, seed=3))
    ]
    judge = learn(history, CONFIG, 0)
    assert np.mean([judge.rank(j.evidence).max() for j in a_history(200, seed=4)]) < 0.5


def test_one_seed_one_judge() -> None:
    history = a_history(200)
    assert learn(history, CONFIG, 3).trees == learn(history, CONFIG, 3).trees != learn(history, CONFIG, 4).trees


def test_a_judge_comes_back_from_json(judge: Judge) -> None:
    for one in (judge, learn(a_history(5), CONFIG, 0)):
        back = Judge.from_json(one.to_json(), one.trees)
        assert back.scale == one.scale
        assert back.events == one.events
        for j in a_history(10, seed=5):
            np.testing.assert_array_equal(back.rank(j.evidence), one.rank(j.evidence))


def test_a_judge_of_other_features_is_refused(judge: Judge) -> None:
    with pytest.raises(ValueError, match="other features"):
        Judge.from_json(judge.to_json().replace(NAMES[0], "mood"), judge.trees)


scored = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.5, 0.7, 0.9, 0.95]), st.booleans()), max_size=14)


@given(scored, st.sampled_from(PRECISIONS))
def test_a_threshold_takes_as_many_as_precision_allows(cases: list[tuple[float, bool]], precision: float) -> None:
    """A slow twin: try every score."""
    scores, right = np.array([s for s, _ in cases]), np.array([r for _, r in cases], bool)
    fine = [t for t in sorted({*scores.tolist()}) if right[scores >= t].mean() >= precision]
    assert threshold(scores, right, precision) == (fine[0] if fine else NEVER)


def test_a_stricter_precision_has_no_lower_threshold(fitted: Fitted) -> None:
    scale = fitted.bundle.judge.scale
    found = [scale.threshold(p) for p in PRECISIONS]
    assert found == sorted(found)
    assert scale.threshold(0.985) == scale.threshold(0.99)
    assert scale.threshold(0.999) == NEVER


def test_without_trees_the_mixture_ranks_however_long_the_history() -> None:
    judge = learn(a_history(4 * ENOUGH), JudgeConfig(rounds=0), 0)
    assert judge.trees == ""
    assert judge.events == 4 * ENOUGH


def test_a_base_judges_alone_while_history_is_short(judge: Judge) -> None:
    few = learn(a_history(10), CONFIG, 0, judge.trees)
    assert few.trees == ""
    assert few.scale.sure_above == Scale().sure_above, "ten events prove no precision"
    one = a_history(1, seed=9)[0].evidence
    assert few.rank(one).argsort().tolist() == judge.rank(one).argsort().tolist()
    nothing = learn([], CONFIG, 0, judge.trees)
    assert nothing.rank(one).argmax() == judge.rank(one).argmax()


def test_own_trees_and_those_of_a_base_are_joined_by_how_much_history_spoke(judge: Judge) -> None:
    other = learn(a_history(200, seed=5), CONFIG, 1)
    one = a_history(1, seed=9)[0].evidence

    def said(events: int) -> np.ndarray:
        return Judge(other.trees, Scale(), events, base=Prior(judge.trees, 100.0)).rank(one)

    alone = [Judge(trees, Scale(), 1).rank(one) for trees in (judge.trees, other.trees)]
    assert said(0) == pytest.approx(alone[0], abs=2e-3)
    assert said(10**9) == pytest.approx(alone[1], abs=2e-3)
    between = said(100)
    assert (between <= np.maximum(*alone) + 1e-2).all()
    assert between != pytest.approx(alone[0], abs=1e-3)


def test_events_replayed_again_count_once() -> None:
    def twice(events: int) -> list[Judged]:
        return [Judged(j.evidence, j.truth, again=again) for j in a_history(events) for again in (False, True)]

    assert learn(twice(100), CONFIG, 0).events == 100
    assert learn(twice(ENOUGH // 2), CONFIG, 0).trees == "", "half as many events as are needed, asked twice"
    assert learn(twice(ENOUGH // 2), CONFIG, 0).scale.sure_above == Scale().sure_above


def test_no_more_is_claimed_for_who_is_first_once_others_are_out() -> None:
    """A first candidate with an account that nobody used stays doubtful, whoever left it its probability."""
    features = np.zeros((2, len(NAMES)), np.float32)
    features[1, NAMES.index("unseen")] = 1
    evidence = an_evidence(features)
    assert cautious(np.array([0.9, 0.05], np.float32), evidence)[0] == pytest.approx(0.9)
    assert cautious(np.array([0.0, 0.95], np.float32), evidence)[1] == pytest.approx(UNSUPPORTED)


def test_a_precision_that_rests_on_few_answers_is_not_claimed() -> None:
    scores = np.linspace(0.99, 0.01, 60)
    right = np.zeros(60, bool)
    right[:FEWEST] = True
    assert thresholds(scores, right)[-1] == pytest.approx(scores[FEWEST - 1])
    right[FEWEST - 1] = False
    assert thresholds(scores, right)[-1] == NEVER
