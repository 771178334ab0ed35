"""The benchmark of the store, small: its ledger balances, its file reads back, and its two kinds of search agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import store as bench
from benchmarks.store_ledger import LINES_PER_ENTRY, ledger, write_fec
from storage import importers
from storage.records import JournalQuery


def test_the_generated_ledger_balances_and_has_the_lines_it_says() -> None:
    staged = ledger(2_000)
    assert all(e.difference == 0 for e in staged.entries)
    assert staged.line_count / len(staged.entries) == pytest.approx(LINES_PER_ENTRY, rel=0.05)
    assert ledger(50).entries == ledger(50).entries
    assert len({e.entry_id for e in staged.entries}) == 2_000


def test_its_file_reads_back_whole(tmp_path: Path) -> None:
    staged = ledger(200)
    read = importers.read(write_fec(staged.entries, tmp_path / "large.txt"))
    assert not read.errors
    assert [sorted(x.amount for x in e.lines) for e in read.entries] == [
        sorted(x.amount for x in e.lines) for e in staged.entries
    ]


def test_it_measures_import_file_and_every_search_beside_bare_statements() -> None:
    found = bench.store(300, 1)
    assert found["entries"] == 300
    assert min(found[name] for name in ("import_s", "bare_s", "ratio", "read_s", "file_s")) > 0
    assert len(found["searches"]) >= 10
    assert all(x["ms"] > 0 and x["bare_ms"] > 0 for x in found["searches"].values())


def test_answers_that_differ_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_SEARCHES", {"wrong": (JournalQuery(text="Lenz"), "true")})
    with pytest.raises(RuntimeError, match="'wrong' found"):
        bench.store(100, 1)
