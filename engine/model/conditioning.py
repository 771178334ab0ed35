"""The decoder's start: text and circumstances as one vector.

Shapes: B events, D width of the memory key, C conditions, H width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.config import NetworkConfig


class Conditioning(nn.Module):
    """h = tanh(W u) * (1 + gamma) + beta, FiLM by the event's circumstances (Perez et al. 2018, arXiv:1709.07871)."""

    def __init__(self, key: int, conditions: int, config: NetworkConfig) -> None:
        super().__init__()
        self.how = config.conditions
        self.read = nn.Sequential(nn.Dropout(config.dropout), nn.Linear(key + conditions, config.hidden))
        last = nn.Linear(64, 2 * config.hidden)
        self.film = nn.Sequential(nn.Linear(conditions, 64), nn.ReLU(), last)
        nn.init.normal_(last.weight, std=0.02)
        nn.init.zeros_(last.bias)

    def forward(self, key: Tensor, conditions: Tensor) -> Tensor:
        """``key`` (B, D), ``conditions`` (B, C) -> (B, H)."""
        if self.how == "off":
            conditions = torch.zeros_like(conditions)
        start: Tensor = torch.tanh(self.read(torch.cat([key, conditions], dim=-1)))
        if self.how == "film":
            gamma, beta = self.film(conditions).chunk(2, dim=-1)
            start = start * (1 + gamma) + beta
        return start
