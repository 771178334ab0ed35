"""Rows in one list of cells say what a list of rows says."""

from __future__ import annotations

import pytest

from storage.importers.packed import Packed, Same

EVEN = [(2, ["a", "b"]), (3, ["c", ""]), (7, ["a", "d"])]
RAGGED = [(2, ["a"]), (3, []), (7, ["a", "d", "e"])]


@pytest.mark.parametrize("rows", [EVEN, RAGGED, [], [(1, [])]])
def test_rows_come_back_as_they_were_added(rows: list[tuple[int, list[str]]]) -> None:
    packed = Packed(rows)
    assert list(packed) == [packed[n] for n in range(len(packed))] == packed[:] == rows
    assert list(packed.numbers) == [n for n, _ in rows]
    assert packed[-1:] == rows[-1:]
    for at in range(4):
        assert packed.column(at) == [cells[at] if at < len(cells) else "" for _, cells in rows]
    with pytest.raises(IndexError):
        packed[len(rows)]


def test_texts_that_say_the_same_are_one_object() -> None:
    same = Same(str.strip)
    one, other = same[" rent "[:5]], same["* rent"[1:]]
    assert one is other
    assert one == "rent"
    for n in range(1 << 17):  # what is far apart is forgotten, so that the dictionary stays small
        same[str(n)]
    assert len(same) <= 1 << 16
