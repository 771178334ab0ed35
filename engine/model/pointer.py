"""Scores accounts: the pointer over the catalog, the copy from memory, and the gate that joins them.

Shapes: B events, Q queries, A accounts, M slots, H width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.config import Gate, Pointer
from engine.model.attention import masked_softmax
from engine.retrieval.memory import EVIDENCE


class PointerHead(nn.Module):
    """Cosine pointer over accounts with one learned, bounded scale.

    Pointing at inputs is Vinyals et al. 2015, arXiv:1506.03134, sec. 2.3. `NetworkConfig.pointer` has two others to
    compare with: a second learned factor, under which the scale's bound binds nothing, and the plain dot product.
    """

    def __init__(self, scale_init: float, scale_max: float, how: Pointer = "cosine") -> None:
        super().__init__()
        self.how, self.scale_max = how, scale_max
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale_init)))
        self.log_temperature = nn.Parameter(torch.tensor(0.0)) if self.how == "cosine+temperature" else None

    def forward(self, states: Tensor, accounts: Tensor, allowed: Tensor) -> Tensor:
        """``states`` (B, Q, H), ``accounts`` (A, H), ``allowed`` (B, A) -> probabilities (B, Q, A)."""
        return masked_softmax(self._scores(states, accounts), allowed[:, None, :])

    def _scores(self, states: Tensor, accounts: Tensor) -> Tensor:
        if self.how == "dot":
            return states @ accounts.T
        scale = self.log_scale.exp().clamp(max=self.scale_max)
        if self.log_temperature is not None:
            scale = scale / self.log_temperature.exp()
        return scale * F.normalize(states, dim=-1) @ F.normalize(accounts, dim=-1).T


@dataclass(frozen=True)
class Mixture:
    """P(a) and its parts: ``total`` = (1 - gate) pointer + gate copied, each (B, Q, A); ``gate`` (B, Q, 1).

    ``debit`` (B, Q, A) is the part of the copied mass that stood on the debit side.
    """

    total: Tensor
    pointer: Tensor
    copied: Tensor
    debit: Tensor
    gate: Tensor


class CopyGate(nn.Module):
    """P(a) = (1 - g) P_pointer(a) + g P_copy(a).

    Pointer-generator: See et al. 2017, arXiv:1704.04368; copying from neighbours: Khandelwal et al. 2020,
    arXiv:1911.00172. Without slots the gate is 0. A gate of `NetworkConfig.gate` half or off is not learned; what the
    copy says of debit and credit is seen in every case.
    """

    def __init__(self, hidden: int, gate: Gate = "learned") -> None:
        super().__init__()
        self.how = gate
        self.ask = nn.Linear(hidden, hidden)
        self.gate = nn.Sequential(nn.Linear(2 * hidden + EVIDENCE + 1, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, read: Reading, pointer: Tensor) -> Mixture:
        scores = self.ask(read.states) @ read.slots.transpose(1, 2) / 8.0 + read.bias.unsqueeze(1)  # (B, Q, M)
        weights = masked_softmax(scores, read.mask.unsqueeze(1))
        where = read.account.unsqueeze(1).expand_as(weights)
        copied = torch.zeros_like(pointer).scatter_add(2, where, weights)
        debit = torch.zeros_like(pointer).scatter_add(2, where, weights * (read.side == 0).unsqueeze(1))
        gate = self._gate(read, copied) * read.mask.any(dim=1)[:, None, None]
        return Mixture((1 - gate) * pointer + gate * copied, pointer, copied, debit, gate)

    def _gate(self, read: Reading, copied: Tensor) -> Tensor:
        """(B, Q, 1) in [0, 1]."""
        if self.how != "learned":
            return torch.full_like(copied[..., :1], 0.5 if self.how == "half" else 0.0)
        best = read.evidence.unsqueeze(1).expand(-1, copied.shape[1], -1)
        seen = torch.cat([read.states, read.context, best, copied.amax(dim=-1, keepdim=True)], dim=-1)
        return torch.sigmoid(self.gate(seen))


@dataclass(frozen=True)
class Reading:
    """What the copy needs: states and memory context (B, Q, H), slots (B, M, H), bias and mask (B, M),

    account (B, M) catalog rows (0 where masked), side (B, M), evidence of the best neighbour (B, EVIDENCE).
    """

    states: Tensor
    context: Tensor
    slots: Tensor
    bias: Tensor
    mask: Tensor
    account: Tensor
    side: Tensor
    evidence: Tensor
