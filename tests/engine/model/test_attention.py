"""Attention over places that may not be there."""

from __future__ import annotations

import torch

from engine.model.attention import Attention, masked_softmax


def test_an_event_without_places_reads_the_same_whatever_lies_there() -> None:
    torch.manual_seed(0)
    attention = Attention(8, 6, 2)
    queries, none = torch.randn(2, 3, 8), torch.zeros(2, 4, dtype=torch.bool)
    one, weights = attention(queries, attention.prepare(torch.randn(2, 4, 6), none))
    other, _ = attention(queries, attention.prepare(100 * torch.randn(2, 4, 6), none))
    assert torch.isfinite(one).all()
    assert not weights.any()
    torch.testing.assert_close(one, other)


def test_masked_places_are_not_read() -> None:
    torch.manual_seed(0)
    attention = Attention(8, 6, 2)
    queries, places = torch.randn(1, 3, 8), torch.randn(1, 5, 6)
    mask = torch.tensor([[True, False, True, True, False]])
    read, weights = attention(queries, attention.prepare(places, mask))
    alone, narrow = attention(queries, attention.prepare(places[:, mask[0]], mask[:, mask[0]]))
    torch.testing.assert_close(read, alone)
    torch.testing.assert_close(weights[:, :, mask[0]], narrow)
    assert not weights[:, :, ~mask[0]].any()
    torch.testing.assert_close(weights.sum(-1), torch.ones(1, 3))


def test_heads_are_attention_each_on_its_own() -> None:
    """A slow twin, one head at a time."""
    torch.manual_seed(1)
    attention = Attention(8, 6, 2)
    queries, places, mask = torch.randn(1, 2, 8), torch.randn(1, 3, 6), torch.ones(1, 3, dtype=torch.bool)
    asked, both = attention.ask(queries)[0], attention.both(places)[0]
    heads, seen = [], []
    for n in range(2):
        part = slice(4 * n, 4 * n + 4)
        weights = (asked[:, part] @ both[:, :8][:, part].T / 2).softmax(-1)
        heads.append(weights @ both[:, 8:][:, part])
        seen.append(weights)
    read, weights = attention(queries, attention.prepare(places, mask))
    torch.testing.assert_close(read[0], attention.answer(torch.cat(heads, dim=-1)))
    torch.testing.assert_close(weights[0], torch.stack(seen).mean(0))


def test_a_softmax_over_nothing_is_zero_and_passes_no_gradient() -> None:
    scores = torch.randn(2, 3, requires_grad=True)
    weights = masked_softmax(scores, torch.tensor([[True, True, False], [False, False, False]]))
    assert torch.equal(weights[1], torch.zeros(3))
    assert weights[0, 2] == 0
    weights[:, 0].sum().backward()
    assert scores.grad is not None
    assert torch.isfinite(scores.grad).all()
