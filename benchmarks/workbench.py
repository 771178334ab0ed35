"""Memory of a process that does what the workbench does: pages' libraries, store, demo book, its model, answers.

Run as a program (``python -m benchmarks.workbench HOME BOOK``) it prints one JSON line about its own process.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

import psutil

from app.home import Home
from app.services import journal, propose
from app.services.typed import TypedEvent, event_from_text
from app.services.workbench import open_workbench


def main(home: Path, book: str) -> dict[str, float]:
    """Megabytes resident after each step, seconds from start to first answer."""
    start = time.perf_counter()
    for library in ("streamlit", "plotly.graph_objects", "pandas", "pyarrow"):
        importlib.import_module(library)
    sizes = {"libraries_mb": _resident()}
    wb = open_workbench(Home(home).prepared())
    sizes["store_mb"] = _resident()
    wb.predictor(book)
    sizes["model_mb"] = _resident()
    propose.propose(wb, book, event_from_text(TypedEvent(description="Office rent March", amount="1200.00")))
    sizes["first_answer_s"] = round(time.perf_counter() - start, 2)
    for i in range(50):
        typed = TypedEvent(description=f"Coffee beans {i}", amount=f"{10 + i}.50")
        propose.propose(wb, book, event_from_text(typed), explain=True)
    journal.search(wb, book, journal.JournalQuery())
    sizes["after_50_answers_mb"] = _resident()
    wb.close()
    return sizes


def _resident() -> float:
    resident: int = psutil.Process().memory_info().rss
    return round(resident / 2**20, 1)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
