"""The real workbench under AppTest: real store, real services, a model trained with the tiny profile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.services.access import Role
from app.services.workbench import open_workbench
from storage.identity import utc_now

MAIN = str(Path(__file__).resolve().parents[3] / "app" / "entry" / "main.py")
JOURNAL = state.JOURNAL_PAGE
PATIENCE = 60  # seconds; the first run imports Plotly and Babel

Open = Callable[..., AppTest]
SignIn = Callable[..., None]


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Sign somebody in with these roles in every book there is; AppTest has no browser that could hold a cookie."""

    def sign_in(login: str, *roles: Role) -> None:
        with open_workbench().writing() as uow:
            user = uow.people.find(login) or uow.people.add(login, login.title(), "test")
            for book in uow.books.list():
                held = {h.role for h in uow.people.roles(book.book_id, login)}
                for role in set(roles) - held:
                    uow.people.set_role(book.book_id, user, role, "test", granted=True)
            token = uow.sign_ins.start(login, utc_now())
        monkeypatch.setattr(state, "token", lambda: token)

    return sign_in


@pytest.fixture
def opened(sign_in: SignIn) -> Open:
    """Open the workbench as somebody of every role, with the query parameters given, and draw it once."""

    def opened(page: str = "", **query: str) -> AppTest:
        sign_in("carla", *Role)
        at = AppTest.from_file(MAIN, default_timeout=PATIENCE)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        return at.switch_page(page).run() if page else at

    return opened


def describe(at: AppTest, description: str, amount: str) -> AppTest:
    """Fill the form's two required fields and send it."""
    at.text_input(key="predict.description").input(description)
    at.text_input(key="predict.amount").input(amount)
    return at.button(key="predict.submit").click().run()


def said(at: AppTest) -> str:
    """Everything the page says in words, one element a line, without Markdown's backslashes."""
    groups = (at.header, at.subheader, at.markdown, at.caption, at.info, at.warning, at.error)
    return "\n".join(element.value for group in groups for element in group).replace("\\", "")


def table(at: AppTest) -> str:
    """The proposed entry as HTML."""
    found = [e.proto.body for e in at.get("html") if 'class="cp-table cp-entry"' in e.proto.body]
    return found[0] if found else ""


def grid_key(at: AppTest) -> str:
    """The session key of the grid on screen."""
    return f"predict.grid.{at.session_state['predict.grid.turn']}"
