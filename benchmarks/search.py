"""Memory search: ScaNN behind `VectorIndex` against its exact twin, time and recall."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from benchmarks.machine import in_turns
from engine.retrieval.index import HAS_SCANN, Floats, VectorIndex

DIM = 640  # the width of a memory key with the embedded encoder
QUERIES = 256
NEIGHBOURS = 100


def keys(n: int, rng: np.random.Generator) -> Floats:
    """Clustered like a ledger's texts: many near-repeats of a few thousand descriptions."""
    centres = rng.normal(size=(max(1, n // 10), DIM)).astype(np.float32)
    return centres[rng.integers(0, len(centres), n)] + 0.35 * rng.normal(size=(n, DIM)).astype(np.float32)


def search(sizes: tuple[int, ...] = (2_000, 19_000, 50_000)) -> dict[str, Any]:
    """Per size: milliseconds of a batch, speed-up, recall@10, seconds to build."""
    if not HAS_SCANN:
        return {"scann": "not installed"}
    return {str(n): _of_size(n) for n in sizes}


def _of_size(n: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    vectors = keys(n, rng)
    queries = vectors[rng.integers(0, n, QUERIES)] + 0.2 * rng.normal(size=(QUERIES, DIM)).astype(np.float32)
    exact, near = VectorIndex(DIM, "exact"), VectorIndex(DIM, "scann")
    ids = [str(i) for i in range(n)]
    exact.build(ids, vectors)
    start = time.perf_counter()
    near.build(ids, vectors)
    built = time.perf_counter() - start
    seconds = in_turns(
        {"exact": lambda _: exact.search(queries, NEIGHBOURS), "scann": lambda _: near.search(queries, NEIGHBOURS)}, 3
    )
    wanted, found = (i.search(queries, 10).rows.tolist() for i in (exact, near))
    recall = float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(wanted, found, strict=True)]))
    return {
        "exact_ms": round(1000 * seconds["exact"], 2),
        "scann_ms": round(1000 * seconds["scann"], 2),
        "times_faster": round(seconds["exact"] / seconds["scann"], 2),
        "recall_at_10": round(recall, 4),
        "build_s": round(built, 2),
    }
