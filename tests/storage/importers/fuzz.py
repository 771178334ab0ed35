"""Files as accidents make them: bytes changed, lost, doubled and moved; a reader stages them or refuses them, no more.

A test of a reader says ``@pytest.mark.parametrize("seeds", SEEDS)`` and calls `fuzz`: 200 files in `make test`, the
others of 10,000 in `make test-long`. A seed names one mutation of one sample for good.
"""

from __future__ import annotations

import os
import random
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import FrameType

import pytest

from storage.errors import ImportRefused
from storage.importers.source import Source
from storage.records import Staged
from tests.faults.pieces import Piece

SHORT, LONG = range(200), range(200, 10_200)
SEEDS = [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
SECONDS = 5.0  # of processor time, that of programs it starts too, so that a busy machine is no hang
MIB = 1 << 20
FACTOR, ROOM = 10, 200 * MIB  # memory: ten times the file, and this

_SIGNS = (
    b"\0", b"\n", b"\r", b"\r\n", b"\t", b'"', b"'", b"\\", b";", b",", b"|", b"{", b"}", b"[", b"]", b"<", b">", b"&",
    b"#", b"=", b"-", b"+", b"@", b"%", b":", b".", b"0", b"9" * 70, b"1e999999", b"NaN", b"\xff", b"\xef\xbb\xbf",
    b"\xf0\x9f\xa6\x89", b"\xc3", b"\xe2\x80\xae", b"\x1a", b" " * 3_000,
)  # fmt: skip
_NUMBER = re.compile(rb"\d+")
Mutation = Callable[[bytes, random.Random], bytes]


class Hang(AssertionError):
    """A reader took longer than it may."""

    def __init__(self) -> None:
        super().__init__(f"the reader was still busy after {SECONDS:.0f} s of processor time")


def mutate(data: bytes, seed: int) -> bytes:
    """``data`` with one to eight accidents, the same ones for the same seed."""
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        data = chance.choice(_MUTATIONS)(data, chance)
    return data


@dataclass
class Cost:
    """The most that any file took: seconds of processor time, and bytes beside what was held before."""

    seconds: float = 0.0
    memory: int = 0

    def figures(self) -> dict[str, object]:
        return {"slowest_ms": round(self.seconds * 1000), "most_memory_mb": round(self.memory / MIB, 1)}


def survives(
    read: Callable[[Source], Staged], data: bytes, name: str = "fuzzed.dat", cost: Cost | None = None
) -> Staged | None:
    """What ``read`` stages, or None where it refuses; anything else that comes out of it fails the test.

    What is staged balances and has keys of its own; it took neither more than 5 s nor more than 10 x file + 200 MiB.
    """
    cost = cost or Cost()
    with _within(cost), _bounded(len(data), cost):
        try:
            staged = read(Source(Path(name).stem, name, data, {}))
        except ImportRefused:
            return None
    assert staged.reason, "what was decided is said"
    assert all(e.difference == Decimal(0) and len(e.lines) >= 2 for e in staged.entries)
    assert len({e.entry_id for e in staged.entries}) == len(staged.entries)
    assert all(e.why for e in staged.errors)
    return staged


def fuzz(
    read: Callable[[Source], Staged], samples: Sequence[bytes], seeds: range, name: str = "fuzzed.dat"
) -> Counter[str]:
    """Every mutation of the seeds, each of one sample in turn: how many were staged, staged in part and refused."""
    which = "" if Path(name).stem in ("a", "fuzzed") else f"_{Path(name).stem}"  # two tests of one reader
    piece = Piece(f"fuzz_{read.__module__.rsplit('.', 1)[-1]}{which}")
    if seeds == LONG and (known := piece.known()):
        pytest.skip(f"done before with the same code, in {known['seconds']} s")
    done: Counter[str] = Counter()
    cost = Cost()
    for seed in seeds:
        try:
            staged = survives(read, mutate(samples[seed % len(samples)], seed), name, cost)
        except BaseException as error:
            error.add_note(f"seed {seed}: mutate(samples[{seed % len(samples)}], {seed})")
            raise
        done["refused" if staged is None else "in part" if staged.errors else "whole"] += 1
    if seeds == LONG:
        piece.note({"inputs": len(seeds), **done, **cost.figures()})
    return done


def _flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _put(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_SIGNS) + data[at + chance.choice((0, 0, 1)) :]


def _lost(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice((1, 2, 16, 200)) :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _doubled(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    end = start + chance.choice((1, 20, 300, 2_000))
    return data[:end] + data[start:end] * chance.choice((1, 1, 3, 50)) + data[end:]


def _rows_moved(data: bytes, chance: random.Random) -> bytes:
    rows = data.split(b"\n")
    one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
    rows[one], rows[other] = rows[other], rows[one]
    return b"\n".join(rows)


def _row_lost(data: bytes, chance: random.Random) -> bytes:
    rows = data.split(b"\n")
    del rows[chance.randrange(len(rows))]
    return b"\n".join(rows)


def _number_changed(data: bytes, chance: random.Random) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    hit = chance.choice(found)
    new = chance.choice((b"", b"0", b"-1", b"99999999", b"20240230", b"1" * 40, b"1.005", b"1,234.56"))
    return data[: hit.start()] + new + data[hit.end() :]


def _other_encoding(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("latin-1")
    return text.encode(chance.choice(("utf-8", "utf-16", "utf-16-le", "utf-8-sig")))


_MUTATIONS: tuple[Mutation, ...] = (
    _flipped, _flipped, _put, _put, _put, _lost, _cut, _doubled, _rows_moved, _row_lost, _number_changed,
    _number_changed, _other_encoding,
)  # fmt: skip


@contextmanager
def _within(cost: Cost) -> Iterator[None]:
    """Raises Hang out of what still runs after the time."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Hang

    before, began = signal.signal(signal.SIGPROF, stop), _busy()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        cost.seconds = max(cost.seconds, _busy() - began)
    if _busy() - began > SECONDS:  # a program that it started was
        raise Hang


def _busy() -> float:
    """Seconds of processor time of this process and of those that it awaited."""
    return sum(os.times()[:4])


@contextmanager
def _bounded(size: int, cost: Cost) -> Iterator[None]:
    """Fails where this process's peak rose by more than the file allows. Does nothing where Linux says no peaks."""
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from what is held now
        before = _memory("VmRSS")
    except OSError:
        yield
        return
    yield
    grown = _memory("VmHWM") - before
    cost.memory = max(cost.memory, grown)
    assert grown <= FACTOR * size + ROOM, f"a file of {size:,} bytes took {grown:,} bytes of memory"


def _memory(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024  # type: ignore[index]
