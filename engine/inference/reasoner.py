"""Network, templates and memory together: an event in, candidates with their evidence out.

Training replays the book's history through this class and serving answers through it; there is no other road.

Shapes: B events, A accounts, H width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from engine.catalog import Catalog
from engine.config import TrainConfig
from engine.features import Ints, Read
from engine.inference.beam import Hypothesis, Placed, decode
from engine.inference.evidence import Case, Circle, Evidence, LineChances, Written, collect
from engine.inference.without import EVERYTHING, Without, hidden_rows, unsaid
from engine.inputs import gather, postable
from engine.journal import Side
from engine.model.accounts import CatalogTensors
from engine.model.network import Network
from engine.retrieval.memory import Memory, Recall
from engine.sketch import Floats
from engine.targets import LineSet
from engine.templates import TemplateHead

BATCH = 64  # events decoded together

Known = Sequence[Sequence[tuple[str, Side]]]  # per event: the lines that are given, as (code, side)


@dataclass(frozen=True)
class Reasoner:
    """One network with the templates fitted on the same past, over one catalog and one memory."""

    config: TrainConfig
    network: Network
    tensors: CatalogTensors
    memory: Memory
    templates: TemplateHead
    vectors: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.network.eval()
        with torch.inference_mode():
            object.__setattr__(self, "vectors", self.network.catalog.answering(self.tensors))

    @property
    def catalog(self) -> Catalog:
        return self.tensors.catalog

    def with_templates(self, templates: TemplateHead) -> Reasoner:
        return replace(self, templates=templates)

    def consider(
        self,
        read: Read,
        known: Ints | None = None,
        lines: Known = (),
        progress: Callable[[int], None] | None = None,
        without: Sequence[Without] = (),
    ) -> list[Evidence]:
        """Candidates of each event with their evidence.

        Args:
            known: (B,) memory rows known when each event came in; None means all of them.
            lines: per event the lines that are already given; empty means none for any.
            without: per event what it is answered without; empty means nothing for any.
        """
        found: list[Evidence] = []
        for start in range(0, len(read), BATCH):
            rows = range(start, min(start + BATCH, len(read)))
            part = read.take(list(rows))
            given = [lines[i] for i in rows] if lines else [()] * len(part)
            left_out = [without[i] for i in rows] if without else [EVERYTHING] * len(part)
            found += self._batch(part, None if known is None else known[start : start + BATCH], given, left_out)
            if progress:
                progress(len(found))
        return found

    def _batch(self, read: Read, known: Ints | None, lines: Known, without: Sequence[Without]) -> list[Evidence]:
        recall = self.memory.recall(read, known, hidden_rows(without))
        written = self.write(read, recall, lines)
        text = self.templates.text_similarity(read, self.memory, recall.rows)
        scores = self.templates.scores(read)
        chances = self.templates.chances(scores)
        bounds = np.full(len(read), self.memory.rows) if known is None else known
        open_ = postable(self.catalog, read, self.memory, recall.hidden).numpy()
        return [
            self._evidence(
                Case(
                    read.take([i]),
                    int(bounds[i]),
                    _circle(recall, text, i),
                    unsaid(self._likely(chances[i], left_out.rows), left_out.templates),
                    written[i].without(left_out.decoder),
                    left_out.rows,
                    self._places(scores[i], left_out.templates),
                ),
                _Limits(open_[i], lines[i]),
            )
            for i, left_out in enumerate(without)
        ]

    def write(self, read: Read, recall: Recall, lines: Known) -> list[Written]:
        """The decoder's hypotheses, those of one line set merged and their probabilities added."""
        rows = self.catalog.rows
        inputs = gather(read, recall.first(self.config.memory.slots), self.memory, self.catalog, rows)
        known: list[list[Placed]] = [[(rows[a], s) for a, s in given] for given in lines]
        beams = decode(self.network, inputs, self.vectors, known, self.config.judge.beams)
        return [self._merged(hypotheses) for hypotheses in beams]

    def _merged(self, hypotheses: Sequence[Hypothesis]) -> Written:
        best: dict[LineSet, Hypothesis] = {}
        probability: dict[LineSet, float] = {}
        for h in hypotheses:
            lines = tuple(sorted({(self.catalog.accounts[a].code, s) for a, s in h.lines}))
            best.setdefault(lines, h)
            probability[lines] = probability.get(lines, 0.0) + float(np.exp(h.log_probability))
        return Written(best, probability)

    def _places(self, scores: Floats, silent: frozenset[LineSet]) -> LineChances:
        """How likely the templates make each line, but for those that are to keep silent."""
        if silent:
            scores = np.where([t in silent for t in self.templates.templates], np.float32(0.0), scores)
        return LineChances(self.templates.place_rows, self.templates.places(scores[None])[0])

    def _likely(self, chances: Floats, hidden: Ints) -> dict[LineSet, float]:
        """The best templates; one whose every entry was forgotten or reversed since is no template any more."""
        names = self.templates.templates
        order = (int(t) for t in np.argsort(-chances, kind="stable"))
        top = islice((t for t in order if self.memory.remembers(names[t], hidden)), self.config.judge.templates)
        return {names[t]: float(chances[t]) for t in top}

    def _evidence(self, case: Case, limits: _Limits) -> Evidence:
        numbers: Ints = self.memory.column("set")[case.circle.rows]
        recalled = [self.memory.sets[n] for n in dict.fromkeys(int(n) for n in numbers)]
        written = list(case.written.probability)[: self.config.judge.beams + 2]
        pool = dict.fromkeys([*recalled, *case.template, *written])
        sets = tuple(s for s in pool if limits.allow(s, self.catalog.rows))
        return collect(case, sets, self.memory)


@dataclass(frozen=True)
class _Limits:
    """What a candidate must respect: accounts open on the day, and the lines that are given."""

    open: np.ndarray[tuple[int], np.dtype[np.bool_]]
    lines: Sequence[tuple[str, Side]]

    def allow(self, lines: LineSet, rows: dict[str, int]) -> bool:
        possible = all(a in rows and self.open[rows[a]] for a, _ in lines)
        return possible and set(self.lines) <= set(lines)


def _circle(recall: Recall, text: Floats, i: int) -> Circle:
    real = recall.rows[i] >= 0
    return Circle(recall.rows[i][real], recall.similarity[i][real], recall.rank[i][real], text[i][real])
