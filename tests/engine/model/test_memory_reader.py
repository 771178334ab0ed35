"""Slots: what they show of a neighbour's line, and what the settings hide."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.config import NetworkConfig
from engine.model.memory_reader import MemoryReader, Slots
from engine.retrieval.memory import EVIDENCE

H, KEY = 8, 6


def read(config: NetworkConfig, accounts: Tensor) -> Tensor:
    """Slot vectors of two events with three neighbours of two lines, the same each time."""
    torch.manual_seed(0)
    reader = MemoryReader(KEY, config).eval()
    slots = Slots(
        account=torch.randint(0, len(accounts), (2, 3, 2)), side=torch.randint(0, 2, (2, 3, 2)),
        evidence=torch.rand(2, 3, EVIDENCE), key=torch.randn(2, 3, KEY),
    )  # fmt: skip
    start = torch.randn(2, H)
    places: Tensor = reader(start, slots, accounts)[1].detach()
    return places


def test_a_slot_shows_the_account_of_its_line_unless_told_not_to() -> None:
    accounts = torch.randn(5, H)
    shown, hidden = (NetworkConfig(hidden=H, heads=2, slot_accounts=x) for x in (True, False))
    assert not torch.allclose(read(shown, accounts), read(shown, accounts + 1))
    torch.testing.assert_close(read(hidden, accounts), read(hidden, accounts + 1))
