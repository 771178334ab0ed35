"""The life of an entry: what every act asks, who may, and that nobody overwrites anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.journal import Account, Kind, Line, Side, State, teaches
from storage.acts import Edit, Look, Seen, Standing
from storage.periods import Lock
from storage.policy import FourEyes, Policy, Reversal
from storage.records import MODEL, PERSON, Book, NewEntry
from storage.refusals import (
    AccountUnusable,
    AlreadyDecided,
    AlreadyExported,
    AlreadyReversed,
    AmountRefused,
    ClosedPeriod,
    DocumentMissing,
    FourEyesNeeded,
    NotBalanced,
    NothingToConfirm,
    NotYours,
    PartyMissing,
    ReasonMissing,
    ReversalFixed,
    WrongState,
)
from storage.session import Store, UnitOfWork
from tests.builders import CATALOG, a_line

DAY = date(2024, 3, 5)
RENT = (a_line("D 4210 1000"), a_line("C 1600 1000 Lenz"))
OTHER = (a_line("D 4200 1000"), a_line("C 1600 1000 Lenz"))
OFF = Policy(four_eyes=FourEyes.OFF)


@pytest.fixture
def unit(store: Store, book: Book) -> Iterator[UnitOfWork]:
    """One open transaction over a book with a catalog."""
    with store.unit_of_work() as opened:
        extra = (Account(code="1601", name="Kreditoren", control=True), Account(code="1999", closed=date(2024, 1, 1)))
        opened.books.put_accounts(book.book_id, (*CATALOG, *extra), "ana")
        yield opened


def draft(unit: UnitOfWork, book: Book, lines: tuple[Line, ...] = RENT, by: str = "ana", **header: Any) -> str:
    """An entry that a model proposed and ``by`` saved with ``lines``."""
    new = replace(
        NewEntry(description="Miete", date=DAY, currency="EUR", journal="ER", party="Lenz", document="R 7"),
        **header,
    )
    entry = unit.journal.open_entry(book.book_id, new, by)
    unit.journal.add_version(entry, RENT, author="model b1", origin=MODEL)
    unit.journal.add_version(entry, lines, author=by, origin=PERSON)
    return entry


def at(unit: UnitOfWork, book: Book, entry: str) -> Standing:
    return unit.reviews.standing(book.book_id, entry)


def seen(unit: UnitOfWork, book: Book, entry: str) -> Seen:
    return at(unit, book, entry).seen


def submitted(unit: UnitOfWork, book: Book, lines: tuple[Line, ...] = RENT, by: str = "ana", **header: Any) -> str:
    entry = draft(unit, book, lines, by, **header)
    unit.reviews.submit(book, entry, by, seen(unit, book, entry))
    return entry


def approved(unit: UnitOfWork, book: Book, **header: Any) -> str:
    entry = submitted(unit, book, **header)
    unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
    return entry


def posted(unit: UnitOfWork, book: Book, **header: Any) -> str:
    entry = approved(unit, book, **header)
    unit.reviews.post(book, entry, "ben", seen(unit, book, entry))
    return entry


def state(unit: UnitOfWork, book: Book, entry: str) -> State:
    return at(unit, book, entry).state


def put(unit: UnitOfWork, book: Book, policy: Policy) -> None:
    unit.policies.put(book.book_id, policy, "ana", "test")


def test_draft_submitted_approved_posted(unit: UnitOfWork, book: Book) -> None:
    entry = draft(unit, book)
    assert state(unit, book, entry) is State.DRAFT
    unit.reviews.submit(book, entry, "ana", seen(unit, book, entry))
    assert state(unit, book, entry) is State.SUBMITTED
    unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
    assert state(unit, book, entry) is State.APPROVED
    done = unit.reviews.post(book, entry, "ben", seen(unit, book, entry))
    assert state(unit, book, entry) is State.POSTED
    assert done.detail == {"fiscal_year": "2024", "journal": "ER", "number": 1}
    assert unit.journal.entry(book.book_id, entry).entry.number == "1"


def test_numbers_count_by_year_and_journal_without_gaps(unit: UnitOfWork, book: Book) -> None:
    for expected, header in (
        (1, {}), (2, {}), (1, {"journal": "BQ"}), (3, {}), (1, {"date": date(2025, 1, 2)}), (2, {"journal": "BQ"}),
    ):  # fmt: skip
        entry = posted(unit, book, **header)
        assert unit.journal.entry(book.book_id, entry).entry.number == str(expected)


@pytest.mark.parametrize(
    ("lines", "refusal", "said"),
    [
        ((a_line("D 4210 1000"), a_line("C 1600 999.99 Lenz")), NotBalanced, "0.01 is missing"),
        ((a_line("D 4210 1000"),), NotBalanced, "the credit side is empty"),
        ((a_line("D 4210 -1000"), a_line("C 1600 -1000 Lenz")), AmountRefused, "Line 1: the amount -1000"),
        ((a_line("D 4210 10.005"), a_line("C 1600 10.005 Lenz")), AmountRefused, "more decimals than EUR"),
        ((a_line("D 9999 1000"), a_line("C 1600 1000 Lenz")), AccountUnusable, "'9999' is not in the catalog"),
        ((a_line("D 1999 1000"), a_line("C 1600 1000 Lenz")), AccountUnusable, "is not open on 2024-03-05"),
        ((a_line("D 4210 1000"), a_line("C 1601 1000")), PartyMissing, "'1601' is kept by party"),
    ],
)
def test_an_incomplete_entry_is_a_draft_and_nothing_more(
    unit: UnitOfWork, book: Book, lines: tuple[Line, ...], refusal: type[Exception], said: str
) -> None:
    entry = draft(unit, book, lines)
    with pytest.raises(refusal, match=said):
        unit.reviews.submit(book, entry, "ana", seen(unit, book, entry))
    assert state(unit, book, entry) is State.DRAFT


def test_a_submission_names_its_document_or_says_why_there_is_none(unit: UnitOfWork, book: Book) -> None:
    entry = draft(unit, book, document="")
    with pytest.raises(DocumentMissing):
        unit.reviews.submit(book, entry, "ana", seen(unit, book, entry), no_document="  ")
    done = unit.reviews.submit(book, entry, "ana", seen(unit, book, entry), no_document="own use, no paper")
    assert done.detail["no_document"] == "own use, no paper"


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


def test_the_second_of_two_decisions_is_told_who_was_faster(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    both_saw = seen(unit, book, entry)
    unit.reviews.approve(book, entry, "ben", both_saw)
    with pytest.raises(AlreadyDecided, match="ben has approved this a moment ago"):
        unit.reviews.give_back(book, entry, "carla", both_saw, "wrong account")
    assert state(unit, book, entry) is State.APPROVED


def test_an_approval_of_lines_that_were_corrected_meanwhile_is_refused(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    before = seen(unit, book, entry)
    unit.reviews.correct(book, entry, Edit(lines=OTHER), "ben", before)
    with pytest.raises(AlreadyDecided, match="ben has"):
        unit.reviews.approve(book, entry, "carla", before)


def test_a_version_slipped_in_after_the_submission_is_not_approved(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    unit.journal.add_version(entry, OTHER, author="mallory", origin=PERSON)
    with pytest.raises(WrongState, match="changed since it was submitted"):
        unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))


def test_what_was_decided_gets_no_more_versions(unit: UnitOfWork, book: Book) -> None:
    entry = approved(unit, book)
    with pytest.raises(WrongState):
        unit.journal.add_version(entry, OTHER, author="ana", origin=PERSON)
    with pytest.raises(WrongState):
        unit.reviews.correct(book, entry, Edit(lines=OTHER), "ana", seen(unit, book, entry))


def test_returned_with_a_reason_then_edited_and_submitted_again(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    with pytest.raises(ReasonMissing):
        unit.reviews.give_back(book, entry, "ben", seen(unit, book, entry), " ")
    unit.reviews.give_back(book, entry, "ben", seen(unit, book, entry), "4200, please")
    assert state(unit, book, entry) is State.RETURNED
    unit.reviews.correct(book, entry, Edit(lines=OTHER), "ana", seen(unit, book, entry))
    assert state(unit, book, entry) is State.RETURNED
    unit.reviews.submit(book, entry, "ana", seen(unit, book, entry))
    unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
    assert unit.journal.entry(book.book_id, entry).entry.lines == OTHER


def test_own_acts_are_taken_back_until_posting_or_export(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    with pytest.raises(NotYours, match="ana did this, so ben"):
        unit.reviews.withdraw(book, entry, "ben", seen(unit, book, entry))
    unit.reviews.withdraw(book, entry, "ana", seen(unit, book, entry))
    assert state(unit, book, entry) is State.DRAFT
    again = approved(unit, book)
    unit.reviews.withdraw(book, again, "ben", seen(unit, book, again))
    assert state(unit, book, again) is State.SUBMITTED
    unit.reviews.approve(book, again, "ben", seen(unit, book, again))
    unit.journal.decide(book.book_id, again, "exported", "ben")
    with pytest.raises(AlreadyExported):
        unit.reviews.withdraw(book, again, "ben", seen(unit, book, again))
    done = posted(unit, book)
    with pytest.raises(WrongState):
        unit.reviews.withdraw(book, done, "ben", seen(unit, book, done))


def test_discarded_is_the_end(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    unit.reviews.discard(book, entry, "ana", seen(unit, book, entry), kind="duplicate", reason="is R 6")
    assert state(unit, book, entry) is State.DISCARDED
    with pytest.raises(WrongState):
        unit.reviews.submit(book, entry, "ana", seen(unit, book, entry))


@pytest.mark.parametrize("how", list(Reversal))
def test_a_reversal_is_an_entry_of_its_own_and_ends_the_original(unit: UnitOfWork, book: Book, how: Reversal) -> None:
    put(unit, book, Policy(reversal=how))
    entry = posted(unit, book)
    with pytest.raises(ReasonMissing):
        unit.reviews.reverse(book, entry, "ana", date(2024, 4, 2), "", seen(unit, book, entry))
    made = unit.reviews.reverse(book, entry, "ana", date(2024, 4, 2), "billed twice", seen(unit, book, entry))
    with pytest.raises(AlreadyReversed, match=made):
        unit.reviews.reverse(book, entry, "ana", date(2024, 4, 3), "again", seen(unit, book, entry))
    lines = unit.journal.entry(book.book_id, made).entry.lines
    expected = (
        [(Side.CREDIT, 1000), (Side.DEBIT, 1000)]
        if how is Reversal.BY_SIDE
        else [(Side.DEBIT, -1000), (Side.CREDIT, -1000)]
    )
    assert [(x.side, int(x.amount)) for x in lines] == expected
    assert (at(unit, book, made).kind, at(unit, book, made).reverses) == (Kind.REVERSAL, entry)
    unit.reviews.submit(book, made, "ana", seen(unit, book, made))
    with pytest.raises(FourEyesNeeded):
        unit.reviews.approve(book, made, "ana", seen(unit, book, made))
    unit.reviews.approve(book, made, "ben", seen(unit, book, made))
    assert state(unit, book, entry) is State.POSTED
    unit.reviews.post(book, made, "ben", seen(unit, book, made))
    detail = unit.journal.entry(book.book_id, entry)
    assert (detail.entry.state, detail.decisions[-1].detail) == (State.REVERSED, {"reversal": made})
    assert not teaches(detail.entry)
    assert not teaches(unit.journal.entry(book.book_id, made).entry)


def test_a_reversal_takes_back_exactly_what_it_names_and_is_not_reversed(unit: UnitOfWork, book: Book) -> None:
    entry = posted(unit, book)
    made = unit.reviews.reverse(book, entry, "ana", DAY, "billed twice", seen(unit, book, entry))
    unit.reviews.correct(book, made, Edit(lines=OTHER), "ana", seen(unit, book, made))
    with pytest.raises(ReversalFixed):
        unit.reviews.submit(book, made, "ana", seen(unit, book, made))
    unit.reviews.discard(book, made, "ana", seen(unit, book, made), kind="other", reason="edited")
    second = unit.reviews.reverse(book, entry, "ana", DAY, "billed twice", seen(unit, book, entry))
    unit.reviews.submit(book, second, "ana", seen(unit, book, second))
    unit.reviews.approve(book, second, "ben", seen(unit, book, second))
    unit.reviews.post(book, second, "ben", seen(unit, book, second))
    with pytest.raises(ReversalFixed):
        unit.reviews.reverse(book, second, "ana", DAY, "after all", seen(unit, book, second))


def test_a_discarded_reversal_makes_room_for_another(unit: UnitOfWork, book: Book) -> None:
    entry = posted(unit, book)
    made = unit.reviews.reverse(book, entry, "ana", DAY, "billed twice", seen(unit, book, entry))
    unit.reviews.discard(book, made, "ana", seen(unit, book, made), kind="other", reason="it was right")
    assert unit.reviews.reverse(book, entry, "ana", DAY, "after all", seen(unit, book, entry)) != made


def test_a_reversal_may_use_an_account_that_was_closed_since(unit: UnitOfWork, book: Book) -> None:
    entry = posted(unit, book)
    unit.books.put_accounts(book.book_id, [replace(CATALOG[0], code="4210", closed=date(2024, 4, 1))], "ana")
    made = unit.reviews.reverse(book, entry, "ana", date(2024, 5, 1), "billed twice", seen(unit, book, entry))
    unit.reviews.submit(book, made, "ana", seen(unit, book, made))


def test_nothing_goes_into_a_closed_period(unit: UnitOfWork, book: Book) -> None:
    entry = approved(unit, book)
    waiting = draft(unit, book, date=date(2024, 2, 1))
    unit.periods.set_lock(book.book_id, date(2024, 1, 1), date(2024, 3, 31), Lock.SOFT, "adam", "month end")
    with pytest.raises(ClosedPeriod, match="2024-03-05 lies in a period that is closed"):
        unit.reviews.post(book, entry, "ben", seen(unit, book, entry))
    with pytest.raises(ClosedPeriod):
        unit.reviews.submit(book, waiting, "ana", seen(unit, book, waiting))
    unit.reviews.post(book, entry, "ben", seen(unit, book, entry), Look(soft_exempt=True))
    done = posted(unit, book, date=date(2024, 4, 1))
    with pytest.raises(ClosedPeriod):
        unit.reviews.reverse(book, done, "ana", date(2024, 3, 31), "wrong", seen(unit, book, done))


def test_who_changes_their_own_submission_corrected_nobody(unit: UnitOfWork, book: Book) -> None:
    unit.policies.put(book.book_id, Policy(confirm_corrections=False), "adam", "trust")
    entry = draft(unit, book, OTHER, by="ana")
    unit.reviews.correct(book, entry, Edit(lines=RENT), "ben", seen(unit, book, entry))
    unit.reviews.submit(book, entry, "ben", seen(unit, book, entry))
    unit.reviews.correct(book, entry, Edit(lines=RENT), "ben", seen(unit, book, entry))
    with pytest.raises(FourEyesNeeded):
        unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
    with pytest.raises(NothingToConfirm):
        unit.reviews.confirm(book, entry, "ana", seen(unit, book, entry))
    unit.reviews.approve(book, entry, "carla", seen(unit, book, entry))


def test_a_kind_without_an_original_excuses_no_closed_account(unit: UnitOfWork, book: Book) -> None:
    entry = draft(unit, book, (a_line("D 1999 1000"), a_line("C 1600 1000")), kind=Kind.REVERSAL)
    with pytest.raises(AccountUnusable):
        unit.reviews.submit(book, entry, "ana", seen(unit, book, entry))


def test_moved_to_an_open_day_the_document_keeps_its_own(unit: UnitOfWork, book: Book) -> None:
    entry = approved(unit, book)
    unit.periods.set_lock(book.book_id, date(2024, 3, 1), date(2024, 3, 31), Lock.SOFT, "adam", "month end")
    unit.reviews.move(book, entry, unit.periods.next_open(book.book_id, DAY), "ana", seen(unit, book, entry))
    moved = unit.journal.entry(book.book_id, entry).entry
    assert (moved.date, moved.document_date, moved.state) == (date(2024, 4, 1), DAY, State.SUBMITTED)
    unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
    unit.reviews.post(book, entry, "ben", seen(unit, book, entry))


def test_comments_and_assignments_leave_the_state_alone(unit: UnitOfWork, book: Book) -> None:
    entry = submitted(unit, book)
    before = seen(unit, book, entry)
    unit.reviews.comment(book, entry, "carla", "is this the new contract?")
    unit.reviews.assign(book, entry, "carla", "ben")
    unit.reviews.approve(book, entry, "ben", before)
    acts = [(d.act, d.reason) for d in unit.journal.entry(book.book_id, entry).decisions]
    assert ("commented", "is this the new contract?") in acts
    assert ("assigned", "") in acts
