"""``make bench``: trains the demo book in a home of its own, measures, writes .bench/bench.json and prints it.

``--only PART`` (search, store, steps, predict, workbench) leaves the others out; ``--home FOLDER`` keeps the trained
demo book there and uses it again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, facts, peak, peak_of_children

OUT = ROOT / ".bench" / "bench.json"
PARTS = ("search", "store", "steps", "predict", "workbench")


def main(only: str | None, home: Path | None) -> dict[str, Any]:
    wanted = [only] if only else list(PARTS)
    found: dict[str, Any] = {"machine": facts()}
    if "search" in wanted:
        from benchmarks.search import search

        _say("search")
        found["search"] = search()
    if "store" in wanted:
        from benchmarks.store import store

        _say("store: a million lines, some minutes")
        found["store"] = store()
    if "steps" in wanted:
        from benchmarks.steps import steps
        from engine.demo import demo_book

        _say("steps")
        book = demo_book()
        found["steps"] = steps(book.accounts, book.entries)
    if {"predict", "workbench"} & set(wanted):
        with tempfile.TemporaryDirectory() as folder:
            found |= _with_demo_book(home or Path(folder), wanted)
    return found


def _with_demo_book(folder: Path, wanted: list[str]) -> dict[str, Any]:
    from app.home import Home
    from app.services import first_start, train
    from app.services.access import Who
    from app.services.workbench import open_workbench

    _say("demo book: import and training")
    wb = open_workbench(Home(folder).prepared())
    found: dict[str, Any] = {}
    start = time.perf_counter()
    first_start.make_ready(wb)
    if job := train.running(wb, first_start.DEMO_BOOK):
        imported = time.perf_counter() - start
        report = train.wait(wb, Who.program(), job)
        trained = time.perf_counter() - start - imported
        found["demo"] = {
            "import_s": round(imported, 1),
            "train_s": round(trained, 1),
            "train_peak_mb": peak_of_children(),
            "bundle_bytes": sum(p.stat().st_size for p in (wb.home.bundles / job).rglob("*") if p.is_file()),
            "report": report.to_json(),
        }
    if "predict" in wanted:
        from benchmarks.predict import predict

        _say("predict")
        found["predict"] = predict(wb.predictor(first_start.DEMO_BOOK), first_start.staged_demo().entries)
        found["predict"]["peak_mb"] = peak()
    wb.close()
    if "workbench" in wanted:
        _say("workbench")
        command = [sys.executable, "-m", "benchmarks.workbench", str(folder), first_start.DEMO_BOOK]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found["workbench"] = json.loads(done.stdout.splitlines()[-1])
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--only", choices=PARTS)
    reader.add_argument("--home", type=Path)
    reader.add_argument("--out", type=Path, default=OUT)
    chosen = reader.parse_args()
    figures = main(chosen.only, chosen.home)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(json.dumps(figures, indent=1))
