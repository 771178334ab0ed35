"""Releases: a reason, a second person, a model that reads whole, and one decision to go back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.services import models, train, verify
from app.services.access import Role, Who
from app.services.errors import BadInput
from app.services.models import InUseAlready, NotCompared, NothingBefore, OwnModel
from app.services.workbench import Workbench
from engine.errors import BundleDamaged
from storage.errors import UnknownModel
from storage.models import NewModel
from tests.app.conftest import ANA, FillBook

BEN = Who(id="ben", name="Ben")
TESTED = "tried on last month's invoices"


@pytest.fixture
def second(trained: Workbench) -> str:
    """The digest of a second model of the book, one entry younger, which Ana trained; Ben and Cora are admins."""
    with trained.writing() as uow:
        book = uow.books.get("test")
        for login in ("ben", "cora"):
            user = uow.people.add(login, login.title(), "op")
            uow.people.set_role(book.book_id, user, Role.ADMIN, "op", granted=True, reason="runs it")
    run = train.start(trained, ANA, "test", "quick")
    return train.wait(trained, ANA, run).bundle


def test_a_release_answers_the_next_request_and_going_back_does_too(trained: Workbench, second: str) -> None:
    first = trained.loaded("test").digest
    assert first != second
    found = models.release(trained, BEN, "test", second[:12], "knows March", override=TESTED)
    assert [m.champion for m in found.models] == [False, True]
    assert trained.loaded("test").digest == second
    last = found.releases[-1]
    assert (last.before, last.by, last.reason, last.accepted) == (first, "ben", "knows March", TESTED)
    back = models.rollback(trained, BEN, "test", "worse on rent")
    assert trained.loaded("test").digest == first
    assert back.releases[-1].back
    with pytest.raises(NothingBefore, match="had no other model in use before"):
        models.rollback(trained, BEN, "test")
    assert verify.verify(trained, ANA, "test").report.whole


def test_what_stands_in_the_way_of_a_release(trained: Workbench, second: str) -> None:
    first = trained.loaded("test").digest
    with pytest.raises(BadInput, match="needs one"):
        models.release(trained, BEN, "test", second, " ", override=TESTED)
    with pytest.raises(NotCompared, match="--override"):
        models.release(trained, BEN, "test", second, "newer")
    with pytest.raises(OwnModel, match="Ask them to release it"):
        models.release(trained, ANA, "test", second, "mine", override=TESTED)
    with pytest.raises(InUseAlready):
        models.release(trained, BEN, "test", first, "again", override=TESTED)
    with pytest.raises(UnknownModel):
        models.release(trained, BEN, "test", second[:3], "short", override=TESTED)
    _flip(next((trained.home.bundles / _folder(trained, second)).glob("*.safetensors")))
    with pytest.raises(BundleDamaged):
        models.release(trained, BEN, "test", second, "newer", override=TESTED)
    assert trained.loaded("test").digest == first
    assert len(models.models(trained, BEN, "test").releases) == 1


def test_a_stack_of_releases_is_gone_back_one_by_one(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb).book_id
    with wb.writing() as uow:
        for name in "abc":
            made = NewModel(digest=name * 64, folder=name, snapshot_digest="s", metrics={}, seconds=1)
            uow.models.add(book, made, "ana")
            uow.models.set_champion(book, name * 64, "ana", "next")
        assert uow.models.go_back(book, "ana", "") is not None
        uow.models.set_champion(book, "c" * 64, "ana", "once more")
        for expected in "ba":
            assert uow.models.go_back(book, "ana", "") is not None
            champion = uow.models.champion(book)
            assert champion is not None
            assert champion.digest == expected * 64
        assert uow.models.go_back(book, "ana", "") is None


def test_the_command_line_lists_releases_and_goes_back(trained: Workbench, second: str) -> None:
    first = trained.loaded("test").digest
    trained.close()
    run = CliRunner()
    listed = json.loads(run.invoke(cli, ["models", "test", "--json"]).stdout)
    assert listed["champion"] == first
    assert [m["bundle"] for m in listed["models"]] == [first, second]
    refused = run.invoke(cli, ["release", "test", second, "--reason", "newer"])
    assert refused.exit_code == 1
    assert "--override" in refused.stderr
    done = run.invoke(cli, ["release", "test", second, "--reason", "newer", "--override", TESTED])
    assert done.exit_code == 0, done.stderr
    assert f"is answered by {second[:12]}" in done.stdout
    assert run.invoke(cli, ["rollback", "test", "--reason", "no"]).exit_code == 0
    shown = run.invoke(cli, ["models", "test"]).stdout
    assert f"{first[:12]}" in shown.splitlines()[0]
    assert "in use" in shown.splitlines()[0]
    assert f"back to {first[:12]}: no" in shown


def _folder(wb: Workbench, digest: str) -> str:
    return next(m.folder for m in models.models(wb, BEN, "test").models if m.digest == digest)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
