"""Ablations over ledger files: every row trained and asked on every book, finished results kept, a page rebuilt.

A piece of work is one row with one seed on one book. Its result is kept under the digest of settings, ledger and seed
with the digest of the code that ran; a run that was stopped goes on where it was.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.home import Home
from app.services.ablation_page import Measurement, Page
from app.services.benchmark import Say, code_digest, distinct, keep, kept, measured, snapshot_of, to_stderr
from app.services.errors import BadInput
from engine.config import TrainConfig
from engine.errors import EngineError
from engine.evaluation.ablation import DEFAULT, Row, rows, stem
from engine.evaluation.protocol import split

CLOSE = "close"  # stands for every row that was not far from the default so far
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What to measure; ``rows`` are names of rows or groups, or CLOSE, none for all of them."""

    out: Path
    rows: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    processes: int = 0  # 0 means one per core, at most two
    keep_code: bool = False  # use results of an earlier version of the engine
    cache: Path | None = None  # instead of COUNTERPOINT_HOME/benchmarks
    default: TrainConfig | None = None  # instead of the quick profile


@dataclass(frozen=True, slots=True)
class Book:
    """A ledger to measure on; ``history`` entries come before the split."""

    path: Path
    name: str
    digest: str
    history: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One row with one seed on one book; plain values, so that it travels to another process."""

    book: Book
    row: str
    seed: int
    config: TrainConfig
    history: int | None

    @property
    def key(self) -> str:
        """Name of the file that keeps the result: settings, ledger and seed."""
        settings = json.dumps(replace(self.config, threads=1).to_dict(), sort_keys=True)
        parts = [settings, str(self.history), self.book.digest, str(self.seed)]
        return "ablation-" + sha256("\n".join(parts).encode()).hexdigest()[:32]


def run(paths: Sequence[Path], wishes: Wishes, say: Say | None = None) -> Page:
    """Measure what is missing, then rebuild the page from all there is; both also where the run is interrupted.

    Raises ImportRefused for a file that cannot be read, TooLittleHistory for a book that cannot be split, and
    BadInput for wishes that cannot be met.
    """
    say = say or to_stderr
    if not paths:
        raise BadInput("PATH", "", "no ledger was named", "Give one or more files, zips or folders.")
    if not wishes.out.parent.is_dir():
        raise BadInput("--out", str(wishes.out), f"there is no folder {wishes.out.parent}", "Make it first.")
    study = _Study(_books(paths), wishes)
    todo = together(study.todo(study.chosen()))
    say(f"{len(todo)} trainings to do; {len(study.found)} results are known.")
    try:
        for done, (pieces, measurement) in enumerate(measured(todo, wishes.processes, measure), start=1):
            for piece, result in zip(pieces, measurement["results"], strict=True):
                study.take(piece, result)
                say(f"[{done}/{len(todo)}] {piece.row} on {piece.book.name}, seed {piece.seed}: {_told(result)}")
    finally:
        page = study.page()
        page.write(wishes.out)
    say(f"The page is {wishes.out}.")
    return page


def together(pieces: Sequence[Piece]) -> list[tuple[Piece, ...]]:
    """Pieces that one training serves, in the order of the first of each."""
    groups: dict[Piece, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(replace(piece, row="", config=stem(piece.config)), []).append(piece)
    return [tuple(group) for group in groups.values()]


def measure(pieces: Sequence[Piece], threads: int = 1) -> dict[str, Any]:
    """Train once and ask each; ``results`` are the JSON documents that are kept.

    What cannot be trained is a result too. However many ``threads`` are free, each row has those of its settings: the
    last bits depend on them, and rows are compared with each other.
    """
    del threads
    from engine.evaluation.ablation_run import examine

    start = time.perf_counter()
    book, history = pieces[0].book, pieces[0].history
    snapshot = replace(snapshot_of(book.path), book=book.name)
    named = [{"row": p.row, "book": book.name, "ledger": book.digest, "seed": p.seed} for p in pieces]
    try:
        found = examine(snapshot, [p.config for p in pieces], history)
    except EngineError as error:
        return {"results": [{**name, "failed": str(error)} for name in named]}
    everything = time.perf_counter() - start
    return {
        "results": [
            {
                **name,
                "outcomes": one.outcomes["static"].to_json(),
                "seconds": {"train": one.train_seconds, "predict_per_entry": one.predict_seconds, "all": everything},
            }
            for name, one in zip(named, found, strict=True)
        ]
    }


class _Study:
    """The rows, the books, and every result there is of them."""

    def __init__(self, books: Sequence[Book], wishes: Wishes) -> None:
        self.books, self.wishes = books, wishes
        self.default = wishes.default or TrainConfig.quick()
        self.rows = rows(self.default)
        self._folder = wishes.cache or Home.from_env().path / "benchmarks"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._code = code_digest(ours=True)
        self.found: dict[Piece, Mapping[str, Any]] = {}
        self.outdated = 0
        self._look(self._seeds())

    def _seeds(self) -> list[int]:
        """The seeds of this run and of every kept result."""
        files = (kept(f) for f in self._folder.glob("ablation-*.json"))
        return sorted({*self.wishes.seeds, *(int(k["seed"]) for k in files if k is not None and "seed" in k)})

    def _look(self, seeds: Sequence[int]) -> None:
        for piece in self._pieces(self.rows, seeds):
            result = kept(self._folder / f"{piece.key}.json")
            if result is None:
                continue
            if self.wishes.keep_code or result.get("code") == self._code:
                self.found[piece] = result
            else:
                self.outdated += 1

    def _pieces(self, chosen: Sequence[Row], seeds: Sequence[int]) -> Iterator[Piece]:
        """One seed for every row first; within a seed row by row, so that a page is of use early."""
        for seed in seeds:
            for row in chosen:
                for book in self.books:
                    if row.history is None or row.history < book.history:
                        config = row.config(self.default).with_seed(seed)
                        yield Piece(book, row.name, seed, config, row.history)

    def chosen(self) -> list[Row]:
        """The rows wished for, the default before them; raises BadInput for a name that stands for none."""
        wanted = self.wishes.rows or (ALL,)
        near = {r.name for r in self.page().close()} if CLOSE in wanted else set()
        known = {ALL, CLOSE, *(r.name for r in self.rows), *(r.group.casefold() for r in self.rows)}
        for name in wanted:
            if name.casefold() not in known:
                raise BadInput(
                    "--rows", name, "there is no such row or group", f"Known are {', '.join(sorted(known))}."
                )
        names = {n.casefold() for n in wanted} | near | {DEFAULT}
        return [r for r in self.rows if ALL in names or r.name in names or r.group.casefold() in names]

    def todo(self, chosen: Sequence[Row]) -> list[Piece]:
        return [p for p in self._pieces(chosen, self.wishes.seeds) if p not in self.found]

    def take(self, piece: Piece, result: dict[str, Any]) -> None:
        result["code"] = self._code
        keep(self._folder / f"{piece.key}.json", result)
        self.found[piece] = result

    def page(self) -> Page:
        results = [Measurement.of(p.row, p.book.name, p.seed, r) for p, r in self.found.items()]
        return Page(self.rows, tuple(b.name for b in self.books), tuple(results), self._sizes(), self.outdated)

    def _sizes(self) -> dict[str, int]:
        return {b.name: b.history for b in self.books}


def _books(paths: Sequence[Path]) -> list[Book]:
    snapshots = [snapshot_of(p) for p in paths]
    names = distinct([s.book for s in snapshots])
    return [
        Book(path.resolve(), name, s.digest, len(split(s)[0]))
        for path, name, s in zip(paths, names, snapshots, strict=True)
    ]


def _told(result: Mapping[str, Any]) -> str:
    if "failed" in result:
        return str(result["failed"])
    right = result["outcomes"]["right"]
    return f"exact {sum(right) / len(right):.3f}, {result['seconds']['all']:.0f} s"
