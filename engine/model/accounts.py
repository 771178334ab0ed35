"""Catalog encoder: every account becomes a vector from its text, its place in the tree and what was learnt of it.

Shapes: A accounts, F width of their text features, H width of the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.catalog import MAX_DEPTH, Catalog
from engine.features import Reader
from engine.journal import AccountType

TYPES = tuple(AccountType)


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

    def __init__(self, features: int, hidden: int, trained: int) -> None:
        """``trained`` accounts have a residual; any other account is its text and its place alone."""
        super().__init__()
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
        own = self.project(tensors.text) + self.kind(tensors.kind) + self.depth(tensors.depth)
        scores = self.query(own) @ self.key(own).T / own.shape[-1] ** 0.5  # (A, A)
        weights = scores.masked_fill(~tensors.family, float("-inf")).softmax(dim=-1)
        learnt = torch.cat([self.residual, self.residual.new_zeros(1, own.shape[-1])])
        vectors: Tensor = own + weights @ self.value(own) + learnt[tensors.residual]
        return vectors
