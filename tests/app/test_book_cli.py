"""The commands of daily work in processes of their own: journals, train, predict."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.app.conftest import ROOT, counterpoint


def test_journals_are_listed_and_one_is_set_with_a_reason(ledger: Path, at: Path) -> None:
    counterpoint("import", "shop", str(ledger), home=at)
    listed = counterpoint("journals", "shop", home=at)
    assert (listed.returncode, len(listed.stdout.splitlines())) == (0, 3), listed.stderr
    assert "  normal, proposed" in listed.stdout
    done = counterpoint("journals", "shop", "BK", "opening", "--reason", "it opens the year", "--json", home=at)
    found = {j["code"]: j for j in json.loads(done.stdout)["journals"]}
    assert (found["BK"]["kind"], found["BK"]["confirmed"], found["ER"]["kind"]) == ("opening", True, "normal")
    refused = counterpoint("journals", "shop", "BK", "normal", home=at)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Reason: it is empty" in refused.stderr
    assert counterpoint("journals", "shop", "BK", home=at).returncode == 2


def test_predict_without_a_model_is_not_sure_and_says_why(ledger: Path, at: Path) -> None:
    counterpoint("import", "shop", str(ledger), home=at)
    done = counterpoint(
        "predict", "shop", "--description", "Miete Büro 🏢 مكتب", "--amount", "1.190,00", "--json", home=at
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert set(document) == {"book", "bundle", "status", "probability", "candidates", "because"}
    assert (document["book"], document["bundle"], document["status"]) == ("shop", "", "not_sure")
    lines = document["candidates"][0]["lines"]
    assert set(lines[0]) == {"account", "name", "side", "amount", "tax_code", "party", "probability"}
    assert [(x["account"], x["side"], x["amount"]) for x in lines] == [
        ("4210", "D", "1000.00"), ("1576", "D", "190.00"), ("1600", "C", "1190.00"),
    ]  # fmt: skip
    assert "counterpoint train shop" in done.stderr
    text = counterpoint("predict", "shop", "--description", "Miete", "--amount", "1190", home=at)
    assert text.stdout.startswith("not sure\n")
    assert "4210" in text.stdout


def test_known_lines_are_kept(ledger: Path, at: Path) -> None:
    counterpoint("import", "shop", str(ledger), home=at)
    done = counterpoint(
        "predict", "shop", "--description", "Bank", "--amount", "50", "--line", "1200:C:50,00", "--json", home=at
    )
    lines = json.loads(done.stdout)["candidates"][0]["lines"]
    assert ("1200", "C", "50.00") in [(x["account"], x["side"], x["amount"]) for x in lines]


def test_train_and_predict_from_end_to_end(ledger: Path, at: Path) -> None:
    counterpoint("import", "shop", str(ledger), home=at)
    trained = counterpoint("train", "shop", "--quick", "--json", home=at, timeout=300)
    assert trained.returncode == 0, trained.stderr
    report = json.loads(trained.stdout)
    assert set(report) == {"book", "run", "bundle", "champion", "seconds", "metrics"}
    assert (report["book"], report["champion"]) == ("shop", True)
    assert report["metrics"]
    assert "starting" in trained.stderr
    done = counterpoint(
        "predict", "shop", "--description", "Miete Büro", "--amount", "1.190,00", "--date", "01.05.2025",
        "--journal", "er", "--json", home=at,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["bundle"] == report["bundle"]
    assert document["status"] in ("sure", "likely", "not_sure")
    assert 0 <= document["probability"] <= 1
    for candidate in document["candidates"]:
        assert set(candidate["shares"]) == {"template", "memory", "model"}
        assert sum(candidate["shares"].values()) == pytest.approx(1)
    sides = {"D": Decimal(0), "C": Decimal(0)}
    for line in document["candidates"][0]["lines"]:
        sides[line["side"]] += Decimal(line["amount"])
    assert sides == {"D": Decimal("1190.00"), "C": Decimal("1190.00")}
    card = document["because"][0]
    assert set(card) == {"entry", "date", "description", "amount", "lines", "agrees", "origin", "differs"}
    assert card["origin"] == "imported"
    text = counterpoint("predict", "shop", "--description", "Miete Büro", "--amount", "1190", home=at).stdout
    assert "because 2025-" in text
    asked = ("predict", "shop", "--description", "Miete Büro", "--amount", "1190", "--why")
    assert "Without any earlier entry the answer would be" in counterpoint(*asked, home=at).stdout
    why = json.loads(counterpoint(*asked, "--json", home=at).stdout)["why"]
    assert {"reason", "cards", "words", "without_memory", "line_views", "turning"} <= set(why)
    assert [w["name"] for w in why["words"]] == ["Miete", "Büro"]


def test_a_stopped_training_leaves_nothing(ledger: Path, at: Path) -> None:
    counterpoint("import", "shop", str(ledger), home=at)
    with subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "train", "shop", "--deep"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "COUNTERPOINT_HOME": str(at)},
    ) as command:  # fmt: skip
        assert command.stderr is not None
        assert command.stderr.readline()  # its first progress
        command.send_signal(signal.SIGINT)
        _, said = command.communicate(timeout=60)
    assert command.returncode == 1
    assert "Training was cancelled" in said
    assert "Traceback" not in said
    assert list((at / "bundles").iterdir()) == []
