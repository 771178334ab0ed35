"""Our own adapter keeps the protocol: nothing of the future, nothing learnt in static mode."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.config import TrainConfig
from engine.evaluation.counterpoint import Counterpoint
from engine.evaluation.protocol import Examiner
from engine.evaluation.system import System
from engine.journal import Snapshot, event_of
from tests.engine.evaluation.ledger import a_year, chart, entry

BOOK = a_year(60)
HISTORY = replace(BOOK, entries=BOOK.entries[:48])


@pytest.fixture
def fitted() -> Counterpoint:
    system = Counterpoint(TrainConfig.tiny())
    assert isinstance(system, System)
    system.fit(HISTORY)
    return system


def test_what_is_booked_later_changes_no_earlier_answer() -> None:
    block = [entry(50 + i, "Metro cash", "607 D 90", "512 C 90", journal="BQ") for i in range(10)]
    changed = [*block[:5], *(entry(55 + i, "Metro cash", "626 D 90", "411 C 90", journal="BQ") for i in range(5))]
    answers = []
    for entries in (block, changed):
        system = Counterpoint(TrainConfig.tiny())
        system.fit(HISTORY)
        answers.append(system.replay(entries, [[event_of(e)] for e in block]))
    assert answers[0][:6] == answers[1][:6]
    assert answers[0][6:] != answers[1][6:], "what was booked five entries ago must be seen"


def test_amounts_too_come_from_what_was_known() -> None:
    """A set that no earlier entry had: its split must not be read off the entries of the block itself."""
    fresh = [entry(50 + i, "Metro cash", f"607 D {60 + i}", f"626 D {30 - i}", "512 C 90") for i in range(6)]
    other = [entry(50 + i, "Metro cash", f"607 D {20 - i}", f"626 D {70 + i}", "512 C 90") for i in range(6)]
    answers = []
    for entries in (fresh, [*fresh[:3], *other[3:]]):
        system = Counterpoint(TrainConfig.tiny())
        system.fit(HISTORY)
        answers.append(system.replay(entries, [[event_of(e)] for e in entries]))
    assert [a for (a,) in answers[0][:4]] == [a for (a,) in answers[1][:4]]


def test_a_block_is_answered_as_one_by_one() -> None:
    block = BOOK.entries[48:54]
    together, single = Counterpoint(TrainConfig.tiny()), Counterpoint(TrainConfig.tiny())
    together.fit(HISTORY)
    single.fit(HISTORY)
    fast = together.replay(block, [[event_of(e)] for e in block])
    slow = [single.replay([e], [[event_of(e)]])[0] for e in block]
    for (a,), (b,) in zip(fast, slow, strict=True):
        assert [g.lines for g in a] == [g.lines for g in b]
        assert [g.score for g in a] == pytest.approx([g.score for g in b], abs=1e-4)


def test_answering_teaches_nothing(fitted: Counterpoint) -> None:
    events = [event_of(e) for e in BOOK.entries[48:52]]
    first = fitted.answer(events)
    fitted.answer([event_of(e) for e in BOOK.entries[52:]])
    assert fitted.answer(events) == first
    assert fitted.answer([]) == []


def test_it_goes_through_both_modes_with_every_figure() -> None:
    outcomes = Examiner(Snapshot(book="b", accounts=chart(), entries=BOOK.entries)).measure(
        Counterpoint(TrainConfig.tiny())
    )
    for mode in ("static", "prequential"):
        figures = outcomes.outcomes[mode].figures()
        assert figures["exact"] > 0.5, "tiny as it is, it must have learnt the regular book"
        assert figures["exact_full"] is not None
        assert 0.0 <= figures["ece"] <= 1.0
