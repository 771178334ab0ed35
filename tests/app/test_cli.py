"""The command line in processes of its own: what it prints where, and with which exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import commands
from app.cli import cli
from app.home import Home
from app.services.workbench import open_workbench
from engine.demo import write_book
from tests.app.conftest import ROOT, FillBook, counterpoint, mode
from tests.builders import a_snapshot, some_entries


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A folder in Counterpoint's own format with 24 entries."""
    return write_book(a_snapshot(), tmp_path / "ledger")


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path / "home"


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


def test_a_command_on_another_database_leaves_the_workbench_s_socket_alone(
    home: Home, ledger: Path, fill: FillBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    wb = open_workbench(home)
    fill(wb, "shop")
    server = commands.serve(wb)
    assert server is not None
    try:
        monkeypatch.setenv("COUNTERPOINT_DATABASE_URL", f"duckdb:///{home.path}/other.duckdb")
        other = counterpoint("import", "elsewhere", str(ledger), home=home.path)
        assert other.returncode == 0, other.stderr
        monkeypatch.delenv("COUNTERPOINT_DATABASE_URL")
        again = counterpoint("journals", "shop", home=home.path)
        assert again.returncode == 0, again.stderr
    finally:
        server.close()
        wb.close()


def test_a_mistake_of_the_owner_is_logged_and_answered_in_a_sentence(
    home: Home, fill: FillBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    wb = open_workbench(home)
    fill(wb, "shop")
    monkeypatch.setattr("app.services.books.journals", lambda *_args: 1 / 0)
    server = commands.serve(wb)
    assert server is not None
    try:
        done = counterpoint("journals", "shop", home=home.path)
    finally:
        server.close()
        wb.close()
    assert (done.returncode, done.stdout) == (1, "")
    assert "Something went wrong that should not have: ZeroDivisionError" in done.stderr
    (log,) = home.logs.glob("error-*.log")
    assert "Traceback" in log.read_text()


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
    for name in ("run", "import", "train", "predict", "export", "batches", "benchmark", "ablate"):
        assert f"\n  {name} " in listed
    for name in ("models", "release", "rollback"):
        assert f"\n  {name} " not in listed


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


class TestOwnedElsewhere:
    """Another process holds the database file."""

    @pytest.fixture
    def owner(self, home: Home, fill: FillBook) -> Iterator[Home]:
        """This process owns the file and listens; the command line runs in another one."""
        wb = open_workbench(home)
        fill(wb, "shop", some_entries(10))
        server = commands.serve(wb)
        assert server is not None
        yield home
        server.close()
        wb.close()

    def test_a_command_hands_its_work_over(self, owner: Home, ledger: Path) -> None:
        done = counterpoint("import", "shop", str(ledger), "--json", home=owner.path)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert (document["new"], document["known"]) == (14, 10)
        assert "reading ledger" in done.stderr
        with open_workbench(owner).reading() as uow:
            assert uow.journal.count(uow.books.get("shop").book_id) == 24

    def test_relative_paths_mean_the_commands_folder(self, owner: Home, ledger: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", "import", "other", "ledger"],
            capture_output=True, text=True, check=False, cwd=ledger.parent,
            env={"COUNTERPOINT_HOME": str(owner.path), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.stdout.endswith("24 new, 0 already here\n"), done.stderr

    def test_answer_refusal_and_exit_code_are_those_of_a_local_run(self, owner: Home) -> None:
        wb = open_workbench(owner)
        for amount in ("119", "0"):
            event = {"book": "shop", "description": "Miete Büro", "amount": amount}
            near = commands.perform(wb, "predict", event, print)
            far = counterpoint(
                "predict", "shop", "--description", "Miete Büro", "--amount", amount, "--json", home=owner.path
            )
            assert far.returncode == near.code
            assert (json.loads(far.stdout) if far.stdout else {}) == near.document
            assert [x for x in (*near.notes, near.error) if x] == far.stderr.splitlines()

    def test_only_use_cases_of_the_list_can_be_asked_for(self, owner: Home) -> None:
        from app.owner_socket import Request, ask

        answer = ask(owner.socket_path, Request("__import__", {}, owner.database_url), print)
        assert answer["code"] == 1
        assert "no command '__import__'" in answer["error"]
        answer = ask(owner.socket_path, Request("import", {"book": 5, "path": "x"}, owner.database_url), print)
        assert "it is not text" in answer["error"]

    def test_a_foreign_owner_without_a_socket_is_named(self, home: Home, ledger: Path) -> None:
        code = f"""
            import sys, duckdb
            held = duckdb.connect({str(home.database_file)!r})
            print("held", flush=True)
            sys.stdin.read()
        """
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as foreign:
            assert foreign.stdout is not None
            assert foreign.stdin is not None
            assert foreign.stdout.readline() == "held\n"
            done = counterpoint("import", "shop", str(ledger), home=home.path)
            run = counterpoint("run", "--no-browser", home=home.path)
            foreign.stdin.close()
        for refused in (done, run):
            assert refused.returncode == 1
            assert f"process {foreign.pid}" in refused.stderr
            assert "python" in refused.stderr
            assert "Traceback" not in refused.stderr
        assert counterpoint("import", "shop", str(ledger), home=home.path).returncode == 0
