"""One row of the ablations on one book: trained, asked about the whole test events, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.config import TrainConfig
from engine.evaluation.counterpoint import Counterpoint
from engine.evaluation.protocol import Examiner, Measured
from engine.evaluation.system import Ranked
from engine.journal import Event, Snapshot


class WholeEvents(Counterpoint):
    """Answers whole events alone; text and amount alone and known bank lines are left unanswered, to save time."""

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
