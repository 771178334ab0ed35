"""`counterpoint copy` and the workbench on PostgreSQL, as commands in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.home import Home
from app.services.access import NotAllowed, Who
from app.services.transfer import copy_to
from app.services.workbench import Workbench, open_workbench
from storage.errors import StoreUnreachable
from tests.app.conftest import ANA, FillBook, counterpoint
from tests.databases import Server, on_postgresql

SECRET = "s3cret-of-the-server"


def with_password(database: str) -> str:
    return database.replace("postgres@", f"postgres:{SECRET}@")


@on_postgresql
def test_a_laptop_moves_to_a_server_and_back(
    home: Home, fill: FillBook, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbench = open_workbench(home)
    fill(workbench, "shop")
    workbench.close()
    there = counterpoint("copy", "--to", with_password(database), home=home.path)
    assert there.returncode == 0, there.stderr
    assert "rows were copied to postgresql+psycopg://postgres:***@" in there.stdout
    again = counterpoint("copy", "--to", with_password(database), home=home.path)
    assert again.returncode == 1
    assert "it is not empty" in again.stderr
    monkeypatch.setenv("COUNTERPOINT_DATABASE_URL", with_password(database))
    back = counterpoint("copy", "--to", f"duckdb:///{tmp_path / 'back.duckdb'}", "--json", home=home.path)
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["rows"]["entries"] == 24
    said = "".join(x.stdout + x.stderr for x in (there, again, back))
    logs = "".join(p.read_text() for p in home.logs.iterdir())
    assert SECRET not in said + logs
    monkeypatch.setenv("COUNTERPOINT_DATABASE_URL", f"duckdb:///{tmp_path / 'back.duckdb'}")
    workbench = open_workbench(Home.from_env())
    with workbench.reading() as uow:
        assert uow.journal.count(uow.books.get("shop").book_id) == 24
    workbench.close()


@on_postgresql
def test_commands_work_on_a_server_beside_a_running_workbench(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody owns the database, so there is no socket, and a second process just works."""
    monkeypatch.setenv("COUNTERPOINT_DATABASE_URL", with_password(database))
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    (ledger / "accounts.csv").write_text("code,name,type\n4210,Rent,expense\n1200,Bank,asset\n")
    entry = {
        "id": "E1", "date": "2025-03-03", "description": "Miete März", "currency": "EUR", "journal": "BK",
        "lines": [
            {"account": "4210", "side": "D", "amount": "9.50"}, {"account": "1200", "side": "C", "amount": "9.50"},
        ],
    }  # fmt: skip
    (ledger / "entries.jsonl").write_text(json.dumps(entry) + "\n")
    workbench = open_workbench(Home.from_env())
    imported = counterpoint("import", "shop", str(ledger), home=workbench.home.path)
    assert imported.returncode == 0, imported.stderr
    listed = counterpoint("journals", "shop", "--json", home=workbench.home.path)
    assert [(j["code"], j["entries"]) for j in json.loads(listed.stdout)["journals"]] == [("BK", 1)]
    assert not workbench.home.socket_path.exists()
    with workbench.reading() as uow:
        assert uow.journal.count(uow.books.get("shop").book_id) == 1
    workbench.close()


def test_a_server_that_does_not_answer_is_named_without_its_password(wb: Workbench, tmp_path: Path) -> None:
    for url in (f"postgresql+psycopg://ana:{SECRET}@/books?host={tmp_path}", f"mysql://ana:{SECRET}@h/b", SECRET):
        with pytest.raises(StoreUnreachable) as caught:
            copy_to(wb, ANA, url)
        assert SECRET not in str(caught.value)


def test_only_who_runs_the_installation_copies_it(wb: Workbench, postgresql: Server) -> None:
    with pytest.raises(NotAllowed):
        copy_to(wb, Who(id="somebody"), postgresql.url("postgres"))
