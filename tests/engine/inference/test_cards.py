"""Because-cards: what speaks for a proposal, what against it, and what differs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.inference.cards import AGREEING, differences
from engine.inference.predictor import Predictor
from engine.targets import line_set
from tests.builders import an_entry, an_event

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
