"""Reads and recalls -> the network's inputs. Called by training, replay and serving alike.

Shapes: B events, K neighbours, L lines of a neighbour, S tokens, A accounts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import torch
from torch import Tensor

from engine.catalog import Catalog
from engine.features import NO_DAY, Ints, Read
from engine.model.encoder import Encoded
from engine.model.memory_reader import Slots
from engine.model.network import Inputs
from engine.retrieval.memory import Memory, Recall


def gather(read: Read, recall: Recall, memory: Memory, catalog: Catalog, rows: dict[str, int]) -> Inputs:
    """Tensors for one batch; ``recall`` holds the neighbours to be read, best first, and what may not be seen."""
    if memory.config.use == "judge":
        recall = replace(recall, rows=np.full_like(recall.rows, -1), similarity=np.zeros_like(recall.similarity))
    tokens, mask = pad_tokens(read.encoded)
    return Inputs(
        key=torch.from_numpy(read.key),
        conditions=torch.from_numpy(read.conditions),
        tokens=tokens,
        token_mask=mask,
        slots=_slots(read, recall, memory, rows),
        allowed=postable(catalog, read, memory, recall.hidden),
    )


def postable(catalog: Catalog, read: Read, memory: Memory, hidden: Sequence[Ints] = ()) -> Tensor:
    """(B, A) bool: `allowed` by what each event may see of the memory."""
    table = allowed(catalog, read.day, memory.accounts_seen(memory.rows))
    for i, rows in enumerate(hidden):
        if len(rows):
            table[i] = allowed(catalog, read.day[i : i + 1], memory.accounts_seen(memory.rows, rows))[0]
    return table


def pad_tokens(encoded: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
    """(B, S, E) float32 and (B, S) bool."""
    longest = max(len(e.states) for e in encoded)
    states = np.zeros((len(encoded), longest, encoded[0].states.shape[1]), np.float32)
    mask = np.zeros((len(encoded), longest), bool)
    for i, e in enumerate(encoded):
        states[i, : len(e.states)], mask[i, : len(e.states)] = e.states, True
    return torch.from_numpy(states), torch.from_numpy(mask)


def allowed(catalog: Catalog, days: Ints, booked: Collection[str]) -> Tensor:
    """(B, A) bool: accounts open on each event's day that are no mere headings.

    An event without a date may use any account that is still open; ``booked`` are the codes that entries used.
    """
    headings = catalog.headings(booked)
    postable = [a.code not in headings for a in catalog.accounts]
    table = np.tile(np.array(postable, bool), (len(days), 1))
    for a, account in enumerate(catalog.accounts):
        if account.opened or account.closed:
            table[:, a] &= [
                account.closed is None if d == NO_DAY else account.open_on(date.fromordinal(int(d))) for d in days
            ]
    return torch.from_numpy(table)


def _slots(read: Read, recall: Recall, memory: Memory, rows: dict[str, int]) -> Slots:
    b, k = recall.rows.shape
    if not memory.rows:
        lines, width = memory.config.slot_lines, read.key.shape[1]
        account: Ints = np.full((b, k, lines), -1, np.int64)
        side: Ints = np.zeros((b, k, lines), np.int64)
        key = np.zeros((b, k, width), np.float32)
    else:
        ids = np.where(recall.rows[..., None] >= 0, memory.column("account")[recall.rows], -1)
        used = max(1, int((ids >= 0).any(axis=(0, 1)).sum()))
        account = memory.catalog_rows(rows)[ids[:, :, :used]]
        side = memory.column("side")[recall.rows][:, :, :used]
        key = memory.keys(recall.rows)
    evidence = memory.closeness(read, recall)
    return Slots(torch.from_numpy(account), torch.from_numpy(side), torch.from_numpy(evidence), torch.from_numpy(key))
