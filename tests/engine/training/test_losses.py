"""Every loss against its definition in plain Python."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from engine.config import LossConfig
from engine.features import Reader
from engine.journal import Side
from engine.targets import Step, Target
from engine.training.losses import (
    TINY,
    Losses,
    RunningMeans,
    Targets,
    coverage,
    flow,
    score,
    squared_flow,
    teach,
    write_along,
)
from tests.engine.made import School, a_school, many_shapes, stirred

ROWS = list(range(2, 12))


@pytest.fixture(scope="module")
def school(reader: Reader) -> School:
    return stirred(a_school(reader, many_shapes(14)))


def targets_of(school: School) -> list[Target]:
    return [school.lessons.target(r, 0 if r % 4 == 0 else None) for r in ROWS]


@torch.inference_mode()
def slow_losses(school: School, targets: list[Target]) -> dict[str, list[float]]:
    """One entry, one line, one decision at a time: the terms of each loss, and each entry's surprise."""
    network, accounts = school.network, school.accounts
    out: dict[str, list[float]] = {"account": [], "side": [], "stop": [], "entry": []}
    for row, target in zip(ROWS, targets, strict=True):
        context = network.context(school.lessons.inputs([row], school.config.memory.slots), accounts)
        written = write_along(network, context, Targets.of([target]))
        surprise = 0.0
        for t, stop in enumerate(target.stops):
            if target.decisive[t]:
                p = 1 / (1 + math.exp(-float(written.stop[0, t])))
                out["stop"].append(-math.log(p if stop else 1 - p))
                surprise += out["stop"][-1]
            if not stop and t >= target.known:
                step = target.steps[t]
                sides = network.side_logits(written, torch.full((1, len(target.stops), 1), step.account), accounts)
                a, b = sides[0, t, 0].tolist()
                out["account"].append(-math.log(max(float(written.mixture.total[0, t, step.account]), TINY)))
                out["side"].append(math.log(math.exp(a) + math.exp(b)) - (a, b)[step.side])
                surprise += out["account"][-1] + out["side"][-1]
        out["entry"].append(surprise)
    return out


@torch.inference_mode()
def test_losses_are_their_definition(school: School) -> None:
    targets = targets_of(school)
    inputs = school.lessons.inputs(ROWS, school.config.memory.slots)
    found, want = teach(school.network, inputs, school.accounts, Targets.of(targets)), slow_losses(school, targets)
    for name in ("account", "side", "stop"):
        assert float(getattr(found, name)) == pytest.approx(sum(want[name]) / len(want[name]), rel=1e-3), name
    assert found.entry.tolist() == pytest.approx(want["entry"], rel=1e-3)


def slow_flow(logits: list[list[float]], targets: list[Target]) -> float:
    """KL(true || predicted) of the shares of each side, averaged over entries and sides."""
    terms = []
    for scores, target in zip(logits, targets, strict=True):
        for side in Side:
            there = [i for i, s in enumerate(target.steps) if s.side is side]
            whole = sum(math.exp(scores[i]) for i in there)
            terms.append(sum(
                target.steps[i].share * (math.log(target.steps[i].share) - math.log(math.exp(scores[i]) / whole))
                for i in there if target.steps[i].share
            ))  # fmt: skip
    return sum(terms) / len(terms)


def test_flow_is_its_definition() -> None:
    targets = [
        Target((Step(0, Side.DEBIT, 0.7), Step(1, Side.DEBIT, 0.3), Step(2, Side.CREDIT, 1.0))),
        Target((Step(2, Side.CREDIT, 1.0), Step(0, Side.DEBIT, 1.0), Step(0, Side.DEBIT, 0.0)), known=1),
    ]
    logits = torch.randn(2, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    assert float(flow(logits, Targets.of(targets))) == pytest.approx(slow_flow(logits.tolist(), targets), abs=1e-6)


def test_flow_is_zero_for_the_true_shares_and_ignores_padding() -> None:
    target = Target((Step(0, Side.DEBIT, 0.75), Step(1, Side.DEBIT, 0.25), Step(2, Side.CREDIT, 1.0)))
    exact = torch.tensor([[math.log(3), 0.0, -5.0, 99.0]])
    assert float(flow(exact, Targets.of([target]))) == pytest.approx(0.0, abs=1e-6)


def test_given_lines_and_forced_decisions_teach_nothing() -> None:
    target = Target(tuple(Step(i, s, 0.5) for i, s in enumerate((Side.CREDIT, Side.DEBIT, Side.DEBIT))), known=1)
    made = Targets.of([target, Target(target.steps[:2])])
    assert made.lines.tolist() == [[False, True, True, False], [True, True, False, False]]
    assert made.decisive.tolist() == [[False, False, True, True], [False, False, True, False]]
    assert made.stop.tolist() == [[0, 0, 0, 1], [0, 0, 1, 0]]
    assert made.account.tolist() == [[0, 1, 2, -1], [0, 1, -1, -1]]


def test_the_padding_of_a_batch_changes_no_loss(school: School) -> None:
    """Longer entries beside it, or steps added after the end: an entry's surprise stays its own."""
    targets = Targets.of(targets_of(school))
    with torch.inference_mode():
        context = school.network.context(school.lessons.inputs(ROWS, school.config.memory.slots), school.accounts)
        written = write_along(school.network, context, targets)
        before = score(school.network, context, written, targets)
        wild = replace(targets, share=targets.share + (targets.account < 0) * 9.0)
        after = score(school.network, context, written, wild)
    assert after.flow == pytest.approx(float(before.flow))
    torch.testing.assert_close(after.entry, before.entry)


def test_the_total_weighs_its_terms() -> None:
    one = Losses(*(torch.tensor(float(x)) for x in (1, 2, 3, 4, 0)))
    assert float(one.total(LossConfig(side=10, stop=100, flow=1000))) == 1 + 20 + 300 + 4000


def slow_squares(logits: list[list[float]], targets: list[Target]) -> float:
    """Sum of squared differences of shares on each side, averaged over entries and sides."""
    terms = []
    for scores, target in zip(logits, targets, strict=True):
        for side in Side:
            there = [i for i, s in enumerate(target.steps) if s.side is side]
            whole = sum(math.exp(scores[i]) for i in there)
            terms.append(sum((target.steps[i].share - math.exp(scores[i]) / whole) ** 2 for i in there))
    return sum(terms) / len(terms)


def test_squared_flow_is_its_definition() -> None:
    targets = [
        Target((Step(0, Side.DEBIT, 0.7), Step(1, Side.DEBIT, 0.3), Step(2, Side.CREDIT, 1.0))),
        Target((Step(2, Side.CREDIT, 1.0), Step(0, Side.DEBIT, 1.0), Step(0, Side.DEBIT, 0.0)), known=1),
    ]
    logits = torch.randn(2, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    found = squared_flow(logits, Targets.of(targets))
    assert float(found) == pytest.approx(slow_squares(logits.tolist(), targets), abs=1e-6)


def slow_coverage(chances: list[list[list[float]]], targets: list[Target]) -> float:
    """Probability of accounts that stand there already and that the entry does not name again."""
    terms = []
    for steps, target in zip(chances, targets, strict=True):
        named = [s.account for s in target.steps]
        for t in range(target.known, len(named)):
            done = set(named[:t]) - set(named[t:])
            terms.append(sum(steps[t][a] for a in done))
    return sum(terms) / len(terms)


def test_coverage_is_its_definition() -> None:
    targets = [
        Target(tuple(Step(a, Side.DEBIT, 0.25) for a in (0, 1, 0, 2))),
        Target(tuple(Step(a, Side.DEBIT, 0.5) for a in (3, 1)), known=1),
    ]
    chances = torch.rand(2, 5, 4, generator=torch.Generator().manual_seed(3)).softmax(-1)
    assert float(coverage(chances, Targets.of(targets))) == pytest.approx(slow_coverage(chances.tolist(), targets))


def test_coverage_never_punishes_an_account_that_really_repeats() -> None:
    target = Target(tuple(Step(a, Side.DEBIT, 0.3) for a in (1, 1, 2, 1)))
    sure = F.one_hot(torch.tensor([[1, 1, 1, 1, 1]]), 4).float()
    assert float(coverage(sure, Targets.of([target]))) == 0.0
    other = Target(tuple(Step(a, Side.DEBIT, 0.3) for a in (1, 1, 2, 3)))
    assert float(coverage(sure, Targets.of([other]))) == pytest.approx(2 / 4)


def test_a_ramp_lifts_all_but_the_account_and_means_divide() -> None:
    one = Losses(*(torch.tensor(float(x)) for x in (1, 2, 3, 4, 0, 5)))
    config = LossConfig(side=10, stop=100, flow=0, coverage=2)
    assert float(one.total(config, 0.5)) == 1 + 10 + 150 + 5
    means = RunningMeans()
    means.follow(one, config)
    assert set(means) == {"account", "side", "stop", "coverage"}
    assert float(one.total(config, means=means)) == pytest.approx(1 + 10 + 100 + 2)
    means.follow(replace(one, side=torch.tensor(102.0)), config)
    assert means["side"] == pytest.approx(0.99 * 2 + 0.01 * 102)


@torch.inference_mode()
def test_the_settings_choose_the_terms(school: School) -> None:
    inputs, targets = school.lessons.inputs(ROWS, 4), Targets.of(targets_of(school))
    usual = teach(school.network, inputs, school.accounts, targets)
    other = teach(school.network, inputs, school.accounts, targets, LossConfig(flow_kind="mse", coverage=1.0))
    assert usual.coverage is None
    assert other.coverage is not None
    assert float(other.flow) != pytest.approx(float(usual.flow))
    torch.testing.assert_close(other.account, usual.account)
