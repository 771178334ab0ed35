"""Memory of the served workbench: `counterpoint run` in a process of its own, a browser's session, answers.

Run as a program (``python -m benchmarks.workbench HOME BOOK``) it prints one JSON line about that process. The home
must hold the book and its model. Without Chromium only the figures before a session are given, and it says so.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from benchmarks.machine import ROOT

PATIENCE = 120.0  # seconds for the server to answer, and for an entry to appear
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
ANSWERS = 10
LOGIN, PASSWORD = "benchmark", "measures a session of ten answers"  # of a home on this machine, for a moment


class WorkbenchSilent(Exception):
    """The server ended or did not answer."""

    def __init__(self, log: str) -> None:
        super().__init__(f"The workbench did not answer within {PATIENCE:.0f} s. It said:\n{log}")


@dataclass(frozen=True, slots=True)
class Served:
    """A running workbench: its address and its process."""

    url: str
    process: psutil.Process

    def resident(self) -> float:
        """Megabytes of the process and of those it started."""
        together = [self.process, *self.process.children(recursive=True)]
        resident: int = sum(p.memory_info().rss for p in together)
        return round(resident / 2**20, 1)


def main(home: Path, book: str) -> dict[str, float | str]:
    """Megabytes resident once it serves, after a first answer and after ten, with seconds to each."""
    _person(home, book)
    start = time.perf_counter()
    with served(home) as workbench:
        figures: dict[str, float | str] = {
            "serving_s": round(time.perf_counter() - start, 2),
            "serving_mb": workbench.resident(),
        }
        chromium = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
        if chromium is None:
            return figures | {"session": "not measured: there is no Chromium here"}
        return figures | _session(workbench, chromium, book)


def _person(home: Path, book: str) -> None:
    """Somebody who may sign in; on a home that was measured before they are there already."""
    subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "user", "add", LOGIN, "--name", "Benchmark",
         "--role", f"{book}:accountant", "--password"],
        input=PASSWORD + "\n", text=True, capture_output=True, check=False, cwd=ROOT,
        env={**os.environ, "COUNTERPOINT_HOME": str(home)},
    )  # fmt: skip


def _session(workbench: Served, chromium: str, book: str) -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    figures: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page(locale="en-GB")
        page.set_default_timeout(PATIENCE * 1000)
        start = time.perf_counter()
        page.goto(f"{workbench.url}/?book={quote(book)}")
        page.get_by_label("Login").fill(LOGIN)
        page.get_by_label("Password or one-time code").fill(PASSWORD)
        page.keyboard.press("Enter")
        for number in range(1, ANSWERS + 1):
            text = f"Office rent {number}"
            page.get_by_label("Description").fill(text)
            page.get_by_label("Amount").fill(f"{1200 + number}.00")
            page.keyboard.press("Enter")
            page.locator(".cp-entry").get_by_text(f"{1200 + number:,}.00").first.wait_for()
            if number == 1:
                figures["first_answer_s"] = round(time.perf_counter() - start, 2)
                figures["session_mb"] = workbench.resident()
        figures[f"after_{ANSWERS}_answers_mb"] = workbench.resident()
        browser.close()
    return figures


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """`counterpoint run` on a free port, stopped at the end; raises WorkbenchSilent."""
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "run", "--port", "0", "--no-browser"],
            cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "COUNTERPOINT_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            yield Served(_address(server, Path(log.name)), psutil.Process(server.pid))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        found = re.search(r"http://\S+", log.read_text(encoding="utf-8"))
        if found and _answers(found[0]):
            return found[0]
        time.sleep(0.05)
    raise WorkbenchSilent(log.read_text(encoding="utf-8"))


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
