"""Whatever set of places, amount and known lines: the written entry balances or is not proposed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features import Reader
from engine.inference.amounts import fits, to_minor_unit
from engine.inference.beam import Hypothesis
from engine.inference.evidence import Circle, Evidence
from engine.inference.lines import Composer
from engine.journal import Event, Line, Side, minor_units
from engine.retrieval.memory import Memory
from engine.targets import LineSet, line_set
from tests.builders import a_line, an_entry, an_event
from tests.engine.made import many_shapes
from tests.engine.retrieval.test_memory import a_memory

D, C = Side.DEBIT, Side.CREDIT
RENT: LineSet = (("1576", D), ("1600", C), ("4210", D))
place = st.tuples(st.sampled_from(["1200", "1576", "1600", "4210", "6200", "1700"]), st.sampled_from(Side))
some_places = st.frozensets(place, min_size=2, max_size=6).map(lambda s: tuple(sorted(s)))
money = st.integers(-10_000_000, 10_000_000).filter(bool).map(lambda n: Decimal(n) / 100)


@pytest.fixture(scope="module")
def memory(reader: Reader) -> Memory:
    """Payrolls and split purchases, and a rent with a party and a tax code."""
    rent = an_entry(
        "Miete", a_line("D 4210 1000.00", tax_code="V19"), "D 1576 190.00", "C 1600 1190.00 Lenz", entry_id="rent"
    )
    return a_memory(reader, [*many_shapes(12), rent])


def evidence_of(places: LineSet, memory: Memory, *, near: bool = True, best: Hypothesis | None = None) -> Evidence:
    """One candidate whose neighbours are all rows of the memory, or none."""
    rows = np.arange(memory.rows if near else 0)[::-1].copy()
    ones = np.ones(len(rows), np.float32)
    return Evidence(
        sets=(places,), features=np.zeros((1, 1), np.float32), template=np.zeros(1, np.float32),
        written=np.zeros(1, np.float32), best={places: best} if best else {}, circle=Circle(rows, ones, ones, ones),
        known=memory.rows,
    )  # fmt: skip


def written(event: Event, memory: Memory, places: LineSet, evidence: Evidence) -> tuple[Line, ...]:
    composed = Composer(event, memory, "EUR").compose(places, evidence)
    assert composed
    return composed.lines


def side_totals(lines: tuple[Line, ...]) -> set[Decimal]:
    return {sum((x.amount for x in lines if x.side is s), Decimal(0)) for s in Side}


@given(some_places, money, st.sampled_from(["EUR", "JPY", "KWD", "", "EURO?"]), st.booleans())
def test_what_is_possible_balances_to_the_minor_unit(
    memory: Memory, places: LineSet, amount: Decimal, currency: str, near: bool
) -> None:
    composer, unit = Composer(an_event(amount=amount), memory, currency), minor_units(currency)
    on_side = [sum(s is side for _, s in places) for side in Side]
    assert composer.possible(places) == (min(on_side) > 0 and fits(amount, max(on_side), unit))
    composed = composer.compose(places, evidence_of(places, memory, near=near))
    assert (composed is not None) == composer.possible(places)
    if composed is None:
        return
    lines = composed.lines
    assert side_totals(lines) == {to_minor_unit(amount, unit)}
    assert line_set(lines) == places
    assert all(x.amount for x in lines)
    assert [x.side for x in lines] == sorted(x.side for x in lines)


@given(some_places, st.integers(1, 10_000_000), st.data())
def test_known_lines_stay_as_they_are_and_the_rest_balances(
    memory: Memory, places: LineSet, total: int, data: st.DataObject
) -> None:
    amount = Decimal(total) / 100
    known = []
    for account, side in data.draw(st.lists(st.sampled_from(places), max_size=4)):
        part = Decimal(data.draw(st.integers(1, total))) / 100
        known.append(Line(account=account, side=side, amount=part, party="Given", label="as typed"))
    composer = Composer(an_event(amount=amount, lines=tuple(known)), memory, "EUR")
    composed = composer.compose(places, evidence_of(places, memory))
    if composed is None:
        return
    assert composer.possible(places)
    lines = composed.lines
    assert side_totals(lines) == {amount}
    assert line_set(lines) == places
    for line in known:
        assert lines.count(line) == known.count(line)


def test_what_was_split_is_split_so_again(memory: Memory) -> None:
    lines = written(an_event(amount="238.00"), memory, RENT, evidence_of(RENT, memory))
    assert [(x.account, x.amount) for x in lines] == [
        ("4210", Decimal("200.00")), ("1576", Decimal("38.00")), ("1600", Decimal("238.00"))
    ]  # fmt: skip


def test_a_payroll_keeps_its_repeated_accounts(memory: Memory) -> None:
    payroll = many_shapes(1)[0]
    places = line_set(payroll.lines)
    lines = written(an_event(amount=payroll.total * 2), memory, places, evidence_of(places, memory))
    assert sorted((x.account, x.side, x.amount) for x in lines) == sorted(
        (x.account, x.side, 2 * x.amount) for x in payroll.lines
    )


def test_parties_come_only_from_texts_that_are_nearly_the_same(memory: Memory) -> None:
    near = evidence_of(RENT, memory)
    lines = {x.account: x for x in written(an_event(), memory, RENT, near)}
    assert (lines["1600"].party, lines["4210"].tax_code) == ("Lenz", "V19")
    far = replace(near, circle=replace(near.circle, similarity=0.9 * near.circle.similarity))
    lines = {x.account: x for x in written(an_event(), memory, RENT, far)}
    assert (lines["1600"].party, lines["4210"].tax_code) == ("", "V19")


def test_a_known_line_keeps_its_party_and_takes_what_it_left_blank(memory: Memory) -> None:
    given = a_line("C 1600 1190.00 Huber", label="RE 17")
    lines = written(an_event(lines=(given,)), memory, RENT, evidence_of(RENT, memory))
    assert given in lines
    blank = a_line("C 1600 1190.00")
    lines = written(an_event(lines=(blank,)), memory, RENT, evidence_of(RENT, memory))
    assert replace(blank, party="Lenz") in lines


def test_two_known_lines_on_one_account_stay_two(memory: Memory) -> None:
    given = (a_line("C 1600 1000.00 Lenz"), a_line("C 1600 190.00 Huber"))
    lines = written(an_event(lines=given), memory, RENT, evidence_of(RENT, memory))
    assert [x for x in lines if x.side is C] == list(given)


def test_the_decoders_shares_are_used_where_nobody_booked_so(memory: Memory) -> None:
    """Written in another order than the set is sorted in: each line gets its own share."""
    places: LineSet = (("1200", C), ("1576", D), ("6200", D))
    best = Hypothesis(((2, D), (1, D), (0, C)), -1.0, (float(np.log(3)), 0.0, 0.0), (0.0, 0.0, 0.0))
    lines = written(an_event(amount="400"), memory, places, evidence_of(places, memory, best=best))
    assert {x.account: x.amount for x in lines} == {"6200": Decimal(300), "1576": Decimal(100), "1200": Decimal(400)}


def test_an_account_the_decoder_wrote_twice_stays_two_lines(memory: Memory) -> None:
    places: LineSet = (("1200", C), ("6200", D))
    best = Hypothesis(((1, D), (1, D), (0, C)), -1.0, (float(np.log(3)), 0.0, 0.0), (0.0, 0.0, 0.0))
    lines = written(an_event(amount="400"), memory, places, evidence_of(places, memory, best=best))
    assert [(x.account, x.amount) for x in lines] == [
        ("6200", Decimal(300)), ("6200", Decimal(100)), ("1200", Decimal(400))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "places"),
    [
        (an_event(), (("4210", D), ("1576", D))),
        (an_event(amount="0.01"), RENT),
        (an_event(lines=(a_line("C 1600 2000"),)), RENT),
        (an_event(lines=(a_line("D 4210 1190"),)), RENT),
        (an_event(lines=(a_line("C 1600 1000"),)), RENT),
    ],
    ids=["one side", "too few cents", "more than all", "nothing left", "no line for the rest"],
)
def test_what_cannot_balance_is_not_possible(memory: Memory, event: Event, places: LineSet) -> None:
    assert Composer(event, memory, "EUR").compose(places, evidence_of(places, memory)) is None


def test_more_lines_than_cents_become_one_line_a_place(memory: Memory) -> None:
    payroll = many_shapes(1)[0]
    places = line_set(payroll.lines)
    lines = written(an_event(amount="0.04"), memory, places, evidence_of(places, memory))
    assert len(lines) == len(places) < len(payroll.lines)
    assert side_totals(lines) == {Decimal("0.04")}
