"""Complete my entry: some lines are given, in any order, on any side, with or without amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inference.predictor import Predictor
from engine.journal import Entry, Event, Line, Proposal, Side, event_of
from tests.builders import a_line, an_event, some_entries

BOOK = some_entries(15)
UNKNOWN = Decimal(0)


@pytest.fixture(scope="module")
def steady(bundle_folder: Path) -> Predictor:
    return Predictor.load(bundle_folder)


def asked(entry: Entry, lines: Sequence[Line]) -> Event:
    return replace(event_of(entry), lines=tuple(lines))


def answers(proposal: Proposal) -> list[tuple[list[tuple[object, ...]], float]]:
    return [
        ([(x.account, x.side, x.amount) for x in c.lines], round(c.set_probability, 5)) for c in proposal.candidates
    ]


@settings(max_examples=25)
@given(st.sampled_from(BOOK), st.data())
def test_the_order_of_the_given_lines_changes_nothing(steady: Predictor, entry: Entry, data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(entry.lines), unique=True))
    shuffled = data.draw(st.permutations(some))
    one, other = (steady.predict([asked(entry, lines)])[0] for lines in (some, shuffled))
    assert answers(one) == answers(other)
    assert one.status is other.status


@settings(max_examples=25)
@given(st.sampled_from(BOOK), st.data())
def test_no_candidate_lacks_a_given_line_and_the_rest_balances(
    steady: Predictor, entry: Entry, data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(entry.lines), unique=True, max_size=len(entry.lines) - 1))
    given_ = [replace(x, amount=UNKNOWN) if data.draw(st.booleans()) else x for x in some]
    proposal = steady.predict([asked(entry, given_)])[0]
    for candidate in proposal.candidates:
        totals = {sum((x.amount for x in candidate.lines if x.side is s), Decimal(0)) for s in Side}
        assert totals == {entry.total}
        for x in given_:
            fits = [y for y in candidate.lines if (y.account, y.side) == (x.account, x.side)]
            assert fits
            assert x.amount == UNKNOWN or x.amount in {y.amount for y in fits}
            assert all(y.probability == 1.0 and not y.among for y in fits)
    assert sum(c.set_probability for c in proposal.candidates) <= 1 + 1e-4


@settings(max_examples=15)
@given(st.sampled_from(BOOK), st.randoms(use_true_random=False))
def test_all_lines_given_come_back_for_certain(steady: Predictor, entry: Entry, dice: object) -> None:
    lines = list(entry.lines)
    dice.shuffle(lines)  # type: ignore[attr-defined]
    proposal = steady.predict([asked(entry, lines)])[0]
    (only,) = proposal.candidates
    assert only.set_probability == pytest.approx(1.0)
    assert Counter((x.account, x.side, x.amount) for x in only.lines) == Counter(
        (x.account, x.side, x.amount) for x in entry.lines
    )


def test_an_entry_nobody_ever_booked_comes_back_too(steady: Predictor) -> None:
    lines = (a_line("D 0420 1000.00"), a_line("D 0420 190.00"), a_line("C 0800 1190.00"))
    (only,) = steady.predict([an_event(lines=lines)])[0].candidates
    assert only.set_probability == 1.0
    assert sorted(x.amount for x in only.lines) == [190, 1000, 1190]


def test_two_equal_lines_stay_two(steady: Predictor) -> None:
    twice = (a_line("D 3400 100.00"), a_line("D 3400 100.00"))
    proposal = steady.predict([an_event("Ware Lieferung 3", "238.00", lines=twice)])[0]
    for candidate in proposal.candidates:
        assert [x.amount for x in candidate.lines if x.account == "3400"][:2] == [Decimal(100), Decimal(100)]


def test_what_is_known_makes_the_answer_surer(steady: Predictor) -> None:
    """A given line leaves fewer possibilities: the right entry may only gain."""
    entry = BOOK[5]
    free = steady.predict([event_of(entry)])[0].candidates[0]
    bank = steady.predict([asked(entry, entry.lines[-1:])])[0].candidates[0]
    assert [(x.account, x.side) for x in free.lines] == [(x.account, x.side) for x in bank.lines]
    assert bank.set_probability >= free.set_probability - 0.1
