"""Runs in processes of their own: real processes, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.jobs import Jobs, RunStatus, UnknownRun, engine_command, engine_environment, read_json, write_json

POLITE = """
import json, os, signal, sys, time
def say(**content):
    with open("part", "w") as out:
        json.dump(content, out)
    os.replace("part", "status.json")
def stop(*_):
    say(state="cancelled", error="stopped when asked")
    sys.exit(1)
signal.signal(signal.SIGTERM, stop)
say(state="running", stage="epochs", fraction=0.5, seconds_left=3)
print("working", flush=True)
time.sleep(60)
"""


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    (tmp_path / "runs").mkdir()
    return Jobs(tmp_path / "runs")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def eventually(look: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def ended(jobs: Jobs, run: str) -> RunStatus:
    eventually(lambda: jobs.status(run).ended)
    return jobs.status(run)


def test_a_run_says_where_it_is_and_ends(jobs: Jobs) -> None:
    run = jobs.prepare({"book": "b"})
    assert jobs.status(run).state == "starting"
    code = """
        import json, os, time
        open("p", "w").write(json.dumps({"state": "running", "fraction": 7, "stage": "encode"}))
        os.replace("p", "status.json"); time.sleep(0.5)
        open("p", "w").write(json.dumps({"state": "done", "fraction": 1, "digest": "d", "metrics": {"exact": 0.5}}))
        os.replace("p", "status.json")
    """
    jobs.launch(run, python(code))
    eventually(lambda: jobs.status(run).state == "running")
    assert jobs.status(run).fraction == 1.0  # what a process claims is held within the bounds
    status = ended(jobs, run)
    assert (status.state, status.digest, status.metrics) == ("done", "d", {"exact": 0.5})
    assert jobs.names() == [run]
    assert jobs.about(run)["book"] == "b"


def test_a_run_lives_in_its_own_session_and_is_nice(jobs: Jobs) -> None:
    run = jobs.prepare({})
    pid = jobs.launch(run, python(POLITE))
    assert os.getsid(pid) == pid
    assert psutil.Process(pid).nice() >= 10
    jobs.cancel(run)
    assert ended(jobs, run).state == "cancelled"


def test_cancel_reaches_the_process(jobs: Jobs) -> None:
    run = jobs.prepare({})
    jobs.launch(run, python(POLITE))
    eventually(lambda: jobs.status(run).state == "running")
    jobs.cancel(run)
    status = ended(jobs, run)
    assert (status.state, status.error) == ("cancelled", "stopped when asked")
    jobs.cancel(run)  # once more does no harm


def test_cancel_before_the_process_could_listen_is_a_cancel_too(jobs: Jobs) -> None:
    run = jobs.prepare({})
    jobs.launch(run, python("import time; time.sleep(60)"))
    jobs.cancel(run)
    assert ended(jobs, run).state == "cancelled"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise SystemExit('no memory left')", "no memory left"),
        ("import os, signal; print('half', flush=True); os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
        ("pass", "printed nothing"),
    ],
)
def test_a_process_that_vanishes_has_crashed(jobs: Jobs, code: str, says: str) -> None:
    run = jobs.prepare({})
    jobs.launch(run, python(code))
    status = ended(jobs, run)
    assert status.state == "crashed"
    assert says in status.error


def test_a_zombie_is_gone(jobs: Jobs) -> None:
    run = jobs.prepare({})
    pid = jobs.launch(run, python(POLITE))
    eventually(lambda: jobs.status(run).state == "running")
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)  # nobody has waited for it yet
    restarted = Jobs(jobs.folder(run).parent)  # knows no child and cannot wait for it
    assert restarted.status(run).state == "crashed"
    assert jobs.status(run).state == "crashed"


def test_a_number_that_belongs_to_somebody_else_is_not_our_process(jobs: Jobs) -> None:
    run = jobs.prepare({})
    write_json(jobs.folder(run) / "launch.json", {"pid": os.getpid(), "create_time": 1.0})
    write_json(jobs.folder(run) / "status.json", {"state": "running", "fraction": 0.3})
    assert jobs.pid(run) is None
    assert jobs.status(run).state == "crashed"
    jobs.cancel(run)  # must not reach this very process


def test_a_run_outlives_the_process_that_started_it(jobs: Jobs, tmp_path: Path) -> None:
    code = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
        from pathlib import Path
        from app.jobs import Jobs
        jobs = Jobs(Path({str(tmp_path / "runs")!r}))
        run = jobs.prepare({{"book": "b"}})
        jobs.launch(run, [sys.executable, "-c", {POLITE!r}])
        print(run)
    """
    run = subprocess.run(python(code), capture_output=True, text=True, check=True).stdout.strip()
    eventually(lambda: jobs.status(run).state == "running")
    assert jobs.status(run).stage == "epochs"
    jobs.cancel(run)
    assert ended(jobs, run).state == "cancelled"


def test_torn_and_foreign_files_are_no_status(jobs: Jobs) -> None:
    run = jobs.prepare({})
    (jobs.folder(run) / "status.json").write_text('{"state": "run')
    assert jobs.status(run).state == "starting"
    assert read_json(jobs.folder(run) / "status.json") is None
    (jobs.folder(run) / "status.json").write_text("[1]")
    assert read_json(jobs.folder(run) / "status.json") is None


@pytest.mark.parametrize("name", ["", "..", "../runs", "none", "a/b"])
def test_only_folders_of_this_home_are_runs(jobs: Jobs, name: str) -> None:
    with pytest.raises(UnknownRun):
        jobs.status(name)


def test_the_engine_is_started_with_this_python_and_leaves_a_core() -> None:
    assert engine_command("train", "a")[:3] == [sys.executable, "-m", "engine"]
    environment = engine_environment()
    assert 1 <= int(environment["OMP_NUM_THREADS"]) <= 4
    assert str(Path(__file__).resolve().parents[2]) in environment["PYTHONPATH"]
