"""One training run: a snapshot in, a bundle folder out.

The network learns a longer and longer part of history; at each cut it is frozen with templates fitted on the same past
and asked about the entries that follow. Those answers teach the judge, so the judge only ever sees evidence as it
looks for entries that nobody has seen.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine import bundle
from engine.base import NONE
from engine.base.checkpoint import Base, choose
from engine.catalog import Catalog
from engine.config import TrainConfig
from engine.errors import TooLittleHistory, TrainingCancelled
from engine.features import Reader
from engine.inference.confidence import Booked
from engine.inference.judge import Judge, Judged, learn
from engine.inference.reasoner import Reasoner
from engine.journal import Entry, Snapshot
from engine.model.accounts import CatalogTensors
from engine.model.encoder import TextEncoder
from engine.model.network import Network, Widths
from engine.retrieval.memory import Memory
from engine.templates import fit_templates
from engine.training.lessons import Lessons
from engine.training.loop import Teacher, Watch
from engine.training.snapshot import teaching
from engine.training.tune import Examples, tuned

log = logging.getLogger(__name__)
FEWEST = 2  # entries, or with a base accounts, without which there is nothing to learn from
STAGES = {"encode": 0.2, "epochs": 0.55, "judge": 0.2, "save": 0.05}  # share of a run's time each usually takes


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` of ``stage``, a key of STAGES; ``fraction`` in [0, 1] is of the whole run."""

    stage: str
    done: int
    total: int
    seconds: float
    fraction: float
    note: str = ""

    @property
    def seconds_left(self) -> float | None:
        """None until there is something to judge by."""
        return self.seconds * (1 - self.fraction) / self.fraction if self.fraction > 0.05 else None


@dataclass(frozen=True)
class Trained:
    folder: Path
    digest: str
    metrics: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class Fitted:
    """A model in memory with the replayed cases that its judge learnt from."""

    bundle: bundle.Bundle
    replayed: tuple[Judged, ...]


def train(
    snapshot: Snapshot,
    out: Path,
    config: TrainConfig,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train and save.

    Raises:
        TooLittleHistory: fewer than FEWEST entries may teach.
        TrainingCancelled: ``cancelled`` said so; nothing was written.
    """
    begun = time.monotonic()
    reporter = _Reporter(progress, cancelled, begun)
    fitted = fit(snapshot, config, reporter)
    reporter.tell("save", 0, 1)
    digest = bundle.save(fitted.bundle, out)
    reporter.tell("save", 1, 1)
    return Trained(out, digest, fitted.bundle.metrics, time.monotonic() - begun)


Told = Callable[[int, int], None]  # done, of how many


class _Reporter:
    """Passes progress on and turns a cancel into its exception."""

    def __init__(self, progress: Callable[[Progress], None], cancelled: Callable[[], bool], begun: float) -> None:
        self._progress, self.cancelled, self._begun = progress, cancelled, begun
        self._parts = dict.fromkeys(STAGES, 0.0)

    def tell(self, stage: str, done: int, total: int, note: str = "") -> None:
        if self.cancelled():
            raise TrainingCancelled
        self._parts[stage] = done / max(1, total)
        fraction = sum(STAGES[s] * part for s, part in self._parts.items())
        self._progress(Progress(stage, done, total, time.monotonic() - self._begun, min(1.0, fraction), note))

    def whole(self, stage: str) -> Told:
        return lambda done, total: self.tell(stage, done, total)

    def turns(self, stage: str, turn: int, turns: int) -> tuple[Told, Told]:
        """For a stage done in turns of two halves: who tells of this turn's first half, and who of its second."""

        def half(which: int, note: str) -> Told:
            return lambda done, total: self.tell(
                stage, round(500 * (2 * turn + which + done / max(1, total))), 1000 * turns, note
            )

        return half(0, "tuning the text encoder"), half(1, "")


SILENT = _Reporter(lambda _: None, lambda: False, 0.0)


def fit(snapshot: Snapshot, config: TrainConfig, reporter: _Reporter = SILENT, reader: Reader | None = None) -> Fitted:
    """Train in memory; ``reader`` may be shared between runs with the same encoder."""
    entries = teaching(snapshot)
    base = choose(config.base, entries)
    if len(entries) < FEWEST and (base is None or len(snapshot.accounts) < FEWEST):
        raise TooLittleHistory(snapshot.book, len(entries), FEWEST)
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    reader = reader or Reader(TextEncoder(config.encoder))
    catalog = Catalog.of(snapshot.accounts, entries)
    if entries:
        run = _Run(entries, catalog, reader, config, reporter, base)
        replayed = run.stages()
        reader, reasoner = run.reader, run.reasoner
    else:
        replayed, reasoner = [], _untaught(catalog, reader, config, base)
    judge = learn(replayed, config.judge, config.seed, base.trees if base else "")
    reader.encoder.forget()
    made = bundle.Bundle(
        book=snapshot.book, currency=_currency(entries), snapshot=snapshot.digest,
        trained=tuple(a.code for a in catalog.accounts), reader=reader, reasoner=reasoner,
        judge=judge, metrics=_metrics(replayed, judge), base=f"{base.name} {base.digest[:12]}" if base else NONE,
    )  # fmt: skip
    return Fitted(made, tuple(replayed))


def _begun(config: TrainConfig, tensors: CatalogTensors, reader: Reader, base: Base | None) -> Network:
    """A network with a residual for each account, and the weights of a base that fits it."""
    network = Network(config.network, Widths.of(reader, tensors, len(tensors.catalog)))
    if base and not base.start(network, reader):
        log.info("The base %s has another network or text encoder: its judge is used alone.", base.name)
    return network


def _untaught(catalog: Catalog, reader: Reader, config: TrainConfig, base: Base | None) -> Reasoner:
    """What a book without any entry starts with: what other books taught, and its own catalog."""
    tensors = CatalogTensors.of(catalog, reader, catalog.rows)
    network = _begun(config, tensors, reader, base)
    memory = Memory(config.memory, reader.key_width)
    return Reasoner(config, network, tensors, memory, fit_templates(memory, 0, config.templates))


class _Run:
    """The stages of one run over one book."""

    def __init__(
        self, entries: tuple[Entry, ...], catalog: Catalog, reader: Reader, config: TrainConfig, reporter: _Reporter,
        base: Base | None,
    ) -> None:  # fmt: skip
        self.config, self.reporter, self._untuned = config, reporter, reader
        self.ends = [*sorted({max(1, int(len(entries) * cut)) for cut in config.cuts}), len(entries)]
        self._read(entries, catalog, 0)
        self.network = _begun(config, self.tensors, reader, base)
        self.teacher = Teacher(self.network, self.lessons, self.tensors, config)
        self.reasoner: Reasoner
        self._currency = _currency(entries)
        self._rng = np.random.RandomState(config.seed)

    def _read(self, entries: tuple[Entry, ...], catalog: Catalog, stage: int) -> None:
        """Read everything; where the encoder is tuned, with one that knows the entries before the stage's end."""
        c, read = self.config, self.reporter.whole("encode")
        self.reader = self._untuned
        if c.encoder.train_layers:
            tune, read = self.reporter.turns("encode", stage, len(self.ends))
            self.reader = tuned(self._untuned, Examples.before(self.ends[stage], entries, c), c, tune)
        self.lessons = Lessons.of(entries, catalog, self.reader, c, read)
        self.tensors = CatalogTensors.of(catalog, self.reader, self.lessons.rows)

    def stages(self) -> list[Judged]:
        """Learn part after part; returns the replayed cases of everything after the first cut, oldest first."""
        n, c, ends = len(self.lessons), self.config, self.ends
        epochs = [c.epochs, *[c.epochs_more] * (len(ends) - 1)]
        total = sum(self.teacher.steps(end, e) for end, e in zip(ends, epochs, strict=True))
        counter = _Counter(self.reporter, total)
        judged: list[Judged] = []
        for i, end in enumerate(ends):
            if i and c.encoder.train_layers:
                self._read(self.lessons.entries, self.lessons.catalog, i)
                self.teacher.lessons, self.teacher.tensors = self.lessons, self.tensors
            self.teacher.fit(end, epochs[i], Watch(counter.step, self.reporter.cancelled))
            self.reasoner = self._freeze(end)
            if end < n:
                judged += self._replay(end, ends[i + 1])
        return judged

    def _freeze(self, end: int) -> Reasoner:
        templates = fit_templates(self.lessons.memory, end, self.config.templates)
        network = copy.deepcopy(self.network) if end < len(self.lessons) else self.network
        return Reasoner(self.config, network, self.tensors, self.lessons.memory, templates)

    def _replay(self, start: int, end: int) -> list[Judged]:
        """Each entry asked twice: with all that came before it, and with nothing since the cut.

        The first is how instant memory answers; the second how it is where approvals wait, or where nobody teaches.
        """
        rows, n = np.arange(start, end), len(self.lessons)
        hidden = self._rng.rand(len(rows)) < 1 - (1 - self.config.blank) ** 3  # as often as in the lessons
        read = self.lessons.read.take(rows + n * hidden)
        begun = 2 * (start - self.ends[0])
        fresh = self.reasoner.consider(read, rows, progress=self._replaying(begun))
        stale = self.reasoner.consider(read, np.full(len(rows), start), progress=self._replaying(begun + len(rows)))
        tax = any(x.tax_code for e in self.lessons.entries[:start] for x in e.lines)  # codes count once there are some
        judged: list[Judged] = []
        for row, twin, *found in zip(rows, rows + n * hidden, fresh, stale, strict=True):
            truth, asked = self.lessons.truth(int(row)), self.lessons.events[int(twin)]
            for evidence in found:
                booked = Booked(self.lessons.entries[row], asked, self.lessons.memory, self._currency, check_tax=tax)
                judged.append(Judged(evidence, truth, booked, again=evidence is found[1]))
        return judged

    def _replaying(self, before: int) -> Callable[[int], None]:
        """Tells of the replay as a whole, ``before`` questions of which were asked already."""
        total = 2 * (len(self.lessons) - self.ends[0])
        return lambda done: self.reporter.tell("judge", before + done, total, "replaying history")


class _Counter:
    """Counts gradient steps over all stages."""

    def __init__(self, reporter: _Reporter, total: int) -> None:
        self._reporter, self._total, self._done = reporter, total, 0

    def step(self, steps: int, loss: float) -> None:
        self._done += steps
        self._reporter.tell("epochs", self._done, self._total, f"loss {loss:.2f}")


def _metrics(replayed: list[Judged], judge: Judge) -> dict[str, float]:
    """Figures on replayed history: entries asked before they were known, ranked by trees that did not see them."""
    return {
        "replayed": float(sum(not j.again for j in replayed)),
        "exact": judge.scale.exact,
        "candidates": float(np.mean([j.truth in j.evidence.sets for j in replayed])) if replayed else 0.0,
    }


def _currency(entries: tuple[Entry, ...]) -> str:
    """The book's usual currency."""
    found = [e.currency for e in entries if e.currency]
    return max(sorted(set(found)), key=found.count) if found else ""
