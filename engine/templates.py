"""Posting templates: which of the book's line sets fits an event, by a linear head over wide features.

The wide features are hashed character and word n-grams, journal, party and amount, and the cross of text with
journal. The head is ridge regression on one-of-C targets, solved in the dual (Saunders et al. 1998), where the
crosses are products of kernels and need no table of their own; the linear part is the "wide" of wide and deep
(Cheng et al. 2016, arXiv:1606.07792).

Shapes: n history rows, C templates, P lines that they have, q queries, W n-gram buckets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.linalg as sl
import scipy.sparse as sp
from numpy.typing import NDArray

from engine.config import TemplateConfig
from engine.features import Ints, Read
from engine.journal import Side
from engine.retrieval.memory import Memory
from engine.sketch import BUCKETS, Floats
from engine.targets import LineSet

_RARE = 1e-3  # least and most that is believed of a line
_SHARPNESS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)


@dataclass(frozen=True)
class Wide:
    """Rows as the kernel compares them."""

    text: sp.csr_matrix
    journal: Ints
    party: Ints
    log_amount: Floats

    @cached_property
    def across(self) -> sp.csr_matrix:
        """(W, rows) the texts, turned once: turning them takes longer than comparing one text with them."""
        return self.text.T.tocsr()


@dataclass(frozen=True)
class TemplateHead:
    """A solved head. ``idf`` (W,), ``rows`` the history it was solved on, ``weights`` (n, C), ``templates`` C sets."""

    config: TemplateConfig
    idf: Floats
    rows: Wide
    weights: Floats
    templates: tuple[LineSet, ...]
    sharpness: float

    def probabilities(self, read: Read) -> Floats:
        """(q, C) how likely each template is, adding up to 1; no column where there are no templates."""
        return self.chances(self.scores(read))

    def scores(self, read: Read) -> Floats:
        """(q, C) what the regression says of each template: near 1 for the one to expect, near 0 for the others."""
        if not self.templates:
            return np.zeros((len(read), 0), np.float32)
        return _kernel(self._wide(read), self.rows, self.config) @ self.weights

    def chances(self, scores: Floats) -> Floats:
        """(q, C) probabilities from scores."""
        return _softmax(scores * self.sharpness) if self.templates else scores

    def places(self, scores: Floats) -> Floats:
        """(q, P) how likely each of the templates' lines is, in the order of `place_rows`.

        Regression is linear in its targets, so the score of a line is the sum over the templates that have it: what
        a head trained on lines would say.
        """
        return np.asarray(scores @ self._having, np.float32).clip(_RARE, 1 - _RARE)

    @cached_property
    def place_rows(self) -> dict[tuple[str, Side], int]:
        """The column of each line in `places`."""
        return {place: i for i, place in enumerate(sorted({x for t in self.templates for x in t}))}

    @cached_property
    def _having(self) -> sp.csr_matrix:
        """(C, P) 1 where a template has a line."""
        pairs = [(c, self.place_rows[x]) for c, lines in enumerate(self.templates) for x in lines]
        rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
        shape = (len(self.templates), len(self.place_rows))
        return sp.csr_matrix((np.ones(len(pairs), np.float32), (rows, columns)), shape=shape)

    def text_similarity(self, read: Read, memory: Memory, rows: Ints) -> Floats:
        """(q, k) cosine of the n-grams, weighted by how rare they are in the book; 0 where a row is -1."""
        if not memory.rows:
            return np.zeros(rows.shape, np.float32)
        q, k = rows.shape
        found, place = np.unique(rows.clip(min=0), return_inverse=True)
        theirs = _weighted(memory.wide[found], self.idf)[place.ravel()]
        ours = _weighted(read.wide, self.idf)[np.repeat(np.arange(q), k)]
        same = np.asarray(ours.multiply(theirs).sum(axis=1)).reshape(q, k)
        return np.where(rows >= 0, same, 0.0).astype(np.float32)

    def _wide(self, read: Read) -> Wide:
        return Wide(_weighted(read.wide, self.idf), read.journal, read.party, read.log_amount)


def fit_templates(memory: Memory, known: int, config: TemplateConfig) -> TemplateHead:
    """Solve the head on the newest live rows below ``known``."""
    alive = np.flatnonzero(memory.column("alive")[:known])[-config.newest :]
    if not len(alive):
        empty = Wide(
            sp.csr_matrix((0, 2 * BUCKETS), dtype=np.float32),
            np.zeros(0, np.int64),
            np.zeros(0, np.int64),
            np.zeros(0, np.float32),
        )
        return TemplateHead(config, np.ones(2 * BUCKETS, np.float32), empty, np.zeros((0, 0), np.float32), (), 1.0)
    counts = memory.wide[alive]
    idf = _rarity(counts)
    rows = Wide(
        _weighted(counts, idf), memory.column("journal")[alive], memory.column("party")[alive],
        memory.column("log_amount")[alive],
    )  # fmt: skip
    if not config.on:
        return TemplateHead(config, idf, rows, np.zeros((len(alive), 0), np.float32), (), 1.0)
    classes, labels = np.unique(memory.column("set")[alive], return_inverse=True)
    weights, left_out = _solve(_kernel(rows, rows, config), labels, len(classes), config.ridge)
    newest = slice(len(alive) // 2, None)
    sharpness = _sharpness(left_out[newest], labels[newest])
    return TemplateHead(config, idf, rows, weights, tuple(memory.sets[c] for c in classes), sharpness)


def _solve(kernel: Floats, labels: NDArray[np.intp], classes: int, ridge: float) -> tuple[Floats, Floats]:
    """Dual weights (n, C) and each row's scores with itself left out, in closed form (Allen 1974)."""
    n = len(kernel)
    wanted = np.zeros((n, classes), np.float32)
    wanted[np.arange(n), labels] = 1.0
    kernel[np.diag_indices(n)] += ridge
    factor, _ = sl.cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    # in C order, as it comes back from disk: a product's last bits depend on the layout
    weights: Floats = np.ascontiguousarray(sl.cho_solve((factor, True), wanted, check_finite=False), np.float32)
    inverse, _ = sl.lapack.spotri(factor, lower=1)
    return weights, (wanted - weights / np.diag(inverse)[:, None]).astype(np.float32)


def _sharpness(scores: Floats, labels: NDArray[np.intp]) -> float:
    """The softmax factor under which the left-out scores explain the labels best."""

    def surprise(factor: float) -> float:
        chance = _softmax(scores * factor)[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chance, 1e-4)).mean())

    return min(_SHARPNESS, key=surprise)


def _kernel(a: Wide, b: Wide, c: TemplateConfig) -> Floats:
    """(rows of a, rows of b) weighted similarity; a product of two kernels is the cross of their features."""
    text = (a.text @ b.across).toarray()
    journal = (a.journal[:, None] == b.journal[None]) & (a.journal[:, None] != 0)
    party = (a.party[:, None] == b.party[None]) & (a.party[:, None] != 0)
    amount = np.exp(-3 * np.abs(a.log_amount[:, None] - b.log_amount[None]))
    total = c.text * text + c.text_journal * text * journal
    total += c.journal * journal + c.amount * amount + c.party * party
    return np.asarray(total, np.float32)


def _rarity(counts: sp.csr_matrix) -> Floats:
    """(W,) smoothed inverse document frequency."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity: Floats = (np.log((1 + counts.shape[0]) / (1 + seen)) + 1).astype(np.float32)
    return rarity


def _weighted(counts: sp.csr_matrix, idf: Floats) -> sp.csr_matrix:
    """Rows of length 1 after weighting; empty rows stay empty."""
    rows = counts.copy()
    rows.data = rows.data * idf[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data = rows.data / np.repeat(np.maximum(lengths, 1e-9), np.diff(rows.indptr)).astype(np.float32)
    return rows


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Floats = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return chances
