"""Multi-head attention whose keys and values are computed once and read by every step and every beam.

Shapes: B events, Q queries of an event (steps in training, beams in decoding), M memory places, H width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Readable:
    """Keys and values (B, heads, M, H / heads) and where they are real, ``mask`` (B, M) bool."""

    keys: Tensor
    values: Tensor
    mask: Tensor


class Attention(nn.Module):
    """Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762); an event without places reads zeros."""

    def __init__(self, hidden: int, source: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.ask, self.answer = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.both = nn.Linear(source, 2 * hidden)

    def prepare(self, places: Tensor, mask: Tensor) -> Readable:
        """``places`` (B, M, source), ``mask`` (B, M)."""
        b, m, _ = places.shape
        keys, values = self.both(places).view(b, m, 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        return Readable(keys, values, mask)

    def forward(self, queries: Tensor, places: Readable) -> tuple[Tensor, Tensor]:
        """``queries`` (B, Q, H) -> what was read (B, Q, H) and the weights, mean over heads (B, Q, M)."""
        b, q, h = queries.shape
        asked = self.ask(queries).view(b, q, self.heads, -1).transpose(1, 2)
        scores = asked @ places.keys.transpose(2, 3) / (h / self.heads) ** 0.5  # (B, heads, Q, M)
        weights = masked_softmax(scores, places.mask[:, None, None, :])
        read = (weights @ places.values).transpose(1, 2).reshape(b, q, h)
        return self.answer(read), weights.mean(dim=1)


def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Softmax over the last dimension where ``mask`` is true; all zeros where nothing is."""
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1)
    return weights * mask
