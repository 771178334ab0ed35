"""A run: a snapshot in, a bundle out, the same one each time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import TooLittleHistory, TrainingCancelled
from engine.features import Reader
from engine.inference.evidence import NAMES
from engine.inference.predictor import Predictor
from engine.journal import Entry, Kind
from engine.targets import line_set
from engine.training.run import STAGES, Fitted, Progress, fit, train
from tests.builders import a_snapshot, an_entry, an_event, some_entries
from tests.engine.made import TINY, many_shapes
from tests.engine.training.test_snapshot import write


def test_two_runs_give_one_digest_and_another_seed_another(tmp_path: Path) -> None:
    snapshot = a_snapshot(*many_shapes(16))
    runs = [train(snapshot, tmp_path / str(i), TINY.with_seed(seed)) for i, seed in enumerate((0, 0, 1))]
    assert runs[0].digest == runs[1].digest != runs[2].digest
    assert runs[0].metrics == runs[1].metrics
    assert {p.name for p in tmp_path.iterdir()} == {"0", "1", "2"}


def test_the_order_of_a_snapshot_is_that_of_the_days(tmp_path: Path) -> None:
    entries = many_shapes(10)
    one = train(a_snapshot(*entries), tmp_path / "one", TINY)
    other = train(a_snapshot(*reversed(entries)), tmp_path / "other", TINY)
    assert one.digest == other.digest


@pytest.mark.parametrize("entries", [some_entries(2), some_entries(3), some_entries(24), many_shapes(9)], ids=len)
def test_progress_rises_to_the_end(entries: Sequence[Entry], tmp_path: Path) -> None:
    told: list[Progress] = []
    train(a_snapshot(*entries), tmp_path / "out", TINY, progress=told.append)
    fractions = [p.fraction for p in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)
    assert 0 < fractions[0] < 0.5
    assert {p.stage for p in told} == set(STAGES)
    assert all(0 <= p.done <= p.total for p in told)
    assert told[-1].seconds_left == pytest.approx(0.0)


@pytest.mark.parametrize("stage", ["encode", "epochs", "judge"])
def test_a_cancel_in_any_stage_leaves_nothing(stage: str, tmp_path: Path) -> None:
    seen: list[str] = []

    def cancelled() -> bool:
        return stage in seen

    with pytest.raises(TrainingCancelled):
        train(
            a_snapshot(*some_entries(12)),
            tmp_path / "out",
            TINY,
            progress=lambda p: seen.append(p.stage),
            cancelled=cancelled,
        )
    assert list(tmp_path.iterdir()) == []


def test_too_little_history_names_the_book_and_what_to_do(tmp_path: Path) -> None:
    openings = [replace(e, kind=Kind.OPENING) for e in some_entries(5)[1:]]
    bare = replace(an_entry(), entry_id="bare", lines=())
    for entries in ([], [an_entry()], [an_entry(), *openings], [an_entry(), bare]):
        snapshot = replace(a_snapshot(book="Café"), entries=tuple(entries))
        with pytest.raises(TooLittleHistory, match=r"Book 'Café' has [01] entries .* at least 2\. Import more"):
            train(snapshot, tmp_path / "out", TINY)
    assert list(tmp_path.iterdir()) == []


def test_what_may_not_teach_leaves_no_trace(tmp_path: Path) -> None:
    entries = many_shapes(10)
    noise = [
        replace(entries[0], entry_id="n1", description="Eröffnung", kind=Kind.OPENING),
        replace(entries[1], entry_id="n2", description="Vergessen", forgotten=True),
    ]
    fitted = fit(a_snapshot(*entries, *noise), TINY)
    assert {e.entry_id for e in fitted.bundle.reasoner.memory.entries} == {e.entry_id for e in entries}
    assert len(fitted.bundle.reasoner.templates.rows.journal) == len(entries)


def test_a_blank_description_in_the_history_stops_nothing(tmp_path: Path) -> None:
    entries = [*some_entries(6), an_entry("", entry_id="blank"), an_entry("\u200b", entry_id="blank too")]
    fitted = fit(a_snapshot(*entries), TINY)
    assert Predictor(fitted.bundle).predict([an_event()])[0].candidates


def test_replayed_cases_know_only_networks_of_their_past(fitted: Fitted) -> None:
    """Whatever stands in the newest entries, the cases replayed before them are the same."""
    entries = some_entries(120)
    cut, lines = 105, entries[1].lines
    other = [replace(e, description=f"Kauf {i}", lines=lines, journal="ZZ") for i, e in enumerate(entries[cut:])]
    again = fit(a_snapshot(*entries[:cut], *other), TINY)
    first = int(120 * TINY.cuts[0])
    assert len(again.replayed) == len(fitted.replayed) == 2 * (120 - first)
    for one, same in zip(again.replayed[: 2 * (cut - first)], fitted.replayed[: 2 * (cut - first)], strict=True):
        assert one.evidence.sets == same.evidence.sets
        assert one.evidence.features == pytest.approx(same.evidence.features, abs=2e-2)


def test_a_replayed_case_never_sees_itself(fitted: Fitted) -> None:
    entries, first = some_entries(120), int(120 * TINY.cuts[0])
    for row, case in enumerate((c for c in fitted.replayed if not c.again), start=first):
        assert case.truth == line_set(entries[row].lines)
        assert len(case.evidence.circle.rows)
        assert (case.evidence.circle.rows < row).all()
        history = case.evidence.features[:, NAMES.index("history")]
        assert history == pytest.approx(np.log1p(row))


def test_an_entry_is_replayed_again_as_if_nothing_came_after_the_cut(fitted: Fitted) -> None:
    first, second = (int(120 * cut) for cut in TINY.cuts)
    again = [c for c in fitted.replayed if c.again]
    assert len(again) == 120 - first
    for row, case in enumerate(again, start=first):
        assert case.truth == line_set(some_entries(120)[row].lines)
        assert case.evidence.known == (first if row < second else second)
        assert (case.evidence.circle.rows < case.evidence.known).all()


def test_metrics_are_shares_of_replayed_entries(fitted: Fitted) -> None:
    metrics = fitted.bundle.metrics
    assert metrics["replayed"] >= 30
    assert 0 <= metrics["exact"] <= metrics["candidates"] <= 1


def test_a_reader_may_be_shared(reader: Reader) -> None:
    snapshot = a_snapshot(*some_entries(8))
    one, other = (fit(snapshot, TINY, reader=reader).bundle for _ in range(2))
    assert one.reader is other.reader is reader
    assert one.metrics == other.metrics


class TestTheCommand:
    """``python -m engine train``, as the job starts it."""

    @staticmethod
    def start(folder: Path, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "engine", "train", str(folder / "in"), str(folder / "out"), *more]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_it_trains_and_tells(self, tmp_path: Path) -> None:
        write(a_snapshot(*some_entries(12)), tmp_path / "in")
        status = tmp_path / "status.json"
        with self.start(tmp_path, "--profile", "tiny", "--status", str(status)) as process:
            out, _ = process.communicate(timeout=120)
        said, told = json.loads(out), json.loads(status.read_text(encoding="utf-8"))
        assert process.returncode == 0
        assert told["state"] == "done"
        assert told["fraction"] == 1.0
        assert told["digest"] == said["digest"] == Predictor.load(tmp_path / "out").digest

    def test_a_damaged_training_set_is_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        status = tmp_path / "status.json"
        with self.start(tmp_path, "--status", str(status)) as process:
            _, err = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "Traceback" not in err
        told = json.loads(status.read_text(encoding="utf-8"))
        assert told["state"] == "failed"
        assert told["error"] in err
        assert "Start the training again" in told["error"]

    def test_the_signal_to_end_cancels(self, tmp_path: Path) -> None:
        write(a_snapshot(*some_entries(60)), tmp_path / "in")
        status = tmp_path / "status.json"
        with self.start(tmp_path, "--profile", "full", "--status", str(status)) as process:
            until = time.monotonic() + 120
            while time.monotonic() < until:
                if status.exists() and json.loads(status.read_text(encoding="utf-8"))["fraction"]:
                    break
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=120)
        assert process.returncode == 1
        assert json.loads(status.read_text(encoding="utf-8"))["state"] == "cancelled"
        assert not (tmp_path / "out").exists()
