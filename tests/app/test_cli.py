"""The command line as a whole: what it lists, how it refuses, how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.home import Home
from app.services.workbench import open_workbench
from tests.app.conftest import ROOT, FillBook, counterpoint


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--description", "", "--amount", "5"], "Description: it is empty"),
        (["--description", "x" * 10_000, "--amount", "5"], "10,000 characters"),
        (["--description", "rent", "--amount", "0"], "it is zero"),
        (["--description", "rent", "--amount", "much"], "this is not a number"),
        (["--description", "rent", "--amount=-5"], "has no sign"),
        (["--description", "rent", "--amount", "5", "--date", "2026-02-30"], "no such day"),
        (["--description", "rent", "--amount", "5", "--date", "soon"], "not a date"),
        (["--description", "rent", "--amount", "5", "--line", "4210"], "CODE:D:AMOUNT"),
        (["--description", "rent", "--amount", "5", "--line", "9999:D:5"], "no open account"),
        (["--description", "rent", "--amount", "5", "--journal", "??"], "There is no journal"),
        (["--description", "rent", "--amount", "5", "--currency", "euros"], "not a currency code"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_code_1(home: Home, fill: FillBook, arguments: list[str], says: str) -> None:
    wb = open_workbench(home)
    fill(wb, "shop")
    wb.close()
    result = CliRunner().invoke(cli, ["predict", "shop", *arguments, "--json"])
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["import", "shop", "/nowhere/file.csv"], 1, "there is no such file"),
        (["import", "shop", "pyproject.toml"], 1, "no known format"),
        (["import", "shop", "pyproject.toml", "--format", "magic"], 1, "there is no format 'magic'"),
        (["import", "shop", "pyproject.toml", "--profile", "mine"], 1, "no saved profile"),
        (["train", "nobody"], 1, "There is no book 'nobody'"),
        (["predict", "nobody", "--description", "x", "--amount", "5"], 1, "There is no book 'nobody'"),
        (["predict", "nobody"], 2, "Missing option"),
        (["train"], 2, "Missing argument"),
        (["train", "b", "--quick", "--deep"], 2, "one of --quick and --deep"),
        (["fly"], 2, "No such command"),
        (["benchmark"], 2, "Missing argument"),
        (["benchmark", "x", "--seeds", "a"], 2, "not a list of whole numbers"),
        (["benchmark", "x", "--mode", "later"], 2, "Invalid value"),
        (["benchmark", "pyproject.toml"], 1, "no known format"),
        (["benchmark", "pyproject.toml", "--base", "mine"], 1, "Use auto, none, or a folder"),
        (["ablate"], 2, "Missing argument"),
        (["ablate", "x", "--seeds", "a"], 2, "not a list of whole numbers"),
        (["ablate", "pyproject.toml", "--out", "/nowhere/page.md"], 1, "there is no folder /nowhere"),
        (["ablate", "pyproject.toml"], 1, "no known format"),
    ],
)
def test_refusals_and_usage(home: Home, arguments: list[str], code: int, says: str) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, says in result.stderr) == (code, True), result.stderr


def test_only_commands_that_exist_are_listed(home: Home) -> None:
    listed = CliRunner().invoke(cli, ["--help"]).stdout
    for name in ("run", "import", "train", "predict", "export", "batches", "audit", "erase", "benchmark", "ablate"):
        assert f"\n  {name} " in listed
    for name in ("models", "release", "rollback"):
        assert f"\n  {name} " in listed


def test_a_home_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = counterpoint("train", "x", home=tmp_path / "file")
    assert done.returncode == 1
    assert "COUNTERPOINT_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_of_ours_leaves_a_log_and_no_traceback(at: Path) -> None:
    code = "import app.book_cli as b; b.home = lambda: 1 / 0; import app.cli as c; c.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "train", "x"],
        capture_output=True, text=True, check=False, cwd=ROOT, env={"COUNTERPOINT_HOME": str(at)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "ZeroDivisionError" in done.stderr
    (log,) = (at / "logs").glob("error-*.log")
    assert "Traceback" in log.read_text()


def test_a_damaged_database_file_is_a_sentence(at: Path) -> None:
    at.mkdir()
    (at / "counterpoint.duckdb").write_bytes(b"not a database" * 1000)
    done = counterpoint("train", "x", home=at)
    assert done.returncode == 1
    assert "cannot be opened" in done.stderr
    assert (at / "counterpoint.duckdb").read_bytes().startswith(b"not a database")
