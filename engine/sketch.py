"""Hashed text: the dense lexical sketch and the wide sparse features. Stateless, so equal in every book."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

Floats = NDArray[np.float32]

SKETCH = 256  # width of the lexical sketch
BUCKETS = 1 << 18  # hash buckets of one family of n-grams
ONES = 4  # signs per bucket in the projection
_PROJECTION_SEED = 20240229  # part of the format: another seed is another sketch

# Longer n-grams are rarer and tell more; this stands in for inverse document frequencies,
# which a stateless sketch cannot have.
_ORDER_WEIGHTS = (0.25, 0.5, 1.0, 1.25)


def _vectorizer(analyzer: str, low: int, high: int) -> HashingVectorizer:
    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=(low, high),
        n_features=BUCKETS,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
        token_pattern=r"(?u)\b\w+\b" if analyzer == "word" else None,
    )


_CHARS = [_vectorizer("char_wb", n, n) for n in (1, 2, 3, 4)]
_ALL_CHARS = _vectorizer("char_wb", 1, 4)
_WORDS = _vectorizer("word", 1, 2)


@lru_cache(maxsize=1)
def _projection() -> sp.csr_matrix:
    """(BUCKETS, SKETCH) sparse random signs (Achlioptas 2003): ONES entries of +-1/2 in each row."""
    rng = np.random.RandomState(_PROJECTION_SEED)
    columns = rng.randint(0, SKETCH, size=(BUCKETS, ONES)).astype(np.int32)
    signs = (rng.randint(0, 2, size=(BUCKETS, ONES)) * 2 - 1).astype(np.float32) / np.sqrt(ONES)
    starts = np.arange(0, BUCKETS * ONES + 1, ONES, dtype=np.int32)
    return sp.csr_matrix((signs.ravel(), columns.ravel(), starts), shape=(BUCKETS, SKETCH))


def sketch(texts: Sequence[str]) -> Floats:
    """(n, SKETCH) float32, rows of length 1; an empty text is a zero row."""
    total = np.zeros((len(texts), SKETCH), np.float32)
    for weight, chars in zip(_ORDER_WEIGHTS, _CHARS, strict=True):
        total += weight * (_damped(chars.transform(texts)) @ _projection()).toarray()
    return unit(total)


def wide(texts: Sequence[str]) -> sp.csr_matrix:
    """(n, 2 * BUCKETS) float32 damped counts: character 1-4-grams, then word 1-2-grams."""
    return sp.hstack([_damped(_ALL_CHARS.transform(texts)), _damped(_WORDS.transform(texts))], format="csr")


def unit(rows: NDArray[np.floating]) -> Floats:
    """Rows divided by their length; zero rows stay zero."""
    scaled: Floats = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return scaled


def _damped(counts: sp.csr_matrix) -> sp.csr_matrix:
    counts.data = 1.0 + np.log(counts.data)
    return counts
