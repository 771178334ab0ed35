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


class Relearnt(WholeEvents):
    """A trained contender whose judge is learnt once more, with other settings; nothing else is done again."""

    def __init__(self, config: TrainConfig, trained: WholeEvents) -> None:
        vars(self).update(vars(trained))
        self._config, self._replayed = config, list(trained._replayed)  # noqa: SLF001 - one of its own kind

    def fit(self, snapshot: Snapshot) -> None:
        del snapshot  # the trained one knows it
        self.refit()


def examine(snapshot: Snapshot, configs: Sequence[TrainConfig], history: int | None = None) -> list[Measured]:
    """Static outcomes of a model with each of these settings; figures of what is not asked mean nothing.

    Args:
        configs: all of one `stem`, so that one training serves them all; its seconds count for each.
        history: train on the newest so many entries before the split alone; None means on all.
    """
    examiner = Examiner(snapshot)
    if history is not None:
        examiner.snapshot = replace(examiner.snapshot, entries=examiner.history[-history:])
    trained = WholeEvents(configs[0])
    found = [examiner.measure(trained, ("static",))]
    for config in configs[1:]:
        again = examiner.measure(Relearnt(config, trained), ("static",))
        found.append(replace(again, train_seconds=found[0].train_seconds + again.train_seconds))
    return found
