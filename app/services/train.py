"""Train a book's model in a process of its own and take the result into the book.

The run's folder holds the frozen snapshot and what the training says; the bundle appears under the home's
bundles. Whoever owns the database when the training ends records the model, the one that started it or not.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from app import background
from app.jobs import Jobs, RunStatus, engine_command, engine_environment, read_json, write_json
from app.services.access import Right, Who, authorise, find, use_case
from app.services.errors import BadInput, TrainingBusy, TrainingFailed
from app.services.workbench import ModelState, Workbench
from engine.errors import TooLittleHistory, TrainingCancelled
from engine.journal import Snapshot
from storage.models import NewModel
from storage.records import Book
from storage.session import UnitOfWork
from storage.snapshot import write_snapshot

PROFILES = ("quick", "full", "tiny")
FEWEST = 2  # entries, or accounts of a catalog for what other books taught
POLL_SECONDS = 0.3
_OWN = "the process looks after its runs; pages see them through a book's card"
SAY_EVERY = 3.0  # seconds between lines of progress within a stage
STAGES = {
    "start": "starting",
    "encode": "reading the texts",
    "epochs": "learning",
    "judge": "learning when to be sure",
    "save": "saving",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainReport:
    """A finished training; ``champion`` is True when the new model is the one in use now."""

    book: str
    job: str
    bundle: str
    champion: bool
    seconds: float
    metrics: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "book": self.book,
            "run": self.job,
            "bundle": self.bundle,
            "champion": self.champion,
            "seconds": self.seconds,
            "metrics": self.metrics,
        }


@use_case(Right.TRAIN)
def start(wb: Workbench, who: Who, book: str, profile: str = "quick", *, encoder: str = "") -> str:
    """Freeze a snapshot and launch the training; returns the run's name. ``encoder`` as in EncoderConfig.name.

    Raises UnknownBook, NotAllowed, TooLittleHistory, TrainingBusy, BadInput for a profile nobody knows.
    """
    if profile not in PROFILES:
        raise BadInput("Profile", profile, f"it is none of {', '.join(PROFILES)}", "Use quick.")
    with wb.settling:
        with wb.reading() as uow:
            found = find(uow, who, book, Right.TRAIN)
            snapshot = _snapshot(uow, found)
        busy = running(wb, book)
        if busy:
            raise TrainingBusy(book, busy, wb.jobs.pid(busy) or 0)
        if len(snapshot.entries) < FEWEST and len(snapshot.accounts) < FEWEST:
            raise TooLittleHistory(book, len(snapshot.entries), FEWEST)
        run = wb.jobs.prepare({
            "kind": "train",
            "book": book,
            "book_id": found.book_id,
            "profile": profile,
            "by": who.id,
            "snapshot": snapshot.digest,
        })  # fmt: skip
        folder = wb.jobs.folder(run)
        write_snapshot(snapshot, folder / "snapshot")
        command = engine_command(
            "train", str(folder / "snapshot"), str(wb.home.bundles / run),
            "--profile", profile, "--status", str(folder / "status.json"),
            *(("--encoder", encoder) if encoder else ()),
        )  # fmt: skip
        wb.jobs.launch(run, command, engine_environment())
    background.start(f"train-{book}", lambda: _watch(wb, run))
    return run


@use_case(Right.READ)
def wait(wb: Workbench, who: Who, job: str, progress: Callable[[str], None] = lambda _: None) -> TrainReport:
    """Block until the run has ended and its model belongs to the book; raises TrainingFailed, TrainingCancelled."""
    _may(wb, who, job, Right.READ)
    follow(wb.jobs, job, progress)
    return result(wb, who, job)


def follow(jobs: Jobs, job: str, progress: Callable[[str], None]) -> RunStatus:
    """Block until the process has ended, saying where it is; needs no database."""
    stage, last = "", 0.0
    while True:
        status = jobs.status(job)
        if status.ended:
            return status
        if status.stage != stage or time.monotonic() - last > SAY_EVERY:
            progress(in_words(status))
            stage, last = status.stage, time.monotonic()
        time.sleep(POLL_SECONDS)


@use_case(Right.READ)
def result(wb: Workbench, who: Who, job: str) -> TrainReport:
    """What became of an ended run, recorded if nobody has yet; raises TrainingFailed, TrainingCancelled, UnknownRun."""
    about = _may(wb, who, job, Right.READ)
    status = settle(wb, job)
    book = str(about.get("book", ""))
    if status.state == "cancelled":
        raise TrainingCancelled
    if status.state != "done":
        raise TrainingFailed(book, job, status.error or "it is still running.")
    settled = read_json(wb.jobs.folder(job) / "settled.json") or {}
    return TrainReport(
        book=book,
        job=job,
        bundle=status.digest,
        champion=bool(settled.get("champion")),
        seconds=float(settled.get("seconds", 0.0)),
        metrics=dict(status.metrics),
    )


@use_case(Right.TRAIN)
def cancel(wb: Workbench, who: Who, job: str) -> None:
    """Ask the training to stop; nothing of it will be kept."""
    _may(wb, who, job, Right.TRAIN)
    wb.jobs.cancel(job)


def _may(wb: Workbench, who: Who, job: str, right: Right) -> dict[str, Any]:
    """What is known of a run, for somebody who has the right in its book; raises NotAllowed, UnknownRun."""
    about = wb.jobs.about(job)
    with wb.reading() as uow:
        authorise(uow, who, str(about.get("book_id", "")), right)
    return about


@use_case(None, _OWN)
def running(wb: Workbench, book: str) -> str:
    """The run that trains this book now, or nothing."""
    for run in reversed(wb.jobs.names()):
        about = wb.jobs.about(run)
        if about.get("book") == book and not _settled(wb, run) and not wb.jobs.status(run).ended:
            return run
    return ""


@use_case(None, _OWN)
def count(wb: Workbench, book: str) -> int:
    """How many runs of this book there are, ended or not."""
    return sum(wb.jobs.about(run).get("book") == book for run in wb.jobs.names())


@use_case(None, _OWN)
def latest(wb: Workbench, book: str) -> ModelState | None:
    """The newest training of a book while it runs or when it failed; None when it ended well or there is none."""
    for run in reversed(wb.jobs.names()):
        if wb.jobs.about(run).get("book") != book:
            continue
        status = wb.jobs.status(run)
        if status.state in ("failed", "crashed"):
            note = f"{status.error} Try again: counterpoint train {book}"
            return ModelState(state="failed", note=note, job=run)
        if status.ended and (_settled(wb, run) or status.state == "cancelled"):
            return None
        return ModelState(
            state="training",
            fraction=status.fraction,
            seconds_left=status.seconds_left,
            note=in_words(status),
            job=run,
        )
    return None


@use_case(None, _OWN)
def resume(wb: Workbench) -> None:
    """Watch the runs that an earlier process left without an end."""
    for run in wb.jobs.names():
        if not _settled(wb, run):
            background.start(f"train-{run}", partial(_watch, wb, run))


@use_case(None, _OWN)
def settle_all(wb: Workbench) -> None:
    """Record every run that has ended; those still running are left alone."""
    for run in wb.jobs.names():
        settle(wb, run)


@use_case(None, _OWN)
def settle(wb: Workbench, run: str) -> RunStatus:
    """Record the model of a run that is done, once; the first model of a book becomes its champion."""
    with wb.settling:
        status = wb.jobs.status(run)
        folder = wb.jobs.folder(run)
        if not status.ended or _settled(wb, run):
            return status
        about = wb.jobs.about(run)
        outcome: dict[str, Any] = {"state": status.state}
        if status.state == "done":
            outcome |= _record(wb, run, status, about)
        write_json(folder / "settled.json", outcome)
        if status.state in ("done", "cancelled"):
            shutil.rmtree(folder / "snapshot", ignore_errors=True)  # books are not left lying about
    return status


def in_words(status: RunStatus) -> str:
    """One line for people, for example: learning, 45 %, about 30 s left."""
    if status.state == "starting":
        return "starting"
    left = f", about {status.seconds_left:.0f} s left" if status.seconds_left is not None else ""
    return f"{STAGES.get(status.stage, status.stage or 'starting')}, {status.fraction:.0%}{left}".replace("%", " %")


def _settled(wb: Workbench, run: str) -> bool:
    return (wb.jobs.folder(run) / "settled.json").exists()


def _snapshot(uow: UnitOfWork, book: Book) -> Snapshot:
    return Snapshot(
        book=book.name, accounts=uow.books.catalog(book.book_id), entries=uow.journal.teaching(book.book_id)
    )


def _record(wb: Workbench, run: str, status: RunStatus, about: dict[str, Any]) -> dict[str, Any]:
    book_id, by = str(about["book_id"]), str(about["by"])
    seconds = round(_finished(wb.jobs.folder(run)) - float(about["prepared"]), 1)
    model = NewModel(
        digest=status.digest,
        folder=run,
        snapshot_digest=str(about["snapshot"]),
        metrics=dict(status.metrics),
        seconds=seconds,
    )
    with wb.writing() as uow:
        before = uow.models.champion(book_id)
        uow.models.add(book_id, model, by)
        broken = before is not None and wb.predictors.known_broken(book_id, before)
        if before is None or broken:
            why = "the model in use cannot be read" if broken else "first model of the book"
            uow.models.set_champion(book_id, model.digest, by, why)
    return {"champion": before is None or broken or before.digest == model.digest, "seconds": seconds}


def _finished(folder: Path) -> float:
    return (folder / "status.json").stat().st_mtime


def _watch(wb: Workbench, run: str) -> None:
    """Wait for the end and settle, unless this process has given the store back by then."""
    while not wb.closed.wait(POLL_SECONDS):
        status = settle(wb, run)
        if status.ended:
            if status.state == "done":
                wb.model_state(str(wb.jobs.about(run)["book"]))  # starts loading it
            return
