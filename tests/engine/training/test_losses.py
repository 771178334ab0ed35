"""Every loss against its definition in plain Python."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from engine.config import LossConfig
from engine.features import Reader
from engine.journal import Side
from engine.targets import Step, Target
from engine.training.losses import TINY, Losses, Targets, flow, score, teach, write_along
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
