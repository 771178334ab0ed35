"""How a base checkpoint is learnt: one network over many books at once, and one judge over their replayed histories.

The network has no parameter of any one account or book, so what it learns is how texts, catalogs and memories are read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.base import EVERYTHING, NONE
from engine.base.checkpoint import RESIDUAL, Base, Source, fingerprint, load, save
from engine.catalog import Catalog
from engine.config import JudgeConfig, TrainConfig
from engine.features import Reader
from engine.inference.evidence import NAMES
from engine.inference.trees import grow
from engine.journal import Snapshot
from engine.model.accounts import CatalogTensors
from engine.model.encoder import TextEncoder
from engine.model.network import Network, Widths
from engine.sketch import Floats
from engine.training.lessons import Lessons
from engine.training.loop import Teacher
from engine.training.run import fit
from engine.training.snapshot import teaching

NEWEST = 1000  # entries of a book that the network reads; no book is heard more often than another by its size
LONGEST = 2500  # newest entries of a book that are replayed for the judge
EVENTS = 1500  # replayed events of a book that the judge hears
EPOCHS = 8
_ROUNDS, _FEWEST = 300, 60  # trees, and rows in a leaf: there are more rows here than in one book
Say = Callable[[str], None]


@dataclass(frozen=True)
class Cases:
    """Replayed candidates of a book: features (c, len(NAMES)) and whether each was booked (c,)."""

    features: Floats
    right: Floats


@dataclass(frozen=True)
class Schoolbook:
    """A book made ready to learn from, with the fingerprints of all its entries."""

    source: Source
    seen: frozenset[bytes]
    lessons: Lessons
    tensors: CatalogTensors
    cases: Cases


def prepare(snapshot: Snapshot, source: Source, config: TrainConfig, reader: Reader) -> Schoolbook:
    """Read a book, and replay its history with a model of its own, which starts from nothing."""
    entries = teaching(snapshot)
    newest = entries[-NEWEST:]
    catalog = Catalog.of(snapshot.accounts, newest)
    lessons = Lessons.of(newest, catalog, reader, config)
    tensors = CatalogTensors.of(catalog, reader, {})  # no account has a residual
    seen = frozenset(fingerprint(e) for e in entries)
    return Schoolbook(source, seen, lessons, tensors, _cases(snapshot, config, reader))


def teach_network(books: Sequence[Schoolbook], config: TrainConfig, reader: Reader, say: Say) -> dict[str, Tensor]:
    """Learn from batches of all books in one random order; the weights without the residual."""
    torch.manual_seed(config.seed)
    network = Network(config.network, Widths.of(reader, books[0].tensors, 0))
    teachers = [Teacher(network, b.lessons, b.tensors, config) for b in books]
    order = [(t, batch) for _ in range(EPOCHS) for t in teachers for batch in t.batches(t.lessons.teachable)]
    optimiser, cycle = teachers[0].cycle(len(order))
    network.train()
    losses: list[float] = []
    for at in np.random.RandomState(config.seed).permutation(len(order)):
        teacher, batch = order[at]
        losses.append(teacher.step(batch, optimiser))
        cycle.step()
        if len(losses) % 200 == 0:
            say(f"step {len(losses)} of {len(order)}, loss {np.mean(losses[-200:]):.2f}")
    return {n: w.detach().clone() for n, w in network.state_dict().items() if n != RESIDUAL}


def teach_judge(books: Sequence[Schoolbook], seed: int) -> str:
    """Trees over the replayed candidates of all books, in LightGBM's text format."""
    features = np.concatenate([b.cases.features for b in books])
    right = np.concatenate([b.cases.right for b in books])
    config = JudgeConfig(rounds=_ROUNDS, min_rows=_FEWEST)
    return grow(features, right, config, seed)


def pretrain(
    books: Sequence[tuple[Snapshot, Source]], out: Path, config: TrainConfig, say: Say = lambda _: None
) -> list[Base]:
    """Write a base of all books, and one for each open book that has not seen it, each into a folder below ``out``.

    ``config.base`` is not heeded: every book's own replay starts from nothing.
    """
    config = replace(config, base=NONE, encoder=replace(config.encoder, train_layers=0))
    reader = Reader(TextEncoder(config.encoder))
    ready = []
    for snapshot, source in books:
        say(f"reading and replaying {source.book}, {source.entries} entries")
        ready.append(prepare(snapshot, source, config, reader))
    made = []
    for name, left_out in [(EVERYTHING, None), *((f"without-{s.book}", s) for _, s in books if not s.generated)]:
        say(f"learning {name}")
        base = _learnt([b for b in ready if b.source != left_out], name, config, reader, say)
        made.append(_written(base, out / name))
    return made


def _learnt(books: Sequence[Schoolbook], name: str, config: TrainConfig, reader: Reader, say: Say) -> Base:
    return Base(
        name=name, digest="", config=config.network, encoder=reader.encoder.digest,
        weights=teach_network(books, config, reader, say), trees=teach_judge(books, config.seed),
        seen=frozenset[bytes]().union(*(b.seen for b in books)), sources=tuple(b.source for b in books),
    )  # fmt: skip


def _written(base: Base, folder: Path) -> Base:
    with tempfile.TemporaryDirectory(dir=_made(folder.parent), prefix=".base-") as scratch:
        save(base, Path(scratch) / "base")
        (Path(scratch) / "base").replace(folder)
    return load(folder)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _cases(snapshot: Snapshot, config: TrainConfig, reader: Reader) -> Cases:
    fitted = fit(replace(snapshot, entries=teaching(snapshot)[-LONGEST:]), config, reader=reader)
    replayed = [j for j in fitted.replayed if len(j.evidence.sets)]
    if not replayed:
        return Cases(np.zeros((0, len(NAMES)), np.float32), np.zeros(0, np.float32))
    rng = np.random.RandomState(config.seed)
    heard = sorted(rng.permutation(len(replayed))[:EVENTS].tolist())
    return Cases(
        np.concatenate([replayed[i].evidence.features for i in heard]),
        np.concatenate([replayed[i].right for i in heard]),
    )


def source_of(snapshot: Snapshot, licence: str, origin: str = "") -> Source:
    """The provenance of a book; ``origin`` is empty for a generated one."""
    return Source(snapshot.book, len(teaching(snapshot)), snapshot.digest, licence, origin)
