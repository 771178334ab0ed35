"""What the decoder starts from: the event's key and its circumstances, as far as the settings let them in."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.config import Conditions, NetworkConfig
from engine.model.conditioning import Conditioning

KEY, CIRCUMSTANCES, H = 6, 5, 8


def started(how: Conditions) -> tuple[Conditioning, Tensor, Tensor]:
    """A module with weights large enough to matter, keys and circumstances of four events."""
    torch.manual_seed(0)
    made = Conditioning(KEY, CIRCUMSTANCES, NetworkConfig(hidden=H, heads=2, conditions=how)).eval()
    with torch.no_grad():
        for p in made.parameters():
            p.copy_(torch.randn(p.shape))
    return made, torch.randn(4, KEY), torch.randn(4, CIRCUMSTANCES)


def test_circumstances_scale_and_shift_what_was_read() -> None:
    film, key, conditions = started("film")
    plain, _, _ = started("input")
    gamma, beta = film.film(conditions).chunk(2, dim=-1)
    torch.testing.assert_close(film(key, conditions), plain(key, conditions) * (1 + gamma) + beta)


def test_as_input_alone_they_still_count() -> None:
    plain, key, conditions = started("input")
    want = torch.tanh(plain.read[1](torch.cat([key, conditions], dim=-1)))
    torch.testing.assert_close(plain(key, conditions), want)
    assert not torch.allclose(plain(key, conditions), plain(key, conditions + 1))


def test_left_out_they_change_nothing() -> None:
    blind, key, conditions = started("off")
    torch.testing.assert_close(blind(key, conditions), blind(key, conditions + 1))
    assert not torch.allclose(blind(key, conditions), blind(key + 1, conditions))
