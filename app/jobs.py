"""Work in a process of its own that outlives the one that started it.

A run is a folder: ``launch.json`` says which process works on it, ``status.json`` is what that
process last said, ``out.log`` is everything it printed. Nothing is kept in memory that matters, so a
restarted workbench sees the same runs. A process is told from a later one with the same number by
its start time; a zombie is as gone as any other dead process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

NICENESS = 10  # people clicking come first
TAIL_CHARACTERS = 2_000
SAME_START = 2.0  # seconds; the clock may be set while a run is under way
LAUNCH_GRACE = 30.0  # seconds within which a run may still lack its launch.json

RUNNING_STATES = frozenset({"starting", "running"})
_started: list[subprocess.Popen[bytes]] = []  # processes of this one that may still be running


class UnknownRun(Exception):
    """A run that has no folder."""

    def __init__(self, run: str) -> None:
        self.run = run
        super().__init__(f"There is no run {run!r}. Look into the runs folder of the home for those that exist.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """What is known of a run; ``state`` is starting, running, done, failed, cancelled or crashed.

    ``fraction`` is in [0, 1], ``seconds_left`` None when unknown, ``error`` a sentence.
    """

    state: str
    stage: str = ""
    fraction: float = 0.0
    seconds_left: float | None = None
    note: str = ""
    error: str = ""
    digest: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        return self.state not in RUNNING_STATES


class Jobs:
    """The runs of one home folder."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._about: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def folder(self, run: str) -> Path:
        """The folder of a run; raises UnknownRun, also for a name that points elsewhere."""
        path = self._runs / run
        if run in {"", ".", ".."} or Path(run).name != run or not path.is_dir():
            raise UnknownRun(run)
        return path

    def names(self) -> list[str]:
        """All runs, oldest first."""
        return sorted(p.name for p in self._runs.iterdir() if (p / "about.json").is_file())

    def prepare(self, about: Mapping[str, Any]) -> str:
        """Make the folder of a new run and note what it is for; nothing is started."""
        run = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:6]}"
        folder = self._runs / run
        folder.mkdir(mode=0o700, parents=True)
        write_json(folder / "about.json", {**about, "prepared": time.time()})
        return run

    def about(self, run: str) -> dict[str, Any]:
        """What the run was prepared for; written once, so it is read once."""
        folder = self.folder(run)
        known = self._about.get(run)
        if known is None:
            known = self._about[run] = read_json(folder / "about.json") or {}
        return known

    def launch(self, run: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
        """Start the command in its own session and return its process number."""
        folder = self.folder(run)
        with (folder / "out.log").open("ab") as log:
            child = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=folder,
                env={**os.environ, **(environment or {})},
            )
        with self._lock:
            self._children[run] = child
        _outlive(child)
        started = _start_time(child.pid)
        write_json(folder / "launch.json", {"pid": child.pid, "create_time": started, "command": list(command)})
        _be_nice(child.pid)
        return child.pid

    def pid(self, run: str) -> int | None:
        """The process that works on the run, or None when it is gone."""
        launch = read_json(self.folder(run) / "launch.json")
        if launch is None:
            return None
        with self._lock:
            child = self._children.get(run)
        if child is not None and child.poll() is not None:
            return None
        pid, started = int(launch["pid"]), launch.get("create_time")
        now = _start_time(pid)
        if now is None or (started is not None and abs(now - started) > SAME_START):
            return None
        return pid

    def status(self, run: str) -> RunStatus:
        """What the run says of itself, corrected by whether its process lives."""
        folder = self.folder(run)
        status = _read_status(folder)
        if status is not None and status.ended:
            return status
        if self.pid(run) is not None:
            return status or RunStatus(state="starting", note="The training process is starting.")
        status = _read_status(folder) or status  # it may have finished between the two looks
        if status is not None and status.ended:
            return status
        if (folder / "cancel.json").exists():
            return _ended(status, "cancelled", "The run was cancelled.")
        if not (folder / "launch.json").exists() and time.time() - self.about(run).get("prepared", 0) < LAUNCH_GRACE:
            return RunStatus(state="starting", note="The run is being prepared.")
        return _ended(status, "crashed", self._obituary(run))

    def cancel(self, run: str) -> None:
        """Ask the process to stop; returns at once, `status` tells when it has."""
        folder = self.folder(run)
        if self.status(run).ended:
            return
        write_json(folder / "cancel.json", {"at": time.time()})
        pid = self.pid(run)
        if pid is not None:
            try:
                os.killpg(pid, signal.SIGTERM)
            except ProcessLookupError:
                return

    def tail(self, run: str) -> str:
        """The last lines that the process printed."""
        try:
            text = (self.folder(run) / "out.log").read_bytes()
        except FileNotFoundError:
            return ""
        return text[-TAIL_CHARACTERS:].decode(errors="replace").strip()

    def _obituary(self, run: str) -> str:
        with self._lock:
            child = self._children.get(run)
        code = child.poll() if child is not None else None
        how = f" (signal {-code})" if code is not None and code < 0 else f" (exit code {code})" if code else ""
        last = self.tail(run).splitlines()
        said = f" Its last line was: {last[-1].strip()}" if last else " It printed nothing."
        return f"The process stopped before it had finished{how}.{said}"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a file in one step, so that a reader sees the old content or the new."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file, None when it is missing or no JSON object."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def engine_command(*arguments: str) -> list[str]:
    """The command line of the engine with this very Python."""
    return [sys.executable, "-m", "engine", *arguments]


def engine_environment() -> dict[str, str]:
    """Leave one core to the people; find the packages although the run has its own folder."""
    threads = str(max(1, min(4, (os.cpu_count() or 2) - 1)))
    root = str(Path(__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    return {
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", threads),
        "PYTHONPATH": os.pathsep.join([root, known]) if known else root,
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
    }


def _read_status(folder: Path) -> RunStatus | None:
    said = read_json(folder / "status.json")
    if said is None:
        return None
    left = said.get("seconds_left")
    return RunStatus(
        state=str(said.get("state") or "running"),
        stage=str(said.get("stage") or ""),
        fraction=min(1.0, max(0.0, float(said.get("fraction") or 0.0))),
        seconds_left=None if left is None else max(0.0, float(left)),
        note=str(said.get("note") or ""),
        error=str(said.get("error") or ""),
        digest=str(said.get("digest") or ""),
        metrics=dict(said.get("metrics") or {}),
    )


def _ended(status: RunStatus | None, state: str, why: str) -> RunStatus:
    base = status or RunStatus(state=state)
    return replace(base, state=state, seconds_left=None, error=why)


def _outlive(child: subprocess.Popen[bytes]) -> None:
    """A training goes on when the workbench that started it is closed; somebody has to hold and reap its process."""
    _started[:] = [*(c for c in _started if c.poll() is None), child]


def _start_time(pid: int) -> float | None:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return float(process.create_time())
    except psutil.Error:
        return None


def _be_nice(pid: int) -> None:
    try:
        psutil.Process(pid).nice(NICENESS)
    except psutil.Error:
        return  # it has already ended, or runs at this niceness
