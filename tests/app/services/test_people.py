"""Roles are given with a second person where the book has one, and end at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.services import controls, people
from app.services.access import NotAllowed, Right, Role, Who
from app.services.people import Reach
from app.services.workbench import Workbench
from storage import audit
from storage.identity import utc_now
from storage.refusals import SecondPersonNeeded
from tests.app.conftest import ANA, FillBook

ADA, BEA, KIM = Who(id="ada"), Who(id="bea"), Who(id="kim")


@pytest.fixture
def book(wb: Workbench, fill: FillBook) -> str:
    """A book with the admins ada and bea, and kim without a role."""
    found = fill(wb)
    with wb.writing() as uow:
        for who in (ADA, BEA, KIM):
            user = uow.people.add(who.id, who.id.title(), "Ana")
            if who is not KIM:
                uow.people.set_role(found.book_id, user, Role.ADMIN, "Ana", granted=True)
    return found.name


def roles(wb: Workbench, book: str) -> set[tuple[str, str]]:
    return {(h.user.login, h.role) for h in people.people_of(wb, ANA, book)}


def give(wb: Workbench, who: Who, login: str, role: Role, reach: Reach | None = None) -> controls.Change:
    return people.set_role(wb, who, "test", login, role, granted=True, reason="joins the team", reach=reach)


def take(wb: Workbench, who: Who, login: str, role: Role) -> controls.Change:
    return people.set_role(wb, who, "test", login, role, granted=False, reason="left the team")


def test_a_role_holds_when_a_second_admin_has_confirmed_it(wb: Workbench, book: str) -> None:
    reach = Reach(first_year=2024, last_year=2025, last_day=utc_now().date() + timedelta(days=9))
    change = give(wb, ADA, "kim", Role.AUDITOR, reach)
    assert change.waits
    assert change.before == {"login": "kim", "role": "auditor", "granted": False}
    assert change.after["granted"] is True
    assert (change.after["first_year"], change.after["last_year"]) == (2024, 2025)
    assert ("kim", "auditor") not in roles(wb, book)
    with pytest.raises(SecondPersonNeeded):
        controls.confirm_change(wb, ADA, book, change.change_id)
    controls.confirm_change(wb, BEA, book, change.change_id)
    held = next(h for h in people.people_of(wb, ADA, book) if h.user.login == "kim")
    assert (held.limits.first_year, held.limits.last_year, held.by) == (2024, 2025, "bea")
    assert held.limits.expires is not None
    assert held.limits.expires.date() == reach.last_day
    with wb.reading() as uow:
        assert audit.verify(uow.session, uow.books.get(book).book_id) is None


def test_an_admin_gives_themselves_no_role_alone(wb: Workbench, book: str) -> None:
    change = give(wb, ADA, "ada", Role.REVIEWER)
    assert change.waits
    controls.decline_change(wb, BEA, book, change.change_id, "one is enough")
    assert ("ada", "reviewer") not in roles(wb, book)


def test_a_role_ends_at_once_and_with_it_the_session(wb: Workbench, book: str) -> None:
    from app.services import sign_in

    with wb.writing() as uow:
        token = uow.sign_ins.start("bea", utc_now())
    assert sign_in.who_of(wb, token) is not None
    change = take(wb, ADA, "bea", Role.ADMIN)
    assert change.holds
    assert change.after == {"login": "bea", "role": "admin", "granted": False}
    assert roles(wb, book) == {("ada", "admin")}
    assert sign_in.who_of(wb, token) is None


def test_who_takes_the_other_admin_s_role_is_still_not_alone(wb: Workbench, book: str) -> None:
    take(wb, ADA, "bea", Role.ADMIN)
    assert give(wb, ADA, "ada", Role.REVIEWER).waits
    assert controls.change_policy(wb, ADA, book, {"four_eyes": "off"}, "quicker").waits
    give(wb, ANA, "kim", Role.ADMIN)  # whoever runs the command line names another admin
    waiting = [c for c in controls.changes(wb, KIM, book) if c.waits]
    assert [c.subject for c in waiting] == ["role", "policy"]
    controls.confirm_change(wb, KIM, book, waiting[0].change_id)
    assert ("ada", "reviewer") in roles(wb, book)


def test_alone_an_admin_gives_roles_at_once(wb: Workbench, book: str) -> None:
    take(wb, ANA, "bea", Role.ADMIN)
    change = give(wb, ADA, "ada", Role.REVIEWER)
    assert (change.holds, change.needs_second) == (True, False)
    assert ("ada", "reviewer") in roles(wb, book)


def test_the_operator_s_grants_hold_at_once_and_are_written_down(wb: Workbench, book: str) -> None:
    assert give(wb, ANA, "kim", Role.ACCOUNTANT).holds
    last = controls.changes(wb, ADA, book)[-1]
    assert (last.subject, last.key, last.by, last.reason) == ("role", "kim: accountant", "Ana", "joins the team")


def test_a_confirmation_takes_the_right_to_manage_people(wb: Workbench, book: str) -> None:
    change = give(wb, ADA, "kim", Role.ACCOUNTANT)
    give(wb, ANA, "kim", Role.REVIEWER)
    with pytest.raises(NotAllowed, match=Right.POLICY.value):
        controls.confirm_change(wb, KIM, book, change.change_id)


def test_no_admin_gets_in_as_the_second_one(wb: Workbench, book: str) -> None:
    with pytest.raises(NotAllowed):
        people.reset(wb, ADA, "bea")
    assert people.reset(wb, ADA, "ada").count("-") == 3
