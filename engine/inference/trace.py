"""What the network saw while it wrote the first candidate: pointer, copy, gate and words, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import torch
from torch import Tensor

from engine.features import Read
from engine.inference.reasoner import Reasoner
from engine.inputs import gather
from engine.journal import Candidate, Line, LineTrace, Side
from engine.targets import Target, to_target
from engine.training.losses import Targets, write_along

SHOWN = 8  # accounts of a distribution


@torch.inference_mode()
def trace(reasoner: Reasoner, read: Read, first: Candidate, known: Sequence[tuple[str, Side]]) -> tuple[LineTrace, ...]:
    """Run the decoder along the candidate's own lines and keep what it looked at; ``read`` is one event."""
    target = _target(first, reasoner, known)
    recall = reasoner.memory.recall(read).first(reasoner.config.memory.slots)
    inputs = gather(read, recall, reasoner.memory, reasoner.catalog, reasoner.catalog.rows)
    context = reasoner.network.context(inputs, reasoner.vectors)
    written = write_along(reasoner.network, context, Targets.of([target]))
    words = read.encoded[0].tokens
    codes = [a.code for a in reasoner.catalog.accounts]
    return tuple(
        LineTrace(
            account=codes[step.account],
            side=step.side,
            gate=float(written.mixture.gate[0, t, 0]),
            pointer=_top(written.mixture.pointer[0, t], codes),
            copied=_top(written.mixture.copied[0, t], codes),
            words=tuple(zip(words, written.words[0, t, : len(words)].tolist(), strict=True)),
        )
        for t, step in enumerate(target.steps)
        if (codes[step.account], step.side) not in known
    )


def _target(first: Candidate, reasoner: Reasoner, known: Sequence[tuple[str, Side]]) -> Target:
    """The candidate's lines in the order they were written in: those that were known come first."""
    lines = [Line(account=x.account, side=x.side, amount=x.amount or Decimal(1)) for x in first.lines]
    rows = reasoner.catalog.rows
    given = [(rows[account], side) for account, side in known]
    steps = to_target(lines[: reasoner.config.network.max_lines], rows).steps
    early = sorted((s for s in steps if (s.account, s.side) in given), key=lambda s: given.index((s.account, s.side)))
    return Target((*early, *(s for s in steps if (s.account, s.side) not in given)), len(early))


def _top(chances: Tensor, codes: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Largest first, those with any weight."""
    best = chances.topk(min(SHOWN, len(codes)))
    return tuple((codes[i], float(p)) for p, i in zip(best.values, best.indices, strict=True) if p > 0)
