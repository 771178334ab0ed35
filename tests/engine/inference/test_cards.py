"""Because-cards: what speaks for a proposal, what against it, and what differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.features import Reader
from engine.inference.cards import AGREEING, cards, differences
from engine.inference.predictor import Predictor
from engine.journal import event_of
from engine.retrieval.memory import Memory
from engine.targets import line_set
from engine.training.run import Fitted
from tests.builders import an_entry, an_event
from tests.engine.made import TINY

SAME: dict[str, Any] = {"date": date(2025, 3, 3), "journal": "ER"}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (an_event("Miete Büro März", **SAME), ()),
        (an_event("  MIETE\u00a0büro März ", **SAME), ()),
        (an_event("Miete Lager März", **SAME), ("words: büro lager",)),
        (an_event("Miete Büro März", "1309.00", **SAME), ("amount: -9 %",)),
        (an_event("Miete Büro März", "595.00", **SAME), ("amount: +100 %",)),
        (an_event("Miete Büro März", "-595.00", **SAME), ("amount: +300 %",)),
        (an_event("Miete Büro März", date=date(2025, 4, 3)), ("month: 2025-03",)),
        (an_event("Miete Büro März", date=date(2025, 3, 9)), ("day: 03",)),
        (an_event("Miete Büro März", date=None), ()),
        (an_event("Miete Büro März", date=SAME["date"], journal="BK"), ("journal: ER",)),
        (an_event("Miete Büro März", date=SAME["date"], journal=""), ()),
        (an_event("Miete Büro März", party="Lenz", **SAME), ("party: ",)),
    ],
)
def test_what_differs_is_named_field_by_field(event: object, said: tuple[str, ...]) -> None:
    assert differences(event, an_entry()) == said  # type: ignore[arg-type]


def test_at_most_four_words_are_named() -> None:
    said = differences(an_event("one two three four five six", **SAME), an_entry())
    assert len(said[0].removeprefix("words: ").split()) == 4


def test_cards_agree_with_the_first_candidate_or_say_so(predictor: Predictor) -> None:
    event = an_event("Miete Ware Zahlung")  # something of everything
    proposal = predictor.predict([event], explain=True)[0]
    like = {(x.account, x.side) for x in proposal.candidates[0].lines}
    for card in proposal.because:
        assert card.agrees == ({(x.account, x.side) for x in card.lines} == like)
        assert card.amount == sum((x.amount for x in card.lines if not x.side), Decimal(0))
        assert -1 <= card.similarity <= 1.001
        assert card.origin == "imported"
    agreeing = [c.agrees for c in proposal.because]
    assert any(agreeing)
    assert not all(agreeing)
    shown = sum(agreeing[:AGREEING])
    assert agreeing[shown] is False, "the nearest entry booked otherwise stands right behind those that agree"
    assert len({c.entry_id for c in proposal.because}) == len(proposal.because)


def test_a_card_is_an_entry_that_is_remembered(predictor: Predictor) -> None:
    entry = an_entry("Ganz eigener Vorgang", "D 0420 50", "C 1200 50", entry_id="own", origin="person")
    predictor.remember([entry])
    card = predictor.predict([an_event("Ganz eigener Vorgang", "50")], explain=True)[0].because[0]
    assert (card.entry_id, card.lines, card.origin, card.date) == ("own", entry.lines, "person", entry.date)
    assert line_set(card.lines) == line_set(entry.lines)


def test_what_was_booked_otherwise_is_shown_however_far_it_is(reader: Reader, fitted: Fitted) -> None:
    """All near entries were booked alike; the one that was not is found behind them."""
    memory = Memory(TINY.memory, reader.key_width)
    alike = [an_entry(f"Miete {i}", entry_id=f"m{i}") for i in range(TINY.memory.pool + 20)]
    other = an_entry("Kontoführung", "D 4970 5", "C 1200 5", entry_id="other", journal="BK")
    memory.add([other, *alike], reader.read([event_of(e) for e in (other, *alike)]))
    reasoner, event = replace(fitted.bundle.reasoner, memory=memory), an_event("Miete")
    read = reader.read([event])
    found = cards(event, read, reasoner.consider(read)[0], alike[0].lines, memory)
    assert [c.agrees for c in found].count(False) == 1
    assert found[AGREEING].entry_id == "other"
    memory.forget(["other"])
    assert all(c.agrees for c in cards(event, read, reasoner.consider(read)[0], alike[0].lines, memory))
