"""What speaks for each candidate entry: the judge's features, the same in training and serving.

Shapes: c candidates of one event, k neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.features import NO_DAY, Ints, Read
from engine.inference.beam import Hypothesis
from engine.inference.habits import habits
from engine.inference.without import unsaid
from engine.journal import Side
from engine.retrieval.memory import NEAR, NONE, Memory
from engine.sketch import Floats
from engine.targets import LineSet

NAMES = (
    "neighbours", "similarity", "similarity_mean", "rank", "rank_share", "text", "text_share", "gap", "gap_mean",
    "exact", "exact_count", "journal", "party", "age", "dom", "near", "near_share", "first", "first_text",
    "newest_near", "newest_exact", "prior", "prior_recent", "prior_journal", "since", "template", "template_log",
    "template_rank", "written_log", "written_rank", "written_memory", "mixed", "best_similarity", "best_text",
    "candidates", "lines", "debits", "unseen", "history", "template_top", "written_top",
    "line_log", "line_least", "line_rest", "line_votes", "line_votes_least",
    "amount_gap", "exact_ever", "exact_ever_share", "whole_gap", "rhythm", "weekday",
    "vs_rank_share", "vs_text_share", "vs_similarity", "vs_text", "vs_template", "vs_written", "vs_prior", "vs_near",
    "vs_line",
)  # fmt: skip
_RIVALS = (
    "rank_share",
    "text_share",
    "similarity",
    "text",
    "template",
    "written_log",
    "prior_recent",
    "near",
    "line_log",
)
_NEVER = 1e-3  # probability of a line that no template has
_PEAK = 8.0  # sharpness of the votes of neighbours
_FLOOR = -20.0  # log-probability of what the decoder did not write


@dataclass(frozen=True)
class Circle:
    """One query's neighbours as arrays of k: memory rows, similarity, rank, text similarity."""

    rows: Ints
    similarity: Floats
    rank: Floats
    text: Floats


@dataclass(frozen=True)
class Written:
    """The decoder's hypotheses merged by line set: best hypothesis and summed probability of each."""

    best: dict[LineSet, Hypothesis]
    probability: dict[LineSet, float]

    def without(self, silent: frozenset[LineSet]) -> Written:
        return Written(unsaid(self.best, silent), unsaid(self.probability, silent))


@dataclass(frozen=True)
class LineChances:
    """How likely the templates make each line: ``chances`` (P,), the column of each line in ``rows``."""

    rows: dict[tuple[str, Side], int]
    chances: Floats


@dataclass(frozen=True)
class Evidence:
    """One event's candidates: sets, their features (c, len(NAMES)), template and decoder probabilities (c,).

    ``known`` bounds the memory rows that the answer may rest on; ``hidden`` rows are left out of them.
    """

    sets: tuple[LineSet, ...]
    features: Floats
    template: Floats
    written: Floats
    best: dict[LineSet, Hypothesis]
    circle: Circle
    known: int
    hidden: Ints = field(default_factory=lambda: NONE)


@dataclass(frozen=True)
class Case:
    """One event to collect evidence for: its one-row Read, what was known and not hidden, what each source says."""

    read: Read
    known: int
    circle: Circle
    template: dict[LineSet, float]
    written: Written
    hidden: Ints = field(default_factory=lambda: NONE)
    lines: LineChances = field(default_factory=lambda: LineChances({}, np.zeros(0, np.float32)))


def collect(case: Case, sets: tuple[LineSet, ...], memory: Memory) -> Evidence:
    """Evidence on ``sets``; the order of the sets changes nothing but the order of the rows."""
    live = memory.visible(case.known, case.hidden)  # places taken by forgotten rows count for nothing
    table = {
        **_neighbours(case, sets, memory),
        **habits(case.read, sets, memory, live, memory.accounts_seen(case.known, case.hidden)),
        **_sources(case, sets),
        **_lines(case, sets, memory),
    }
    table |= {f"vs_{n.removesuffix('_log').removesuffix('_recent')}": table[n] - _rival(table[n]) for n in _RIVALS}
    features = np.stack([np.broadcast_to(table[n], len(sets)) for n in NAMES], axis=1).astype(np.float32)
    return Evidence(
        sets, features, table["template"].astype(np.float32),
        np.array([case.written.probability.get(s, 0.0) for s in sets], np.float32), case.written.best,
        case.circle, case.known, case.hidden,
    )  # fmt: skip


Table = dict[str, NDArray[np.float64]]


def _neighbours(case: Case, sets: tuple[LineSet, ...], memory: Memory) -> Table:
    """Votes of the neighbours: how many, how alike, how near in amount and time."""
    circle, read = case.circle, case.read
    own = np.array([memory.set_number(s) for s in sets])
    there = memory.column("set")[circle.rows][None] == own[:, None]  # (c, k)
    gap = np.abs(memory.column("log_amount")[circle.rows] - read.log_amount[0]) if len(circle.rows) else circle.rank
    same = {n: _same(read, memory, circle.rows, n) for n in ("journal", "party", "cents")}
    near = circle.similarity > NEAR
    age = memory.age(read, circle.rows[None])[0] if len(circle.rows) else circle.rank
    return {
        "neighbours": there.sum(1),
        "similarity": _best(there, circle.similarity),
        "similarity_mean": _mean(there, circle.similarity),
        "rank": _best(there, circle.rank),
        "rank_share": _votes(there, circle.rank),
        "text": _best(there, circle.text),
        "text_share": _votes(there, circle.text),
        "gap": -_best(there, -gap, -9.0),
        "gap_mean": _mean(there, gap, 9.0),
        "exact": (there & same["cents"]).any(1),
        "exact_count": (there & same["cents"]).sum(1),
        "journal": _mean(there, same["journal"]),
        "party": (there & same["party"]).sum(1),
        "age": -_best(there, -age, -999.0),
        "dom": -_best(there, -_dom_gap(read, memory, circle.rows), -31.0),
        "near": (there & near).sum(1),
        "near_share": (there & near).sum(1) / max(1, near.sum()),
        "first": there[:, 0] if there.shape[1] else np.zeros(len(sets)),
        "first_text": there[:, circle.text.argmax()] if there.shape[1] else np.zeros(len(sets)),
        "newest_near": _newest(there, near, circle.rows),
        "newest_exact": _newest(there, same["cents"] & (circle.similarity > 0.6), circle.rows),
        "best_similarity": circle.similarity.max(initial=0.0),
        "best_text": circle.text.max(initial=0.0),
    }


def _sources(case: Case, sets: tuple[LineSet, ...]) -> Table:
    """What template head and decoder think."""
    template = np.array([case.template.get(s, 0.0) for s in sets])
    written = np.array([case.written.probability.get(s, 0.0) for s in sets])
    memory = [case.written.best[s].memory if s in case.written.best else () for s in sets]
    return {
        "template": template,
        "template_log": np.log(np.maximum(template, 1e-6)),
        "template_rank": _place(template),
        "written_log": np.log(np.maximum(written, np.exp(_FLOOR))),
        "written_rank": _place(written),
        "written_memory": np.array([np.mean(m) if m else 0.0 for m in memory]),
        "mixed": 0.5 * template + 0.5 * written,
        "candidates": np.array(float(len(sets))),
        "lines": np.array([len(s) for s in sets]),
        "debits": np.array([sum(side is Side.DEBIT for _, side in s) for s in sets]),
        "template_top": np.array(max(case.template.values(), default=0.0)),
        "written_top": np.array(max(case.written.probability.values(), default=0.0)),
    }


def _lines(case: Case, sets: tuple[LineSet, ...], memory: Memory) -> Table:
    """What speaks for the lines of a set one by one: a set that nobody ever booked has lines that somebody did.

    ``line_log`` is the log-probability of having these lines and no other, were they independent.
    """
    p, rows = case.lines.chances.astype(np.float64), case.lines.rows
    nothing, votes = np.log1p(-p).sum(), _line_votes(case.circle, memory)
    found: list[tuple[float, ...]] = []
    for one in sets:
        chances = np.array([p[rows[x]] if x in rows else _NEVER for x in one])
        known = chances[[x in rows for x in one]]
        voted = [votes.get(x, 0.0) for x in one]
        found.append((
            nothing + float(np.log(chances).sum() - np.log1p(-known).sum()),
            float(chances.min()), float(p.sum() - known.sum()), float(np.mean(voted)), min(voted),
        ))  # fmt: skip
    columns = np.array(found, np.float64).reshape(-1, 5).T
    names = ("line_log", "line_least", "line_rest", "line_votes", "line_votes_least")
    return dict(zip(names, columns, strict=True))


def _line_votes(circle: Circle, memory: Memory) -> dict[tuple[str, Side], float]:
    """The share of the neighbours' votes that each line has."""
    votes: dict[tuple[str, Side], float] = {}
    weights = np.exp(_PEAK * (circle.rank - circle.rank.max(initial=0.0)))
    for row, weight in zip(circle.rows, weights / max(float(weights.sum()), 1e-9), strict=True):
        for place in memory.line_set(int(row)):
            votes[place] = votes.get(place, 0.0) + float(weight)
    return votes


def _same(read: Read, memory: Memory, rows: Ints, column: str) -> NDArray[np.bool_]:
    asked = getattr(read, column)[0]
    return np.asarray((memory.column(column)[rows] == asked) & (asked != 0))


def _dom_gap(read: Read, memory: Memory, rows: Ints) -> Floats:
    """Days between the days of the month, the short way round; 15 where either has no date."""
    then, now = memory.column("dom")[rows], read.dom[0]
    apart = np.abs(then - now)
    return np.where((then == NO_DAY) | (now == NO_DAY), 15, np.minimum(apart, 31 - apart)).astype(np.float32)


def _best(there: NDArray[np.bool_], values: Floats, otherwise: float = 0.0) -> NDArray[np.float64]:
    best: NDArray[np.float64] = np.where(there, values[None], -np.inf).max(axis=1, initial=-np.inf)
    return best.clip(min=otherwise)


def _mean(there: NDArray[np.bool_], values: NDArray[Any], otherwise: float = 0.0) -> NDArray[np.float64]:
    count = there.sum(1)
    return np.where(count > 0, (there * values[None]).sum(1) / np.maximum(count, 1), otherwise)


def _votes(there: NDArray[np.bool_], values: Floats) -> NDArray[np.float64]:
    weights = np.exp(_PEAK * np.clip(values, -1.0, 2.0))
    votes: NDArray[np.float64] = (there * weights[None]).sum(1) / max(float(weights.sum()), 1e-9)
    return votes


def _newest(there: NDArray[np.bool_], among: NDArray[np.bool_], rows: Ints) -> NDArray[np.bool_]:
    """Whether the latest of some neighbours was booked so."""
    if not among.any():
        return np.zeros(len(there), bool)
    newest: NDArray[np.bool_] = there[:, int(np.where(among, rows, -1).argmax())]
    return newest


def _place(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank from 0; 20 where the source said nothing."""
    better = (values[None, :] > values[:, None]).sum(1)
    return np.where(values > 0, better, 20).astype(np.float64)


def _rival(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each candidate the best value among the others; its own where it has no rival."""
    if len(values) < 2:
        return values
    order = np.sort(values)
    rival: NDArray[np.float64] = np.where(values == order[-1], order[-2], order[-1])
    return rival
