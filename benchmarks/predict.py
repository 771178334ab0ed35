"""One prediction and a batch of 256 against the bare encoder's forward pass of the same conditioned texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from transformers.models.auto.modeling_auto import AutoModel
from transformers.models.auto.tokenization_auto import AutoTokenizer

from benchmarks.machine import in_turns, milliseconds
from engine.config import EncoderConfig
from engine.inference.predictor import Predictor
from engine.journal import Entry, Event, event_of
from engine.model.encoder import resolve
from engine.text import conditioned, normalise

BATCH = 256


def predict(predictor: Predictor, entries: Sequence[Entry]) -> dict[str, Any]:
    """Medians in milliseconds and their ratio to the bare encoder, with one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return {
            "one": _against(predictor, entries, 1, 15),
            "one_explained": _against(predictor, entries, 1, 10, explain=True),
            f"batch_of_{BATCH}": _against(predictor, entries, BATCH, 3),
        }
    finally:
        torch.set_num_threads(threads)


def _against(
    predictor: Predictor, entries: Sequence[Entry], size: int, rounds: int, *, explain: bool = False
) -> dict[str, Any]:
    forward = bare_encoder()
    seconds = in_turns(
        {
            "encoder": lambda turn: forward(unseen(entries, size, turn)),
            "predict": lambda turn: predictor.predict(unseen(entries, size, turn), explain=explain),
        },
        rounds,
    )
    return {**milliseconds(seconds), "ratio": round(seconds["predict"] / seconds["encoder"], 2)}


def unseen(entries: Sequence[Entry], size: int, turn: int) -> list[Event]:
    """Events whose texts no cache holds: real descriptions with a number of this round behind them."""
    events = [event_of(entries[(turn * size + i) % len(entries)]) for i in range(size)]
    return [replace(e, description=f"{e.description} {turn}-{i}") for i, e in enumerate(events)]


def bare_encoder(config: EncoderConfig | None = None) -> Callable[[Sequence[Event]], None]:
    """Tokenizing and the forward pass alone, in batches of like length as the engine makes them."""
    config = config or EncoderConfig()
    folder = resolve(config.name)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    def forward(events: Sequence[Event]) -> None:
        texts = [conditioned(normalise(e.description), e.journal, e.party, e.amount) for e in events]
        texts.sort(key=lambda t: len(t.words) + len(t.text))
        with torch.inference_mode():
            for a in range(0, len(texts), config.batch):
                part = texts[a : a + config.batch]
                model(**tokenizer(
                    [t.words for t in part], [t.text for t in part], padding=True, truncation="longest_first",
                    max_length=config.max_tokens, return_tensors="pt",
                ))  # fmt: skip

    return forward
