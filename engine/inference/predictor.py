"""Answers events with balanced journal entries. Evaluation and the workbench ask the same object."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine import bundle
from engine.bundle import Bundle
from engine.catalog import Catalog
from engine.errors import BadEvent
from engine.features import Ints, Read
from engine.inference.cards import cards
from engine.inference.checks import check
from engine.inference.conformal import options
from engine.inference.evidence import Evidence
from engine.inference.judge import cautious
from engine.inference.lines import Composed, Composer
from engine.inference.reasoner import Reasoner
from engine.inference.taxes import TaxTable
from engine.inference.trace import trace
from engine.inference.without import Without
from engine.journal import (
    Account,
    Candidate,
    CandidateLine,
    Entry,
    Event,
    Proposal,
    Shares,
    Side,
    Status,
    event_of,
    teaches,
)
from engine.model.accounts import CatalogTensors
from engine.sketch import Floats
from engine.targets import canonical, line_set

SHOWN = 5  # candidates of a proposal
_GIVEN = Shares(template=0.0, memory=0.0, model=1.0)  # of lines that all were given


class Predictor:
    """One bundle, ready to answer; safe to use from several threads."""

    def __init__(self, made: Bundle, taxes: TaxTable | None = None) -> None:
        """``taxes`` is the book's tax-code table, by which tax follows from bases; None: what its memory implies."""
        self._bundle, self._taxes = made, taxes
        self._reasoner = made.reasoner
        self._lock = threading.RLock()

    @classmethod
    def load(cls, folder: Path) -> Predictor:
        """Read a bundle strictly; raises BundleDamaged or BundleMismatch."""
        return cls(bundle.load(folder))

    @property
    def digest(self) -> str:
        return self._bundle.digest

    @property
    def book(self) -> str:
        return self._bundle.book

    @property
    def metrics(self) -> dict[str, float]:
        return self._bundle.metrics

    @property
    def sure_above(self) -> float:
        """The full probability from which as many answers were right in full as 'sure' promises."""
        return self._bundle.judge.confidence.threshold(self._reasoner.config.judge.sure_precision)

    @property
    def likely_above(self) -> float:
        return self._reasoner.config.judge.likely

    @property
    def memory_size(self) -> int:
        return len(self._reasoner.memory)

    def remember(self, entries: Sequence[Entry]) -> None:
        """Recall these from now on, by entry id (the last of each); those that may not teach are forgotten."""
        if not entries:
            return
        learnt = [e for e in {e.entry_id: e for e in entries}.values() if teaches(e) and e.lines]
        with self._lock:
            self.forget([e.entry_id for e in entries])
            if learnt:
                self._reasoner.memory.add(learnt, self._bundle.reader.read([event_of(e) for e in learnt]))

    def forget(self, entry_ids: Sequence[str]) -> None:
        with self._lock:
            self._reasoner.memory.forget(entry_ids)

    def predict(
        self, events: Sequence[Event], accounts: Sequence[Account] | None = None, *, explain: bool = False
    ) -> list[Proposal]:
        """One proposal per event, candidates best first.

        Args:
            accounts: the live catalog, joined by code; None means the catalog the model was trained with. Accounts
                the training never had are pointed at by their text, missing ones are never proposed.
            explain: also return cards of earlier entries and the network's trace.

        Raises:
            BadEvent: an event cannot be booked as it is given.
        """
        if not events:
            return []
        with self.over(accounts) as reasoner:
            for event in events:
                check(event, reasoner.catalog, reasoner.config.network.max_lines)
            read = self.read(events)
            evidence = self.consider(events, read)
            return [self.propose(e, evidence[i], read.take([i]) if explain else None) for i, e in enumerate(events)]

    @contextmanager
    def over(self, accounts: Sequence[Account] | None) -> Iterator[Reasoner]:
        """Keep the predictor on this catalog, and other threads waiting, while several questions belong together."""
        with self._lock:
            if accounts is not None and not accounts:
                raise BadEvent("Catalog", "", "it has no account", "Add accounts to the book.")
            yield self._over(accounts)

    def read(self, events: Sequence[Event]) -> Read:
        """The events as numbers, by the bundle's own reader."""
        return self._bundle.reader.read(events)

    def consider(
        self, events: Sequence[Event], read: Read, known: Ints | None = None, without: Sequence[Without] = ()
    ) -> list[Evidence]:
        """Candidates with their evidence over the current catalog; ``known``, ``without`` as `Reasoner.consider`."""
        return self._reasoner.consider(read, known, [given(e) for e in events], without=without)

    def rank(self, evidence: Evidence) -> Floats:
        """(c,) the judge's calibrated probability of each candidate."""
        return self._bundle.judge.rank(evidence)

    def _over(self, accounts: Sequence[Account] | None) -> Reasoner:
        """The reasoner over this catalog; the last one is kept."""
        catalog = self._bundle.reasoner.catalog if accounts is None else Catalog.of(accounts)
        if catalog.accounts != self._reasoner.catalog.accounts:
            residuals = {c: i for i, c in enumerate(self._bundle.trained)}
            tensors = CatalogTensors.of(catalog, self._bundle.reader, residuals)
            self._reasoner = replace(self._reasoner, tensors=tensors)
        return self._reasoner

    def propose(self, event: Event, evidence: Evidence, read: Read | None = None) -> Proposal:
        """Rank, write the lines and, where the event's one-row ``read`` is given, explain."""
        reasoner = self._reasoner
        chances = self.rank(evidence)
        composer = Composer(event, reasoner.memory, event.currency or self._bundle.currency, self._taxes)
        task = _Task(event, evidence, composer, given_lines(chances, evidence, composer))
        candidates = self._candidates(reasoner, task)
        if not candidates:
            raise composer.refused or BadEvent(
                "Event", event.description, "no entry can be proposed with the accounts that are open",
                "Open an account in the catalog, or correct the amount and the known lines.",
            )  # fmt: skip
        proposal = Proposal(
            event=event,
            bundle=self.digest,
            status=self._status(candidates[0].probability),
            candidates=tuple(candidates),
            unchecked=self._bundle.judge.confidence.unchecked(candidates[0]),
        )
        if read is None:
            return proposal
        return replace(
            proposal,
            because=cards(event, read, evidence, candidates[0].lines, reasoner.memory),
            trace=trace(reasoner, read, candidates[0], given(event)),
        )

    def _candidates(self, reasoner: Reasoner, task: _Task) -> list[Candidate]:
        """The first that can be written out, best first; the event's own lines alone where nothing is to be added."""
        own = line_set(task.event.lines)
        if task.composer.complete and own not in task.evidence.sets:
            composed = task.composer.compose(own, task.evidence)
            return [self._candidate(reasoner, task, -1, composed)] if composed else []
        found: list[Candidate] = []
        for c in np.argsort(-task.chances, kind="stable"):
            composed = task.composer.compose(task.evidence.sets[int(c)], task.evidence)
            if composed:
                candidate = self._candidate(reasoner, task, int(c), composed)
                found.append(candidate if found else self._among(task, int(c), candidate))
            if len(found) == SHOWN:
                break
        return found

    def _among(self, task: _Task, c: int, first: Candidate) -> Candidate:
        """The first candidate with, for each line, the accounts that hold the right one."""
        top, known = task.evidence.sets[c], set(given(task.event))
        kept, lines = self._bundle.judge.line_sets, []
        for x in first.lines:
            if (place := (x.account, x.side)) not in known:
                offered = options(place, top, task.evidence.sets, task.chances, kept.usual)
                x = replace(x, among=kept.of(offered, x.account))  # noqa: PLW2901
            lines.append(x)
        return replace(first, lines=tuple(lines))

    def _candidate(self, reasoner: Reasoner, task: _Task, c: int, composed: Composed) -> Candidate:
        """One candidate; ``c`` is -1 for the event's own lines, which need nobody's opinion."""
        names, rows = reasoner.catalog.accounts, reasoner.catalog.rows
        judge, known = self._bundle.judge, set(given(task.event))
        sure = 1.0 if task.composer.complete else float(task.chances[c])
        return Candidate(
            probability=1.0 if task.composer.complete else judge.confidence.full(sure, composed.signs),
            set_probability=sure,
            shares=shares(task.evidence, c, judge.scale.mix) if c >= 0 else _GIVEN,
            lines=tuple(
                CandidateLine(
                    account=x.account, name=names[rows[x.account]].name, side=x.side, amount=x.amount,
                    probability=1.0 if (x.account, x.side) in known else task.marginal((x.account, x.side)),
                    tax_code=x.tax_code, party=x.party,
                )
                for x in composed.lines
            ),
        )  # fmt: skip

    def _status(self, probability: float) -> Status:
        if probability >= self.sure_above:
            return Status.SURE
        return Status.LIKELY if probability >= self.likely_above else Status.NOT_SURE


@dataclass(frozen=True)
class _Task:
    """One event with what is needed to answer it; ``chances`` (c,) are of its candidates' sets."""

    event: Event
    evidence: Evidence
    composer: Composer
    chances: Floats

    def marginal(self, place: tuple[str, Side]) -> float:
        """The probability of one line: that of all candidates that have it."""
        return min(1.0, float(sum(p for s, p in zip(self.evidence.sets, self.chances, strict=True) if place in s)))


def given(event: Event) -> list[tuple[str, Side]]:
    """The lines that are already known, as (account, side), in the order the decoder writes: theirs does not matter."""
    return [(x.account, x.side) for x in canonical(event.lines)]


def given_lines(chances: Floats, evidence: Evidence, composer: Composer) -> Floats:
    """(c,) probabilities once it is known which lines there are: impossible candidates leave theirs to the others."""
    fit = np.array([composer.possible(s) for s in evidence.sets], bool)
    left = float(chances[fit].sum()) if len(fit) else 0.0
    joined = np.where(fit, chances * (float(chances.sum()) / left if left > 0 else 1.0), 0.0).astype(np.float32)
    return cautious(joined, evidence) if len(joined) else joined


def shares(evidence: Evidence, c: int, mix: float) -> Shares:
    """How much of candidate c came from template, memory and model.

    A candidate that neither templates nor decoder named was recalled whole, so it is memory's.
    """
    template, written = mix * float(evidence.template[c]), (1 - mix) * float(evidence.written[c])
    total = template + written
    if total <= 0:
        return Shares(template=0.0, memory=1.0, model=0.0)
    best = evidence.best.get(evidence.sets[c])
    copied = float(np.mean(best.memory)) if best and best.memory else 0.0
    memory = written / total * min(1.0, copied)
    return Shares(template=template / total, memory=memory, model=1.0 - template / total - memory)
