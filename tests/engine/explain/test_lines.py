"""Line by line: distributions side by side, and attention that adds up."""

from __future__ import annotations

import pytest

from engine.explain.lines import _votes, line_views, sources
from engine.explain.subject import examine, places
from engine.journal import Side
from tests.engine.explain.conftest import Learnt

D, C = Side.DEBIT, Side.CREDIT
RENT = (("1600", C), ("4210", D))
TAXED = (("1576", D), ("1600", C), ("4210", D))


def test_templates_that_fit_what_is_written_vote_for_what_they_lack() -> None:
    templates = [(RENT, 0.6), (TAXED, 0.3), ((("1200", C), ("4970", D)), 0.1)]
    assert _votes(templates, [], D) == (("4210", 0.75), ("1576", 0.15), ("4970", 0.1))
    assert _votes(templates, [("4210", D)], D) == (("1576", 1.0),)
    assert dict(_votes(templates, [("4970", D)], C)) == {"1200": 1.0}
    assert _votes(templates, [("9999", D)], C) == ()
    assert _votes([], [], C) == ()


def test_three_distributions_stand_beside_each_other(learnt: Learnt) -> None:
    for event in learnt.events[:5]:
        subject = examine(learnt.predictor, event)
        views = line_views(subject)
        assert [(v.account, v.side) for v in views if v.side is D] == [
            (x.account, x.side) for x in subject.candidate.lines if x.side is D
        ]
        for view in views:
            assert 0 <= view.gate <= 1
            for chances in (view.pointer, view.copied, view.template):
                values = [p for _, p in chances]
                assert values == sorted(values, reverse=True)
                assert sum(values) <= 1 + 1e-4
            assert view.pointer
        assert any(view.template for view in views)


def test_attention_is_that_of_words_and_adds_up(learnt: Learnt) -> None:
    event = learnt.events[0]
    for view in line_views(examine(learnt.predictor, event)):
        assert [w.word for w in view.words if not w.field] == event.description.split()
        assert event.journal in [w.word for w in view.words if w.field]
        assert sum(w.weight for w in view.words) + view.elsewhere == pytest.approx(1.0, abs=1e-4)
        assert all(w.weight > 0 for w in view.words if not w.field)


def test_sources_are_the_shares_of_every_candidate(learnt: Learnt) -> None:
    subject = examine(learnt.predictor, learnt.events[1])
    found = sources(subject)
    assert [s.lines for s in found] == [places(c) for c in subject.proposal.candidates]
    assert [s.probability for s in found] == sorted((s.probability for s in found), reverse=True)
    for one in found:
        assert one.shares.template + one.shares.memory + one.shares.model == pytest.approx(1.0)
