"""Neighbours' lines as memory slots.

Shapes: B events, K neighbours, L lines of a neighbour, M = K * L slots, D memory key, H width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.config import NetworkConfig
from engine.retrieval.memory import EVIDENCE


@dataclass(frozen=True)
class Slots:
    """What the network is given of the neighbours.

    account: (B, K, L) int64 catalog row, -1 where there is no such line. side: (B, K, L) int64.
    evidence: (B, K, EVIDENCE) float, see `Memory.closeness`. key: (B, K, D) float.
    """

    account: Tensor
    side: Tensor
    evidence: Tensor
    key: Tensor

    @property
    def mask(self) -> Tensor:
        """(B, M) bool."""
        return (self.account >= 0).flatten(1)


class MemoryReader(nn.Module):
    """Each neighbour line becomes one slot: account + side + neighbour + evidence; slots may then see each other."""

    def __init__(self, key: int, config: NetworkConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.shows_account = config.slot_accounts
        self.side = nn.Embedding(2, hidden)
        self.neighbour = nn.Linear(key, hidden)
        self.join = nn.Linear(2 * hidden + EVIDENCE + 1, hidden)
        self.bias = nn.Linear(EVIDENCE + 1, 1, bias=False)
        self.mix = nn.TransformerEncoderLayer(
            hidden, config.heads, 2 * hidden, dropout=min(config.dropout, 0.1), batch_first=True, norm_first=True
        ) if config.mix else None  # fmt: skip
        with torch.no_grad():  # start by trusting similarity: what is alike was booked alike
            self.bias.weight.copy_(torch.tensor([[8.0, *[1.0] * (EVIDENCE - 1), 0.0]]))

    def forward(self, start: Tensor, slots: Slots, accounts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Read the slots.

        Args:
            start: (B, H). accounts: (A, H).

        Returns:
            the start after it saw the slots (B, H), slot vectors (B, M, H), copy bias by slot (B, M).
        """
        b, k, lines = slots.account.shape
        account = self.side(slots.side)  # (B, K, L, H)
        if self.shows_account:
            account = accounts[slots.account.clamp_min(0)] + account
        place = torch.arange(lines).view(1, 1, lines, 1).expand(b, k, lines, 1) / 8.0
        evidence = torch.cat([slots.evidence.unsqueeze(2).expand(b, k, lines, EVIDENCE), place], dim=-1)
        neighbour = self.neighbour(slots.key).unsqueeze(2).expand_as(account)
        places = torch.tanh(self.join(torch.cat([account, neighbour, evidence], dim=-1))).flatten(1, 2)
        bias = self.bias(evidence).squeeze(-1).flatten(1)
        if self.mix is None:
            return start, places, bias
        hidden = torch.cat([torch.zeros(b, 1, dtype=torch.bool), ~slots.mask], dim=1)
        mixed = self.mix(torch.cat([start.unsqueeze(1), places], dim=1), src_key_padding_mask=hidden)
        return start + mixed[:, 0], places + mixed[:, 1:], bias
