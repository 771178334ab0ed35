"""What speaks for a candidate depends on the past and on the candidates, not on their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.features import Reader
from engine.inference import habits as habits_module
from engine.inference.beam import Hypothesis
from engine.inference.evidence import NAMES, Case, Circle, Evidence, Written, collect
from engine.inference.reasoner import Reasoner
from engine.journal import Entry, Side, event_of
from engine.retrieval.memory import Memory
from engine.targets import LineSet, line_set
from engine.templates import fit_templates
from tests.builders import an_entry, an_event, some_entries
from tests.engine.made import TINY, a_school, many_shapes, stirred
from tests.engine.retrieval.test_memory import a_memory, remember

SETS: tuple[LineSet, ...] = (
    *dict.fromkeys(line_set(e.lines) for e in some_entries(5)),
    (("0420", Side.DEBIT), ("0800", Side.CREDIT)),
)
TEMPLATE = dict(zip(SETS, (0.5, 0.2, 0.0, 0.1, 0.05, 0.0), strict=True))


def a_case(reader: Reader, memory: Memory, known: int | None = None, **event: object) -> Case:
    read = reader.read([an_event(**event)])  # type: ignore[arg-type]
    recall = memory.recall(read, None if known is None else np.array([known]))
    real = recall.rows[0] >= 0
    text = np.linspace(0.9, 0.1, real.sum()).astype(np.float32)
    circle = Circle(recall.rows[0][real], recall.similarity[0][real], recall.rank[0][real], text)
    chances = {SETS[0]: 0.3, SETS[3]: 0.6}
    return Case(read, memory.rows if known is None else known, circle, TEMPLATE, Written({}, chances))


def by_set(evidence: Evidence) -> dict[LineSet, dict[str, float]]:
    return {
        s: dict(zip(NAMES, row.tolist(), strict=True)) for s, row in zip(evidence.sets, evidence.features, strict=True)
    }


@pytest.fixture(scope="module")
def memory(reader: Reader) -> Memory:
    return a_memory(reader, some_entries(40))


@pytest.mark.parametrize("order", [(5, 4, 3, 2, 1, 0), (2, 0, 5, 1, 4, 3)])
def test_the_order_of_candidates_changes_nothing(reader: Reader, memory: Memory, order: Sequence[int]) -> None:
    case = a_case(reader, memory)
    one, other = collect(case, SETS, memory), collect(case, tuple(SETS[i] for i in order), memory)
    assert by_set(one) == by_set(other)
    np.testing.assert_array_equal(one.template[list(order)], other.template)
    np.testing.assert_array_equal(one.written[list(order)], other.written)


def test_features_say_what_they_are_called(reader: Reader, memory: Memory) -> None:
    case = a_case(reader, memory)
    found = by_set(collect(case, SETS, memory))
    entries = [memory.entries[int(r)] for r in case.circle.rows]
    for one in SETS:
        like = [e for e in entries if line_set(e.lines) == one]
        f = found[one]
        assert f["neighbours"] == len(like)
        assert f["prior"] == pytest.approx(np.mean([line_set(e.lines) == one for e in memory.entries]))
        assert f["exact_count"] == sum(e.total == case_amount() for e in like)
        assert f["lines"] == len(one)
        assert f["debits"] == sum(s is Side.DEBIT for _, s in one)
        assert f["template"] == pytest.approx(TEMPLATE[one])
        assert f["candidates"] == len(SETS)
    assert found[SETS[5]]["unseen"] == 2
    assert found[SETS[0]]["unseen"] == 0
    assert found[SETS[0]]["vs_template"] == pytest.approx(0.3)
    assert found[SETS[1]]["vs_template"] == pytest.approx(-0.3)


def case_amount() -> object:
    return an_event().amount


def test_features_are_finite_for_every_kind_of_past(reader: Reader, memory: Memory) -> None:
    for known in (None, 0, 1, 40):
        for sets in (SETS, SETS[:1], ()):
            evidence = collect(a_case(reader, memory, known, date=None, journal=""), sets, memory)
            assert evidence.features.shape == (len(sets), len(NAMES))
            assert np.isfinite(evidence.features).all()


def test_the_future_is_no_evidence(reader: Reader) -> None:
    """Neither entries to come nor accounts first used there."""
    entries = some_entries(20)
    past = a_memory(reader, entries)
    later = [an_entry(entry_id="f1"), an_entry("Stuhl", "D 0420 5", "C 0800 5", entry_id="f2")]
    whole = a_memory(reader, [*entries, *later])
    one = collect(a_case(reader, past, 20), SETS, past)
    other = collect(a_case(reader, whole, 20), SETS, whole)
    np.testing.assert_allclose(one.features, other.features, atol=1e-4)


def test_what_was_forgotten_is_no_evidence(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory that forgot answers as one that never knew, so that a rebuilt one answers alike."""
    monkeypatch.setattr(habits_module, "RECENT", 10)
    entries: list[Entry] = list(some_entries(30))
    lived = a_memory(reader, entries)
    lived.forget([e.entry_id for e in entries[::4]])
    rebuilt = a_memory(reader, [e for i, e in enumerate(entries) if i % 4])
    one, other = (collect(a_case(reader, m), SETS, m) for m in (lived, rebuilt))
    np.testing.assert_allclose(one.features, other.features, atol=1e-4)


def test_an_entry_replaced_counts_once(reader: Reader) -> None:
    memory = a_memory(reader, some_entries(10))
    case = a_case(reader, memory)
    before = by_set(collect(case, SETS, memory))[SETS[0]]["prior"]
    remember(memory, reader, *some_entries(1))
    assert by_set(collect(a_case(reader, memory), SETS, memory))[SETS[0]]["prior"] == before


def test_replay_and_serving_collect_the_same(reader: Reader) -> None:
    """The last entry replayed inside its book, and served over a memory of all before it."""
    entries = many_shapes(24)
    school = stirred(a_school(reader, entries))
    templates = fit_templates(school.lessons.memory, 23, TINY.templates)
    replayed = Reasoner(TINY, school.network, school.tensors, school.lessons.memory, templates).consider(
        school.lessons.read.take([23]), np.array([23])
    )[0]
    serving = Reasoner(TINY, school.network, school.tensors, a_memory(reader, entries[:23], TINY.memory), templates)
    served = serving.consider(reader.read([event_of(entries[23])]))[0]
    assert by_set(replayed).keys() == by_set(served).keys()
    for one, features in by_set(replayed).items():
        assert by_set(served)[one] == pytest.approx(features, abs=2e-2)


def test_hypotheses_of_one_line_set_are_one_candidate_with_all_their_probability(reader: Reader) -> None:
    """Two orders, and an account written twice, are the same set of places; the most probable one tells the shares."""
    school = a_school(reader, many_shapes(8))
    templates = fit_templates(school.lessons.memory, 8, TINY.templates)
    reasoner = Reasoner(TINY, school.network, school.tensors, school.lessons.memory, templates)
    rent, tax, bank = ((school.lessons.rows[c], s) for c, s in (("4210", 0), ("1576", 0), ("1200", 1)))

    def one(log: float, *rows: tuple[int, int]) -> Hypothesis:
        return Hypothesis(tuple((r, Side(s)) for r, s in rows), log, (0.0,) * len(rows), (0.0,) * len(rows))

    found = [one(-1.0, rent, tax, bank), one(-2.0, tax, rent, bank), one(-2.5, rent, bank)]
    found.append(one(-3.0, rent, rent, tax, bank))
    merged = reasoner._merged(found)
    whole = (("1200", Side.CREDIT), ("1576", Side.DEBIT), ("4210", Side.DEBIT))
    short = (("1200", Side.CREDIT), ("4210", Side.DEBIT))
    assert merged.probability == pytest.approx({whole: np.exp(-1) + np.exp(-2) + np.exp(-3), short: np.exp(-2.5)})
    assert merged.best == {whole: found[0], short: found[2]}


def test_candidates_respect_the_day_and_the_known_lines(reader: Reader) -> None:
    school = stirred(a_school(reader, many_shapes(20)))
    reasoner = Reasoner(
        TINY, school.network, school.tensors, school.lessons.memory,
        fit_templates(school.lessons.memory, 20, TINY.templates),
    )  # fmt: skip
    bank = ("1200", Side.CREDIT)
    free, given = reasoner.consider(reader.read([an_event(), an_event()]), lines=[(), [bank]])
    assert any(bank not in s for s in free.sets)
    assert given.sets
    assert all(bank in s for s in given.sets)
    assert len(set(free.sets)) == len(free.sets)
    narrow = replace(reasoner, tensors=a_school(reader, many_shapes(20)).tensors)
    assert narrow.consider(reader.read([an_event()]))[0].sets
