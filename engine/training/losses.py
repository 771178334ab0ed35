"""Losses of one batch of entries, each beside its definition.

Shapes: B events, T steps (lines and the STOP), A accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.config import LossConfig
from engine.model.network import Context, Inputs, Network, Written
from engine.targets import Target

TINY = 1e-9  # probability below which a wrong account is no worse


@dataclass(frozen=True)
class Targets:
    """account, side (B, T) int64 with -1 after the last line; share (B, T); stop (B, T);

    lines (B, T) bool: lines that were written, not given; decisive (B, T) bool: free stop decisions.
    """

    account: Tensor
    side: Tensor
    share: Tensor
    stop: Tensor
    lines: Tensor
    decisive: Tensor

    @classmethod
    def of(cls, targets: Sequence[Target]) -> Targets:
        b, t = len(targets), max(len(x.steps) for x in targets) + 1
        account, side = torch.full((b, t), -1), torch.full((b, t), -1)
        share, stop = torch.zeros(b, t), torch.zeros(b, t)
        lines, decisive = torch.zeros(b, t, dtype=torch.bool), torch.zeros(b, t, dtype=torch.bool)
        for i, target in enumerate(targets):
            n = len(target.steps)
            account[i, :n] = torch.tensor([s.account for s in target.steps])
            side[i, :n] = torch.tensor([int(s.side) for s in target.steps])
            share[i, :n] = torch.tensor([s.share for s in target.steps])
            stop[i, : n + 1] = torch.tensor(target.stops, dtype=torch.float)
            lines[i, target.known : n] = True
            decisive[i, : n + 1] = torch.tensor(target.decisive)
        return cls(account, side, share, stop, lines, decisive)


@dataclass(frozen=True)
class Losses:
    """Means over their decisions, except ``entry`` (B,): the negative log-probability of each whole entry."""

    account: Tensor
    side: Tensor
    stop: Tensor
    flow: Tensor
    entry: Tensor

    def total(self, config: LossConfig) -> Tensor:
        return self.account + config.side * self.side + config.stop * self.stop + config.flow * self.flow


def teach(network: Network, inputs: Inputs, accounts: Tensor, targets: Targets) -> Losses:
    """Run the decoder over the true lines, all at once, and score every decision."""
    context = network.context(inputs, accounts)
    written = write_along(network, context, targets)
    return score(network, context, written, targets)


def write_along(network: Network, context: Context, targets: Targets) -> Written:
    """The decoder's answers when the lines before each step are the true ones: (B, T, ...)."""
    before = [torch.cat([torch.full((len(x), 1), -1), x[:, :-1]], dim=1) for x in (targets.account, targets.side)]
    previous = network.previous(before[0], before[1], context.accounts)
    outputs, _ = network.advance(previous, context.start, context.start)
    return network.write(outputs, context)


def score(network: Network, context: Context, written: Written, targets: Targets) -> Losses:
    account = targets.account.clamp_min(0)
    chance = written.mixture.total.gather(2, account.unsqueeze(-1)).squeeze(-1)
    by_account = -chance.clamp_min(TINY).log() * targets.lines
    sides = network.side_logits(written, account.unsqueeze(-1), context.accounts).squeeze(2)
    by_side = F.cross_entropy(sides.flatten(0, 1), targets.side.clamp_min(0).flatten(), reduction="none")
    by_side = by_side.view_as(chance) * targets.lines
    by_stop = F.binary_cross_entropy_with_logits(written.stop, targets.stop, reduction="none") * targets.decisive
    lines, stops = targets.lines.sum().clamp_min(1), targets.decisive.sum().clamp_min(1)
    return Losses(
        account=by_account.sum() / lines,
        side=by_side.sum() / lines,
        stop=by_stop.sum() / stops,
        flow=flow(network.share_logits(written.states, targets.account, targets.side, context.accounts), targets),
        entry=(by_account + by_side + by_stop).sum(dim=1),
    )


def flow(logits: Tensor, targets: Targets) -> Tensor:
    """Mean over entries and sides of KL(true shares || predicted shares), in log-space (B, T)."""
    terms = []
    for side in (0, 1):
        there = targets.side == side
        log = logits.masked_fill(~there, torch.finfo(logits.dtype).min).log_softmax(dim=1)
        terms.append(F.kl_div(log.masked_fill(~there, 0.0), targets.share * there, reduction="none").sum(dim=1))
    return torch.stack(terms).mean()
