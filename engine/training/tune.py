"""Tunes the text encoder on a book: which line set does this text lead to?

Each cut of the history starts again from the weights that the encoder came with and sees the entries before the cut
only, so that what is asked about later entries was answered by an encoder that never saw them. The classifier on top
is thrown away; keys and token states of the tuned encoder replace the old ones everywhere, because an index belongs
to exactly one encoder.

Shapes: n texts of a batch, E encoder width, C line sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.config import TrainConfig
from engine.device import device, halved
from engine.errors import EngineError
from engine.features import Ints, Reader
from engine.journal import Entry, Event, event_of
from engine.targets import LineSet, line_set
from engine.text import Conditioned
from engine.training.lessons import blanked

SHARPNESS = 16.0  # of the cosine classifier: keys are compared by cosine later, so they are taught by cosine
HEAD_RATE = 5e-3  # learning rate of the classifier, which starts from nothing
DECAY = 0.01
WARM = 0.1  # share of the steps in which the rate rises


class NoSuchLayers(EngineError):
    """More layers were to be tuned than the encoder has."""

    def __init__(self, asked: int, found: int) -> None:
        self.asked, self.found = asked, found
        super().__init__(
            f"{asked} layers of the text encoder were to be tuned, and it has {found}. "
            "Set train_layers to at most that, to -1 for all of it, or to 0 to leave it as it is."
        )


@dataclass(frozen=True)
class Examples:
    """What to learn from: each entry's event, its twin with fields blanked, and the line set it was booked to."""

    events: Sequence[Event]
    blanked: Sequence[Event]
    sets: Sequence[LineSet]

    @classmethod
    def before(cls, end: int, entries: Sequence[Entry], config: TrainConfig) -> Examples:
        """The first ``end`` entries, blanked as in the lessons."""
        events = [event_of(e) for e in entries]
        return cls(events[:end], blanked(events, config)[:end], [line_set(e.lines) for e in entries[:end]])


def tuned(
    reader: Reader, examples: Examples, config: TrainConfig, watch: Callable[[int, int], None] = lambda *_: None
) -> Reader:
    """A reader whose encoder's upper layers know these entries; the same reader where there is one line set only.

    Args:
        reader: with the encoder as it came; it stays as it is.
        watch: told steps done and steps in all; what it raises ends the tuning.

    Raises:
        NoSuchLayers: the encoder has fewer layers than ``config.encoder.train_layers``.
    """
    numbers = {s: i for i, s in enumerate(dict.fromkeys(examples.sets))}
    if len(numbers) < 2:
        return reader
    twin = Reader(reader.encoder.twin())
    weights = trainable(twin.encoder.model, config.encoder.train_layers)
    with torch.random.fork_rng(devices=[]):  # the network's own random numbers stay what they are
        torch.manual_seed(config.seed)
        head = nn.Linear(twin.encoder.width, len(numbers), bias=False).to(device())
        _learn(_Course(twin, head, weights, config), examples, [numbers[s] for s in examples.sets], watch)
    twin.encoder.model.eval().requires_grad_(requires_grad=False)
    return twin


def trainable(model: nn.Module, layers: int) -> list[nn.Parameter]:
    """Parameters of the top ``layers`` of a Hugging Face encoder, or of all of it for -1; only they get gradients."""
    if layers < 0:
        model.requires_grad_(requires_grad=True)
    else:
        depth = int(model.config.num_hidden_layers)  # type: ignore[union-attr, arg-type]
        stack = next((m for m in model.modules() if isinstance(m, nn.ModuleList) and len(m) == depth), nn.ModuleList())
        if layers > len(stack):
            raise NoSuchLayers(layers, len(stack))
        for layer in stack[len(stack) - layers :]:
            layer.requires_grad_(requires_grad=True)
    return [p for p in model.parameters() if p.requires_grad]


@dataclass(frozen=True)
class _Course:
    reader: Reader
    head: nn.Linear
    weights: list[nn.Parameter]
    config: TrainConfig

    def loss(self, texts: Sequence[Conditioned], labels: Tensor) -> Tensor:
        with halved(labels.device):
            pooled = self.reader.encoder.states(texts).pooled.float()  # (n, E)
        scores = SHARPNESS * pooled @ nn.functional.normalize(self.head.weight, dim=-1).T  # (n, C)
        return nn.functional.cross_entropy(scores, labels)


def _learn(course: _Course, examples: Examples, labels: Sequence[int], watch: Callable[[int, int], None]) -> None:
    c = course.config
    texts = course.reader.texts(examples.events), course.reader.texts(examples.blanked)
    rng, n = np.random.RandomState(c.seed), len(labels)
    batches = int(np.ceil(n / c.batch))
    total = c.encoder.tune_epochs * batches
    rates = [c.encoder.tune_rate, HEAD_RATE]
    groups = [{"params": course.weights, "lr": rates[0]}, {"params": course.head.parameters(), "lr": rates[1]}]
    optimiser = torch.optim.AdamW(groups, weight_decay=DECAY)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=total + 1, pct_start=WARM)
    course.reader.encoder.model.train()
    for step, rows in enumerate(_batches(rng, n, c)):
        hidden = rng.rand(len(rows)) < 1 - (1 - c.blank) ** 3  # as often as users leave something blank
        part = [texts[int(h)][r] for r, h in zip(rows, hidden, strict=True)]
        loss = course.loss(part, torch.tensor([labels[r] for r in rows], device=device()))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(course.weights, c.clip)
        optimiser.step()
        cycle.step()
        watch(step + 1, total)


def _batches(rng: np.random.RandomState, n: int, config: TrainConfig) -> Iterator[Ints]:
    for _ in range(config.encoder.tune_epochs):
        yield from np.array_split(rng.permutation(n), int(np.ceil(n / config.batch)))
