"""History implies a tax-code table; serving and replay use the same one, as far as each event knew."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features import Reader
from engine.inference.confidence import Booked
from engine.inference.predictor import Predictor
from engine.inference.tax_history import TaxHistory, implied, learnt, milestone
from engine.inference.taxes import TaxCode, TaxKind, TaxTable
from engine.journal import Account, Entry, Side, event_of
from engine.retrieval.memory import Memory
from engine.targets import line_set
from engine.training.run import Fitted, fit
from tests.builders import A_DAY, CATALOG, a_line, a_snapshot, an_entry, an_event
from tests.engine.inference.test_lines import evidence_of
from tests.engine.inference.test_taxes import a_book
from tests.engine.made import TINY
from tests.engine.retrieval.test_memory import a_memory

ABROAD = (Account(code="1577", name="Input VAT reverse charge"), Account(code="1787", name="VAT owed, reverse charge"))


def table_of(entries: list[Entry]) -> TaxTable:
    return learnt(found for e in entries if (found := implied(e)))


def test_history_implies_codes_with_their_rates_and_accounts() -> None:
    table = table_of(a_book(30))
    assert table.get("V19", None) == TaxCode(code="V19", rate=Decimal("0.190"), kind=TaxKind.INPUT, account="1576")
    assert table.get("U19", None).kind is TaxKind.OUTPUT
    both = table.get("R19", None)
    assert (both.kind, both.account, both.owed) == (TaxKind.REVERSE_CHARGE, "1577", "1787")


def test_little_history_implies_nothing() -> None:
    assert len(table_of(a_book(3))) == 0, "one entry is no rule"
    assert implied(an_entry()) is None, "no code"


def taxed(number: int, rate: str, code: str = "V") -> Entry:
    net = Decimal(1000 + 137 * number) / 10
    tax = round(net * Decimal(rate), 2)
    return an_entry(
        f"Ware {number}", a_line(f"D 3400 {net}", tax_code=code), f"D 1576 {tax}", f"C 1600 {net + tax}",
        entry_id=f"N{number}",
    )  # fmt: skip


def test_a_new_rate_replaces_the_old_one() -> None:
    entries = [taxed(i, "0.19" if i < 100 else "0.20") for i in range(130)]
    assert table_of(entries[:100]).get("V", None).rate == Decimal("0.190")
    assert table_of(entries).get("V", None).rate == Decimal("0.200")


@given(st.integers(1, 10**6))
def test_milestones_are_few_and_close(count: int) -> None:
    found = milestone(count)
    assert count * 7 / 8 <= found <= count
    assert milestone(found) == found


def test_each_event_has_the_table_of_what_it_knew(reader: Reader) -> None:
    entries = [taxed(i, "0.19" if i < 20 else "0.20") for i in range(80)]
    memory = a_memory(reader, entries)
    history = TaxHistory.of(memory)
    assert len(history.table(2)) == 0
    assert [history.table(known).get("V", None).rate for known in (20, 80)] == [Decimal("0.190"), Decimal("0.200")]
    grown = a_memory(reader, entries[:30])
    before = TaxHistory.of(grown).table(20)
    grown.add(entries[30:], reader.read([event_of(e) for e in entries[30:]]))
    assert TaxHistory.of(grown).table(20) is before, "what comes later changes nothing"
    memory.forget([e.entry_id for e in entries[:78]])
    assert len(TaxHistory.of(memory).table(80)) == 0, "what was forgotten teaches nothing"


@pytest.fixture(scope="module")
def taught() -> Fitted:
    """A model of 120 entries with tax codes."""
    return fit(a_snapshot(*a_book(120), accounts=(*CATALOG, *ABROAD)), TINY)


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_a_trained_book_proposes_codes_with_tax_to_the_cent(taught: Fitted, kind: int) -> None:
    """Amounts at which a precedent's own proportions would round otherwise somewhere."""
    predictor, like = Predictor(taught.bundle), a_book(3)[kind]
    nets = [Decimal(n) / 100 for n in (303, 4999, 77_777, 1_234_567)]
    taxes = [round(net * Decimal("0.19"), 2) for net in nets]
    events = [an_event(f"{like.description[:-2]} 500", n + t, date=A_DAY) for n, t in zip(nets, taxes, strict=True)]
    for proposal, net, tax in zip(predictor.predict(events), nets, taxes, strict=True):
        lines = proposal.candidates[0].lines
        assert tuple(sorted({(x.account, x.side) for x in lines})) == line_set(like.lines)
        coded = [x for x in lines if x.tax_code]
        assert [(x.tax_code, x.amount) for x in coded] == [(("V19", "U19", "R19")[kind], net)]
        assert {x.amount for x in lines if x.account in ("1576", "1577", "1776", "1787")} == {tax}


def test_the_replay_writes_with_the_table_that_serves(taught: Fitted) -> None:
    booked = [j.booked for j in taught.replayed if j.booked]
    assert sum(b.right(c) for b, j in zip(booked, taught.replayed, strict=True)
               if (c := b.composed(j.truth, j.evidence))) == len(booked)  # fmt: skip


def test_a_table_that_is_given_wins_over_what_history_implies(taught: Fitted) -> None:
    raised = TaxTable([TaxCode(code="V19", rate=Decimal("0.25"), kind=TaxKind.INPUT, account="1576")])
    event = an_event("Ware 500", "125.00", date=A_DAY)
    for predictor, tax in ((Predictor(taught.bundle), None), (Predictor(taught.bundle, raised), 25)):
        amounts = {x.account: x.amount for x in predictor.predict([event])[0].candidates[0].lines}
        assert tax is None or amounts["1576"] == tax
        assert tax or amounts["1576"] == Decimal("19.96")


def test_a_book_without_codes_is_written_as_before(reader: Reader) -> None:
    entries = [replace(e, lines=tuple(replace(x, tax_code="") for x in e.lines)) for e in a_book(12)]
    memory: Memory = a_memory(reader, entries)
    assert len(TaxHistory.of(memory).table(12)) == 0
    like = entries[0]
    booked, places = Booked(like, event_of(like), memory, "EUR", check_tax=False), line_set(like.lines)
    composed = booked.composed(places, evidence_of(places, memory))
    assert composed
    assert booked.right(composed)
    assert {x.side for x in composed.lines} == set(Side)
