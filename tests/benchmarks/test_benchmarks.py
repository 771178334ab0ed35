"""The benchmarks' own parts: turns, machine facts, fresh texts, and the search figures on a small index."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.home import Home
from app.services.workbench import open_workbench
from benchmarks import workbench
from benchmarks.keys import events, real_keys
from benchmarks.machine import facts, in_turns, peak, peak_of_children
from benchmarks.predict import bare_encoder, unseen
from benchmarks.search import search
from benchmarks.steps import steps
from engine.journal import Entry, Line, Side
from engine.retrieval.index import HAS_SCANN
from tests.app.conftest import put
from tests.builders import CATALOG, some_entries


def an_entry(text: str) -> Entry:
    lines = (
        Line(account="1", side=Side.DEBIT, amount=Decimal(5)),
        Line(account="2", side=Side.CREDIT, amount=Decimal(5)),
    )
    return Entry(entry_id=text, date=date(2024, 1, 1), description=text, lines=lines)


def test_tasks_take_turns_and_the_first_round_only_warms_up() -> None:
    calls: list[tuple[str, int]] = []
    seconds = in_turns({"a": lambda n: calls.append(("a", n)), "b": lambda n: calls.append(("b", n))}, 2)
    assert calls == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert set(seconds) == {"a", "b"}
    assert all(0 <= s < 1 for s in seconds.values())


def test_the_machine_is_named_with_versions_and_commit() -> None:
    found = facts()
    assert found["cores"] >= 1
    assert {"torch", "numpy", "python", "commit", "processor"} <= set(found)
    json.dumps(found)


def test_no_text_comes_twice_in_a_run() -> None:
    entries = [an_entry("rent"), an_entry("coffee")]
    texts = [e.description for turn in range(4) for e in unseen(entries, 3, turn)]
    assert len(set(texts)) == len(texts) == 12
    assert all(t.startswith(("rent", "coffee")) for t in texts)


def test_the_bare_encoder_reads_what_the_engine_reads() -> None:
    bare_encoder()(unseen([an_entry("rent"), an_entry("coffee")], 3, 0))


@pytest.mark.skipif(not HAS_SCANN, reason="no ScaNN wheel here")
def test_search_reports_recall_beside_speed(tmp_path: Path) -> None:
    found = search((200, 300), tmp_path)
    assert found.keys() == {"200", "300"}
    assert found["300"]["recall_at_10"] == 1.0, "below the tree's size the search is exact"
    assert min(found["300"][f"{kind}{one}"] for kind in ("exact", "scann") for one in ("", "_one")) > 0


def test_keys_are_read_once_and_queries_are_none_of_them(tmp_path: Path) -> None:
    remembered, asked = real_keys(120, tmp_path)
    assert remembered.shape[0] == 120
    assert len(asked) >= 1
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")}
    again, _ = real_keys(120, tmp_path)
    assert (again == remembered).all()
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")} == before
    of, newer = events(120)
    assert not {id(e) for e in of} & {id(e) for e in newer}


def test_every_kind_of_step_is_set_against_the_bare_encoders() -> None:
    found = steps(CATALOG, some_entries(24))
    assert {"encoder", "network", "tune_top_2", "tune_all", "network_ratio", "tune_all_ratio"} <= found.keys()
    assert min(found.values()) > 0


def test_peaks_are_megabytes_of_this_process_and_its_children() -> None:
    assert 50 < peak() < 100_000
    assert 0 <= peak_of_children() < 100_000


def test_the_memory_figures_are_those_of_the_served_process(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepared()
    wb = open_workbench(home)
    put(wb, "test", some_entries(12), CATALOG)
    wb.close()
    found = workbench.main(home.path, "test")
    assert isinstance(found["serving_mb"], float)
    assert found["serving_mb"] > 50, "a process with Streamlit and DuckDB is larger than that"
    if "session" not in found:
        session, first = found["session_mb"], found["first_answer_s"]
        assert isinstance(session, float)
        assert isinstance(first, float)
        assert session >= 50
        assert first > 0
