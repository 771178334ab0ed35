"""The whole network: event, catalog and memory in; one line at a time out.

Shapes: B events, Q queries of an event (steps in training, beams in decoding), S tokens, E encoder width,
M slots, A accounts, H width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.config import NetworkConfig
from engine.features import CONDITIONS, Reader
from engine.model.accounts import CatalogEncoder, CatalogTensors
from engine.model.attention import Attention, Readable
from engine.model.conditioning import Conditioning
from engine.model.memory_reader import MemoryReader, Slots
from engine.model.pointer import CopyGate, Mixture, PointerHead, Reading
from engine.retrieval.memory import EVIDENCE


@dataclass(frozen=True)
class Inputs:
    """A batch of events: key (B, D), conditions (B, C), tokens (B, S, E), token_mask (B, S), slots, allowed (B, A)."""

    key: Tensor
    conditions: Tensor
    tokens: Tensor
    token_mask: Tensor
    slots: Slots
    allowed: Tensor


@dataclass(frozen=True)
class Context:
    """What stays the same while an entry is written."""

    start: Tensor
    accounts: Tensor
    allowed: Tensor
    slots: Tensor
    bias: Tensor
    slot_mask: Tensor
    slot_account: Tensor
    slot_side: Tensor
    evidence: Tensor
    memory: Readable
    words: Readable


@dataclass(frozen=True)
class Written:
    """One step's answer for each query: states (B, Q, H), the mixture, stop logits (B, Q), word weights (B, Q, S)."""

    states: Tensor
    mixture: Mixture
    stop: Tensor
    words: Tensor


@dataclass(frozen=True)
class Widths:
    """Widths that follow from encoder and catalog: of the encoder's states, memory key and account text features;

    ``trained`` is the number of accounts with a residual of their own.
    """

    encoder: int
    key: int
    account: int
    trained: int

    @classmethod
    def of(cls, reader: Reader, tensors: CatalogTensors, trained: int) -> Widths:
        return cls(reader.encoder.width, reader.key_width, tensors.text.shape[1], trained)


class Network(nn.Module):
    """Pointer and copy decoder over a catalog and a memory."""

    def __init__(self, config: NetworkConfig, widths: Widths) -> None:
        super().__init__()
        h = config.hidden
        self.config, self.widths = config, widths
        self.catalog = CatalogEncoder(widths.account, h, widths.trained, config.catalog, family=config.family)
        self.condition = Conditioning(widths.key, CONDITIONS, config)
        self.reader = MemoryReader(widths.key, config)
        self.side = nn.Embedding(2, h)
        self.begin = nn.Parameter(torch.randn(h) * 0.02)
        self.recur = nn.GRU(2 * h, h, batch_first=True)
        self.memory = Attention(h, h, config.heads)
        self.words = Attention(h, widths.encoder, config.heads)
        self.fuse = nn.Sequential(nn.Linear(4 * h, h), nn.GELU(), nn.Dropout(config.dropout), nn.LayerNorm(h))
        self.pointer = PointerHead(config.scale_init, config.scale_max, config.pointer)
        self.copy = CopyGate(h, config.gate)
        self.stop = nn.Linear(h + EVIDENCE, 1)
        self.side_of = nn.Sequential(nn.Linear(2 * h + 2, 64), nn.ReLU(), nn.Linear(64, 2))
        self.share = nn.Sequential(nn.Linear(3 * h, 64), nn.ReLU(), nn.Linear(64, 1))

    def context(self, inputs: Inputs, accounts: Tensor) -> Context:
        """Everything that is computed once per event; ``accounts`` (A, H) from the catalog encoder."""
        start = self.condition(inputs.key, inputs.conditions)
        start, slots, bias = self.reader(start, inputs.slots, accounts)
        mask, flat = inputs.slots.mask, inputs.slots.account.flatten(1)
        allowed_slots = inputs.allowed.gather(1, flat.clamp_min(0)) & mask
        return Context(
            start=start, accounts=accounts, allowed=inputs.allowed, slots=slots, bias=bias,
            slot_mask=allowed_slots, slot_account=flat.clamp_min(0), slot_side=inputs.slots.side.flatten(1),
            evidence=inputs.slots.evidence[:, 0], memory=self.memory.prepare(slots, allowed_slots),
            words=self.words.prepare(inputs.tokens, inputs.token_mask),
        )  # fmt: skip

    def previous(self, account: Tensor, side: Tensor, accounts: Tensor) -> Tensor:
        """Vector of the line written before, (..., H); account -1 is the beginning."""
        line = accounts[account.clamp_min(0)] + self.side(side.clamp_min(0))
        return torch.where((account < 0).unsqueeze(-1), self.begin, line)

    def advance(self, previous: Tensor, start: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Run the recurrence over T previous lines: (N, T, H), start (N, H), hidden (N, H) -> outputs, new hidden."""
        steps = torch.cat([start.unsqueeze(1).expand_as(previous), previous], dim=-1)
        outputs, last = self.recur(steps, hidden.unsqueeze(0).contiguous())
        return outputs, last[0]

    def write(self, outputs: Tensor, context: Context) -> Written:
        """Read memory and words with each query's output (B, Q, H) and score what comes next."""
        remembered, _ = self.memory(outputs, context.memory)
        read, weights = self.words(outputs, context.words)
        start = context.start.unsqueeze(1).expand_as(outputs)
        states = self.fuse(torch.cat([outputs, remembered, read, start], dim=-1))
        reading = Reading(
            states=states, context=remembered, slots=context.slots, bias=context.bias, mask=context.slot_mask,
            account=context.slot_account, side=context.slot_side, evidence=context.evidence,
        )  # fmt: skip
        mixture = self.copy(reading, self.pointer(states, context.accounts, context.allowed))
        evidence = context.evidence.unsqueeze(1).expand(-1, outputs.shape[1], -1)
        stop = self.stop(torch.cat([states, evidence], dim=-1)).squeeze(-1)
        return Written(states, mixture, stop, weights)

    def side_logits(self, written: Written, account: Tensor, accounts: Tensor) -> Tensor:
        """Side given the state and the chosen account: ``account`` (B, Q, N) rows -> logits (B, Q, N, 2)."""
        copied = written.mixture.copied.gather(2, account)
        debit = written.mixture.debit.gather(2, account) / (copied + 1e-6)
        seen = torch.stack([debit, (copied + 1e-4).log() / 4], dim=-1)
        states = written.states.unsqueeze(2).expand(*account.shape, -1)
        logits: Tensor = self.side_of(torch.cat([states, accounts[account], seen], dim=-1))
        return logits

    def share_logits(self, states: Tensor, account: Tensor, side: Tensor, accounts: Tensor) -> Tensor:
        """Unnormalised share of each written line within its side: (B, Q, H), (B, Q), (B, Q) -> (B, Q)."""
        line = torch.cat([states, accounts[account.clamp_min(0)], self.side(side.clamp_min(0))], dim=-1)
        logits: Tensor = self.share(line).squeeze(-1)
        return logits
