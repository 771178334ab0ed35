"""The page and the picture of `benchmarks.curve`: results in, Markdown and SVG out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.services.ablation_figures import Curve, curve

COUNTERPOINT = "counterpoint"
STARTS = ("auto", "none")
MODES = ("static", "prequential")
COLUMNS = {(COUNTERPOINT, "auto"): "from a base", (COUNTERPOINT, "none"): "from nothing", ("svm", ""): "linear SVM"}
Result = Mapping[str, Any]

HEAD = """# How soon a new book is useful

Written by `python -m benchmarks.curve`; the figures are true for the source and settings that it ran with.

Each book starts with its first n entries and is asked about the next {asked}: is the first proposal's whole set of
accounts and sides right? *Static*: nothing is learnt while it is asked. *Prequential*: every entry is known to those
after it, and templates and judge are fitted again every 20 entries; the network stays. *From a base* starts from the
checkpoint of `engine/base` that has seen no entry of the book; *from nothing* is `base = "none"`, and needs entries to
learn from. The chart of accounts is whole from the beginning. The questions differ from row to row, since each
row asks what came next, so rows of one book are only roughly comparable; columns of one row are asked the same. A
share of {asked} answers is known to about ten points (95 %), a mean over {books} books to about {mean} points.

![Mean over the books, by entries of history](images/learning-curve.svg)
"""


def page(results: Sequence[Result]) -> str:
    books = list(dict.fromkeys(r["book"] for r in results))
    asked = max(r["asked"] for r in results)
    parts = [HEAD.format(asked=asked, books=len(books), mean=round(10 / len(books) ** 0.5))]
    for mode in MODES:
        parts.append(f"\n## {mode.capitalize()}\n")
        parts += _table(results, books, mode)
    return "\n".join(parts) + "\n"


def picture(results: Sequence[Result]) -> str:
    """Means over the books; 0 entries stand where 1 would, at the left end of the logarithmic scale."""
    books = list(dict.fromkeys(r["book"] for r in results))
    curves = []
    for mode in MODES:
        for column, told in COLUMNS.items():
            means = [(n, share(results, books, n, column, mode)) for n in histories(results)]
            points = tuple((max(1, n), m) for n, m in means if m is not None)
            if points:
                curves.append(Curve(f"{told}, {mode}", points))
    return curve(curves)


def histories(results: Sequence[Result]) -> list[int]:
    return sorted({r["history"] for r in results})


def share(
    results: Sequence[Result], books: Sequence[str], history: int, column: tuple[str, str], mode: str
) -> float | None:
    """Mean over the books; None where one of them has no result, for a mean of other books is another mean."""
    found: dict[str, Sequence[bool]] = {
        r["book"]: r["right"][mode]
        for r in results
        if r["history"] == history and (r["system"], r["base"]) == column and r["book"] in books
    }
    if set(found) != set(books):
        return None
    return sum(sum(right) / len(right) for right in found.values()) / len(found)


def _table(results: Sequence[Result], books: Sequence[str], mode: str) -> list[str]:
    """A row for each history, for each book and the mean the columns side by side."""
    rows = [
        f"| entries | {' | '.join([*books, 'mean'])} |",
        f"|--:|{'--:|' * (len(books) + 1)}",
    ]
    for n in histories(results):
        cells = [_cell(results, [b], n, mode) for b in books]
        rows.append(f"| {n} | {' | '.join([*cells, _cell(results, books, n, mode)])} |")
    return [f"Each cell: {', '.join(COLUMNS.values())}.\n", *rows]


def _cell(results: Sequence[Result], books: Sequence[str], history: int, mode: str) -> str:
    shares = [share(results, books, history, column, mode) for column in COLUMNS]
    return " / ".join("–" if s is None else f"{s:.2f}" for s in shares)
