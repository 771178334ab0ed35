"""Many rows in little memory: cells in one list, and one object for those that say the same near each other.

A list of texts for each row costs more than the texts themselves, and a ledger repeats its days, accounts and numbers
within a few rows of each other.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import overload

Row = tuple[int, Sequence[str]]
_NEAR = 1 << 16  # texts that are remembered; a dictionary of all would take more than it saves


class Same(dict[str, str]):
    """Each text as ``made`` of it, one object for all that say the same; what is far apart is made anew."""

    def __init__(self, made: Callable[[str], str] = str) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, text: str) -> str:
        if len(self) >= _NEAR:
            self.clear()
        found = self[text] = self._made(text)
        return found


class Packed(Sequence[Row]):
    """Rows with their numbers, which rise. They are added at the end and read as if they were a list of pairs."""

    __slots__ = ("_cells", "_ends", "_numbers", "_width")

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._numbers, self._ends = array("q"), array("q", [0])
        self._cells: list[str] = []
        self._width: int | None = None  # of every row; 0 where they differ
        for number, cells in rows:
            self.add(number, cells)

    def add(self, number: int, cells: Iterable[str]) -> None:
        self._cells += cells
        self._numbers.append(number)
        width = len(self._cells) - self._ends[-1]
        self._width = width if self._width in (None, width) else 0
        self._ends.append(len(self._cells))

    def column(self, at: int) -> list[str]:
        """One cell of each row; blank where a row ends before it."""
        cells = self._cells
        if self._width:
            return cells[at :: self._width] if at < self._width else [""] * len(self)
        return [cells[start + at] if start + at < end else "" for start, end in pairwise(self._ends)]

    @property
    def numbers(self) -> Sequence[int]:
        return self._numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Row]:
        cells = self._cells
        for number, (start, end) in zip(self._numbers, pairwise(self._ends), strict=True):
            yield number, cells[start:end]

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        return self._numbers[at], self._cells[self._ends[at] : self._ends[at + 1]]
