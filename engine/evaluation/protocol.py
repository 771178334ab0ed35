"""The protocol: split by time, static and prequential, one record of outcomes per system, book and mode."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

from engine.errors import TooLittleHistory
from engine.evaluation import metrics
from engine.evaluation.system import Guess, Ranked, System
from engine.evaluation.views import BankLines, bare
from engine.journal import Entry, Event, Snapshot, event_of, in_order, teaches

Mode = Literal["static", "prequential"]
MODES: tuple[Mode, ...] = ("static", "prequential")
HISTORY = 0.8  # share of the book that is known at the split
BLOCK = 0.05  # share of the test after which light parts are fitted again
MAX_LINES = 24  # longer entries count as wrong, whoever answers
AUTO_PRECISION = 0.98
Figures = dict[str, Any]


def split(snapshot: Snapshot) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """First 80 % and last 20 % of the entries that teach, by (date, position)."""
    entries = in_order(e for e in snapshot.entries if teaches(e))
    cut = int(len(entries) * HISTORY)
    if cut < 2 or cut == len(entries):
        raise TooLittleHistory(snapshot.book, len(entries), 3)
    return entries[:cut], entries[cut:]


@dataclass(slots=True)
class Outcomes:
    """What became of each test entry, in test order; joined over books it gives the pooled figures."""

    right: list[bool] = field(default_factory=list)
    full: list[bool] = field(default_factory=list)
    top5: list[bool] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    full_score: list[float] = field(default_factory=list)
    taken: list[bool] = field(default_factory=list)  # would have been booked unseen, by the threshold in force
    lines: list[list[int]] = field(default_factory=list)  # hit, extra, missed
    line_sets: list[list[list[int]]] = field(default_factory=list)  # by line: covered, size of its set; none stated
    share_error: list[float | None] = field(default_factory=list)
    amounts_right: list[bool | None] = field(default_factory=list)  # None where there is nothing to share out
    counter: list[bool | None] = field(default_factory=list)  # None where there is no bank line
    bare_right: list[bool] = field(default_factory=list)
    bare_score: list[float] = field(default_factory=list)

    def extend(self, other: Outcomes) -> None:
        for f in fields(self):
            getattr(self, f.name).extend(getattr(other, f.name))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Outcomes:
        return cls(**saved)

    def figures(self) -> Figures:
        """The figures of one system; None where nothing could be measured."""
        return {
            "exact": _mean(self.right),
            "exact_full": _mean(self.full),
            "line_f1": metrics.line_f1(metrics.Overlap(*x) for x in self.lines) if self.lines else None,
            "top5_exact": _mean(self.top5),
            "stp98": metrics.straight_through(self.score, self.right, 0.98),
            "stp95": metrics.straight_through(self.score, self.right, 0.95),
            "auto98": metrics.auto(self.taken, self.right)._asdict(),
            "ece": metrics.ece(self.score, self.right),
            "stp98_full": metrics.straight_through(self.full_score, self.full, 0.98),
            "stp95_full": metrics.straight_through(self.full_score, self.full, 0.95),
            "ece_full": metrics.ece(self.full_score, self.full),
            "share_error": _mean(x for x in self.share_error if x is not None),
            "line_sets": self._line_sets(),
            "amounts_right": _mean(x for x in self.amounts_right if x is not None),
            "counter_account": _mean(x for x in self.counter if x is not None),
            "text_amount_only": {
                "exact": _mean(self.bare_right),
                "ece": metrics.ece(self.bare_score, self.bare_right),
            },
        }

    def _line_sets(self) -> Figures:
        """How often the sets of accounts held the right one, and how many accounts they had."""
        lines = [x for entry in self.line_sets for x in entry]
        return {"coverage": _mean(x[0] for x in lines), "size": _mean(x[1] for x in lines)}


@dataclass(frozen=True, slots=True)
class Measured:
    """One system on one book: outcomes per mode, seconds of fitting and of one answer."""

    outcomes: dict[Mode, Outcomes]
    train_seconds: float
    predict_seconds: float


class Examiner:
    """Asks a contender about the test part of a book and notes what became of it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.history, self.test = split(snapshot)
        self.snapshot = replace(snapshot, entries=self.history)
        self._bank = BankLines(snapshot.accounts, self.history)
        self._check_tax = any(x.tax_code for e in self.history for x in e.lines)

    def measure(
        self, system: System, modes: Sequence[Mode] = MODES, progress: Callable[[str], None] = lambda _: None
    ) -> Measured:
        """Fit, then static before prequential, which learns as it goes."""
        start = time.perf_counter()
        system.fit(self.snapshot)
        fitted = time.perf_counter() - start
        outcomes: dict[Mode, Outcomes] = {}
        seconds = math.nan
        if "static" in modes:
            progress(f"{system.name}: static")
            outcomes["static"], seconds = self._static(system)
        if "prequential" in modes:
            progress(f"{system.name}: prequential")
            outcomes["prequential"], per_entry = self._prequential(system)
            seconds = per_entry if math.isnan(seconds) else seconds
        return Measured(outcomes, fitted, seconds)

    def _static(self, system: System) -> tuple[Outcomes, float]:
        start = time.perf_counter()
        full = system.answer([event_of(e) for e in self.test])
        seconds = (time.perf_counter() - start) / len(self.test)
        texts = system.answer([bare(e) for e in self.test])
        known = [self._bank.event(e) for e in self.test]
        banked = iter(system.answer([e for e in known if e]))
        threshold, out = system.threshold(AUTO_PRECISION), Outcomes()
        for i, entry in enumerate(self.test):
            self._note(out, entry, [full[i], texts[i], *([next(banked)] if known[i] else [])], threshold)
        return out, seconds

    def _prequential(self, system: System) -> tuple[Outcomes, float]:
        """Seconds are those of a whole step: up to three answers and the learning of one entry."""
        step, out, seconds = max(1, math.ceil(len(self.test) * BLOCK)), Outcomes(), 0.0
        for a in range(0, len(self.test), step):
            block = self.test[a : a + step]
            threshold = system.threshold(AUTO_PRECISION)
            start = time.perf_counter()
            answers = system.replay(block, [self._questions(e) for e in block])
            seconds += time.perf_counter() - start
            for entry, ranked in zip(block, answers, strict=True):
                self._note(out, entry, ranked, threshold)
            if a + step < len(self.test):
                system.refit()
        return out, seconds / len(self.test)

    def _questions(self, entry: Entry) -> list[Event]:
        banked = self._bank.event(entry)
        return [event_of(entry), bare(entry), *([banked] if banked else [])]

    def _note(self, out: Outcomes, entry: Entry, answers: Sequence[Ranked], threshold: float) -> None:
        """Judge the answers to: everything, text and amount alone, and (where there is one) the bank line known."""
        ranked, text, short = answers[0], answers[1], len(entry.lines) <= MAX_LINES
        best = _best(ranked)
        known = self._bank.of(entry)
        out.right.append(short and metrics.exact(best, entry))
        out.full.append(short and metrics.exact_full(best, entry, check_tax=self._check_tax))
        out.top5.append(short and metrics.top_exact(ranked, entry))
        out.score.append(best.score)
        out.full_score.append(best.score if best.full_score is None else best.full_score)
        out.taken.append(best.score >= threshold)
        out.lines.append(list(metrics.overlap(best, entry)))
        out.line_sets.append(metrics.line_sets(best, entry, len(self.snapshot.accounts)))
        out.share_error.append(metrics.share_error(best, entry))
        out.amounts_right.append(metrics.amounts_right(best, entry))
        out.counter.append(
            short and metrics.counter_right(_best(answers[2]), entry, metrics.key_of([known])) if known else None
        )
        out.bare_right.append(short and metrics.exact(_best(text), entry))
        out.bare_score.append(_best(text).score)


def _best(ranked: Ranked) -> Guess:
    return ranked[0] if ranked else Guess((), 0.0)


def _mean(values: Iterable[float]) -> float | None:
    drawn = list(values)
    return sum(drawn) / len(drawn) if drawn else None
