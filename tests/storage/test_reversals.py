"""A reversal is an entry of its own that takes back exactly what it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.journal import Kind, Side, State, teaches
from storage.acts import Edit
from storage.policy import Policy, Reversal
from storage.records import Book
from storage.refusals import (
    AlreadyReversed,
    FourEyesNeeded,
    ReasonMissing,
    ReversalFixed,
)
from storage.session import UnitOfWork
from tests.builders import CATALOG
from tests.storage.reviewing import (
    DAY,
    OTHER,
    at,
    posted,
    put,
    seen,
    state,
)


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
