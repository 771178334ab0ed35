"""Who acts on the command line is asked of the system, not of the environment or of the request."""

from __future__ import annotations

import os
import pwd

import pytest

from app.commands import perform
from app.services.workbench import Workbench
from app.system_user import console, system_user
from storage.records import JournalQuery
from tests.app.conftest import FillBook

NAME = pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize("variable", ["LOGNAME", "USER", "LNAME", "USERNAME"])
def test_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "eve")
    assert system_user() == console().id == NAME


def test_an_account_without_a_name_keeps_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    assert system_user() == "user 987654"


def test_a_request_cannot_say_who_sends_it(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    arguments = {"book": "test", "journal": "ER", "kind": "closing", "reason": "year's end", "by": "eve"}
    assert perform(wb, "journals", arguments, print).code == 0
    with wb.reading() as uow:
        batch = uow.batches.list(book.book_id)[0].batch_id
        assert uow.journal.search(book.book_id, JournalQuery()).total
    answer = perform(wb, "batches", {"book": "test", "undo": batch, "reason": "wrong", "by": "eve"}, print)
    assert answer.code == 0, answer.error
    assert answer.document["batches"][0]["undone_by"] == NAME
    assert f"by {NAME}: wrong" in answer.text[1]
    with wb.reading() as uow:
        assert uow.journal.search(book.book_id, JournalQuery()).total == 0
