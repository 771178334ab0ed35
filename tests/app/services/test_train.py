"""Training in real processes with the tiny profile, and what becomes of its result."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.home import Home
from app.jobs import RunStatus, read_json, write_json
from app.services import first_start, train
from app.services.errors import BadInput, TrainingBusy, TrainingFailed
from app.services.workbench import Workbench, open_workbench
from engine import bundle
from engine.errors import TooLittleHistory, TrainingCancelled
from engine.inference.predictor import Predictor
from storage.errors import UnknownBook
from tests.app.conftest import ANA, FillBook
from tests.builders import CATALOG, an_event, some_entries
from tests.engine.encoders import save_small_xlmr


@pytest.fixture
def database() -> str:
    """The home's own: the time goes into training and models, which lie in the home whatever the database is."""
    return "duckdb:"


def eventually(look: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def test_the_first_model_becomes_the_champion(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    run = train.start(wb, ANA, "test", "tiny")
    assert wb.model_state("test").state == "training"
    heard: list[str] = []
    report = train.wait(wb, ANA, run, heard.append)
    assert (report.book, report.job, report.champion) == ("test", run, True)
    assert report.bundle
    assert report.seconds > 0
    assert heard
    with wb.reading() as uow:
        champion = uow.models.champion(book.book_id)
    assert champion is not None
    assert (champion.digest, champion.created_by, champion.folder) == (report.bundle, "Ana", run)
    assert (wb.home.bundles / run / "bundle.json").is_file()
    assert not (wb.jobs.folder(run) / "snapshot").exists()
    assert train.result(wb, ANA, run) == report  # asking again changes nothing
    with wb.reading() as uow:
        assert len(uow.models.list(book.book_id)) == 1


def test_a_second_model_waits_for_its_release(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb, entries=some_entries(12))
    first = train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny"))
    fill(wb)
    second = train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny"))
    assert (first.champion, second.champion) == (True, False)
    assert second.bundle != first.bundle
    with wb.reading() as uow:
        champion = uow.models.champion(book.book_id)
        assert champion is not None
        assert champion.digest == first.bundle


def test_a_lost_champion_is_replaced_by_the_next_training(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=some_entries(12))
    first = train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny"))
    (wb.home.bundles / first.job / "bundle.json").unlink()
    fill(wb)
    assert train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny")).champion


def test_an_encoder_by_its_folder_is_trained_with_and_travels_in_the_bundle(
    wb: Workbench, fill: FillBook, tmp_path: Path
) -> None:
    fill(wb, entries=some_entries(12))
    folder = save_small_xlmr(tmp_path / "encoder")
    report = train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny", encoder=str(folder)))
    made = wb.home.bundles / report.job
    assert (made / "encoder" / "model.safetensors").is_file()
    shutil.rmtree(folder)
    assert bundle.load(made).reader.encoder.width == 24, "the folder it came from is no longer needed"


def test_an_encoder_out_of_reach_names_the_embedded_one_and_the_way_to_a_folder(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=some_entries(12))
    with pytest.raises(TrainingFailed, match=r"'nobody/nothing' could not be loaded.*use 'embedded'.*path of a folder"):
        train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny", encoder="nobody/nothing"))


def test_one_training_a_book(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    run = train.start(wb, ANA, "test", "tiny")
    with pytest.raises(TrainingBusy, match=run):
        train.start(wb, ANA, "test", "tiny")
    train.cancel(wb, ANA, run)
    with pytest.raises(TrainingCancelled):
        train.wait(wb, ANA, run)
    assert wb.model_state("test").state == "none"
    assert list(wb.home.bundles.iterdir()) == []


def test_a_killed_training_is_a_failure_in_words(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    run = train.start(wb, ANA, "test", "tiny")
    pid = wb.jobs.pid(run)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(TrainingFailed, match="signal 9"):
        train.wait(wb, ANA, run)
    state = wb.model_state("test")
    assert (state.state, state.job) == ("failed", run)
    assert "stopped before it had finished" in state.note
    assert state.note.endswith("Try again: counterpoint train test")
    assert train.count(wb, "test") == 1


def test_too_little_to_learn_from_is_said_before_anything_starts(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=(), accounts=CATALOG[:1])
    with pytest.raises(TooLittleHistory, match="has 0 entries"):
        train.start(wb, ANA, "test", "tiny")
    assert wb.jobs.names() == []


def test_a_catalog_alone_gets_a_model_of_what_other_books_taught(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=())
    report = train.wait(wb, ANA, train.start(wb, ANA, "test", "quick"))
    assert report.champion
    proposal = Predictor.load(wb.home.bundles / report.job).predict([an_event()])[0]
    assert proposal.candidates
    assert not proposal.because


def test_unknown_book_and_profile(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    with pytest.raises(UnknownBook):
        train.start(wb, ANA, "other", "tiny")
    with pytest.raises(BadInput, match="quick, full, tiny"):
        train.start(wb, ANA, "test", "huge")


def test_a_training_is_settled_by_whoever_owns_the_store_at_its_end(home: Home, fill: FillBook) -> None:
    one = open_workbench(home)
    book = fill(one)
    run = train.start(one, ANA, "test", "tiny")
    one.close()
    two = open_workbench(home)
    train.resume(two)
    eventually(lambda: read_json(two.jobs.folder(run) / "settled.json") is not None)
    with two.reading() as uow:
        assert uow.models.champion(book.book_id) is not None
    two.close()


def test_progress_in_words() -> None:
    words = train.in_words(RunStatus(state="running", stage="epochs", fraction=0.456, seconds_left=30.4))
    assert words == "learning, 46 %, about 30 s left"
    assert train.in_words(RunStatus(state="starting")) == "starting"


class TestFirstStart:
    def test_a_demo_book_is_made_once_and_trained(self, wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        assert first_start.needed(wb)
        first_start.make_ready(wb)
        demo = wb.book("demo")
        assert demo.demo
        assert not first_start.needed(wb)
        with wb.reading() as uow:
            count = uow.journal.count(demo.book_id)
            assert len({e.kind for e in uow.journal.current(demo.book_id)}) > 2
        assert count > 1000
        assert wb.model_state("demo").state == "training"
        (run,) = wb.jobs.names()
        first_start.make_ready(wb)  # a second start finds everything there
        assert wb.jobs.names() == [run]
        train.cancel(wb, ANA, run)
        eventually(lambda: wb.jobs.status(run).ended)

    def test_a_home_with_books_gets_no_demo(self, wb: Workbench, fill: FillBook) -> None:
        fill(wb)
        first_start.make_ready(wb)
        with wb.reading() as uow:
            assert [b.name for b in uow.books.list()] == ["test"]
        assert wb.jobs.names() == []

    def test_a_first_training_that_failed_is_tried_once_more(self, wb: Workbench) -> None:
        first_start.make_ready(wb)
        (run,) = wb.jobs.names()
        train.cancel(wb, ANA, run)
        eventually(lambda: wb.jobs.status(run).ended)
        write_json(wb.jobs.folder(run) / "status.json", {"state": "failed", "error": "no room on the disk"})
        assert wb.model_state("demo").state == "failed"
        first_start.make_ready(wb)
        (_, again) = wb.jobs.names()
        assert wb.model_state("demo").job == again
        train.cancel(wb, ANA, again)
        eventually(lambda: wb.jobs.status(again).ended)
        write_json(wb.jobs.folder(again) / "status.json", {"state": "failed", "error": "no room on the disk"})
        began = time.monotonic()
        first_start.make_ready(wb)
        assert time.monotonic() - began < 1
        assert wb.jobs.names() == [run, again]  # what failed twice is for a person to look at
