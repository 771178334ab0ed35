"""Sets of accounts: their coverage is the one stated, by class, and they are empty rather than a lie."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.conformal import (
    COVERAGES,
    FEWEST,
    NOTHING,
    LineSets,
    Scored,
    account_class,
    booked_instead,
    learn,
    options,
    quantiles,
    scored,
    usual,
)
from engine.journal import Side
from engine.targets import LineSet
from engine.training.run import Fitted

D, C = Side.DEBIT, Side.CREDIT
RENT: LineSet = (("1200", C), ("4210", D))
GOODS: LineSet = (("1200", C), ("1576", D), ("3400", D))
FEE: LineSet = (("1200", C), ("4970", D))
SETS = (RENT, GOODS, FEE)
CHANCES = np.array([0.6, 0.3, 0.1], np.float32)


def draws(rng: np.random.RandomState, count: int) -> list[tuple[dict[str, float], str]]:
    """Lines whose account is drawn from the very probabilities that are claimed: exchangeable, and hard."""
    made = []
    for _ in range(count):
        chances = rng.dirichlet([0.4] * 6)
        names = [f"{4000 + i}" for i in range(6)]
        made.append((dict(zip(names, map(float, chances), strict=True)), names[rng.choice(6, p=chances)]))
    return made


@given(st.integers(0, 10_000))
def test_on_exchangeable_lines_the_right_account_is_in_as_often_as_stated(seed: int) -> None:
    rng = np.random.RandomState(seed)
    sets = learn(Scored("4", 1.0 - offered[right]) for offered, right in draws(rng, 400))
    fresh = draws(rng, 600)
    for coverage in COVERAGES:
        found = np.mean([right in sets.of(offered, max(offered, key=offered.__getitem__), coverage)
                         for offered, right in fresh])  # fmt: skip
        # both the 400 and the 600 are random: their binomial errors add up
        error = math.sqrt(coverage * (1 - coverage) * (1 / 400 + 1 / 600))
        assert found > coverage - 4.5 * error


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_the_quantile_leaves_at_most_its_part_above_it(scores: list[float]) -> None:
    for coverage, limit in zip(COVERAGES, quantiles(scores), strict=True):
        assert sum(s <= limit for s in scores) >= min(len(scores), coverage * (len(scores) + 1) - 1e-6)
        assert math.isinf(limit) == (math.ceil((len(scores) + 1) * coverage - 1e-9) > len(scores))


def test_a_small_class_uses_the_quantile_of_all_and_nothing_promises_nothing() -> None:
    many, few = [Scored("4", 0.2)] * FEWEST, [Scored("1", 0.9)] * (FEWEST - 1)
    sets = learn([*many, *few])
    assert set(sets.highest) == {"4", "*"}
    assert sets.of({"1200": 0.7, "1300": 0.2, "1400": 0.1}, "1200") == ("1200", "1300", "1400")
    assert sets.of({"4200": 0.7, "4300": 0.2, "4400": 0.1}, "4200") == ("4200",)
    assert learn(few[:5]).of({"1200": 1.0}, "1200") == ()
    assert LineSets().of({"1200": 1.0}, "1200") == ()


def test_a_line_that_no_candidate_had_makes_the_promise_impossible() -> None:
    assert scored(RENT, (("1600", C), ("4210", D)), SETS, CHANCES)[0].score == math.inf
    assert learn([Scored("4", math.inf)] * 100).of({"4000": 1.0}, "4000") == ()


def test_candidates_without_the_line_vote_for_what_they_have_instead() -> None:
    offered = options(("4210", D), RENT, SETS, CHANCES)
    assert offered == pytest.approx({"4210": 0.6, "1576": 0.15, "3400": 0.15, "4970": 0.1})
    assert options(("1200", C), RENT, SETS, CHANCES) == pytest.approx({"1200": 1.0})
    assert options(("1576", D), GOODS, (GOODS, (("1200", C), ("3400", D))), CHANCES[:2]) == pytest.approx(
        {"1576": 0.6, NOTHING: 0.3}
    )


def test_what_was_booked_instead_is_on_the_same_side_and_not_guessed() -> None:
    assert booked_instead(("4210", D), RENT, GOODS) == ("1576", "3400")
    assert booked_instead(("1200", C), RENT, GOODS) == ("1200",)
    assert booked_instead(("1576", D), GOODS, (("1200", C), ("3400", D))) == (NOTHING,)
    assert [s.kind for s in scored(RENT, FEE, SETS, CHANCES)] == ["1", "4"]
    assert [s.score for s in scored(RENT, FEE, SETS, CHANCES)] == pytest.approx([0.0, 0.9], abs=1e-6)


def test_accounts_that_no_candidate_has_are_ordered_by_how_usual_they_are() -> None:
    background = usual([SETS, (FEE,), (GOODS, (("1600", C), ("3400", D)))])
    offered = options(("4210", D), RENT, (RENT,), CHANCES[:1], background)
    assert set(offered) == {"4210", "1576", "3400", "4970"}
    assert 0 < offered["4970"] < 0.001
    assert offered["3400"] == offered["1576"] == offered["4970"]
    line = scored(RENT, (("1600", C), ("4210", D)), (RENT,), CHANCES[:1], background)[0]
    assert 0.999 < line.score < 1.0, "an account seen elsewhere can be counted on in the end"


@given(st.dictionaries(st.text(max_size=3), st.tuples(st.floats(0, 2), st.just(math.inf)), max_size=4))
def test_sets_survive_saving(highest: dict[str, tuple[float, ...]]) -> None:
    sets = LineSets(highest, usual([SETS]))
    assert LineSets.from_dict(json.loads(json.dumps(sets.to_dict()))) == sets


@pytest.mark.parametrize(
    ("code", "kind"), [("6062", "6"), ("Assets:Bank", "assets"), ("应收账款-甲", "应收账款"), ("", "")]
)
def test_classes_are_read_off_the_code(code: str, kind: str) -> None:
    assert account_class(code) == kind


def test_training_learns_them(fitted: Fitted) -> None:
    assert fitted.bundle.judge.line_sets.highest
