"""Catalog encoder: every account becomes a vector from its text, its place in the tree and what was learnt of it.

Shapes: A accounts, F width of their text features, H width of the network.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from engine.catalog import MAX_DEPTH, Catalog
from engine.config import Accounts
from engine.features import Reader
from engine.journal import AccountType

TYPES = tuple(AccountType)
_REDRAWN_SEED = 1


@dataclass(frozen=True)
class CatalogTensors:
    """A catalog as tensors, in the catalog's order.

    text: (A, F) float, from `Reader.read_accounts`.
    kind, depth: (A,) int64. family: (A, A) bool, true for self, parent and children.
    residual: (A,) int64, row of the learned residual, -1 for an account the training never had.
    """

    catalog: Catalog
    text: Tensor
    kind: Tensor
    depth: Tensor
    family: Tensor
    residual: Tensor

    @classmethod
    def of(cls, catalog: Catalog, reader: Reader, trained: dict[str, int]) -> CatalogTensors:
        parents = catalog.parents()
        family = torch.eye(len(catalog), dtype=torch.bool)
        for row, parent in enumerate(parents):
            if parent >= 0:
                family[row, parent] = family[parent, row] = True
        return cls(
            catalog=catalog,
            text=torch.from_numpy(reader.read_accounts(catalog)),
            kind=torch.tensor([TYPES.index(a.type) for a in catalog.accounts]),
            depth=torch.tensor([len(up) for up in catalog.ancestry()]).clamp(max=MAX_DEPTH),
            family=family,
            residual=torch.tensor([trained.get(a.code, -1) for a in catalog.accounts]),
        )


class CatalogEncoder(nn.Module):
    """Text, type and depth, one attention step over parent and children, and a residual that starts at zero."""

    def __init__(
        self, features: int, hidden: int, trained: int, kind: Accounts = "text", *, family: bool = True
    ) -> None:
        """``trained`` accounts have a residual; any other account is its text and its place alone.

        Args:
            kind: as `NetworkConfig.catalog`; with ``hash`` nothing here is learned or read.
            family: whether an account sees its parent and children, or itself alone.
        """
        super().__init__()
        self.how, self.with_family = kind, family
        self.project = nn.Sequential(nn.Linear(features, hidden), nn.LayerNorm(hidden))
        self.kind = nn.Embedding(len(TYPES), hidden)
        self.depth = nn.Embedding(MAX_DEPTH + 1, hidden)
        self.query, self.key = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.residual = nn.Parameter(torch.zeros(trained, hidden))
        for table in (self.kind, self.depth):
            nn.init.normal_(table.weight, std=0.1)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(self, tensors: CatalogTensors) -> Tensor:
        """(A, H) account vectors in the catalog's order."""
        if self.how == "hash":
            return drawn(tuple(a.code for a in tensors.catalog.accounts), self.residual.shape[1])
        own = self.project(tensors.text) + self.kind(tensors.kind) + self.depth(tensors.depth)
        scores = self.query(own) @ self.key(own).T / own.shape[-1] ** 0.5  # (A, A)
        family = tensors.family if self.with_family else torch.eye(len(own), dtype=torch.bool)
        weights = scores.masked_fill(~family, float("-inf")).softmax(dim=-1)
        learnt = torch.cat([self.residual, self.residual.new_zeros(1, own.shape[-1])])
        vectors: Tensor = own + weights @ self.value(own) + learnt[tensors.residual]
        return vectors

    def answering(self, tensors: CatalogTensors) -> Tensor:
        """(A, H) vectors of a network that is asked. ``redrawn`` loses what was learned: every weight is drawn anew."""
        if self.how != "redrawn":
            vectors: Tensor = self(tensors)
            return vectors
        trained, hidden = self.residual.shape
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_REDRAWN_SEED)
            fresh = CatalogEncoder(tensors.text.shape[1], hidden, trained, family=self.with_family)
        lost: Tensor = fresh(tensors)
        return lost


@lru_cache(maxsize=4)
def drawn(codes: tuple[str, ...], hidden: int) -> Tensor:
    """(A, H) standard normal numbers that depend on each account's code alone."""
    seeds = [int.from_bytes(hashlib.blake2b(c.encode(), digest_size=4).digest()) for c in codes]
    rows = np.stack([np.random.RandomState(s).standard_normal(hidden) for s in seeds])
    return torch.from_numpy(rows.astype(np.float32))
