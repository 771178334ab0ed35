"""Arrays that grow together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Columns:
    """Arrays that grow together by doubling."""

    def __init__(self, **kinds: tuple[type, tuple[int, ...]]) -> None:
        self._size = 0
        self._data: dict[str, NDArray[Any]] = {n: np.zeros((64, *shape), dtype) for n, (dtype, shape) in kinds.items()}

    def append(self, **rows: NDArray[Any]) -> None:
        new = len(next(iter(rows.values())))
        while self._size + new > len(next(iter(self._data.values()))):
            self._data = {n: np.concatenate([a, np.zeros_like(a)]) for n, a in self._data.items()}
        for name, values in rows.items():
            self._data[name][self._size : self._size + new] = values
        self._size += new

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._data[name][: self._size]

    def __len__(self) -> int:
        return self._size
