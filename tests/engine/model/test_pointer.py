"""The pointer, the copy and the gate that joins them."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.config import Gate
from engine.model.pointer import CopyGate, Mixture, PointerHead, Reading
from engine.retrieval.memory import EVIDENCE

H = 8
seeds = st.integers(0, 10_000)


def a_reading(seed: int, allowed: Tensor, places: int = 5, queries: int = 3) -> Reading:
    """Random slots on random accounts; those on closed accounts and some others are masked, as the network does."""
    g = torch.Generator().manual_seed(seed)
    b, a = allowed.shape
    account = torch.randint(0, a, (b, places), generator=g)
    mask = (torch.rand(b, places, generator=g) < 0.7) & allowed.gather(1, account)
    return Reading(
        states=torch.randn(b, queries, H, generator=g), context=torch.randn(b, queries, H, generator=g),
        slots=torch.randn(b, places, H, generator=g), bias=3 * torch.randn(b, places, generator=g), mask=mask,
        account=account, side=torch.randint(0, 2, (b, places), generator=g),
        evidence=torch.rand(b, EVIDENCE, generator=g),
    )  # fmt: skip


def a_mixture(seed: int, allowed: Tensor, places: int = 5) -> tuple[Reading, Mixture]:
    torch.manual_seed(seed)
    reading = a_reading(seed, allowed, places)
    pointer = PointerHead(14.0, 64.0)(reading.states, torch.randn(allowed.shape[1], H), allowed)
    return reading, CopyGate(H)(reading, pointer)


def some_allowed(seed: int) -> Tensor:
    """(4, 7): every event has at least one open account."""
    allowed = torch.rand(4, 7, generator=torch.Generator().manual_seed(seed)) < 0.6
    allowed[:, seed % 7] = True
    return allowed


@settings(max_examples=40)
@given(seeds)
def test_probabilities_add_up_to_one_and_closed_accounts_get_exactly_nothing(seed: int) -> None:
    allowed = some_allowed(seed)
    _, mixture = a_mixture(seed, allowed)
    torch.testing.assert_close(mixture.total.sum(-1), torch.ones(4, 3))
    torch.testing.assert_close(mixture.pointer.sum(-1), torch.ones(4, 3))
    closed = ~allowed[:, None, :].expand_as(mixture.total)
    for part in (mixture.total, mixture.pointer, mixture.copied, mixture.debit):
        assert (part[closed] == 0).all()
        assert (part >= 0).all()


@settings(max_examples=40)
@given(seeds)
def test_copied_mass_is_what_the_slots_hold(seed: int) -> None:
    """A slow twin, slot by slot."""
    reading, mixture = a_mixture(seed, some_allowed(seed))
    for b in range(4):
        real = [m for m in range(5) if reading.mask[b, m]]
        if not real:
            assert not mixture.copied[b].any()
            assert not mixture.gate[b].any()
            torch.testing.assert_close(mixture.total[b], mixture.pointer[b])
            continue
        torch.testing.assert_close(mixture.copied[b].sum(-1), torch.ones(3))
        assert (mixture.copied[b].sum(0)[[a for a in range(7) if a not in reading.account[b, real]]] == 0).all()
        from_debits = [int(reading.account[b, m]) for m in real if reading.side[b, m] == 0]
        assert {int(a) for a in mixture.debit[b].sum(0).nonzero()} == set(from_debits)
        assert (mixture.debit[b] <= mixture.copied[b] + 1e-6).all()
    torch.testing.assert_close(mixture.total, (1 - mixture.gate) * mixture.pointer + mixture.gate * mixture.copied)


def test_without_slots_the_gate_is_closed() -> None:
    allowed = torch.ones(2, 7, dtype=torch.bool)
    reading = a_reading(1, allowed)
    reading.mask[:] = False
    pointer = torch.full((2, 3, 7), 1 / 7)
    mixture = CopyGate(H)(reading, pointer)
    assert not mixture.gate.any()
    torch.testing.assert_close(mixture.total, pointer)


def test_the_order_of_slots_changes_nothing() -> None:
    torch.manual_seed(3)
    allowed, copy = some_allowed(3), CopyGate(H)
    reading = a_reading(3, allowed)
    pointer = PointerHead(14.0, 64.0)(reading.states, torch.randn(7, H), allowed)
    order = torch.tensor([4, 2, 0, 1, 3])
    turned = Reading(
        states=reading.states, context=reading.context, slots=reading.slots[:, order], bias=reading.bias[:, order],
        mask=reading.mask[:, order], account=reading.account[:, order], side=reading.side[:, order],
        evidence=reading.evidence,
    )  # fmt: skip
    torch.testing.assert_close(copy(turned, pointer).total, copy(reading, pointer).total)


def test_the_pointer_is_a_cosine_times_its_scale() -> None:
    torch.manual_seed(0)
    states, accounts, allowed = torch.randn(2, 3, H), torch.randn(5, H), torch.ones(2, 5, dtype=torch.bool)
    found = PointerHead(10.0, 64.0)(states, accounts, allowed)
    for b in range(2):
        for q in range(3):
            state = states[b, q]
            s = [math.exp(10.0 * float(state @ a) / float(state.norm()) / float(a.norm())) for a in accounts]
            assert found[b, q].tolist() == pytest.approx([x / sum(s) for x in s], rel=1e-4)
    torch.testing.assert_close(PointerHead(10.0, 64.0)(7 * states, 0.1 * accounts, allowed), found)


def test_the_scale_is_bounded() -> None:
    head, wild = PointerHead(14.0, 20.0), PointerHead(14.0, 20.0)
    with torch.no_grad():
        head.log_scale.fill_(math.log(20.0))
        wild.log_scale.fill_(50.0)
    states, accounts, allowed = torch.randn(1, 1, H), torch.randn(4, H), torch.ones(1, 4, dtype=torch.bool)
    torch.testing.assert_close(wild(states, accounts, allowed), head(states, accounts, allowed))


def test_with_every_account_closed_nothing_is_pointed_at() -> None:
    found = PointerHead(14.0, 64.0)(torch.randn(1, 2, H), torch.randn(3, H), torch.zeros(1, 3, dtype=torch.bool))
    assert (found == 0).all()


def test_the_plain_dot_product_knows_no_scale_and_no_length() -> None:
    torch.manual_seed(0)
    states, accounts, allowed = torch.randn(2, 3, H), torch.randn(5, H), torch.ones(2, 5, dtype=torch.bool)
    found = PointerHead(14.0, 64.0, "dot")(states, accounts, allowed)
    torch.testing.assert_close(found, (states @ accounts.T).softmax(-1))
    torch.testing.assert_close(found, PointerHead(3.0, 64.0, "dot")(states, accounts, allowed))


def test_a_temperature_beside_the_scale_starts_as_nothing_and_escapes_the_bound() -> None:
    torch.manual_seed(0)
    states, accounts, allowed = torch.randn(1, 2, H), torch.randn(4, H), torch.ones(1, 4, dtype=torch.bool)
    plain, both = PointerHead(14.0, 14.0), PointerHead(14.0, 14.0, "cosine+temperature")
    torch.testing.assert_close(both(states, accounts, allowed), plain(states, accounts, allowed))
    assert both.log_temperature is not None
    with torch.no_grad():
        both.log_temperature.fill_(math.log(0.5))
    want = PointerHead(28.0, 64.0)(states, accounts, allowed)
    torch.testing.assert_close(both(states, accounts, allowed), want)


@pytest.mark.parametrize(("how", "gate"), [("half", 0.5), ("off", 0.0)])
def test_a_gate_that_is_not_learned_is_what_it_says_wherever_there_is_memory(how: Gate, gate: float) -> None:
    reading, learned = a_mixture(1, some_allowed(1))
    mixture = CopyGate(H, how)(reading, learned.pointer)
    there = reading.mask.any(1)[:, None, None]
    torch.testing.assert_close(mixture.gate, (gate * there).expand_as(mixture.gate).float())
    want = (1 - mixture.gate) * learned.pointer + mixture.gate * mixture.copied
    torch.testing.assert_close(mixture.total, want)
    assert mixture.copied.sum() > 0, "what memory says of the side stays"
