"""Training and decoding run one network: step by step is all at once, a batch is its events."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import torch
from torch import Tensor

from engine.features import Reader
from engine.journal import Account
from engine.model.memory_reader import Slots
from engine.model.network import Inputs, Written
from engine.model.pointer import Mixture
from engine.training.losses import Targets, write_along
from tests.builders import CATALOG
from tests.engine.made import PEOPLE, TINY, School, a_school, many_shapes, stirred

MIXED = replace(TINY, network=replace(TINY.network, mix=True))
ROWS = list(range(4, 14))


@pytest.fixture(params=[TINY, MIXED], ids=["slots alone", "slots see each other"])
def school(reader: Reader, request: pytest.FixtureRequest) -> School:
    return stirred(a_school(reader, many_shapes(16), request.param))


def inputs_of(school: School, rows: list[int]) -> Inputs:
    return school.lessons.inputs(rows, school.config.memory.slots)


def targets_of(school: School, rows: list[int]) -> Targets:
    """Every third entry has a line given first."""
    return Targets.of([school.lessons.target(r, 1 if r % 3 == 0 else None) for r in rows])


def assert_same(one: Written, other: Written) -> None:
    torch.testing.assert_close(one.states, other.states, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(one.stop, other.stop, atol=1e-4, rtol=1e-4)
    for f in fields(one.mixture):
        torch.testing.assert_close(getattr(one.mixture, f.name), getattr(other.mixture, f.name), atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_step_by_step_equals_all_at_once(school: School) -> None:
    network, targets = school.network, targets_of(school, ROWS)
    context = network.context(inputs_of(school, ROWS), school.accounts)
    whole = write_along(network, context, targets)
    hidden, account, side = context.start, torch.full((len(ROWS),), -1), torch.full((len(ROWS),), -1)
    for t in range(targets.account.shape[1]):
        previous = network.previous(account, side, context.accounts).unsqueeze(1)
        output, hidden = network.advance(previous, context.start, hidden)
        step = network.write(output, context)
        here = Written(whole.states[:, t : t + 1], _at(whole, t), whole.stop[:, t : t + 1], whole.words[:, t : t + 1])
        assert_same(step, here)
        account, side = targets.account[:, t], targets.side[:, t]


def _at(whole: Written, t: int) -> Mixture:
    return replace(
        whole.mixture, **{f.name: getattr(whole.mixture, f.name)[:, t : t + 1] for f in fields(whole.mixture)}
    )


@torch.inference_mode()
def test_a_batch_is_its_events_one_by_one(school: School) -> None:
    """Whatever padding the others bring: tokens, neighbours, lines of neighbours, steps."""
    network = school.network
    together = write_along(network, network.context(inputs_of(school, ROWS), school.accounts), targets_of(school, ROWS))
    for i, row in enumerate(ROWS):
        targets = targets_of(school, [row])
        alone = write_along(network, network.context(inputs_of(school, [row]), school.accounts), targets)
        steps = targets.account.shape[1]
        torch.testing.assert_close(alone.states[0], together.states[i, :steps], atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(alone.mixture.total[0], together.mixture.total[i, :steps], atol=1e-5, rtol=1e-3)
        torch.testing.assert_close(alone.stop[0], together.stop[i, :steps], atol=1e-4, rtol=1e-3)


@torch.inference_mode()
def test_the_lines_to_come_change_no_step_before_them(school: School) -> None:
    targets = targets_of(school, ROWS)
    context = school.network.context(inputs_of(school, ROWS), school.accounts)
    changed = replace(targets, account=targets.account.clone(), side=targets.side.clone())
    changed.account[:, 2:], changed.side[:, 2:] = 0, 1
    one, other = (write_along(school.network, context, t) for t in (targets, changed))
    torch.testing.assert_close(one.states[:, :3], other.states[:, :3])
    assert not torch.allclose(one.states[:, 3:], other.states[:, 3:])


@torch.inference_mode()
def test_closed_accounts_are_neither_pointed_at_nor_copied(school: School) -> None:
    inputs = inputs_of(school, ROWS)
    closed = school.lessons.rows["1600"]
    allowed = inputs.allowed.clone()
    allowed[:, closed] = False
    context = school.network.context(replace(inputs, allowed=allowed), school.accounts)
    written = write_along(school.network, context, targets_of(school, ROWS))
    assert (written.mixture.total[..., closed] == 0).all()
    torch.testing.assert_close(written.mixture.total.sum(-1), torch.ones_like(written.stop))
    assert not (context.slot_mask & (context.slot_account == closed)).any()


@torch.inference_mode()
def test_an_event_without_neighbours_has_its_gate_closed(school: School) -> None:
    network = school.network
    written = write_along(network, network.context(inputs_of(school, [0]), school.accounts), targets_of(school, [0]))
    assert not written.mixture.gate.any()
    assert torch.isfinite(written.states).all()
    torch.testing.assert_close(written.mixture.total, written.mixture.pointer)


@torch.inference_mode()
def test_the_catalog_may_come_in_any_order(reader: Reader) -> None:
    """Probabilities by code are the same when rows are numbered otherwise."""
    entries = many_shapes(12)
    one = stirred(a_school(reader, entries))
    codes = [a.code for a in one.lessons.catalog.accounts]
    order = torch.randperm(len(codes), generator=torch.Generator().manual_seed(0))
    new_row = torch.empty_like(order)
    new_row[order] = torch.arange(len(codes))
    inputs, targets = inputs_of(one, [9, 10]), targets_of(one, [9, 10])

    def turned(rows: Tensor) -> Tensor:
        return torch.where(rows >= 0, new_row[rows.clamp_min(0)], rows)

    slots = inputs.slots
    moved = replace(
        inputs, allowed=inputs.allowed[:, order],
        slots=Slots(turned(slots.account), slots.side, slots.evidence, slots.key),
    )  # fmt: skip
    before = write_along(one.network, one.network.context(inputs, one.accounts), targets)
    after = write_along(
        one.network, one.network.context(moved, one.accounts[order]), replace(targets, account=turned(targets.account))
    )
    torch.testing.assert_close(after.mixture.total, before.mixture.total[..., order])


@torch.inference_mode()
def test_more_accounts_than_in_training_need_no_training(reader: Reader) -> None:
    few = a_school(reader, many_shapes(8))
    more = a_school(reader, many_shapes(8), accounts=(*CATALOG, *PEOPLE, Account(code="5000", name="New")))
    vectors = few.network.catalog(replace(more.tensors, residual=torch.full_like(more.tensors.residual, -1)))
    written = write_along(few.network, few.network.context(inputs_of(more, [5]), vectors), targets_of(more, [5]))
    assert written.mixture.total.shape[-1] == len(few.lessons.catalog) + 1
