"""Peers learn what can be learnt, see no future, and answer a block as they would one by one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from engine.evaluation.contender import Confidence, Contender, Sets, filled
from engine.evaluation.facts import Facts
from engine.evaluation.peers import Knn, KnnSettings, MostFrequent
from engine.evaluation.protocol import Examiner
from engine.evaluation.smart_importer_peer import SmartImporter
from engine.evaluation.spaces import TfidfSpace, VectorSpace
from engine.evaluation.svm import Svm
from engine.evaluation.system import System
from engine.evaluation.systems import absent
from engine.evaluation.views import bare
from engine.journal import Event, Side, Snapshot, event_of
from tests.engine.evaluation.ledger import a_year, chart, entry, lines


def letters(texts: list[str]) -> np.ndarray:
    """A small honest encoder: how often each letter occurs."""
    return np.array(
        [[t.casefold().count(c) + 0.1 for c in "abcdefghijklmnopqrstuvwxyz"] for t in texts], dtype=np.float32
    )


MAKERS: dict[str, Callable[[], Contender]] = {
    "most_frequent": MostFrequent,
    "knn_tfidf": lambda: Knn("knn_tfidf", TfidfSpace()),
    "knn_minilm": lambda: Knn("knn_minilm", VectorSpace(letters)),  # type: ignore[arg-type]
    "svm": Svm,
}
LEARNERS = ["knn_tfidf", "knn_minilm", "svm"]
if not absent("smart_importer"):  # an optional package with a tree of its own
    MAKERS["smart_importer"] = SmartImporter
    LEARNERS.append("smart_importer")


@pytest.mark.parametrize("name", LEARNERS)
def test_a_regular_book_is_learnt_whole_with_amounts(name: str) -> None:
    system = MAKERS[name]()
    assert isinstance(system, System)
    for outcomes in Examiner(a_year()).measure(system).outcomes.values():
        figures = outcomes.figures()
        assert figures["exact"] == 1.0
        assert figures["exact_full"] == 1.0, "tax is a fifth of the net amount throughout"
        assert figures["counter_account"] == 1.0
        assert figures["stp98"] == 1.0


def test_the_most_frequent_set_of_the_journal_wins() -> None:
    figures = Examiner(a_year()).measure(MostFrequent(), ["static"]).outcomes["static"].figures()
    assert figures["exact"] == pytest.approx(0.5 + 0.5 * 6 / 24, abs=0.15), "all payments, one supplier's purchases"
    assert figures["text_amount_only"]["exact"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("name", list(MAKERS))
def test_a_block_is_answered_as_one_by_one(name: str) -> None:
    book = a_year(100)
    history, block = book.entries[:80], book.entries[80:90]
    asked = [[event_of(e), bare(e)] for e in block]
    fast, slow = MAKERS[name](), MAKERS[name]()
    for system in (fast, slow):
        system.fit(Snapshot(book="b", accounts=chart(), entries=history))
    together = fast.replay(block, asked)
    single = [slow.replay([e], [events])[0] for e, events in zip(block, asked, strict=True)]
    for a, b in zip(together, single, strict=True):
        assert [[g.lines for g in ranked] for ranked in a] == [[g.lines for g in ranked] for ranked in b]
        assert [g.score for r in a for g in r] == pytest.approx([g.score for r in b for g in r], abs=1e-9)
    assert fast.known == slow.known == list(book.entries[:90])


@pytest.mark.parametrize("name", LEARNERS)
def test_what_is_learnt_later_cannot_change_an_earlier_answer(name: str) -> None:
    """The last entries of the block are booked otherwise; the answers before them stay."""
    book = a_year(100)
    block = list(book.entries[80:90])
    changed = [*block[:5], *(entry(e.position, e.description, "999 D 5", "998 C 5") for e in block[5:])]
    answers = []
    for entries in (block, changed):
        system = MAKERS[name]()
        system.fit(Snapshot(book="b", accounts=chart(), entries=book.entries[:80]))
        answers.append(system.replay(entries, [[event_of(e)] for e in block]))
    assert answers[0][:6] == answers[1][:6]


@pytest.mark.parametrize("name", ["knn_tfidf", "knn_minilm"])
def test_a_neighbour_booked_a_moment_ago_is_found(name: str) -> None:
    system = MAKERS[name]()
    system.fit(Snapshot(book="b", accounts=chart(), entries=a_year(80).entries))
    new = [entry(90 + i, "Zanzibar quay fee", "6xx D 70", "401 C 70", journal="AC") for i in range(2)]
    first, second = system.replay(new, [[event_of(e)] for e in new])
    assert first[0][0].key != second[0][0].key == {("6xx", Side.DEBIT), ("401", Side.CREDIT)}


@pytest.mark.parametrize("name", list(MAKERS))
def test_known_lines_are_kept_with_their_amount(name: str) -> None:
    system = MAKERS[name]()
    system.fit(a_year())
    event = Event(description="EDF energie", amount=Decimal(120), journal="AC", lines=lines("512 C 120.00"))
    (ranked,) = system.answer([event])
    assert all(("512", Side.CREDIT) in g.key for g in ranked)
    assert next(x.amount for x in ranked[0].lines if x.account == "512") == Decimal(120)


@pytest.mark.parametrize("name", list(MAKERS))
@pytest.mark.parametrize("n", [1, 2, 6])
def test_tiny_books_and_unknown_lines_still_get_an_answer(name: str, n: int) -> None:
    system = MAKERS[name]()
    system.fit(Snapshot(book="b", accounts=chart(), entries=a_year(n).entries))
    system.refit()
    odd = Event(description="💥 שלום", amount=Decimal("0.01"), lines=lines("never D 1"))
    for ranked in system.answer([odd, event_of(a_year(1).entries[0])]):
        assert ranked
        assert all(0.0 <= g.score <= 1.0 for g in ranked)
        assert [g.score for g in ranked] == sorted((g.score for g in ranked), reverse=True)
    assert system.answer([]) == []


def test_thresholds_come_from_the_validation_slice_and_from_what_was_replayed() -> None:
    book = a_year()
    system = Svm()
    system.fit(Snapshot(book="b", accounts=chart(), entries=book.entries[:100]))
    before = system.threshold(0.98)
    assert 0.0 < before <= 1.0
    strange = [entry(200 + i, "EDF energie", "9 D 5", "8 C 5", journal="AC") for i in range(40)]
    system.replay(strange, [[event_of(e)] for e in strange])
    assert system.threshold(0.98) > before, "forty wrong answers raise it"


def test_amounts_follow_the_template_and_stay_empty_where_they_cannot() -> None:
    template = entry(0, "x", "607 D 100", "44566 D 20", "401 C 120")
    event = Event(description="y", amount=Decimal("60.00"), currency="EUR")
    assert [x.amount for x in filled(template, event)] == [Decimal("50.00"), Decimal("10.00"), Decimal("60.00")]
    small = Event(description="y", amount=Decimal("0.01"), currency="EUR")
    assert [x.amount for x in filled(template, small)] == [None] * 3
    nothing = entry(0, "x", "607 D 100", "607 D -100", "401 C 120")
    assert [x.amount for x in filled(nothing, event)] == [None] * 3
    one_sided = entry(0, "x", "607 D 100")
    assert [x.amount for x in filled(one_sided, event)] == [None]


def test_sets_are_numbered_once_and_found_by_their_lines() -> None:
    sets = Sets()
    sets.extend([entry(0, "a", "1 D 5", "2 C 5"), entry(1, "b", "1 D 9", "3 C 9"), entry(2, "c", "2 C 1", "1 D 1")])
    assert sets.of_row == [0, 1, 0]
    assert sets.allowed(lines("1 D 4")) == [0, 1]
    assert sets.allowed(lines("1 D 4", "3 C 4")) == [1]
    assert sets.allowed(lines("4 D 4")) is None
    assert sets.allowed(()) is None


def test_facts_add_their_bonuses_and_blank_ones_add_nothing() -> None:
    known = [entry(0, "a", "1 D 100", "2 C 100", journal="AC"), entry(60, "b", "1 D 100", "2 C 100", journal="BQ")]
    asked = [event_of(entry(60, "c", "1 D 100", "2 C 100", journal="AC")), Event(description="c", amount=Decimal(100))]
    scores = Facts(known).scores(asked, np.zeros((2, 2)), KnnSettings(journal=0.1, amount=0.02, recency=0.03))
    assert scores[0] == pytest.approx([0.1 + 0.02 + 0.03 / np.e, 0.02 + 0.03])
    assert scores[1] == pytest.approx([0.02, 0.02])


def test_confidence_grows_with_its_signs_and_falls_back_to_the_first() -> None:
    rng = np.random.default_rng(0)
    signs = rng.uniform(size=(400, 2))
    right = rng.uniform(size=400) < signs[:, 0]
    confidence = Confidence()
    assert confidence.of(np.array([[0.4, 0.0]])) == pytest.approx([0.4])
    confidence.fit(signs, right)
    low, high = confidence.of(np.array([[0.1, 0.5], [0.9, 0.5]]))
    assert low < 0.3
    assert high > 0.7
    confidence.fit(signs, np.ones(400, dtype=bool))
    assert confidence.of(np.array([[0.4, 0.0]])) == pytest.approx([0.4])
