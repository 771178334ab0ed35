"""The convention of steps and its inverse."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.journal import Line, Side
from engine.targets import Step, Target, canonical, decodable, line_set, to_target
from tests.builders import a_line

CODES = ("1000", "1200", "1600", "4210")
ROWS = {c: i for i, c in enumerate(CODES)}

line = st.builds(
    Line,
    account=st.sampled_from(CODES),
    side=st.sampled_from(Side),
    amount=st.integers(-900_000, 900_000).filter(bool).map(lambda n: Decimal(n) / 100),
)
some_lines = st.lists(line, min_size=1, max_size=9)


def from_target(target: Target) -> list[tuple[str, Side]]:
    """The lines that a decoder which makes these decisions has written when it stops."""
    written: list[tuple[str, Side]] = []
    for i, stop in enumerate(target.stops):
        if stop:
            return written
        step = target.steps[i]
        written.append((CODES[step.account], step.side))
    raise AssertionError("no decision stops")


@given(some_lines)
def test_the_steps_give_every_line_back(lines: list[Line]) -> None:
    assert from_target(to_target(lines, ROWS)) == [(x.account, x.side) for x in canonical(lines)]


@given(some_lines)
def test_n_lines_make_n_plus_one_stop_decisions_and_only_the_last_is_true(lines: list[Line]) -> None:
    stops = to_target(lines, ROWS).stops
    assert len(stops) == len(lines) + 1
    assert stops[-1]
    assert not any(stops[:-1])


@given(some_lines, st.data())
def test_the_known_line_comes_first_and_the_others_keep_their_order(lines: list[Line], data: st.DataObject) -> None:
    known = data.draw(st.integers(0, len(lines) - 1))
    ordered = list(canonical(lines))
    target = to_target(lines, ROWS, known)
    assert target.known == 1
    first = ordered.pop(known)
    assert from_target(target) == [(x.account, x.side) for x in (first, *ordered)]


@given(some_lines, st.data())
def test_shares_of_a_side_add_up_to_one(lines: list[Line], data: st.DataObject) -> None:
    known = data.draw(st.none() | st.integers(0, len(lines) - 1))
    steps = to_target(lines, ROWS, known).steps
    for side in {x.side for x in lines}:
        assert sum(s.share for s in steps if s.side is side) == pytest.approx(1.0)


@given(some_lines, st.data())
def test_a_stop_is_free_once_both_sides_stand_and_the_known_line_is_written(
    lines: list[Line], data: st.DataObject
) -> None:
    known = data.draw(st.none() | st.integers(0, len(lines) - 1))
    target = to_target(lines, ROWS, known)
    for i, free in enumerate(target.decisive):
        before = {s.side for s in target.steps[:i]}
        assert free == (before == set(Side) and i >= target.known)
    assert target.decisive[-1] == ({x.side for x in lines} == set(Side))


def test_no_stop_is_free_among_the_known_lines() -> None:
    steps = tuple(Step(0, s, 0.5) for s in (Side.DEBIT, Side.CREDIT, Side.CREDIT, Side.DEBIT))
    assert Target(steps).decisive == (False, False, True, True, True)
    assert Target(steps, known=3).decisive == (False, False, False, True, True)


@given(some_lines, st.randoms(use_true_random=False))
def test_the_order_of_the_source_changes_nothing(lines: list[Line], random: st.DataObject) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert to_target(shuffled, ROWS) == to_target(lines, ROWS)


@given(some_lines)
def test_canonical_order_is_debits_by_falling_amount_then_credits(lines: list[Line]) -> None:
    ordered = canonical(lines)
    assert sorted(map(repr, ordered)) == sorted(map(repr, lines))
    assert [(x.side, -abs(x.amount)) for x in ordered] == sorted((x.side, -abs(x.amount)) for x in lines)
    assert canonical(ordered) == ordered


def test_an_account_that_repeats_stays_two_steps() -> None:
    target = to_target([a_line("D 4210 60"), a_line("D 4210 40"), a_line("C 1200 100")], ROWS)
    assert [(s.account, s.share) for s in target.steps] == [(3, 0.6), (3, 0.4), (1, 1.0)]


def test_an_account_outside_the_catalog_is_refused() -> None:
    with pytest.raises(KeyError):
        to_target([a_line("D 9999 1"), a_line("C 1200 1")], ROWS)


@given(some_lines, st.integers(1, 9))
def test_decodable_needs_both_sides_and_room(lines: list[Line], room: int) -> None:
    assert decodable(lines, room) == (len({x.side for x in lines}) == 2 and len(lines) <= room)


@given(some_lines)
def test_a_line_set_knows_neither_order_nor_repetition(lines: list[Line]) -> None:
    found = line_set([*lines, *reversed(lines)])
    assert found == line_set(lines)
    assert list(found) == sorted(set(found))
    assert set(found) == {(x.account, x.side) for x in lines}
