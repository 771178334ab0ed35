"""Real memory keys in quantity: the events of large generated books, read by the one `Reader`.

Reading 200,000 texts takes the better part of an hour on one core, so the keys are kept under .bench, part by part,
and used again as long as encoder and count are the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from pathlib import Path

import numpy as np

from benchmarks.machine import ROOT
from engine.config import EncoderConfig
from engine.demo import PROFILES, generated_book
from engine.features import Reader
from engine.journal import Event, event_of
from engine.model.encoder import TextEncoder
from engine.sketch import Floats

KEPT = ROOT / ".bench" / "keys"
OF_ONE_BOOK = 20_000  # entries of each company; its names, numbers and dates vary with the seed
AT_ONCE = 2_000  # texts of one part, whose token states are in memory together
HELD_OUT = 0.01  # the newest of each book, which become queries


def real_keys(n: int, folder: Path = KEPT) -> tuple[Floats, Floats]:
    """Keys (n, D) of remembered events and (q, D) of newer ones of the same companies, in random order."""
    reader = Reader(TextEncoder(EncoderConfig()))
    remembered, asked = events(n)
    of = folder / f"{n}-{reader.encoder.digest[:12]}"
    return _read(reader, remembered, of / "remembered"), _read(reader, asked, of / "asked")


def events(n: int) -> tuple[list[Event], list[Event]]:
    """``n`` events to remember and the newest of the same books to ask about, each shuffled."""
    remembered: list[Event] = []
    asked: list[Event] = []
    for book in _books(min(n, OF_ONE_BOOK)):
        cut = int(len(book) * (1 - HELD_OUT))
        remembered += book[:cut]
        asked += book[cut:]
        if len(remembered) >= n:
            break
    rng = np.random.default_rng(0)
    return [remembered[i] for i in rng.permutation(len(remembered))[:n]], [
        asked[i] for i in rng.permutation(len(asked))
    ]


def _books(size: int) -> Iterator[list[Event]]:
    """Companies of each kind in turn, none like another."""
    for profile, seed in zip(cycle(sorted(PROFILES)), count(1), strict=False):
        yield [event_of(e) for e in sorted(generated_book(profile, seed, size).entries, key=lambda e: e.date)]


def _read(reader: Reader, of: Sequence[Event], folder: Path) -> Floats:
    """Keys of these events; parts that an earlier run read are not read again."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(of), AT_ONCE):
        path = folder / f"{start}.npy"
        if not path.exists():
            keys = reader.read(of[start : start + AT_ONCE]).key.astype(np.float16)
            reader.encoder.forget()
            with path.with_suffix(".part").open("wb") as file:
                np.save(file, keys)
            path.with_suffix(".part").replace(path)
            _say(f"  read {start + len(keys)} of {len(of)} texts")
    parts = [np.load(folder / f"{start}.npy") for start in range(0, len(of), AT_ONCE)]
    return np.concatenate(parts).astype(np.float32)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
