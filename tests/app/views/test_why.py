"""An explanation in sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.i18n import speaking
from app.views.why import why_text
from engine.explain.records import Cards, Explanation, Kind, Removal, Rival
from engine.journal import Side
from engine.targets import LineSet
from tests.app.views.made import some_evidence
from tests.builders import an_event

RENT: LineSet = (("1600", Side.CREDIT), ("4210", Side.DEBIT))
FEE: LineSet = (("1200", Side.CREDIT), ("4970", Side.DEBIT))


def a_removal(kind: Kind, **changes: Any) -> Removal:
    removal = Removal(kind=kind, before=0.9, after=0.4, answer=FEE, answer_probability=0.5, turns=True)
    return replace(removal, **changes)


def an_explanation(**changes: Any) -> Explanation:
    memory = a_removal(Kind.MEMORY, entries=("E1", "E2"))
    explanation = Explanation(
        lines=RENT, probability=0.9, reason=memory, visible=memory, evidence=(memory,),
        cards=Cards(cards=(some_evidence(),), like=3, otherwise=(Rival(lines=FEE, instead=FEE[:1], count=1),)),
        leave_out=(memory,), turning=memory, without_memory=a_removal(Kind.MEMORY, answer_probability=0.2), words=(),
        line_views=(), sources=(),
    )  # fmt: skip
    return replace(explanation, **changes)


def test_the_reason_has_both_numbers_and_the_rest_follows() -> None:
    assert why_text(an_explanation(), an_event()) == [
        "Without 2 near entries that were booked like this: 40% instead of 90%.",
        "Without the nearest 2 like this the answer would be 4970 \u2192 1200 (50%).",
        "Near entries: 3 like this, 1 to 1200.",
        "Without any earlier entry the answer would be 4970 \u2192 1200 (20%).",
    ]


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_evidence_has_its_sentence(kind: Kind, language: str) -> None:
    named = a_removal(kind, name="Lenz", entries=("E1",))
    with speaking(language):
        said = why_text(an_explanation(reason=named, visible=named), an_event())[0]
    assert "90" in said
    assert "40" in said
    assert ("Lenz" in said) == (kind in (Kind.WORD, Kind.PARTY, Kind.JOURNAL))
    assert ("1,190" in said) == (kind is Kind.AMOUNT and language == "en")


def test_what_people_can_see_follows_where_the_reason_is_a_head() -> None:
    found = an_explanation(reason=a_removal(Kind.TEMPLATES), visible=a_removal(Kind.WORD, name="Miete"))
    assert why_text(found, an_event())[:2] == [
        "Without what the book's usual entries say for it: 40% instead of 90%.",
        "Without the word “Miete”: 40% instead of 90%.",
    ]


def test_without_reason_memory_or_rivals_it_says_so() -> None:
    found = an_explanation(
        reason=None, visible=None, turning=None, cards=Cards(cards=(), like=0, otherwise=()),
        without_memory=a_removal(Kind.MEMORY, answer=(), after=0.0),
    )  # fmt: skip
    assert why_text(found, an_event()) == [
        "Nothing that could be taken away makes it less likely.",
        "Without earlier entries nothing would be proposed.",
    ]
    same = replace(found, without_memory=a_removal(Kind.MEMORY, answer=RENT, turns=False, after=0.1))
    assert why_text(same, an_event())[-1] == "Without any earlier entry the answer would be the same (10%)."
    alone = replace(found, cards=Cards(cards=(some_evidence(),), like=2, otherwise=()))
    assert "Near entries: 2 like this, none otherwise." in why_text(alone, an_event())


def test_rivals_that_only_lack_lines_are_named_whole() -> None:
    cards = Cards(cards=(some_evidence(),), like=1, otherwise=(Rival(lines=FEE, instead=(), count=2),))
    assert "Near entries: 1 like this, 2 to 4970 \u2192 1200." in why_text(an_explanation(cards=cards), an_event())
