"""The page Controls: the policy, years, periods, and changes that wait, as admins and as others see it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.services import controls
from app.services.access import Role, Who
from app.services.controls import FourEyes, Lock
from app.services.typed import today
from app.services.workbench import Workbench
from storage.records import NewEntry
from tests.app.conftest import FillBook
from tests.app.pages.conftest import JOURNAL, MAIN, PATIENCE, SignIn, said
from tests.builders import a_line

ADA, BEA = Who(id="ada"), Who(id="bea")
JANUARY = (date(today().year, 1, 1), date(today().year, 1, 31))


@pytest.fixture
def book(wb: Workbench, fill: FillBook, sign_in: SignIn) -> str:
    """A book whose only admin, ada, is signed in."""
    fill(wb)
    sign_in("ada", Role.ADMIN)
    return "test"


def page(name: str = state.CONTROLS_PAGE) -> AppTest:
    at = AppTest.from_file(MAIN, default_timeout=PATIENCE).run()
    return at.switch_page(name).run()


def test_rules_change_for_a_reason_and_every_page_says_that_one_person_books(wb: Workbench, book: str) -> None:
    at = page()
    assert not at.exception
    at.radio(key="controls.four_eyes.0").set_value("off")
    at.text_input(key="controls.ready_limit.0").input("5.000,00")
    at = at.button(key="controls.save").click().run()
    assert "Say in a few words why" in said(at)
    assert at.radio(key="controls.four_eyes.0").value == "off"
    at.text_input(key="controls.reason.0").input("a book of one")
    at = at.button(key="controls.save").click().run()
    assert not at.exception
    policy = controls.policy(wb, ADA, book)
    assert (policy.four_eyes, policy.ready_limit) == (FourEyes.OFF, Decimal(5000))
    for name in (state.CONTROLS_PAGE, JOURNAL):
        assert "one person may book alone" in said(at.switch_page(name).run())


def test_an_amount_that_is_none_changes_nothing(wb: Workbench, book: str) -> None:
    at = page()
    at.text_input(key="controls.above.0").input("viel")
    at.text_input(key="controls.reason.0").input("a try")
    at = at.button(key="controls.save").click().run()
    assert not at.exception
    assert "this is not a number" in said(at)
    assert controls.changes(wb, ADA, book) == ()


def test_a_second_admin_confirms_and_the_first_cannot(wb: Workbench, book: str, sign_in: SignIn) -> None:
    sign_in("bea", Role.ADMIN)
    change = controls.change_policy(wb, ADA, book, {"four_eyes": "off"}, "quiet month")
    sign_in("ada", Role.ADMIN)
    at = page()
    assert "Waiting for a second person" in said(at)
    assert "You proposed it, so somebody else has to confirm it." in said(at)
    assert f"controls.confirm.{change.change_id}" not in [b.key for b in at.button]
    sign_in("bea", Role.ADMIN)
    at = page()
    at = at.button(key=f"controls.confirm.{change.change_id}").click().run()
    assert not at.exception
    assert controls.policy(wb, ADA, book).four_eyes is FourEyes.OFF


def test_a_change_is_declined_with_a_word(wb: Workbench, book: str, sign_in: SignIn) -> None:
    sign_in("bea", Role.ADMIN)
    change = controls.change_policy(wb, ADA, book, {"four_eyes": "off"}, "quiet month")
    at = page()
    at.text_input(key=f"controls.declined.{change.change_id}").input("not now")
    at = at.button(key=f"controls.decline.{change.change_id}").click().run()
    assert not at.exception
    assert controls.policy(wb, ADA, book).four_eyes is FourEyes.ALWAYS
    assert "declined by Bea" in said(at)


def test_a_fiscal_year_is_added_once(wb: Workbench, book: str) -> None:
    at = page()
    at.text_input(key="controls.year.label").input("2031/32")
    at.date_input(key="controls.year.first").set_value(date(2031, 7, 1))
    at.date_input(key="controls.year.last").set_value(date(2032, 6, 30))
    at = at.button(key="controls.year.save").click().run()
    assert not at.exception
    assert [y.label for y in controls.years(wb, ADA, book)] == ["2031/32"]
    at = at.button(key="controls.year.save").click().run()
    assert "cannot be added" in said(at)


def test_a_month_with_unfinished_entries_shows_them(wb: Workbench, book: str) -> None:
    with wb.writing() as uow:
        new = NewEntry(description="Miete offen", date=JANUARY[0], currency="EUR")
        entry = uow.journal.open_entry(uow.books.get(book).book_id, new, "kim")
        uow.journal.add_version(entry, [a_line("D 4210 9"), a_line("C 1200 9")], author="kim", origin="person")
    at = page()
    at = at.button(key=f"controls.hard.{JANUARY[0]}").click().run()
    assert not at.exception
    assert "1 entry in it is not finished" in said(at)
    assert "An accountant or reviewer can move them" in said(at)


def test_months_show_what_holds(wb: Workbench, book: str) -> None:
    controls.close(wb, ADA, book, JANUARY, Lock.SOFT, "vat filed")
    at = page()
    assert not at.exception
    assert "Ada: vat filed" in said(at)
    assert f"controls.soft.{JANUARY[0]}" not in [b.key for b in at.button]
    assert f"controls.open.{JANUARY[0]}" in [b.key for b in at.button]


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.REVIEWER, Role.AUDITOR])
def test_who_makes_no_rules_is_told_so(wb: Workbench, book: str, sign_in: SignIn, role: Role) -> None:
    sign_in("kim", role)
    at = page()
    assert not at.exception
    assert "The rules of a book are for its admins." in said(at)
    assert not at.radio
