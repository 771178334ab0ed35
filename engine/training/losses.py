"""Losses of one batch of entries, each beside its definition.

Shapes: B events, T steps (lines and the STOP), A accounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.config import LossConfig
from engine.model.network import Context, Inputs, Network, Written
from engine.targets import Target

TINY = 1e-9  # probability below which a wrong account is no worse
DEFAULT = LossConfig()
_MOMENTUM = 0.99  # of the running means


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
    coverage: Tensor | None = None

    def total(self, config: LossConfig, ramp: float = 1.0, means: Mapping[str, float] | None = None) -> Tensor:
        """The weighted sum.

        Args:
            ramp: times every weight but the account's, in [0, 1].
            means: what each term is divided by, see `RunningMeans`.
        """
        parts = [
            weight * (1.0 if name == "account" else ramp) * getattr(self, name) / (means[name] if means else 1.0)
            for name, weight in weights(config).items()
        ]
        total: Tensor = sum(parts[1:], parts[0])
        return total


def weights(config: LossConfig) -> dict[str, float]:
    """Weight of each term that counts, by its name in `Losses`."""
    named = {"side": config.side, "stop": config.stop, "flow": config.flow, "coverage": config.coverage}
    return {"account": 1.0} | {name: weight for name, weight in named.items() if weight}


class RunningMeans(dict[str, float]):
    """Each term's exponential mean over the steps so far, to divide it by. Terms then weigh the same whatever their
    size, so a term that is nearly learned is blown up: kept to show what that does.
    """

    def follow(self, losses: Losses, config: LossConfig) -> None:
        for name in weights(config):
            now = float(getattr(losses, name).detach())
            self[name] = max(TINY, _MOMENTUM * self.get(name, now) + (1 - _MOMENTUM) * now)


def teach(network: Network, inputs: Inputs, accounts: Tensor, targets: Targets, config: LossConfig = DEFAULT) -> Losses:
    """Run the decoder over the true lines, all at once, and score every decision."""
    context = network.context(inputs, accounts)
    written = write_along(network, context, targets)
    return score(network, context, written, targets, config)


def write_along(network: Network, context: Context, targets: Targets) -> Written:
    """The decoder's answers when the lines before each step are the true ones: (B, T, ...)."""
    before = [torch.cat([torch.full((len(x), 1), -1), x[:, :-1]], dim=1) for x in (targets.account, targets.side)]
    previous = network.previous(before[0], before[1], context.accounts)
    outputs, _ = network.advance(previous, context.start, context.start)
    return network.write(outputs, context)


def score(
    network: Network, context: Context, written: Written, targets: Targets, config: LossConfig = DEFAULT
) -> Losses:
    account = targets.account.clamp_min(0)
    chance = written.mixture.total.gather(2, account.unsqueeze(-1)).squeeze(-1)
    by_account = -chance.clamp_min(TINY).log() * targets.lines
    sides = network.side_logits(written, account.unsqueeze(-1), context.accounts).squeeze(2)
    by_side = F.cross_entropy(sides.flatten(0, 1), targets.side.clamp_min(0).flatten(), reduction="none")
    by_side = by_side.view_as(chance) * targets.lines
    by_stop = F.binary_cross_entropy_with_logits(written.stop, targets.stop, reduction="none") * targets.decisive
    lines, stops = targets.lines.sum().clamp_min(1), targets.decisive.sum().clamp_min(1)
    shares = network.share_logits(written.states, targets.account, targets.side, context.accounts)
    return Losses(
        account=by_account.sum() / lines,
        side=by_side.sum() / lines,
        stop=by_stop.sum() / stops,
        flow=flow(shares, targets) if config.flow_kind == "kl" else squared_flow(shares, targets),
        entry=(by_account + by_side + by_stop).sum(dim=1),
        coverage=coverage(written.mixture.total, targets) if config.coverage else None,
    )


def flow(logits: Tensor, targets: Targets) -> Tensor:
    """Mean over entries and sides of KL(true shares || predicted shares), in log-space (B, T)."""
    terms = []
    for side in (0, 1):
        there = targets.side == side
        log = logits.masked_fill(~there, torch.finfo(logits.dtype).min).log_softmax(dim=1)
        terms.append(F.kl_div(log.masked_fill(~there, 0.0), targets.share * there, reduction="none").sum(dim=1))
    return torch.stack(terms).mean()


def squared_flow(logits: Tensor, targets: Targets) -> Tensor:
    """Mean over entries and sides of the sum of squared differences between true and predicted shares (B, T)."""
    terms = []
    for side in (0, 1):
        there = targets.side == side
        shares = logits.masked_fill(~there, torch.finfo(logits.dtype).min).softmax(dim=1)
        terms.append((there * (shares - targets.share) ** 2).sum(dim=1))
    return torch.stack(terms).mean()


def coverage(chances: Tensor, targets: Targets) -> Tensor:
    """Mean over written lines of the probability (B, T, A) given to accounts that stand there already and are done.

    After See et al. 2017, arXiv:1704.04368, sec. 2.3, with one difference: an account that the entry names again,
    here or later, costs nothing, because accounts do repeat.
    """
    named = F.one_hot(targets.account.clamp_min(0), chances.shape[2]) * (targets.account >= 0).unsqueeze(-1)
    before = named.cumsum(dim=1) - named
    still_to_come = named.sum(dim=1, keepdim=True) - before
    done = (before > 0) & (still_to_come == 0)
    return ((chances * done).sum(dim=2) * targets.lines).sum() / targets.lines.sum().clamp_min(1)
