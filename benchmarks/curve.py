"""How useful a new book is after its first entries, with and without a base.

``python -m benchmarks.curve LEDGER…`` trains on the first n entries of each book and asks the next ones, static and
prequential. LEDGER is a file, a folder or ``demo``. Results are kept under .bench/curve, so that a run that was stopped
goes on; the page is docs/learning-curve.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.curve_page import COUNTERPOINT, STARTS, page, picture
from benchmarks.ledgers import base_for, ledger, once, say
from benchmarks.machine import ROOT, facts
from engine.config import TrainConfig
from engine.evaluation import metrics
from engine.evaluation.counterpoint import Counterpoint
from engine.evaluation.system import Ranked, System
from engine.evaluation.systems import make
from engine.journal import Entry, Snapshot, event_of, in_order, teaches

KEPT = ROOT / ".bench" / "curve"
PAGE = ROOT / "docs" / "learning-curve.md"
PICTURE = ROOT / "docs" / "images" / "learning-curve.svg"
HISTORY = (0, 5, 20, 50, 100, 200)
ASKED = 100
BLOCK = 20  # entries after which templates and judge are fitted again in prequential mode
FEWEST = 5  # entries without which peers and a start from nothing are not asked


def after(snapshot: Snapshot, count: int, asked: int = ASKED) -> tuple[Snapshot, tuple[Entry, ...]]:
    """The book when it had its first ``count`` entries, and the next ones; the chart is whole from the beginning."""
    entries = in_order(e for e in snapshot.entries if teaches(e) and e.lines)
    return replace(snapshot, entries=entries[:count]), entries[count : count + asked]


def measure(system: System, history: Snapshot, asked: Sequence[Entry]) -> dict[str, Any]:
    """Per entry whether the first proposal has all accounts and sides right: static, then each knowing those before."""
    start = time.perf_counter()
    system.fit(history)
    trained = time.perf_counter() - start
    static = system.answer([event_of(e) for e in asked])
    right = {"static": _right(static, asked), "prequential": []}
    for a in range(0, len(asked), BLOCK):
        block = asked[a : a + BLOCK]
        answers = system.replay(block, [[event_of(e)] for e in block])
        right["prequential"] += _right([of_entry[0] for of_entry in answers], block)
        system.refit()
    return {"right": right, "train_s": round(trained, 1), "all_s": round(time.perf_counter() - start, 1)}


def _right(answers: Sequence[Ranked], asked: Sequence[Entry]) -> list[bool]:
    return [bool(ranked) and metrics.exact(ranked[0], e) for ranked, e in zip(answers, asked, strict=True)]


def contenders(snapshot: Snapshot, count: int, seed: int) -> Iterator[tuple[str, str, Callable[[], System]]]:
    """Name, base and maker of each that can start from so many entries."""
    for base in STARTS:
        if count >= FEWEST or base != "none":
            config = replace(TrainConfig.quick(seed), base=base_for(snapshot, base))
            yield COUNTERPOINT, base, lambda config=config: Counterpoint(config)  # type: ignore[misc]
    if count >= FEWEST:
        yield "svm", "", lambda: make("svm")


def run(names: Sequence[str], wishes: argparse.Namespace) -> Iterator[dict[str, Any]]:
    for name in names:
        snapshot = ledger(name)
        for count in wishes.history:
            history, asked = after(snapshot, count)
            if len(asked) < ASKED // 2:
                say(f"{snapshot.book} has too few entries to ask any after {count}")
                continue
            for system, base, made in contenders(snapshot, count, wishes.seed):
                say(f"{snapshot.book}, {count} entries: {system} {base}")
                wish = {
                    "book": snapshot.book, "ledger": snapshot.digest, "history": count, "asked": len(asked),
                    "system": system, "base": base, "seed": wishes.seed,
                }  # fmt: skip
                work = lambda: measure(made(), history, asked)  # noqa: B023, E731
                yield once(KEPT, wish, work, fresh=wishes.fresh)


def wished(words: Sequence[str] | None = None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m benchmarks.curve", description=__doc__)
    reader.add_argument("ledgers", nargs="+", metavar="LEDGER")
    reader.add_argument("--history", nargs="+", type=int, default=list(HISTORY), help="entries to start from")
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--fresh", action="store_true", help="measure again what is kept")
    return reader.parse_args(words)


def main(wishes: argparse.Namespace) -> None:
    """Measure what is missing; figures, page and picture are written after each training."""
    results: list[dict[str, Any]] = []
    for result in run(wishes.ledgers, wishes):
        results.append(result)
        document = {"machine": facts(), "results": results}
        (KEPT / "curve.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        PAGE.write_text(page(results), encoding="utf-8")
        PICTURE.write_text(picture(results), encoding="utf-8")
    say(f"The figures are in {KEPT / 'curve.json'}, the page is {PAGE}.")


if __name__ == "__main__":
    main(wished())
