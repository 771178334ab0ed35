"""Bringing ledgers in from the command line: what is printed where, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.conftest import counterpoint, mode


def test_import_says_what_it_did_and_a_second_time_that_nothing_is_new(ledger: Path, at: Path) -> None:
    first = counterpoint("import", "shop", str(ledger), home=at)
    assert first.returncode == 0, first.stderr
    assert "Book 'shop' was created." in first.stdout
    assert first.stdout.splitlines()[-1] == "24 new, 0 already here"
    again = counterpoint("import", "shop", str(ledger), home=at)
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "0 new, 24 already here")
    assert mode(at) == 0o700
    assert not (at / "socket").exists()


def test_json_is_one_document_and_progress_goes_to_stderr(ledger: Path, at: Path) -> None:
    done = counterpoint("import", "shop", str(ledger), "--json", home=at)
    document = json.loads(done.stdout)
    assert set(document) == {
        "book", "format", "reason", "entries", "lines", "debit", "credit", "new", "known", "alike", "quarantined",
    }  # fmt: skip
    assert (document["book"], document["entries"], document["new"], document["known"]) == ("shop", 24, 24, 0)
    assert document["debit"] == document["credit"]
    assert "reading ledger" in done.stderr
    assert "nanobind" not in done.stderr


def test_a_dry_run_writes_nothing(ledger: Path, at: Path) -> None:
    dry = counterpoint("import", "shop", str(ledger), "--dry-run", "--json", home=at)
    assert json.loads(dry.stdout)["new"] == 24
    assert "There is no book 'shop'" in counterpoint("train", "shop", home=at).stderr


def test_bad_rows_stay_outside_and_are_named(ledger: Path, at: Path) -> None:
    with (ledger / "entries.jsonl").open("a") as file:
        lines = [{"account": "1200", "side": "D", "amount": "1.00"}, {"account": "8400", "side": "C", "amount": "2.00"}]
        row = {"entry_id": "bad", "date": "2025-05-05", "description": "x", "currency": "EUR", "journal": "BK"}
        file.write(json.dumps(row | {"lines": lines}) + "\n")
    done = counterpoint("import", "shop", str(ledger), "--json", home=at)
    document = json.loads(done.stdout)
    assert (done.returncode, document["new"]) == (0, 24)
    (bad,) = document["quarantined"]
    assert bad["row"] == 25
    assert bad["why"]
    assert bad["remedy"]
