"""Nearest neighbours by cosine behind one class: ScaNN, and an exact numpy twin that is its oracle and its fallback.

Shapes: n vectors kept, q queries, d width, k neighbours.

A *row* is the number a vector got when it came in: ``build`` numbers from 0 in the order given and
``upsert`` goes on from there; a row is never given twice until the next ``build``, so callers may keep
their own arrays beside the index. Neighbours come most similar first; equals (to a millionth)
newest row first, because the last of many identical texts is the one that people would copy. Nothing is
read from disk here: ScaNN would load its ids from a pickle, so an index is always built from vectors.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
IndexKind = Literal["auto", "exact", "scann"]

HAS_SCANN = importlib.util.find_spec("scann") is not None
TREE_FROM = 20_000  # rows; below, ScaNN's brute force is exact and fast enough
DRIFT = 0.5  # share of changed rows after which a tree is rebuilt (rebalancing lost recall where rebuilding did not)
# A tree of about LEAVES sqrt(n) leaves of which a query opens a share, at least FEWEST. Each vector stands in two of
# them, the second chosen where the first is missed (SOAR: Sun et al. 2023, arXiv:2404.00774); without it more than a
# third of the leaves had to be opened for the same recall. Finer trees and smaller penalties gained nothing.
LEAVES, SEARCHED, FEWEST, SPILL = 2.0, 0.1, 80, 3.0
BLOCK = 1_024  # queries scored at once by the exact search
TIE = 1e-6  # similarities closer than this are the same


class BadVectors(EngineError):
    """Vectors that no similarity can be taken of."""

    def __init__(self, what: str, found: str, remedy: str) -> None:
        self.what, self.found = what, found
        super().__init__(f"The {what} cannot be indexed or searched: {found}. {remedy}")


class NoScann(EngineError):
    """ScaNN was asked for by name on a machine that has no wheel of it."""

    def __init__(self) -> None:
        super().__init__("ScaNN is not installed here. Use kind='auto' or kind='exact'; both answer the same.")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``rows`` (q, k) int64, -1 where there are fewer than k; ``similarities`` (q, k) float32, -inf there."""

    rows: Ints
    similarities: Floats


class VectorIndex:
    """Cosine neighbours of unit-scaled vectors; safe to use from several threads.

    ``kind``: "exact" is the numpy twin; "scann" insists on ScaNN; "auto" takes ScaNN where there is a wheel.
    """

    def __init__(self, dim: int, kind: IndexKind = "auto") -> None:
        if kind == "scann" and not HAS_SCANN:
            raise NoScann
        self.dim = dim
        self.approximate = kind != "exact" and HAS_SCANN
        self._lock = threading.RLock()
        self._reset()

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, key: str) -> bool:
        return key in self._row_of

    def build(self, ids: Sequence[str], vectors: Floats) -> None:
        """Replace everything; ``vectors`` (n, d) in the order of ``ids``, which must differ from each other."""
        unit = _unit(vectors, self.dim, "vectors")
        _check_ids(ids, len(unit))
        with self._lock:
            self._reset()
            self._append(ids, unit)
            self._rebuild()

    def upsert(self, ids: Sequence[str], vectors: Floats) -> Ints:
        """Add or replace by id; returns the rows. A replaced id leaves its old row and gets a new one."""
        unit = _unit(vectors, self.dim, "vectors")
        _check_ids(ids, len(unit))
        with self._lock:
            self._drop([i for i in ids if i in self._row_of])
            rows = self._append(ids, unit)
            if self._searcher is not None and len(rows):
                self._searcher.upsert([int(r) for r in rows], unit)
            self._after_change(len(rows))
        return rows

    def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids; unknown ones are left alone."""
        with self._lock:
            known = [i for i in dict.fromkeys(ids) if i in self._row_of]
            self._drop(known)
            self._after_change(len(known))

    def search(self, queries: Floats, k: int) -> Neighbours:
        """The k nearest of each query; ``queries`` (q, d), k >= 1."""
        if k < 1:
            raise BadVectors("number of neighbours", f"k is {k}", "Ask for at least one.")
        unit = _unit(queries, self.dim, "queries")
        with self._lock:
            found = min(k, len(self))
            if not found or not len(unit):
                return _padded(len(unit), k)
            if self._searcher is None:
                return _widened(self._exact(unit, found), k)
            return _widened(self._scann(unit, found), k)

    def search_known(self, queries: Floats, k: int, known: Ints) -> Neighbours:
        """As `search`, exactly, but query i sees only rows below ``known[i]``: the past, as training replays it."""
        unit = _unit(queries, self.dim, "queries")
        with self._lock:
            parts = []
            for a in range(0, len(unit), BLOCK):
                width = max(1, int(known[a : a + BLOCK].max()))
                seen = self._alive[:width] & (np.arange(width)[None, :] < known[a : a + BLOCK, None])
                similar = np.where(seen, unit[a : a + BLOCK] @ self._vectors[:width].T, -np.inf)
                parts.append(_widened(_best(similar, min(k, width)), k))
            return _stacked(parts) if parts else _padded(0, k)

    def _exact(self, unit: Floats, k: int) -> Neighbours:
        held = self._vectors[: self._used]
        return _stacked([
            _best(np.where(self._alive[: self._used], unit[a : a + BLOCK] @ held.T, -np.inf), k)
            for a in range(0, len(unit), BLOCK)
        ])  # fmt: skip

    def _scann(self, unit: Floats, k: int) -> Neighbours:
        ask = min(k + 1, len(self)) + min(k, self._dead)  # one more than wanted shows whether the last is a tie
        options = {"pre_reorder_num_neighbors": max(2 * ask, 100)} if self._tree else {}
        found, similar = self._searcher.search_batched(unit, final_num_neighbors=ask, **options)
        rows = np.asarray(found, dtype=np.int64)
        near = _newest_first(rows, np.where(self._alive[rows], similar, np.nan), k)
        if self._tree:
            again = np.flatnonzero(near.rows[:, -1] < 0)  # the leaves that were opened held too few
        else:  # which of the equals comes back is chance in ScaNN; here the newest are wanted
            again = np.flatnonzero(similar[:, k - 1] - similar[:, -1] < 2 * TIE * (ask > k))
        if len(again):
            exact = self._exact(unit[again], k)
            near.rows[again], near.similarities[again] = exact.rows, exact.similarities
        return near

    def _reset(self) -> None:
        self._vectors = np.zeros((0, self.dim), dtype=np.float32)
        self._alive = np.zeros(0, dtype=np.bool_)
        self._used = 0  # rows given out; the arrays may be longer
        self._ids: list[str] = []
        self._row_of: dict[str, int] = {}
        self._searcher: Any = None  # ScaNN ships no types
        self._tree = False
        self._dead = 0  # rows that the tree still holds
        self._changed = 0
        self._built = 0

    def _append(self, ids: Sequence[str], unit: Floats) -> Ints:
        start, end = self._used, self._used + len(unit)
        if end > len(self._vectors):
            room = max(end, 2 * len(self._vectors)) - len(self._vectors)
            self._vectors = np.concatenate([self._vectors, np.zeros((room, self.dim), dtype=np.float32)])
            self._alive = np.concatenate([self._alive, np.zeros(room, dtype=np.bool_)])
        self._vectors[start:end], self._alive[start:end], self._used = unit, True, end
        self._ids.extend(ids)
        self._row_of.update(zip(ids, range(start, end), strict=True))
        return np.arange(start, end, dtype=np.int64)

    def _drop(self, ids: Sequence[str]) -> None:
        rows = [self._row_of.pop(i) for i in ids]
        self._alive[rows] = False
        if self._tree:  # ScaNN 1.4.2 crashes when a vector that stands in two leaves is deleted: skipped when found
            self._dead += len(rows)
        elif self._searcher is not None and rows:
            self._searcher.delete(rows)

    def _after_change(self, changed: int) -> None:
        self._changed += changed
        grown = not self._tree and len(self) >= TREE_FROM
        drifted = self._tree and self._changed > DRIFT * self._built
        if self.approximate and (self._searcher is None or not len(self) or grown or drifted):
            self._rebuild()

    def _rebuild(self) -> None:
        self._searcher, self._tree, self._dead, self._changed, self._built = None, False, 0, 0, len(self)
        if self.approximate and len(self):
            rows = np.flatnonzero(self._alive[: self._used])
            self._tree = len(rows) >= TREE_FROM
            self._searcher = _scann_over(self._vectors[rows], [int(r) for r in rows], tree=self._tree)


def _unit(vectors: Floats, dim: int, what: str) -> Floats:
    given = np.asarray(vectors, dtype=np.float32)
    if given.ndim != 2 or given.shape[1] != dim:
        raise BadVectors(what, f"their shape is {given.shape}", f"Give rows of {dim} numbers.")
    norms = np.linalg.norm(given.astype(np.float64), axis=1)
    if len(bad := np.flatnonzero(~np.isfinite(norms))):
        raise BadVectors(what, f"row {bad[0]} has a number that is not finite", "Look at the text it came from.")
    if len(bad := np.flatnonzero(norms == 0)):
        raise BadVectors(what, f"row {bad[0]} is all zeros", "An empty text has no neighbours; leave it out.")
    unit: Floats = (given / norms[:, None]).astype(np.float32)
    return unit


def _scann_over(vectors: Floats, rows: list[int], *, tree: bool) -> Any:  # noqa: ANN401 - ScaNN ships no types
    """Brute force, or a tree with product quantisation whose best are scored again exactly."""
    scann = importlib.import_module("scann")
    builder = scann.scann_ops_pybind.builder(np.ascontiguousarray(vectors), 10, "dot_product")
    if not tree:
        return builder.score_brute_force().build(docids=rows)
    leaves = int(LEAVES * math.sqrt(len(rows)))
    builder = builder.tree(
        leaves, max(FEWEST, int(SEARCHED * leaves)), training_sample_size=min(len(rows), 100_000), soar_lambda=SPILL,
        overretrieve_factor=2.0,
    )  # fmt: skip
    return builder.score_ah(2, anisotropic_quantization_threshold=0.2).reorder(200).build(docids=rows)


def _check_ids(ids: Sequence[str], n: int) -> None:
    if len(ids) != n or len(set(ids)) != n:
        found = f"{len(ids)} ids, {len(set(ids))} of them different, came with {n} vectors"
        raise BadVectors("ids", found, "Give one id of its own to each vector.")


def _best(similar: Floats, k: int) -> Neighbours:
    """The k largest of each row of ``similar`` (q, n), equals newest first; -inf is never found."""
    out = _padded(len(similar), k)
    edges = np.partition(similar, -k, axis=1)[:, -k]
    for q, edge in enumerate(edges):
        rows = np.flatnonzero((similar[q] >= edge - TIE) & ~np.isneginf(similar[q]))
        _fill(out, q, rows, similar[q, rows])
    return out


def _fill(out: Neighbours, q: int, rows: Ints, similar: Floats) -> None:
    """Write row ``q`` of ``out``: falling similarity, and the newest first among those closer than TIE."""
    falling = np.argsort(-similar, kind="stable")
    steps = np.zeros(len(rows), dtype=np.int64)
    steps[1:] = np.cumsum(-np.diff(similar[falling]) > TIE)
    order = falling[np.lexsort((-rows[falling], steps))][: out.rows.shape[1]]
    out.rows[q, : len(order)], out.similarities[q, : len(order)] = rows[order], similar[order]


def _newest_first(rows: Ints, similar: Floats, k: int) -> Neighbours:
    """As `_fill`, for all queries at once: ``rows`` (q, m) and their similarities, NaN where there is none."""
    falling = np.argsort(-similar, axis=1, kind="stable")  # NaN goes last
    by_similarity = np.take_along_axis(similar, falling, 1)
    steps = np.zeros(rows.shape, dtype=np.int64)
    steps[:, 1:] = np.cumsum(~(-np.diff(by_similarity, axis=1) <= TIE), axis=1)
    newest = np.lexsort((-np.take_along_axis(rows, falling, 1), steps), axis=1)
    order = np.take_along_axis(falling, newest, 1)[:, :k]
    near, how = np.take_along_axis(rows, order, 1), np.take_along_axis(similar, order, 1)
    lacking = np.isnan(how)
    found = Neighbours(np.where(lacking, -1, near), np.where(lacking, -np.inf, how).astype(np.float32))
    return _widened(found, k)


def _padded(q: int, k: int) -> Neighbours:
    return Neighbours(np.full((q, k), -1, dtype=np.int64), np.full((q, k), -np.inf, dtype=np.float32))


def _widened(near: Neighbours, k: int) -> Neighbours:
    out = _padded(len(near.rows), k)
    out.rows[:, : near.rows.shape[1]] = near.rows
    out.similarities[:, : near.rows.shape[1]] = near.similarities
    return out


def _stacked(parts: Sequence[Neighbours]) -> Neighbours:
    return Neighbours(np.concatenate([p.rows for p in parts]), np.concatenate([p.similarities for p in parts]))
