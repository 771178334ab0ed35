"""The life of an entry: what every act asks, and that nobody overwrites anybody."""

from __future__ import annotations

from datetime import date

import pytest

from engine.journal import Kind, Line, State
from storage.acts import Edit, Look
from storage.periods import Lock
from storage.policy import Policy
from storage.records import PERSON, Book
from storage.refusals import (
    AccountUnusable,
    AlreadyDecided,
    AlreadyExported,
    AmountRefused,
    ClosedPeriod,
    DocumentMissing,
    FourEyesNeeded,
    NotBalanced,
    NothingToConfirm,
    NotYours,
    PartyMissing,
    ReasonMissing,
    WrongState,
)
from storage.session import UnitOfWork
from tests.builders import a_line
from tests.storage.reviewing import (
    DAY,
    OTHER,
    RENT,
    approved,
    draft,
    posted,
    seen,
    state,
    submitted,
)


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
