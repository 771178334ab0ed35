"""The accidents of fuzz.py: repeatable, and what watches over them really watches."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from storage.importers.source import Source
from storage.records import Staged
from tests.builders import an_entry
from tests.storage.importers import fuzz

DATA = b"date,number,account\n2024-01-31,1,613\n2024-01-31,2,512\n" * 5


def test_a_seed_names_a_mutation_for_good() -> None:
    first = [fuzz.mutate(DATA, seed) for seed in range(200)]
    assert first == [fuzz.mutate(DATA, seed) for seed in range(200)]
    assert len(set(first)) > 150
    assert all(isinstance(fuzz.mutate(b"", seed), bytes) for seed in range(200))


def staged(**changes: object) -> Staged:
    found = {"book_hint": "", "format": "", "reason": "Made.", "accounts": (), "entries": (an_entry(),), **changes}
    return Staged(**found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "result",
    [
        staged(reason=""),
        staged(entries=(an_entry(), an_entry())),
        staged(entries=(an_entry("x", "D 1200 1", "C 1400 2"),)),
    ],
)
def test_what_is_staged_badly_fails(result: Staged) -> None:
    assert fuzz.survives(lambda _: staged(), DATA) == staged()
    with pytest.raises(AssertionError):
        fuzz.survives(lambda _: result, DATA)


def test_a_crash_a_hang_and_a_flood_of_memory_fail_with_their_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SECONDS", 0.2)

    def crashes(_: Source) -> Staged:
        raise ZeroDivisionError

    def hangs(_: Source) -> Staged:
        while True:
            pass

    def runs_away(_: Source) -> Staged:
        re.fullmatch("(a*)*b", "a" * 40)
        return staged()

    def floods(_: Source) -> Staged:
        held = bytearray(300 * fuzz.MIB)
        held[:: 1 << 12] = b"x" * len(held[:: 1 << 12])
        return staged(reason=f"{len(held)}")

    for read, wanted in ((crashes, ZeroDivisionError), (hangs, fuzz.Hang), (runs_away, fuzz.Hang)):
        with pytest.raises(wanted) as found:
            fuzz.fuzz(read, [DATA], range(7, 8))
        assert "seed 7" in found.value.__notes__[0]
    with pytest.raises(AssertionError, match="bytes of memory"):
        fuzz.survives(floods, DATA)


def test_what_came_out_is_counted() -> None:
    results = iter([staged(), staged(entries=(an_entry(lines=an_entry().lines * 2),))])
    done = fuzz.fuzz(lambda _: next(results), [DATA], range(2))
    assert done == {"whole": 2}
    assert an_entry().difference == Decimal(0)
