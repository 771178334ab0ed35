"""One row of the ablations on one book: trained, asked about the whole test events, nothing else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from engine.config import TrainConfig
from engine.evaluation.counterpoint import Counterpoint
from engine.evaluation.protocol import Examiner, Measured
from engine.evaluation.system import Ranked
from engine.features import Reader
from engine.journal import Event, Snapshot
from engine.model.encoder import Encoded, TextEncoder
from engine.text import Conditioned

PASSES = 300  # forward passes of the frozen encoder that are kept, of 64 texts each: some 400 MB

_Batch = tuple[str, int, tuple[Conditioned, ...]]


class SharedEncoder(TextEncoder):
    """The frozen encoder, run once for rows that read the same batches; equal batches give equal bits."""

    _passes: ClassVar[OrderedDict[_Batch, list[Encoded]]] = OrderedDict()

    def _forward(self, texts: Sequence[Conditioned]) -> list[Encoded]:
        batch = (self.config.name, self.config.max_tokens, tuple(texts))
        found = self._passes.pop(batch, None) or super()._forward(texts)
        self._passes[batch] = found  # now the last to go
        while len(self._passes) > PASSES:
            self._passes.popitem(last=False)
        return found


class WholeEvents(Counterpoint):
    """Answers whole events alone; text and amount alone and known bank lines are left unanswered, to save time."""

    def _reader(self) -> Reader:
        return Reader(SharedEncoder(self._config.encoder))

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        whole = [e.date is not None and not e.lines for e in events]
        found = iter(super().answer([e for e, asked in zip(events, whole, strict=True) if asked]))
        return [next(found) if asked else () for asked in whole]


def examine(snapshot: Snapshot, config: TrainConfig, history: int | None = None) -> Measured:
    """Static outcomes of a model with these settings; figures of what is not asked mean nothing.

    Args:
        history: train on the newest so many entries before the split alone; None means on all.
    """
    examiner = Examiner(snapshot)
    if history is not None:
        examiner.snapshot = replace(examiner.snapshot, entries=examiner.history[-history:])
    return examiner.measure(WholeEvents(config), ("static",))
