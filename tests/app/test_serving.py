"""`counterpoint run`: a real server in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.home import Home
from app.services.workbench import open_workbench
from app.serving import _free_port
from engine.demo import write_book
from tests.app.conftest import ROOT, FillBook, counterpoint
from tests.builders import a_snapshot


@dataclass
class Running:
    url: str
    home: Home
    process: subprocess.Popen[str]


@pytest.fixture
def running(home: Home, fill: FillBook) -> Iterator[Running]:
    """A workbench with one book, so that no demo book is made."""
    wb = open_workbench(home)
    fill(wb, "shop")
    wb.close()
    with (home.logs / "test-server.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "run", "--no-browser", "--port", "0"],
            stdout=log, stderr=log, text=True, cwd=ROOT, env={**os.environ, "COUNTERPOINT_HOME": str(home.path)},
        )  # fmt: skip
        try:
            yield Running(_url(Path(log.name), process), home, process)
        finally:
            process.terminate()
            process.wait(30)


def _url(log: Path, process: subprocess.Popen[str]) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"http://localhost:\d+", log.read_text())
        if found and _get(f"{found[0]}/_stcore/health") == (200, "ok"):
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


def _get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  the server under test
            return answer.status, answer.read().decode()
    except OSError:
        return 0, ""


def test_a_server_answers_takes_commands_and_stops_cleanly(running: Running, tmp_path: Path) -> None:
    status, body = _get(f"{running.url}/health")
    assert (status, json.loads(body)) == (200, {"status": "ok"})
    assert "<title>" in _get(running.url)[1]

    second = counterpoint("run", "--no-browser", home=running.home.path)
    assert (second.returncode, second.stdout) == (0, f"The workbench is running already: {running.url}\n")

    done = counterpoint("import", "other", str(write_book(a_snapshot(), tmp_path / "ledger")), home=running.home.path)
    assert done.stdout.endswith("24 new, 0 already here\n"), done.stderr

    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert not running.home.socket_path.exists()
    assert counterpoint("import", "third", str(tmp_path / "ledger"), home=running.home.path).returncode == 0


def test_a_port_in_use_is_a_sentence(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = counterpoint("run", "--no-browser", "--port", str(port), home=home.path)
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "--port" in done.stderr


def test_without_a_port_the_next_free_one_is_taken() -> None:
    first = _free_port("127.0.0.1", None)
    assert first is not None
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        taken.listen()
        second = _free_port("127.0.0.1", None)
    assert second is not None
    assert second > first
