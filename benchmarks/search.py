"""Memory search: ScaNN behind `VectorIndex` against its exact twin, time and recall, on keys of real texts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.keys import KEPT, real_keys
from benchmarks.machine import in_turns, milliseconds
from engine.config import MemoryConfig
from engine.retrieval.index import HAS_SCANN, TIE, Floats, VectorIndex

QUERIES = 256
POOL = MemoryConfig().pool  # neighbours that the memory asks for


def search(sizes: tuple[int, ...] = (20_000, 50_000, 200_000), folder: Path = KEPT) -> dict[str, Any]:
    """Per size: milliseconds of a batch and of one query, speed-up of each, recall@10, seconds to build.

    Both are asked for as many neighbours as the memory asks for, with one thread. The first run reads the texts.
    """
    if not HAS_SCANN:
        return {"scann": "not installed"}
    vectors, queries = real_keys(max(sizes), folder)
    return {str(n): _of_size(vectors[:n], queries[:QUERIES]) for n in sizes}


def _of_size(vectors: Floats, queries: Floats) -> dict[str, Any]:
    exact, near = VectorIndex(vectors.shape[1], "exact"), VectorIndex(vectors.shape[1], "scann")
    ids = [str(i) for i in range(len(vectors))]
    exact.build(ids, vectors)
    start = time.perf_counter()
    near.build(ids, vectors)
    built = time.perf_counter() - start
    seconds = in_turns(
        {
            "exact": lambda _: exact.search(queries, POOL),
            "scann": lambda _: near.search(queries, POOL),
            "exact_one": lambda turn: exact.search(queries[turn : turn + 1], POOL),
            "scann_one": lambda turn: near.search(queries[turn : turn + 1], POOL),
        },
        7,
    )
    return {
        **milliseconds(seconds),
        "times_faster": round(seconds["exact"] / seconds["scann"], 2),
        "times_faster_one": round(seconds["exact_one"] / seconds["scann_one"], 2),
        "recall_at_10": round(recall(exact, near, queries), 4),
        "build_s": round(built, 2),
    }


def recall(exact: VectorIndex, near: VectorIndex, queries: Floats, k: int = 10) -> float:
    """Share of the first k that are as similar as the true k-th; which of several equals came is no matter."""
    wanted, found = (i.search(queries, POOL).similarities[:, :k] for i in (exact, near))
    return float(np.mean(found >= wanted[:, -1:] - TIE))
