"""A book's rules change for a reason, and through a second person where the book has one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.services import controls, review
from app.services.access import NotAllowed, Right, Role, Who
from app.services.controls import FiscalYear, FourEyes, Lock, Policy
from app.services.workbench import Workbench
from storage.records import NewEntry
from storage.refusals import (
    BadFiscalYear,
    BadPolicy,
    ClosedPeriod,
    PeriodOccupied,
    ReasonMissing,
    SecondPersonNeeded,
    UnknownChange,
)
from tests.app.conftest import ANA, FillBook
from tests.builders import a_line

MARCH = (date(2025, 3, 1), date(2025, 3, 31))
ADA, BEA, KIM = Who(id="ada"), Who(id="bea"), Who(id="kim")


@pytest.fixture
def book(wb: Workbench, fill: FillBook) -> str:
    """A book with two admins, ada and bea, and an accountant and reviewer, kim."""
    found = fill(wb)
    with wb.writing() as uow:
        for who, *roles in ((ADA, Role.ADMIN), (BEA, Role.ADMIN), (KIM, Role.ACCOUNTANT, Role.REVIEWER)):
            user = uow.people.add(who.id, "", "Ana")
            for role in roles:
                uow.people.set_role(found.book_id, user, role, "Ana", granted=True)
    return found.name


def a_draft(wb: Workbench, book: str, day: date) -> str:
    with wb.writing() as uow:
        book_id = uow.books.get(book).book_id
        new = NewEntry(description="Miete", date=day, currency="EUR", journal="ER", document="R 1")
        entry = uow.journal.open_entry(book_id, new, "kim")
        lines = [a_line("D 4210 10"), a_line("C 1600 10 Lenz")]
        uow.journal.add_version(entry, lines, author="kim", origin="person")
    return entry


def test_a_policy_holds_when_a_second_admin_has_confirmed_it(wb: Workbench, book: str) -> None:
    change = controls.change_policy(wb, ADA, book, {"four_eyes": "above", "above": "250.00"}, "small receipts")
    assert change.waits
    assert (change.before, change.after) == (
        {"above": "0", "four_eyes": "always"}, {"above": "250", "four_eyes": "above"},
    )  # fmt: skip
    assert controls.policy(wb, ADA, book) == Policy()
    with pytest.raises(SecondPersonNeeded, match="ada"):
        controls.confirm_change(wb, ADA, book, change.change_id)
    assert controls.confirm_change(wb, BEA, book, change.change_id).act_by == "bea"
    assert controls.policy(wb, KIM, book) == Policy(four_eyes=FourEyes.ABOVE, above=Decimal(250))
    with pytest.raises(UnknownChange):
        controls.confirm_change(wb, BEA, book, change.change_id)


def test_two_changes_that_waited_together_both_hold(wb: Workbench, book: str) -> None:
    one = controls.change_policy(wb, ADA, book, {"reversal": "sign"}, "as our auditor asks")
    two = controls.change_policy(wb, ADA, book, {"document_required": "no"}, "cash book")
    controls.confirm_change(wb, BEA, book, two.change_id)
    controls.confirm_change(wb, BEA, book, one.change_id)
    now = controls.policy(wb, ADA, book)
    assert (now.reversal, now.document_required) == ("sign", False)


def test_a_declined_change_never_holds_and_who_proposed_it_may_decline(wb: Workbench, book: str) -> None:
    change = controls.change_policy(wb, ADA, book, {"four_eyes": "off"}, "holidays")
    assert controls.decline_change(wb, ADA, book, change.change_id, "rather not").act == "declined"
    assert controls.policy(wb, ADA, book) == Policy()
    assert [c.act for c in controls.changes(wb, KIM, book)] == ["declined"]


def test_alone_an_admin_changes_at_once_and_the_record_says_so(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    change = controls.change_policy(wb, ANA, "test", {"four_eyes": "off"}, "one-person firm")
    assert (change.holds, change.needs_second) == (True, False)
    assert controls.policy(wb, ANA, "test").four_eyes is FourEyes.OFF


@pytest.mark.parametrize(
    ("values", "reason", "refusal"),
    [
        ({"four_eyes": "sometimes"}, "x", BadPolicy),
        ({"above": "-1"}, "x", BadPolicy),
        ({"above": "NaN"}, "x", BadPolicy),
        ({"colour": "red"}, "x", BadPolicy),
        ({"four_eyes": "off"}, "  ", ReasonMissing),
    ],
)
def test_bad_values_change_nothing(
    wb: Workbench, book: str, values: dict[str, object], reason: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        controls.change_policy(wb, ADA, book, values, reason)
    assert controls.changes(wb, ADA, book) == ()


def test_a_hard_close_waits_for_what_is_unfinished_and_an_anchor_is_written(wb: Workbench, book: str) -> None:
    entry = a_draft(wb, book, date(2025, 3, 9))
    with pytest.raises(PeriodOccupied, match="1 entries in it are not finished"):
        controls.close(wb, ADA, book, MARCH, Lock.HARD, "year end")
    assert controls.unfinished(wb, ADA, book, *MARCH) == (entry,)
    seen = review.opened(wb, KIM, book, entry).standing.seen
    assert review.move(wb, KIM, book, entry, seen, date(2025, 4, 1)) == date(2025, 4, 1)
    controls.close(wb, ADA, book, MARCH, Lock.HARD, "year end")
    assert list((wb.home.path / "anchors").rglob("*.json"))
    late = a_draft(wb, book, date(2025, 3, 20))
    with pytest.raises(ClosedPeriod):
        review.submit(wb, KIM, book, late, review.opened(wb, KIM, book, late).standing.seen)


def test_reopening_takes_a_second_admin(wb: Workbench, book: str) -> None:
    controls.close(wb, ADA, book, MARCH, Lock.HARD, "year end")
    change = controls.reopen(wb, ADA, book, MARCH, "an invoice came late")
    assert [x.lock for x in controls.locks(wb, KIM, book)] == [Lock.HARD]
    controls.confirm_change(wb, BEA, book, change.change_id)
    assert [x.lock for x in controls.locks(wb, KIM, book)] == [Lock.HARD, Lock.OPEN]


def test_a_soft_close_lets_reviewers_through(wb: Workbench, book: str) -> None:
    controls.close(wb, ADA, book, MARCH, Lock.SOFT, "month end")
    with wb.writing() as uow:
        found = uow.books.get(book)
        uow.people.set_role(found.book_id, uow.people.add("acc", "", "Ana"), Role.ACCOUNTANT, "Ana", granted=True)
    entry = a_draft(wb, book, date(2025, 3, 9))
    seen = review.opened(wb, KIM, book, entry).standing.seen
    with pytest.raises(ClosedPeriod, match="soft"):
        review.submit(wb, Who(id="acc"), book, entry, seen)
    review.submit(wb, KIM, book, entry, seen)


@pytest.mark.parametrize(
    ("year", "why"),
    [
        (FiscalYear(label="", first=date(2025, 7, 1), last=date(2026, 6, 30)), "no name"),
        (FiscalYear(label="25/26", first=date(2026, 7, 1), last=date(2025, 6, 30)), "comes before"),
        (FiscalYear(label="2024/25", first=date(2025, 7, 1), last=date(2026, 6, 30)), "one of that name"),
        (FiscalYear(label="long", first=date(2025, 6, 30), last=date(2026, 6, 30)), "overlaps 2024/25"),
    ],
)
def test_fiscal_years_have_names_and_no_overlaps(wb: Workbench, book: str, year: FiscalYear, why: str) -> None:
    first = FiscalYear(label="2024/25", first=date(2024, 7, 1), last=date(2025, 6, 30))
    controls.add_year(wb, ADA, book, first)
    with pytest.raises(BadFiscalYear, match=why):
        controls.add_year(wb, ADA, book, year)
    assert controls.years(wb, KIM, book) == (first,)


def test_a_number_tells_the_fiscal_year_it_was_given_in(wb: Workbench, book: str) -> None:
    controls.add_year(wb, ADA, book, FiscalYear(label="24/25", first=date(2024, 7, 1), last=date(2025, 6, 30)))
    entry = a_draft(wb, book, date(2025, 3, 9))

    def seen() -> review.Seen:
        return review.opened(wb, KIM, book, entry).standing.seen

    review.submit(wb, KIM, book, entry, seen())
    review.approve(wb, ANA, book, entry, seen())
    assert review.post(wb, KIM, book, entry, seen()) == "24/25 ER 1"


def test_rules_are_for_admins(wb: Workbench, book: str) -> None:
    with pytest.raises(NotAllowed, match=Right.POLICY.value):
        controls.change_policy(wb, KIM, book, {"four_eyes": "off"}, "quicker")
