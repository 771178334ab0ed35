"""`counterpoint user …` in a process of its own, and the code it prints used to sign in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from app.home import Home
from app.services import sign_in
from app.services.books import list_books
from app.services.workbench import open_workbench
from engine.demo import write_book
from tests.app.conftest import ROOT, counterpoint
from tests.builders import a_snapshot

GOOD = "nine small boats"


def test_a_person_added_on_the_command_line_signs_in_and_sees_the_book(home: Home, tmp_path: Path) -> None:
    done = counterpoint("import", "shop", str(write_book(a_snapshot(), tmp_path / "ledger")), home=home.path)
    assert "counterpoint user add LOGIN --name NAME --role shop:reviewer" in done.stdout
    assert done.stdout.endswith("24 new, 0 already here\n")
    wrong = counterpoint("user", "add", "ana", "--name", "Ana", "--role", "shop:boss", home=home.path)
    assert (wrong.returncode, "accountant, reviewer, admin, auditor" in wrong.stderr) == (1, True)
    done = counterpoint("user", "add", "ana", "--name", "Ana", "--role", "shop:accountant", home=home.path)
    assert done.returncode == 0, done.stderr
    code = re.search(r"with the code (\S+),", done.stdout)
    assert code is not None
    wb = open_workbench(home)
    ticket = sign_in.sign_in(wb, "ana", code[1], nonce="n", new_password=GOOD)
    who = sign_in.who_of(wb, sign_in.redeem(wb, ticket, nonce="n"))
    assert who is not None
    assert [b.name for b in list_books(wb, who)] == ["shop"]
    wb.close()
    for again, left in ((["--revoke"], []), ([], ["shop"])):
        words = ["user", "role", "ana", "shop", "accountant", "--reason", "moves", *again]
        assert counterpoint(*words, home=home.path).returncode == 0
        wb = open_workbench(home)
        assert [b.name for b in list_books(wb, who)] == left
        wb.close()


def test_a_password_comes_from_standard_input_and_is_never_printed(home: Home) -> None:
    def add(login: str, typed: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", "from app.cli import main; main()"]
        return subprocess.run(
            [*program, "user", "add", login, "--name", "N", "--password"],
            input=typed, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
            env={**os.environ, "COUNTERPOINT_HOME": str(home.path)},
        )  # fmt: skip

    weak, none, good = add("ana", "ana-ana-ana-1\n"), add("ana", ""), add("ana", f"{GOOD}\n")
    assert (weak.returncode, "contains the login" in weak.stderr) == (1, True)
    assert none.returncode == 2
    assert (good.returncode, GOOD in good.stdout + good.stderr) == (0, False)
    assert GOOD not in "".join(f.read_text() for f in home.logs.glob("*.log"))
    wb = open_workbench(home)
    assert sign_in.sign_in(wb, "ana", GOOD, nonce="n")
    wb.close()


def test_an_auditor_needs_years_and_a_last_day(home: Home, tmp_path: Path) -> None:
    counterpoint("import", "shop", str(write_book(a_snapshot(), tmp_path / "ledger")), home=home.path)
    counterpoint("user", "add", "vera", "--name", "Vera", home=home.path)
    words = ["user", "role", "vera", "shop", "auditor", "--reason", "audit"]
    for more in ([], ["--years", "2024"], ["--until", "2099-03-31"], ["--years", "x", "--until", "2099-03-31"]):
        assert counterpoint(*words, *more, home=home.path).returncode == 1
    done = counterpoint(*words, "--years", "2024-2025", "--until", "2099-03-31", home=home.path)
    assert done.stdout == "vera is auditor of book 'shop' now.\n"
