"""Counterfactuals are answers of the same predictor: exact where they claim to be, and true to their word."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.explain import removals
from engine.explain.records import Kind, Removal
from engine.explain.subject import Question, Subject, ask, examine, places
from engine.explain.why import explain
from engine.inference.predictor import Predictor
from engine.inference.without import Without
from engine.retrieval.memory import Memory
from engine.targets import LineSet
from tests.builders import an_event
from tests.engine.explain.conftest import Learnt


def really(predictor: Predictor, subject: Subject) -> list[tuple[LineSet, float]]:
    """What a predictor says about the event, asked twice as an explanation asks: sets and probabilities, by set."""
    events = [subject.event] * 2
    evidence = predictor.consider(events, predictor.read(events))[1]
    return sorted(zip(evidence.sets, predictor.rank(evidence).tolist(), strict=True))


def hidden(subject: Subject, ids: Sequence[str]) -> list[tuple[LineSet, float]]:
    """The same with entries hidden from the second question."""
    predictor, events = subject.predictor, [subject.event] * 2
    without = [Without(), Without(subject.memory.rows_of(ids))]
    evidence = predictor.consider(events, predictor.read(events), without=without)[1]
    return sorted(zip(evidence.sets, predictor.rank(evidence).tolist(), strict=True))


def test_leaving_out_is_forgetting(learnt: Learnt) -> None:
    """To the last bit: every candidate and every probability."""
    for subject in learnt.subjects(5):
        ids = [subject.memory.entries[int(r)].entry_id for r in subject.evidence.circle.rows[:3]]
        forgetful = Predictor.load(learnt.folder)
        forgetful.forget(ids)
        assert hidden(subject, ids) == really(forgetful, subject)
        said = removals.leave_out(subject, [ids])[0]
        assert said.answer == places(forgetful.predict([subject.event])[0].candidates[0])
        assert said.answer_probability == pytest.approx(dict(really(forgetful, subject))[said.answer], abs=1e-4)
        assert said.entries == tuple(ids)
        assert said.before == subject.probability


def test_without_memory_is_a_bundle_whose_memory_is_empty(learnt: Learnt) -> None:
    made = learnt.predictor._bundle
    empty = Memory(made.reasoner.config.memory, made.reader.key_width)
    blank = Predictor(replace(made, reasoner=replace(made.reasoner, memory=empty)))
    for subject in learnt.subjects(5):
        everything = [subject.memory.entries[int(r)].entry_id for r in subject.memory.live()]
        assert hidden(subject, everything) == really(blank, subject)
        said = removals.without_memory(subject)
        assert said.answer_probability == pytest.approx(dict(really(blank, subject))[said.answer], abs=1e-4)
        assert said.answer == places(blank.predict([subject.event])[0].candidates[0])


def test_an_occluded_word_is_an_event_without_it(learnt: Learnt) -> None:
    for subject in learnt.subjects(4):
        text = subject.event.description.split()
        found = removals.occlude(subject)
        assert [r.name for r in found] == text
        for i, one in enumerate(found[:3]):
            left = " ".join([*text[:i], *text[i + 1 :]])
            if left:
                other = examine(learnt.predictor, replace(subject.event, description=left))
                assert one.after == pytest.approx(other.chances.get(subject.lines, 0.0), abs=0.02)
                assert one.answer_probability == pytest.approx(other.probability, abs=0.02)


def test_the_only_word_can_be_taken_away_too(learnt: Learnt) -> None:
    subject = examine(learnt.predictor, an_event("Überweisung", journal="BK"))
    assert [r.name for r in removals.occlude(subject)] == ["Überweisung"]


def test_a_long_text_is_taken_away_in_pieces(learnt: Learnt) -> None:
    subject = examine(learnt.predictor, an_event(" ".join(f"w{i}" for i in range(100))))
    found = removals.words(subject)
    assert len(found) == removals.MOST_WORDS
    assert " ".join(p.name for p in found) == subject.event.description


@pytest.mark.parametrize("what", ["occlude", "explain"])
def test_questions_are_asked_together(learnt: Learnt, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    subject = examine(learnt.predictor, an_event("eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"))
    asked: list[int] = []
    consider = Predictor.consider

    def counted(self: Predictor, events: Sequence[object], *rest: object, **more: object) -> object:
        asked.append(len(events))
        return consider(self, events, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Predictor, "consider", counted)
    if what == "occlude":
        removals.occlude(subject)
        assert asked == [12]
    else:
        explain(learnt.predictor, subject.event)
        assert len(asked) == 2
        assert asked[0] == 1


def test_nobody_else_notices(learnt: Learnt) -> None:
    """Other threads get their usual answers while entries are hidden from an explanation; nothing is forgotten."""
    events = list(learnt.events[:6])
    want = [p.candidates for p in learnt.predictor.predict(events)]
    memory = learnt.predictor._reasoner.memory
    before = memory.column("alive").copy()
    wrong: list[object] = []

    def asking() -> None:
        for _ in range(3):
            found = [p.candidates for p in learnt.predictor.predict(events)]
            wrong.extend(f for f, w in zip(found, want, strict=True) if f != w)

    def explaining() -> None:
        for event in events[:3]:
            removals.without_memory(examine(learnt.predictor, event))

    threads = [threading.Thread(target=f) for f in (asking, explaining, asking, explaining)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    np.testing.assert_array_equal(memory.column("alive"), before)


def test_a_silent_head_gives_a_candidate_nothing(learnt: Learnt) -> None:
    subject = learnt.subjects(1)[0]
    lines = frozenset([subject.lines])
    events, without = [subject.event] * 2, [Without(templates=lines), Without(decoder=lines)]
    quiet, mute = learnt.predictor.consider(events, learnt.predictor.read(events), without=without)
    assert quiet.template[quiet.sets.index(subject.lines)] == 0
    assert mute.written[mute.sets.index(subject.lines)] == 0
    assert quiet.template.sum() > 0
    assert len(mute.best) > 0


@pytest.fixture(scope="module")
def subjects(learnt: Learnt) -> Sequence[Subject]:
    return [s for s in learnt.subjects() if s.probability > 0.3]


class TestFaithfulness:
    """What is named matters more than what is not. Drops are measured anew, by other questions."""

    def test_near_entries_matter_more_than_other_neighbours(self, subjects: Sequence[Subject]) -> None:
        dice, named, others = random.Random(0), [], []
        for subject in subjects:
            rows = removals.near_alike(subject).tolist()
            rest = [r for r in subject.evidence.circle.rows.tolist() if r not in rows]
            if not rows or len(rest) < len(rows):
                continue
            ids, other = (
                [subject.memory.entries[r].entry_id for r in some] for some in (rows, dice.sample(rest, len(rows)))
            )
            one, two = removals.leave_out(subject, [ids, other])
            named.append(one.drop)
            others.append(two.drop)
        assert len(named) >= 8
        assert np.mean(named) > np.mean(others) + 0.02

    def test_the_named_word_matters_more_than_a_random_one(self, subjects: Sequence[Subject]) -> None:
        """Taken away it costs more, and kept alone it supports more."""
        dice = random.Random(1)
        without: dict[str, list[float]] = {"named": [], "random": []}
        alone: dict[str, list[float]] = {"named": [], "random": []}
        for subject in subjects:
            found = removals.occlude(subject)
            text = [r.name for r in found]
            if len(text) < 2:
                continue
            best = max(range(len(text)), key=lambda i: found[i].drop)
            other = dice.choice([i for i in range(len(text)) if i != best])
            for which, i in (("named", best), ("random", other)):
                left = " ".join([*text[:i], *text[i + 1 :]])
                asked = [Question(replace(subject.event, description=t)) for t in (left, text[i])]
                answers = ask(subject, asked)
                without[which].append(subject.probability - answers[0].probability)
                alone[which].append(answers[1].probability)
        assert len(without["named"]) >= 8
        assert np.mean(without["named"]) > np.mean(without["random"]) + 0.02
        assert np.mean(alone["named"]) > np.mean(alone["random"])

    def test_the_reason_matters_more_than_random_evidence_of_its_kind(self, subjects: Sequence[Subject]) -> None:
        dice, named, others = random.Random(2), [], []
        for subject in subjects:
            pieces = removals.evidence(subject)
            found = removals.remove(subject, pieces)
            best = max(range(len(found)), key=lambda i: found[i].drop)
            rivals = [p for i, p in enumerate(pieces) if i != best and alike(found[i], found[best])]
            if found[best].kind is Kind.MEMORY:
                rest = subject.evidence.circle.rows[-len(found[best].entries) :]
                rivals = [removals.Piece(Kind.MEMORY, (Question(subject.event, Without(rest)),))]
            if rivals:
                again = removals.remove(subject, [pieces[best]])[0]
                assert again.after == pytest.approx(found[best].after, abs=0.02)
                named.append(again.drop)
                others.append(removals.remove(subject, [dice.choice(rivals)])[0].drop)
        assert len(named) >= 8
        assert np.mean(named) > np.mean(others) + 0.05


def alike(one: Removal, other: Removal) -> bool:
    """Whether two pieces are of one kind: heads, words, fields."""
    kinds = ((Kind.TEMPLATES, Kind.DECODER), (Kind.WORD,), (Kind.AMOUNT, Kind.PARTY, Kind.JOURNAL, Kind.DATE))
    return any(one.kind in k and other.kind in k for k in kinds)
