"""The machine and the versions behind a figure, and a stopwatch that takes turns."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def facts() -> dict[str, Any]:
    """Cores, processor, Python and package versions, commit; ``changed`` where files differ from the commit."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "numpy", "transformers", "streamlit", "duckdb")},
        "load": os.getloadavg()[0],
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }


def in_turns(tasks: dict[str, Callable[[int], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each task; tasks take turns, so that a busy machine is busy for all of them.

    Each task gets the number of the round, so that it can use texts no cache has seen; round 0 only warms up.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds + 1):
        for name, task in tasks.items():
            start = time.perf_counter()
            task(turn)
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def peak() -> float:
    """Megabytes that this process held at most."""
    return _megabytes(resource.RUSAGE_SELF)


def peak_of_children() -> float:
    """Megabytes that the largest process started and awaited here held at most."""
    return _megabytes(resource.RUSAGE_CHILDREN)


def _megabytes(who: int) -> float:
    largest = resource.getrusage(who).ru_maxrss
    return round(largest / (2**20 if sys.platform == "darwin" else 2**10), 1)


def milliseconds(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(1000 * s, 3) for name, s in seconds.items()}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines: Sequence[str] = info.read_text(encoding="utf-8").splitlines() if info.exists() else ()
    return next((x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), platform.processor())


def _git(*words: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    return subprocess.run([git, *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
