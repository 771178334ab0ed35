from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.services import people
from app.services.access import Role
from app.services.people import people_of
from app.services.workbench import Workbench
from tests.app.conftest import ANA, FillBook
from tests.app.pages.conftest import MAIN, PATIENCE, Open, SignIn, said
from tests.builders import some_entries


def test_an_admin_gives_a_role_takes_it_back_and_makes_a_code(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb, entries=some_entries(3))
    with wb.writing() as uow:
        uow.people.add("ben", "Ben", "test")
    at = opened(state.PEOPLE_PAGE)
    assert not at.exception
    at.selectbox(key="people.grant.login").select("ben")
    at.selectbox(key="people.grant.role").select(Role.REVIEWER)
    at.button(key="people.grant.send").click().run()
    assert "Reason: it is empty" in said(at)
    at.text_input(key="people.grant.reason").input("joins")
    at.button(key="people.grant.send").click().run()
    assert not at.exception
    assert ("ben", "reviewer") in {(h.user.login, h.role) for h in people_of(wb, ANA, "test")}

    at.selectbox(key="people.reset.login").select("ben")
    at.button(key="people.reset.send").click().run()
    assert not at.exception
    assert at.code[0].value.count("-") == 3
    at.run()
    assert not at.code

    at.selectbox(key="people.take.which").select(("ben", Role.REVIEWER))
    at.text_input(key="people.take.reason").input("leaves")
    at.button(key="people.take.send").click().run()
    assert not at.exception
    assert "ben" not in {h.user.login for h in people_of(wb, ANA, "test")}


def test_a_role_waits_for_the_second_admin_who_confirms_it_here(
    wb: Workbench, fill: FillBook, opened: Open, sign_in: SignIn
) -> None:
    fill(wb, entries=some_entries(3))
    sign_in("bea", Role.ADMIN)
    at = opened(state.PEOPLE_PAGE)  # as carla
    at.selectbox(key="people.grant.login").select("bea")
    at.selectbox(key="people.grant.role").select(Role.REVIEWER)
    at.text_input(key="people.grant.reason").input("helps out")
    at.button(key="people.grant.send").click().run()
    assert "Role of Bea" in said(at)
    assert ("bea", "reviewer") not in {(h.user.login, h.role) for h in people_of(wb, ANA, "test")}
    sign_in("bea", Role.ADMIN)
    at = AppTest.from_file(MAIN, default_timeout=PATIENCE).run().switch_page(state.PEOPLE_PAGE).run()
    next(b for b in at.button if b.label == "Confirm").click().run()
    assert not at.exception
    assert ("bea", "reviewer") in {(h.user.login, h.role) for h in people_of(wb, ANA, "test")}


@pytest.mark.parametrize("event", ["role", "password"])
def test_a_role_taken_back_or_a_new_password_ends_the_session_with_the_next_run(
    wb: Workbench, fill: FillBook, sign_in: SignIn, event: str
) -> None:
    fill(wb, entries=some_entries(3))
    sign_in("dora", Role.ACCOUNTANT)
    at = AppTest.from_file(MAIN, default_timeout=PATIENCE).run()
    assert "Dora" in said(at) + "".join(c.value for c in at.sidebar.caption)
    assert not [x for x in at.text_input if x.key == state.SECRET.name]
    if event == "role":
        people.set_role(wb, ANA, "test", "dora", Role.ACCOUNTANT, granted=False, reason="left the team")
    else:
        people.reset(wb, ANA, "dora", "seven green kettles")
    at.run()
    assert not at.exception
    assert [x.key for x in at.text_input] == [state.LOGIN.name, state.SECRET.name]
    assert not at.dataframe


def test_an_accountant_who_follows_a_link_to_people_is_refused(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb, entries=some_entries(3))
    sign_in("dora", Role.ACCOUNTANT)
    at = AppTest.from_file(MAIN, default_timeout=PATIENCE).run().switch_page(state.PEOPLE_PAGE).run()
    assert not at.exception
    assert "None of your roles in this book allows that." in said(at)


def test_an_admin_lands_in_the_journal_and_nobody_at_the_sign_in(
    wb: Workbench, fill: FillBook, sign_in: SignIn
) -> None:
    fill(wb, entries=some_entries(3))
    nobody = AppTest.from_file(MAIN, default_timeout=PATIENCE).run()
    assert not nobody.exception
    assert "test" not in said(nobody)
    assert not nobody.dataframe
    sign_in("adam", Role.ADMIN)
    at = AppTest.from_file(MAIN, default_timeout=PATIENCE).run()
    assert not at.exception
    assert at.header[0].value == "Journal"
