"""The benchmark over ledger files: no database, finished results kept by digest, books side by side.

A piece of work is one contender with one seed on one book. Its result depends on the snapshot, the contender, the
seed, the modes and the source code that ran, and is kept under the digest of all of them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from app.home import Home
from app.services.benchmark_table import assembled, table
from app.services.errors import BadInput
from engine.base import AUTO, NONE, SHELF
from engine.evaluation.protocol import MODES, Examiner, Mode, split
from engine.evaluation.systems import COUNTERPOINT, PEERS, absent, make
from engine.journal import Snapshot, in_order
from storage.disk import write_whole
from storage.importers import read

Say = Callable[[str], None]
Work = TypeVar("Work")
_ROOT = Path(__file__).resolve().parents[2]
_PEERS_CODE = (
    "engine/evaluation", "engine/inference/amounts.py", "engine/journal.py", "engine/rightness.py", "engine/errors.py",
)  # fmt: skip
# Seconds an entry takes about, so that the longest pieces start first.
_COST = {COUNTERPOINT: 60, "svm": 20, "smart_importer": 20, "knn_minilm": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What to measure; ``processes`` 0 means one per core, at most two."""

    modes: tuple[Mode, ...] = MODES
    peers: bool = False
    seeds: tuple[int, ...] = (0,)
    base: str = AUTO
    fresh: bool = False
    out: Path | None = None  # the JSON is written here as well
    cache: Path | None = None  # instead of COUNTERPOINT_HOME/benchmarks
    processes: int = 0
    ours: bool = True  # False measures the peers alone

    def __post_init__(self) -> None:
        if not self.modes or not self.seeds:
            raise BadInput("--seeds", "", "there is nothing to run", "Give at least one seed and one mode.")
        if self.base not in (AUTO, NONE) and not (Path(self.base) / "base.json").is_file():
            remedy = "Use auto, none, or a folder that `counterpoint pretrain` wrote."
            raise BadInput("--base", self.base, "there is no base model of that name", remedy)


@dataclass(frozen=True, slots=True)
class Piece:
    """One contender with one seed on one book; plain values, so that it travels to another process."""

    path: Path
    book: str
    digest: str
    entries: int
    system: str
    seed: int
    modes: tuple[Mode, ...]
    base: str = NONE

    @property
    def key(self) -> str:
        """Everything the result depends on."""
        ours = self.system == COUNTERPOINT
        parts = [self.digest, self.system, str(self.seed), *self.modes, code_digest(ours)]
        if ours:
            parts += [self.base, base_digest(self.base)]
        return sha256("\n".join(parts).encode()).hexdigest()


def run(paths: Sequence[Path], wishes: Wishes | None = None, say: Say | None = None) -> dict[str, Any]:
    """Measure and return the document that --json writes; progress and a table go to ``say`` (stderr by default).

    Raises ImportRefused for a file that cannot be read, TooLittleHistory for a book that cannot be split, and
    BadInput for wishes that cannot be met.
    """
    wishes, say = wishes or Wishes(), say or to_stderr
    if not paths:
        raise BadInput("PATH", "", "no ledger was named", "Give one or more files, zips or folders.")
    if wishes.out:
        writable(wishes.out)
    books = [(path, snapshot_of(path)) for path in paths]
    names = distinct([s.book for _, s in books])
    left_out = {n: why for n in PEERS if wishes.peers and (why := absent(n))}
    for name, why in left_out.items():
        say(f"{name} takes no part: {why}.")
    pieces = [
        Piece(path.resolve(), name, snapshot.digest, len(snapshot.entries), system, seed, wishes.modes, wishes.base)
        for (path, snapshot), name in zip(books, names, strict=True)
        for system, seeds in _line_up(wishes, left_out)
        for seed in seeds
    ]
    results = _results(pieces, wishes, say)
    sizes = [(name, len(s.entries), len(split(s)[1])) for name, (_, s) in zip(names, books, strict=True)]
    document = assembled(sizes, [(p.book, p.system, p.seed, results[p]) for p in pieces], wishes.modes)
    document |= {"seeds": list(wishes.seeds), "absent": left_out}
    for row in table(document):
        say(row)
    if wishes.out:
        _write(wishes.out, document)
    return document


def writable(out: Path) -> None:
    """Raise BadInput before hours of work, where its figures could not be written at the end."""
    if out.is_dir():
        raise BadInput("--json", str(out), "it is a folder", "Name a file.")
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK | os.X_OK):
        why = f"there is no folder {out.parent} that may be written"
        raise BadInput("--json", str(out), why, "Make the folder, or name another file.")


def _write(out: Path, document: dict[str, Any]) -> None:
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        remedy = "The figures are kept: run it again with another file."
        raise BadInput("--json", str(out), f"it could not be written ({error.strerror or error})", remedy) from error


def _line_up(wishes: Wishes, left_out: dict[str, str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Contenders with the seeds they run with; peers have no randomness."""
    if wishes.ours:
        yield COUNTERPOINT, wishes.seeds
    if wishes.peers:
        for name in PEERS:
            if name not in left_out:
                yield name, wishes.seeds[:1]


def snapshot_of(path: Path) -> Snapshot:
    staged = read(path)
    book = staged.book_hint or path.stem
    snapshot = Snapshot(book=book, accounts=staged.accounts, entries=in_order(staged.entries))
    split(snapshot)  # a book that cannot be measured is refused before anything long begins
    return snapshot


def distinct(names: Sequence[str]) -> list[str]:
    """A second book of the same name gets a number."""
    out: list[str] = []
    for name in names:
        same = sum(n == name or n.startswith(f"{name} (") for n in out)
        out.append(f"{name} ({same + 1})" if same else name)
    return out


def _results(pieces: Sequence[Piece], wishes: Wishes, say: Say) -> dict[Piece, dict[str, Any]]:
    """Finished ones from the cache, the others measured, the longest first."""
    folder = wishes.cache or Home.from_env().path / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    found = {} if wishes.fresh else {p: known for p in pieces if (known := kept(folder / f"{p.key}.json")) is not None}
    todo = sorted((p for p in pieces if p not in found), key=lambda p: -p.entries * _COST.get(p.system, 1))
    if found:
        say(f"{len(found)} of {len(pieces)} results are known from an earlier run.")
    for done, (piece, result) in enumerate(measured(todo, wishes.processes, measure), start=1):
        keep(folder / f"{piece.key}.json", result)
        found[piece] = result
        say(f"[{done}/{len(todo)}] {piece.book}: {piece.system}, seed {piece.seed}, {result['seconds']['all']:.0f} s")
    return found


def measured(
    pieces: Sequence[Work], processes: int, measure: Callable[..., dict[str, Any]]
) -> Iterator[tuple[Work, dict[str, Any]]]:
    """Each piece with its result, as they come; ``measure`` takes a piece and, where it works here, ``threads``.

    One process per core, at most two, each with one thread; a single one works in this process with all threads.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = min(processes or min(2, cores), len(pieces))
    if workers <= 1:
        yield from ((p, measure(p, threads=cores)) for p in pieces)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        with _one_thread():
            waiting = {pool.submit(measure, p): p for p in pieces}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def measure(piece: Piece, threads: int = 1) -> dict[str, Any]:
    """Fit and examine one contender; the JSON that is kept."""
    start = time.perf_counter()
    snapshot = replace(snapshot_of(piece.path), book=piece.book)
    base = NONE
    if piece.system == COUNTERPOINT:
        from engine.base.checkpoint import chosen

        base = chosen(piece.base, snapshot.entries)
    system = make(piece.system, seed=piece.seed, threads=threads, base=base)
    found = Examiner(snapshot).measure(system, piece.modes)
    return {
        "book": piece.book,
        "system": piece.system,
        "base": getattr(system, "base", NONE),
        "seed": piece.seed,
        "outcomes": {mode: o.to_json() for mode, o in found.outcomes.items()},
        "seconds": {
            "train": found.train_seconds,
            "predict_per_entry": found.predict_seconds,
            "all": time.perf_counter() - start,
        },
    }


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes started inside have one thread each: two with two would wait for each other on two cores."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        os.environ.pop("OMP_NUM_THREADS") if before is None else os.environ.update(OMP_NUM_THREADS=before)


def kept(path: Path) -> dict[str, Any] | None:
    """A result of an earlier run; one that cannot be read is measured again."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def keep(path: Path, result: dict[str, Any]) -> None:
    """Written beside and renamed, so that a run that is stopped leaves no half file."""
    write_whole(path, json.dumps(result).encode())


@lru_cache
def code_digest(ours: bool) -> str:  # noqa: FBT001
    """Digest of the source that a result depends on: the engine and its bases for us, the evaluation for a peer."""
    roots = [_ROOT / "engine"] if ours else [_ROOT / part for part in _PEERS_CODE]
    files = sorted(f for root in roots for f in (root.rglob("*.py") if root.is_dir() else [root]))
    files += sorted(SHELF.glob("*/base.json")) if ours else []
    digest = sha256()
    for file in files:
        digest.update(str(file.relative_to(_ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def base_digest(wish: str) -> str:
    """Of a base in a folder; the ones that come along count as code."""
    return "" if wish in (AUTO, NONE) else sha256((Path(wish) / "base.json").read_bytes()).hexdigest()


def to_stderr(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
