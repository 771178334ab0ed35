"""docs/ablations.md from the results there are: tables by group, a figure of differences, the learning curve."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any, Self

from app.services.ablation_figures import Curve, Mark, curve, differences
from engine.evaluation.ablation import CLOSE, DEFAULT, Row, macro_bootstrap, verdict
from engine.evaluation.metrics import Interval
from engine.evaluation.protocol import Outcomes

_HEAD = (
    "row", "question", "exact", "line F1", "top-5", "stp98", "stp95", "ECE", "train s", "difference", "verdict",
)  # fmt: skip
_MACRO = ("exact", "line_f1", "top5_exact")
_POOLED = ("stp98", "stp95", "ece")
_READING = (
    "Each row changes one choice of the default, trains anew and is asked about the newest fifth of every book, "
    "with the memory as it was at the split. Exact (the whole set of accounts and sides), line F1 and top-5 are "
    "means over books; straight-through shares at 98 and 95 % precision and the calibration error are over all "
    "test entries together; seconds of training are a mean over books on the machine that ran it. The difference "
    "is in points of exact against the default on the same books and seeds, with its 95 % interval from a paired "
    "bootstrap of 2,000 draws within each book. A verdict speaks about the default's choice."
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What became of one row with one seed on one book; ``failed`` says why there are no outcomes."""

    row: str
    book: str
    seed: int
    outcomes: Outcomes | None
    seconds: float
    failed: str = ""

    @classmethod
    def of(cls, row: str, book: str, seed: int, kept: Mapping[str, Any]) -> Self:
        if "failed" in kept:
            return cls(row, book, seed, None, 0.0, str(kept["failed"]))
        return cls(row, book, seed, Outcomes.from_json(dict(kept["outcomes"])), float(kept["seconds"]["train"]))


@dataclass(frozen=True, slots=True)
class Summary:
    """A row over the books and seeds that the default has too.

    ``figures`` exact, line F1 and top-5 are means over books, stp and ECE are over all test entries; all are means
    over seeds. ``seconds`` of training are means over books. ``difference`` is to the default on the same books.
    """

    row: Row
    books: int
    seeds: tuple[int, ...]
    figures: Mapping[str, float]
    seconds: float
    difference: Interval | None


@dataclass(frozen=True)
class Page:
    """Everything the page says. ``sizes`` are entries of history by book; ``outdated`` results were left out."""

    rows: Sequence[Row]
    books: tuple[str, ...]
    results: tuple[Measurement, ...]
    sizes: Mapping[str, int]
    outdated: int = 0

    @cached_property
    def _by(self) -> dict[tuple[str, str, int], Measurement]:
        return {(m.row, m.book, m.seed): m for m in self.results}

    def summary(self, row: Row) -> Summary | None:
        """None where nothing was measured that the default has too."""
        by_seed = {s: [b for b in self.books if self._there(row, b, s)] for s in sorted({m.seed for m in self.results})}
        most = max((len(b) for b in by_seed.values()), default=0)
        if not most:
            return None
        seeds = tuple(s for s, b in by_seed.items() if len(b) == most)  # a seed that is half done waits
        books = [b for b in by_seed[seeds[0]] if all(b in by_seed[s] for s in seeds)]
        ours = {b: [self._by[row.name, b, s] for s in seeds] for b in books}
        theirs = {b: [self._by[DEFAULT, b, s] for s in seeds] for b in books}
        pairs = [(_right(ours[b]), _right(theirs[b])) for b in books]
        return Summary(
            row, len(books), seeds, _figures(ours), _mean([m.seconds for b in books for m in ours[b]]),
            None if row.name == DEFAULT else macro_bootstrap(pairs),
        )  # fmt: skip

    def _there(self, row: Row, book: str, seed: int) -> bool:
        found = [self._by.get((name, book, seed)) for name in (row.name, DEFAULT)]
        return all(m is not None and m.outcomes is not None for m in found)

    @cached_property
    def summaries(self) -> dict[str, Summary]:
        return {r.name: s for r in self.rows if (s := self.summary(r)) is not None}

    def close(self) -> list[Row]:
        """Rows that change a choice and ended within CLOSE of the default."""
        near = (s for s in self.summaries.values() if s.row.history is None and s.difference is not None)
        return [s.row for s in near if s.difference is not None and abs(s.difference.mean) <= CLOSE]

    def write(self, out: Path) -> None:
        """The page and its figures, in a folder ``images`` beside it."""
        images = out.parent / "images"
        for name, drawing in self._drawings().items():
            images.mkdir(exist_ok=True)
            (images / name).write_text(drawing, encoding="utf-8")
        out.write_text("\n".join(self.lines()) + "\n", encoding="utf-8")

    def _drawings(self) -> dict[str, str]:
        found = {}
        if marks := [Mark(s.row.name, s.difference) for s in self._compared()]:
            found["ablations.svg"] = differences(marks)
        if curves := self._curves():
            found["learning-curve.svg"] = curve(curves)
        return found

    def _compared(self) -> list[Summary]:
        return [s for s in self.summaries.values() if s.difference is not None and s.row.history is None]

    def _curves(self) -> list[Curve]:
        """Exact by entries of history, a line a book; none where no shorter history was measured."""
        out = []
        for book in self.books:
            points = [(row.history or self.sizes[book], self._exact(row.name, book)) for row in self.rows
                      if row.history is not None or row.name == DEFAULT]  # fmt: skip
            known = sorted((n, exact) for n, exact in points if exact is not None)
            if len(known) > 1:
                out.append(Curve(book, tuple(known)))
        return out

    def _exact(self, row: str, book: str) -> float | None:
        there = [m.outcomes for m in self.results if (m.row, m.book) == (row, book) and m.outcomes is not None]
        return _mean([_share(o.right) for o in there]) if there else None

    def lines(self) -> Iterator[str]:
        yield from _introduction(self.books, self.outdated)
        drawings = self._drawings()
        if "ablations.svg" in drawings:
            yield from ("![Difference of each row to the default](images/ablations.svg)", "")
        for group, members in groupby(self.rows, key=lambda r: r.group):
            yield from (f"## {group}", "", _cells(_HEAD), _cells(["---"] * len(_HEAD)))
            rows = list(members)
            yield from (_cells(self._row(r)) for r in rows)
            yield ""
            notes = {r.note: [x.name for x in rows if x.note == r.note] for r in rows if r.note}
            yield from (f"`{'`, `'.join(names)}`: {note}\n" for note, names in notes.items())
            if group == "History" and "learning-curve.svg" in drawings:
                yield from ("![Exact by entries of history](images/learning-curve.svg)", "")

    def _row(self, row: Row) -> list[str]:
        start = [f"`{row.name}`{_changes(row)}", row.question]
        found = self.summaries.get(row.name)
        if found is None:
            failed = next((m.failed for m in self.results if m.row == row.name and m.failed), "")
            return [*start, *[""] * 8, f"could not be trained: {failed}" if failed else "not measured yet"]
        d, f = found.difference, found.figures
        return [
            *start, *(f"{f[k]:.3f}" for k in (*_MACRO, *_POOLED)), f"{found.seconds:.0f}",
            "" if d is None else f"{100 * d.mean:+.1f} [{100 * d.low:+.1f}, {100 * d.high:+.1f}]",
            self._said(found),
        ]  # fmt: skip

    def _said(self, found: Summary) -> str:
        seeds = f"seed {found.seeds[0]}" if len(found.seeds) == 1 else f"{len(found.seeds)} seeds"
        books = "" if found.books == len(self.books) else f", {found.books} of {len(self.books)} books"
        failed = {m.book for m in self.results if m.row == found.row.name and m.failed}
        books += f", could not be trained on {', '.join(sorted(failed))}" if failed else ""
        if found.difference is None or found.row.history is not None:
            return seeds + books
        return f"{verdict(found.difference)} ({seeds}{books})"


def _introduction(books: Sequence[str], outdated: int) -> Iterator[str]:
    yield from (
        "# Ablations",
        "",
        "<!-- Written by `counterpoint ablate`; run it again rather than edit. -->",
        "",
        *wrap(_READING, 120),
        "",
        f"Books: {', '.join(books)}." if books else "No book was measured yet.",
        "",
    )
    if outdated:
        yield from (f"{outdated} results of an earlier version of the engine are left out.", "")


def _changes(row: Row) -> str:
    named = [f"{path} = {value}" for path, value in row.settings.items()]
    return f" ({', '.join(named)})" if named else ""


def _figures(ours: Mapping[str, Sequence[Measurement]]) -> dict[str, float]:
    """Means over seeds of the figures by book and over all entries."""
    books = [[m.outcomes for m in of_book if m.outcomes is not None] for of_book in ours.values()]
    single = [_mean_of([o.figures() for o in of_book], _MACRO) for of_book in books]
    pooled = []
    for of_seed in zip(*books, strict=True):
        joined = Outcomes()
        for one in of_seed:
            joined.extend(one)
        pooled.append(joined.figures())
    return _mean_of(single, _MACRO) | _mean_of(pooled, _POOLED)


def _mean_of(figures: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, float]:
    return {n: _mean([float(f[n] or 0.0) for f in figures]) for n in names}


def _right(of_book: Sequence[Measurement]) -> list[float]:
    """Each test entry's share of seeds in which it was right."""
    return [_share(column) for column in zip(*(m.outcomes.right for m in of_book if m.outcomes), strict=True)]


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _cells(cells: Sequence[str]) -> str:
    escape: Callable[[str], str] = lambda text: text.replace("|", r"\|")  # noqa: E731
    return f"| {' | '.join(map(escape, cells))} |"
