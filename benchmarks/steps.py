"""One training step against one step of the bare encoder: forward, backward and update for 32 texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from benchmarks.machine import in_turns, milliseconds
from engine.catalog import Catalog
from engine.config import EncoderConfig, TrainConfig
from engine.features import Reader
from engine.journal import Account, Entry, event_of, in_recording_order, teaches
from engine.model.accounts import CatalogTensors
from engine.model.encoder import TextEncoder
from engine.model.network import Network, Widths
from engine.training.lessons import Lessons
from engine.training.loop import Teacher, Watch
from engine.training.tune import Examples, tuned

STEPS = 4  # of one measurement
TOP = 2  # layers of the cheaper way to tune


def steps(accounts: Sequence[Account], entries: Sequence[Entry]) -> dict[str, Any]:
    """Medians in milliseconds a step with one thread: bare encoder, network on kept token states, encoder tuned."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    config = TrainConfig.quick()
    some = in_recording_order(e for e in entries if teaches(e) and e.lines)[: STEPS * config.batch]
    reader = Reader(TextEncoder(config.encoder))
    try:
        seconds = in_turns(
            {
                "encoder": bare_step(reader, some[: config.batch]),
                "network": _network(reader, Catalog.of(accounts, some), some, config),
                f"tune_top_{TOP}": _tuning(reader, some, config, TOP),
                "tune_all": _tuning(reader, some, config, -1),
            },
            3,
        )
    finally:
        torch.set_num_threads(threads)
    each = {name: s if name == "encoder" else s / STEPS for name, s in seconds.items()}
    ratios = {f"{n}_ratio": round(s / each["encoder"], 3) for n, s in each.items() if n != "encoder"}
    return {**milliseconds(each), **ratios}


def bare_step(reader: Reader, entries: Sequence[Entry]) -> Callable[[int], None]:
    """A step that learns nothing in particular, of all weights of the encoder."""
    twin = reader.encoder.twin()
    twin.model.train().requires_grad_(requires_grad=True)
    optimiser = torch.optim.AdamW(twin.model.parameters(), lr=1e-5)
    texts = reader.texts([event_of(e) for e in entries])

    def step(_turn: int) -> None:
        optimiser.zero_grad()
        twin.states(texts).tokens.square().mean().backward()
        optimiser.step()

    return step


def _network(reader: Reader, catalog: Catalog, entries: Sequence[Entry], config: TrainConfig) -> Callable[[int], None]:
    lessons = Lessons.of(entries, catalog, reader, config)
    tensors = CatalogTensors.of(catalog, reader, lessons.rows)
    network = Network(config.network, Widths.of(reader, tensors, len(catalog)))
    teacher = Teacher(network, lessons, tensors, config)
    return lambda _turn: teacher.fit(len(entries), 1, Watch(lambda _steps, _loss: None, lambda: False))


def _tuning(reader: Reader, entries: Sequence[Entry], config: TrainConfig, layers: int) -> Callable[[int], None]:
    config = replace(config, encoder=EncoderConfig(train_layers=layers, tune_epochs=1))
    examples = Examples.before(len(entries), entries, config)

    def tune(_turn: int) -> None:
        tuned(reader, examples, config)

    return tune
