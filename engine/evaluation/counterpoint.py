"""Our own system as a contender: the predictor that serves, asked the questions that peers are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.config import TrainConfig
from engine.errors import BadEvent
from engine.evaluation.system import Guess, GuessLine, Ranked
from engine.features import Ints, Reader
from engine.inference.confidence import Booked
from engine.inference.evidence import Evidence
from engine.inference.judge import Judged, learn
from engine.inference.predictor import Predictor
from engine.journal import Entry, Event, Proposal, Snapshot, event_of
from engine.model.encoder import TextEncoder
from engine.targets import line_set
from engine.templates import fit_templates
from engine.training.run import fit


class Counterpoint:
    """Trains as ``counterpoint train`` does. In prequential mode the network stays as it is; memory grows at once,

    templates and judge are fitted again when the protocol says so.
    """

    name = "counterpoint"

    def __init__(self, config: TrainConfig) -> None:
        self._config = config

    def fit(self, snapshot: Snapshot) -> None:
        fitted = fit(snapshot, self._config, reader=self._reader())
        self._bundle, self._replayed = fitted.bundle, list(fitted.replayed)
        self._predictor = Predictor(self._bundle)
        self._check_tax = any(x.tax_code for e in snapshot.entries for x in e.lines)

    def _reader(self) -> Reader:
        return Reader(TextEncoder(self._config.encoder))

    @property
    def base(self) -> str:
        """The checkpoint that the model started from, or 'none'."""
        return self._bundle.base

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        if not events:
            return []
        return [self._guess(e, x) for e, x in zip(events, self._consider(events, None), strict=True)]

    def replay(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Ranked]]:
        """All at once: the block is remembered first, and each event sees only the rows before its own entry."""
        memory = self._bundle.reasoner.memory
        before = memory.rows
        self._predictor.remember(entries)
        known = np.array([before + i for i, events in enumerate(asked) for _ in events], np.int64)
        events = [e for of_entry in asked for e in of_entry]
        evidence = iter(self._consider(events, known))
        answers: list[list[Ranked]] = []
        for entry, of_entry in zip(entries, asked, strict=True):
            found = [next(evidence) for _ in of_entry]
            answers.append([self._guess(e, x) for e, x in zip(of_entry, found, strict=True)])
            booked = Booked(entry, event_of(entry), memory, self._bundle.currency, check_tax=self._check_tax)
            self._replayed.append(Judged(found[0], line_set(entry.lines), booked))
        return answers

    def refit(self) -> None:
        reasoner, c = self._bundle.reasoner, self._config
        judge = learn(self._replayed, c.judge, c.seed, self._bundle.judge.base.trees)
        templates = fit_templates(reasoner.memory, reasoner.memory.rows, c.templates)
        self._bundle = replace(self._bundle, reasoner=reasoner.with_templates(templates), judge=judge)
        self._predictor = Predictor(self._bundle)

    def threshold(self, precision: float) -> float:
        return self._bundle.judge.scale.threshold(precision)

    def _consider(self, events: Sequence[Event], known: Ints | None) -> list[Evidence]:
        return self._predictor.consider(events, self._bundle.reader.read(events), known)

    def _guess(self, event: Event, evidence: Evidence) -> Ranked:
        try:
            return ranked(self._predictor.propose(event, evidence))
        except BadEvent:  # no entry can be written for it: no answer, which counts as wrong
            return ()


def ranked(proposal: Proposal) -> Ranked:
    """A proposal's candidates as guesses."""
    return tuple(
        Guess(
            tuple(GuessLine(x.account, x.side, x.amount, x.tax_code, x.party, x.among) for x in c.lines),
            c.set_probability,
            c.probability,
        )
        for c in proposal.candidates
    )
