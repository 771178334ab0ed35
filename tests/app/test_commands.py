"""Commands while another process, or this one, owns the database: the same answer on both roads."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import commands
from app.home import Home
from app.services.workbench import open_workbench
from tests.app.conftest import ROOT, FillBook, counterpoint
from tests.builders import some_entries


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
