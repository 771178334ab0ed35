"""A table that leaves something open, from the command line: seen, answered, kept, imported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.home import Home
from app.services.workbench import open_workbench

TILL = "Datum;Beleg;Konto;Betrag;Text\n03/04/2024;7;1000;12,00;Kasse\n03/04/2024;7;3200;-12,00;Kasse\n"


@pytest.fixture
def till(home: Home, tmp_path: Path) -> Path:
    wb = open_workbench(home)
    with wb.writing() as uow:
        uow.books.create("shop", "EUR", by="Ana")
    wb.close()
    path = tmp_path / "till.csv"
    path.write_text(TILL)
    return path


def ask(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)))


def test_an_answer_is_kept_and_the_file_goes_in(till: Path) -> None:
    open_ = ask("mapping", "shop", till)
    assert open_.exit_code == 1
    assert "could be day/month or month/day" in open_.stderr
    saved = ask("mapping", "shop", till, "--days", "mdy", "--save", "Till", "--json")
    assert saved.exit_code == 0, saved.stderr
    assert json.loads(saved.stdout)["saved"] is True
    assert "Till  " in ask("mapping", "shop").stdout
    brought = ask("import", "shop", till)
    assert "saved mapping 'Till'" in brought.stdout
    assert "1 new" in brought.stdout
    assert ask("import", "shop", till, "--profile", "Till").exit_code == 0


def test_a_mapping_travels_as_a_file(till: Path, tmp_path: Path) -> None:
    printed = ask("mapping", "shop", till, "--days", "dmy", "--layout", "inverse", "--json")
    other = tmp_path / "mapping.json"
    other.write_text(printed.stdout)
    assert ask("mapping", "shop", till, "--with", other, "--save", "Till").exit_code == 0
    assert ask("mapping", "shop", "--withdraw", "Till").stdout == "No mapping was saved yet.\n"


@pytest.mark.parametrize(
    ("text", "says"), [("{", "cannot be read"), ("[]", "holds no mapping"), ('{"colour": "red"}', "It knows")]
)
def test_a_file_that_is_no_mapping_is_a_sentence(till: Path, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "m.json").write_text(text)
    refused = ask("mapping", "shop", till, "--with", tmp_path / "m.json")
    assert refused.exit_code == 1
    assert says in refused.stderr
    assert "there is no saved profile" in ask("mapping", "shop", "--withdraw", "x").stderr.lower()
