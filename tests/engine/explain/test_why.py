"""The whole explanation: JSON, one reason with both numbers, cards alone for a page that wants no more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.errors import BadEvent
from engine.explain import why
from engine.explain.records import Kind, Removal, to_json
from engine.explain.subject import examine
from engine.explain.why import because, explain, explained, reason, strongest
from engine.inference.cards import AGREEING
from engine.inference.predictor import Predictor
from engine.journal import Side
from tests.builders import CATALOG, a_line, an_event
from tests.engine.explain.conftest import Learnt


def a_removal(before: float, after: float, kind: Kind = Kind.WORD) -> Removal:
    return Removal(kind=kind, before=before, after=after, answer=(), answer_probability=0.0, turns=True)


def test_the_strongest_evidence_is_the_largest_drop() -> None:
    found = [a_removal(0.9, 0.8), a_removal(0.9, 0.3, Kind.DATE), a_removal(0.9, 0.95)]
    assert strongest(found) is found[1]
    assert strongest([]) is None
    assert strongest([a_removal(0.9, 0.9 - why.SLIGHT / 2)]) is None


def test_an_explanation_is_of_one_piece(learnt: Learnt) -> None:
    for event in learnt.events[:6]:
        subject = examine(learnt.predictor, event)
        found = explained(subject)
        assert found.probability == subject.probability == max(subject.chances.values())
        assert found.evidence == tuple(sorted(found.evidence, key=lambda r: -r.drop))
        assert all(r.before == found.probability for r in (*found.evidence, *found.leave_out, found.without_memory))
        assert found.reason in (None, found.evidence[0])
        assert found.visible is None or found.visible.kind not in why.HEADS
        assert {r.name for r in found.words} == {r.name for r in found.evidence if r.kind is Kind.WORD}
        assert [len(r.entries) for r in found.leave_out][:3] == [1, 2, 3][: len(found.leave_out)]
        assert found.turning in (None, *(r for r in found.leave_out if r.turns))
        assert len(found.sources) == len(subject.proposal.candidates)
        assert len(found.line_views) >= 2
        assert found.cards == because(subject)


def test_the_reason_alone_is_that_of_the_whole(learnt: Learnt) -> None:
    subject = examine(learnt.predictor, learnt.events[0])
    one, whole = reason(subject), explained(subject).reason
    assert one is not None
    assert whole is not None
    assert (one.kind, one.name, one.entries) == (whole.kind, whole.name, whole.entries)
    assert one.after == pytest.approx(whole.after, abs=0.02)


def test_it_is_json(learnt: Learnt) -> None:
    found = to_json(explain(learnt.predictor, learnt.events[0]))
    back = json.loads(json.dumps(found))
    assert back == found
    assert back["lines"][0][1] in ("D", "C")
    assert back["cards"]["cards"][0]["lines"][0]["side"] in ("D", "C")
    assert float(back["cards"]["cards"][0]["amount"]) > 0
    assert to_json((Side.CREDIT, Kind.WORD)) == ["C", "word"]


def test_cards_ask_nothing_more_and_count_what_is_near(learnt: Learnt, monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = learnt.subjects(8)
    monkeypatch.setattr(Predictor, "consider", None)
    for subject in subjects:
        found = because(subject)
        near = [c for c in found.cards if c.similarity >= 0.75 * max(x.similarity for x in found.cards)]
        assert found.like == sum(c.agrees for c in near)
        assert sum(r.count for r in found.otherwise) == sum(not c.agrees for c in near)
        assert [r.count for r in found.otherwise] == sorted((r.count for r in found.otherwise), reverse=True)
        for rival in found.otherwise:
            assert set(rival.instead) == set(rival.lines) - set(subject.lines)
        shown = found.cards[: AGREEING + 1]
        assert not all(c.agrees for c in shown), "the nearest entry booked otherwise is among the first"


def test_another_candidate_is_explained_as_itself(learnt: Learnt) -> None:
    subject = examine(learnt.predictor, learnt.events[0], candidate=1)
    found = explained(subject)
    assert found.probability == subject.chances[subject.lines] < max(subject.chances.values())
    assert {(v.account, v.side) for v in found.line_views} == set(found.lines)
    assert all(c.agrees == (set(found.lines) == {(x.account, x.side) for x in c.lines}) for c in found.cards.cards)


@pytest.mark.parametrize("number", [-1, 99])
def test_a_candidate_that_is_not_there_is_refused(learnt: Learnt, number: int) -> None:
    with pytest.raises(BadEvent, match=r"Candidate.*counted from 0"):
        examine(learnt.predictor, learnt.events[0], candidate=number)


def test_an_event_that_cannot_be_booked_is_refused(learnt: Learnt) -> None:
    with pytest.raises(BadEvent, match="Description"):
        explain(learnt.predictor, an_event(" "))


def test_the_live_catalog_is_the_one_that_is_asked(predictor: Predictor) -> None:
    renamed = [replace(a, name=f"{a.name} neu") for a in CATALOG]
    subject = examine(predictor, an_event(), accounts=renamed)
    found = explained(subject)
    assert subject.candidate.lines[0].name.endswith("neu")
    assert found.line_views


@pytest.mark.parametrize("text", ["🚕", "Ganz und gar unbekannt", "房租三月"])
def test_anything_can_be_explained(predictor: Predictor, text: str) -> None:
    event = an_event(text, "9.90", date=None, journal="", lines=(a_line("C 1200 9.90"),))
    found = explain(predictor, event)
    assert ("1200", Side.CREDIT) not in {(v.account, v.side) for v in found.line_views}
    assert not {r.kind for r in found.evidence} & {Kind.DATE, Kind.JOURNAL, Kind.PARTY}
    predictor.forget([predictor._reasoner.memory.entries[int(r)].entry_id for r in predictor._reasoner.memory.live()])
    alone = explain(predictor, event)
    assert alone.cards.cards == ()
    assert alone.leave_out == ()
    assert alone.without_memory.after == pytest.approx(alone.probability, abs=1e-6)
