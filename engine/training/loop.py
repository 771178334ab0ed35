"""Gradient steps over a range of lessons.

Shapes as in `engine.training.losses`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.config import TrainConfig
from engine.errors import EngineError, TrainingCancelled
from engine.features import Ints
from engine.model.accounts import CatalogTensors
from engine.model.network import Network
from engine.training.lessons import Lessons
from engine.training.losses import Losses, RunningMeans, Targets, teach

POINTER_PARTS = ("pointer.", "copy.")


class NotFinite(EngineError):
    """A loss that is no number: the run cannot go on."""

    def __init__(self, epoch: int, step: int) -> None:
        self.epoch, self.step = epoch, step
        super().__init__(
            f"Training stopped in epoch {epoch + 1}, step {step}: the loss is no finite number. No model was made. "
            "Try a smaller learning rate, and look for amounts of absurd size in the history."
        )


@dataclass(frozen=True)
class Watch:
    """Told after each step how many of all are done; asked whether to go on."""

    step: Callable[[int, float], None]
    cancelled: Callable[[], bool]


class Teacher:
    """Owns optimiser and random numbers of one run; `fit` may be called for longer and longer parts of history."""

    def __init__(self, network: Network, lessons: Lessons, tensors: CatalogTensors, config: TrainConfig) -> None:
        self.network, self.lessons, self.tensors, self.config = network, lessons, tensors, config
        self._rng = np.random.RandomState(config.seed)
        self._means = RunningMeans()
        self._taken, self._rise = 0, 0.0  # steps so far; those over which weights rise, half of the first part's
        self._slow = [p for n, p in network.named_parameters() if n.startswith(POINTER_PARTS)]
        self._rest = [p for n, p in network.named_parameters() if not n.startswith(POINTER_PARTS)]

    def steps(self, end: int, epochs: int) -> int:
        """Gradient steps that `fit` will take."""
        return epochs * int(np.ceil((self.lessons.teachable < end).sum() / self.config.batch))

    def fit(self, end: int, epochs: int, watch: Watch) -> None:
        """Learn from entries before ``end``: one cycle of the learning rate (Smith 2018) over all epochs."""
        rows = self.lessons.teachable[self.lessons.teachable < end]
        if not len(rows):
            return
        optimiser, cycle = self.cycle(self.steps(end, epochs))
        self._rise = self._rise or self.steps(end, epochs) / 2
        self.network.train()
        for epoch in range(epochs):
            for number, batch in enumerate(self.batches(rows)):
                if watch.cancelled():
                    raise TrainingCancelled
                loss = self.step(batch, optimiser)
                if not np.isfinite(loss):
                    raise NotFinite(epoch, number)
                cycle.step()
                watch.step(1, loss)

    def cycle(self, steps: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
        """A fresh optimiser and one cycle of its learning rate over so many steps."""
        c = self.config
        rates = [c.learning_rate, c.learning_rate * c.pointer_rate]
        groups = [{"params": p, "lr": rate} for p, rate in zip((self._rest, self._slow), rates, strict=True)]
        optimiser = torch.optim.AdamW(groups, weight_decay=c.weight_decay)
        return optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps + 1, pct_start=0.15)

    def batches(self, rows: Ints) -> Iterator[Ints]:
        """Every row once, in random order."""
        shuffled = self._rng.permutation(rows)
        yield from np.array_split(shuffled, int(np.ceil(len(rows) / self.config.batch)))

    def step(self, batch: Ints, optimiser: torch.optim.Optimizer) -> float:
        """One step on these rows; returns the loss before it."""
        c = self.config
        blank = self._rng.rand(len(batch)) < 1 - (1 - c.blank) ** 3  # as often as at least one field is hidden
        inputs = self.lessons.inputs(batch + len(self.lessons) * blank, c.memory.slots)
        targets = Targets.of([self.lessons.target(int(row), self._given(int(row))) for row in batch])
        losses = teach(self.network, inputs, self.network.catalog(self.tensors), targets, c.loss)
        loss = self._weighed(losses)
        optimiser.zero_grad()
        loss.backward()
        self._clip()
        optimiser.step()
        return float(loss.detach())

    def _weighed(self, losses: Losses) -> Tensor:
        c = self.config.loss
        if c.scaling == "running":
            self._means.follow(losses, c)
        ramp = min(1.0, self._taken / self._rise) if c.schedule == "ramp" else 1.0
        self._taken += 1
        return losses.total(c, ramp, self._means)

    def _clip(self) -> None:
        c = self.config
        if c.clip_by == "all":
            nn.utils.clip_grad_norm_([*self._rest, *self._slow], c.clip)
            return
        nn.utils.clip_grad_norm_(self._slow, c.clip_pointer)
        nn.utils.clip_grad_norm_(self._rest, c.clip)

    def _given(self, row: int) -> int | None:
        """Now and then a line that the event already brings, as a bank line does."""
        if self._rng.rand() >= self.config.fixed_line:
            return None
        return int(self._rng.randint(len(self.lessons.entries[row].lines)))
