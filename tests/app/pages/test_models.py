"""The page Models: an admin trains, puts a model into use for a reason, and goes back; others are told whom to ask."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.services import models, train
from app.services.access import Role, Who
from app.services.workbench import Workbench
from storage.models import NewModel
from tests.app.conftest import FillBook
from tests.app.pages.conftest import MAIN, PATIENCE, SignIn, said

CORA = Who(id="cora")


def page() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=PATIENCE).run().switch_page(state.MODELS_PAGE).run()


@pytest.fixture
def two(wb: Workbench, fill: FillBook, sign_in: SignIn) -> Workbench:
    """A book with two models, the first of them in use, and the admin cora signed in."""
    book = fill(wb).book_id
    sign_in("cora", Role.ADMIN)
    with wb.writing() as uow:
        for name, exact in (("a", 0.7), ("b", 0.8)):
            figures = {"exact": exact, "replayed": 9.0}
            made = NewModel(digest=name * 64, folder=name, snapshot_digest="s", metrics=figures, seconds=100)
            uow.models.add(book, made, "ana")
        uow.models.set_champion(book, "a" * 64, "ana", "first model of the book")
    return wb


def test_a_release_needs_its_words_and_the_model_itself(two: Workbench) -> None:
    at = page()
    assert not at.exception
    assert list(at.dataframe[0].value.iloc[0])[:2] == ["bbbbbbbbbbbb", ""]
    assert "80" in str(at.dataframe[0].value.iloc[0]["Right on history"])
    assert "ana put aaaaaaaaaaaa into use. first model of the book" in said(at)
    assert not [b for b in at.button if b.key == "models.back"]
    (send,) = [b for b in at.button if b.label == "Put into use"]
    at = send.click().run()
    assert "Say in a few words why" in at.error[0].value
    at.text_input(key="models.reason").input("newer")
    (send,) = [b for b in at.button if b.label == "Put into use"]
    at = send.click().run()
    assert "was not compared" in at.error[0].value
    at.text_input(key="models.accepted").input("tried on March")
    (send,) = [b for b in at.button if b.label == "Put into use"]
    at = send.click().run()
    assert not at.exception
    assert at.error  # this model has no folder
    assert models.models(two, CORA, "test").models[0].champion


def test_going_back_is_offered_where_it_leads_somewhere_and_is_listed(two: Workbench) -> None:
    with two.writing() as uow:
        book = uow.books.get("test").book_id
        uow.models.set_champion(book, "b" * 64, "ana", "newer")
    at = page().button(key="models.back").click().run()  # the browser's test presses the dialog's button
    assert not at.exception
    assert at.text_input(key="models.back.reason").label == "Reason"
    with two.writing() as uow:
        uow.models.go_back(book, "cora", "worse on rent")
    at = page()
    assert "Cora went back to aaaaaaaaaaaa. worse on rent" in said(at)
    assert not [b for b in at.button if b.key == "models.back"]


def test_a_training_is_started_watched_and_cancelled(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("cora", Role.ADMIN)
    at = page()
    assert "There is none yet." in said(at)
    at = at.button(key="models.train.quick").click().run()
    assert not at.exception
    job = train.running(wb, "test")
    assert job
    at = page().button(key="models.cancel").click().run()
    assert not at.exception
    with pytest.raises(Exception, match="cancel"):
        train.wait(wb, CORA, job)
    assert not models.models(wb, CORA, "test").models


def test_an_accountant_is_told_whom_to_ask(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("kim", Role.ACCOUNTANT)
    at = page()
    assert "Models are for admins and auditors." in said(at)
    assert not [b for b in at.button if b.key and b.key.startswith("models.")]
