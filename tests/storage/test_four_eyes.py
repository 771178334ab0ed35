"""Two people see an entry where its book asks for two, whatever road it takes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.journal import Line, State
from storage.acts import Edit
from storage.policy import FourEyes, Policy
from storage.records import PERSON, Book
from storage.refusals import (
    FourEyesNeeded,
    NothingToConfirm,
    WrongState,
)
from storage.session import UnitOfWork
from tests.builders import a_line
from tests.storage.reviewing import (
    OFF,
    OTHER,
    RENT,
    draft,
    put,
    seen,
    state,
    submitted,
)


@pytest.mark.parametrize("by", ["ana", "ben"])
def test_nobody_approves_what_they_wrote_or_submitted(unit: UnitOfWork, book: Book, by: str) -> None:
    entry = draft(unit, book, by="ana")
    unit.reviews.submit(book, entry, "ben", seen(unit, book, entry))  # ana wrote it, ben submitted it
    with pytest.raises(FourEyesNeeded, match=by):
        unit.reviews.approve(book, entry, by, seen(unit, book, entry))
    unit.reviews.approve(book, entry, "carla", seen(unit, book, entry))


def test_who_corrected_waits_for_another_and_the_accountant_may_confirm(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book, OTHER)
    unit.reviews.correct(book, entry, Edit(lines=RENT), "ben", seen(unit, book, entry))
    assert state(unit, book, entry) is State.SUBMITTED
    with pytest.raises(FourEyesNeeded):
        unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
    unit.reviews.confirm(book, entry, "ana", seen(unit, book, entry))
    assert state(unit, book, entry) is State.APPROVED


def test_there_is_nothing_to_confirm_where_nobody_corrected(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    with pytest.raises(NothingToConfirm):
        unit.reviews.confirm(book, entry, "ben", seen(unit, book, entry))


@pytest.mark.parametrize(("first", "allowed"), [(OTHER, True), (RENT, False)])
def test_a_book_may_let_the_reviewer_approve_a_correction_but_never_of_an_untouched_proposal(
    unit: UnitOfWork, book: Book, first: tuple[Line, ...], allowed: bool
) -> None:
    put(unit, book, Policy(confirm_corrections=False))
    entry = submitted(unit, book, first)  # RENT is what the model had proposed
    third = (a_line("D 4200 500"), a_line("D 4210 500"), a_line("C 1600 1000 Lenz"))
    unit.reviews.correct(book, entry, Edit(lines=third), "ben", seen(unit, book, entry))
    if allowed:
        unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
        return
    with pytest.raises(FourEyesNeeded):
        unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))


@pytest.mark.parametrize(
    ("policy", "alone"),
    [
        (OFF, True),
        (Policy(four_eyes=FourEyes.ABOVE, above=Decimal(1000)), True),
        (Policy(four_eyes=FourEyes.ABOVE, above=Decimal("999.99")), False),
        (Policy(four_eyes=FourEyes.ABOVE, above=Decimal(5000), classes=("16",)), False),
        (Policy(four_eyes=FourEyes.ABOVE, above=Decimal(5000), classes=("expense",)), False),
        (Policy(), False),
    ],
)
def test_the_policy_says_when_one_person_is_enough(unit: UnitOfWork, book: Book, policy: Policy, alone: bool) -> None:
    put(unit, book, policy)
    entry = submitted(unit, book)
    if alone:
        unit.reviews.approve(book, entry, "ana", seen(unit, book, entry))
        return
    with pytest.raises(FourEyesNeeded):
        unit.reviews.approve(book, entry, "ana", seen(unit, book, entry))


def test_a_looser_policy_does_not_loosen_what_was_submitted_before(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    put(unit, book, OFF)
    with pytest.raises(FourEyesNeeded):
        unit.reviews.approve(book, entry, "ana", seen(unit, book, entry))
    later = submitted(unit, book)
    unit.reviews.approve(book, later, "ana", seen(unit, book, later))


def test_a_correction_does_not_loosen_what_was_submitted_before_either(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    put(unit, book, OFF)
    unit.reviews.correct(book, entry, Edit(lines=OTHER), "ben", seen(unit, book, entry))
    with pytest.raises(FourEyesNeeded):
        unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))


def test_a_version_slipped_in_after_the_submission_is_not_approved(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    unit.journal.add_version(entry, OTHER, author="mallory", origin=PERSON)
    with pytest.raises(WrongState, match="changed since it was submitted"):
        unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
