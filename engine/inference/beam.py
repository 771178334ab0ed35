"""Writes entries freely: beam search over (account, side), batched over events and beams.

Shapes: B events, W beams, N accounts tried per beam, A accounts, H width, T lines written so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.journal import Side
from engine.model.network import Context, Inputs, Network, Written

Placed = tuple[int, Side]  # catalog row and side

FLOOR = -14.0  # hypotheses below this log-probability are not followed
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One written entry: lines in writing order, its probability, share logit and memory's part by line."""

    lines: tuple[Placed, ...]
    log_probability: float
    shares: tuple[float, ...]
    memory: tuple[float, ...]


@dataclass(frozen=True)
class _Beams:
    """State of the search. log (B, W); account, side, share, memory (B, W, T); hidden (B, W, H)."""

    log: Tensor
    account: Tensor
    side: Tensor
    share: Tensor
    memory: Tensor
    hidden: Tensor
    credited: Tensor

    def has(self, side: Side) -> Tensor:
        return (self.side == int(side)).any(dim=-1)


@torch.inference_mode()
def decode(
    network: Network, inputs: Inputs, accounts: Tensor, known: Sequence[Sequence[Placed]], width: int
) -> list[list[Hypothesis]]:
    """Finished hypotheses of each event, most probable first; ``known`` lines are a forced prefix of each."""
    context = network.context(inputs, accounts)
    beams = _begin(context, width)
    forced = _prefix(known, network.config.max_lines)
    done: list[list[Hypothesis]] = [[] for _ in known]
    for t in range(network.config.max_lines + 1):
        written, hidden = _advance(network, context, beams)
        ready = beams.has(Side.DEBIT) & beams.has(Side.CREDIT) & (t >= forced.length)[:, None]
        _finish(done, beams, written, ready)
        if t == network.config.max_lines:
            break
        beams = _extend(network, context, replace(beams, hidden=hidden), written, _Turn(t, ready, forced))
        beams = _prune(beams, done)
        if not torch.isfinite(beams.log).any():
            break
    return [sorted(h, key=lambda x: -x.log_probability) for h in done]


@dataclass(frozen=True)
class _Forced:
    account: Tensor  # (B, T)
    side: Tensor  # (B, T)
    length: Tensor  # (B,)


@dataclass(frozen=True)
class _Turn:
    t: int
    ready: Tensor
    forced: _Forced


def _prefix(known: Sequence[Sequence[Placed]], room: int) -> _Forced:
    account = torch.zeros(len(known), room, dtype=torch.long)
    side = torch.zeros(len(known), room, dtype=torch.long)
    for i, lines in enumerate(known):
        for t, (row, s) in enumerate(lines):
            account[i, t], side[i, t] = row, int(s)
    return _Forced(account, side, torch.tensor([len(k) for k in known]))


def _begin(context: Context, width: int) -> _Beams:
    b, h = context.start.shape
    log = torch.full((b, width), _NEVER)
    log[:, 0] = 0.0
    none = torch.zeros(b, width, 0)
    return _Beams(
        log=log, account=none.long(), side=none.long() - 1, share=none, memory=none,
        hidden=context.start.unsqueeze(1).expand(b, width, h), credited=torch.zeros(b, width, dtype=torch.bool),
    )  # fmt: skip


def _advance(network: Network, context: Context, beams: _Beams) -> tuple[Written, Tensor]:
    b, w, h = beams.hidden.shape
    first = beams.account.shape[2] == 0
    account = torch.full((b, w), -1) if first else beams.account[:, :, -1]
    side = torch.zeros(b, w, dtype=torch.long) if first else beams.side[:, :, -1]
    previous = network.previous(account, side, context.accounts).reshape(b * w, 1, h)
    start = context.start.unsqueeze(1).expand(b, w, h).reshape(b * w, h)
    outputs, hidden = network.advance(previous, start, beams.hidden.reshape(b * w, h))
    return network.write(outputs.view(b, w, h), context), hidden.view(b, w, h)


def _finish(done: list[list[Hypothesis]], beams: _Beams, written: Written, ready: Tensor) -> None:
    log = torch.where(ready, beams.log + F.logsigmoid(written.stop), torch.tensor(_NEVER))
    for i, j in torch.nonzero(log > FLOOR).tolist():
        lines = zip(beams.account[i, j].tolist(), beams.side[i, j].tolist(), strict=True)
        done[i].append(
            Hypothesis(
                tuple((a, Side(s)) for a, s in lines), float(log[i, j]),
                tuple(beams.share[i, j].tolist()), tuple(beams.memory[i, j].tolist()),
            )
        )  # fmt: skip


def _extend(network: Network, context: Context, beams: _Beams, written: Written, turn: _Turn) -> _Beams:
    b, w = beams.log.shape
    n = min(w, context.accounts.shape[0])
    log = beams.log + torch.where(turn.ready, F.logsigmoid(-written.stop), torch.tensor(0.0))
    chance, account = written.mixture.total.topk(n, dim=-1)  # (B, W, N)
    given = turn.forced.length > turn.t  # (B,)
    account = torch.where(given[:, None, None], turn.forced.account[:, turn.t, None, None], account)
    side_log = network.side_logits(written, account, context.accounts).log_softmax(dim=-1)
    step = chance.clamp_min(1e-30).log().unsqueeze(-1) + side_log  # (B, W, N, 2)
    late = beams.credited[:, :, None] & ~given[:, None, None]
    step[..., int(Side.DEBIT)] = step[..., int(Side.DEBIT)].masked_fill(late, _NEVER)
    step = torch.where(given[:, None, None, None], _only(turn.forced.side[:, turn.t], step.shape), step)
    scores, flat = (log[:, :, None, None] + step).flatten(1).topk(w, dim=-1)  # (B, W)
    beam, rest = flat // (2 * n), flat % (2 * n)
    return _chosen(
        network, context, beams, written, _Choice(scores, beam, account[_rows(b), beam, rest // 2], rest % 2, given)
    )


@dataclass(frozen=True)
class _Choice:
    """Per event the W best continuations: score, beam they come from, account row, side; ``given`` (B,) is forced."""

    log: Tensor
    beam: Tensor
    account: Tensor
    side: Tensor
    given: Tensor


def _chosen(network: Network, context: Context, beams: _Beams, written: Written, choice: _Choice) -> _Beams:
    at = _rows(len(choice.beam)), choice.beam
    mixture = written.mixture
    total, copied = (m[at].gather(2, choice.account.unsqueeze(-1)).squeeze(-1) for m in (mixture.total, mixture.copied))
    memory = mixture.gate[at].squeeze(-1) * copied / total.clamp_min(1e-30)
    share = network.share_logits(written.states[at], choice.account, choice.side, context.accounts)
    log = torch.where(choice.log > FLOOR, choice.log, torch.tensor(_NEVER))
    free_credit = (choice.side == int(Side.CREDIT)) & ~choice.given[:, None]
    return _Beams(
        log=log,
        account=torch.cat([beams.account[at], choice.account.unsqueeze(-1)], dim=-1),
        side=torch.cat([beams.side[at], choice.side.unsqueeze(-1)], dim=-1),
        share=torch.cat([beams.share[at], share.unsqueeze(-1)], dim=-1),
        memory=torch.cat([beams.memory[at], memory.unsqueeze(-1)], dim=-1),
        hidden=beams.hidden[at],
        credited=beams.credited[at] | free_credit,
    )


def _prune(beams: _Beams, done: list[list[Hypothesis]]) -> _Beams:
    """Beams that can no longer reach the five best of their event are closed."""
    bars = [sorted((h.log_probability for h in hs), reverse=True)[4] if len(hs) >= 5 else _NEVER for hs in done]
    return replace(beams, log=torch.where(beams.log > torch.tensor(bars)[:, None], beams.log, torch.tensor(_NEVER)))


def _only(side: Tensor, shape: torch.Size) -> Tensor:
    """(B, W, N, 2) zero at the first account and the forced side, never elsewhere: forced lines cost nothing."""
    table = torch.full(shape, _NEVER)
    table[torch.arange(shape[0]), :, 0, side] = 0.0
    return table


def _rows(b: int) -> Tensor:
    return torch.arange(b).unsqueeze(1)
