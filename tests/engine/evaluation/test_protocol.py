"""The protocol watched by a contender that writes down everything it is told."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from engine.errors import TooLittleHistory
from engine.evaluation.protocol import BLOCK, HISTORY, Examiner, Outcomes, split
from engine.evaluation.system import Guess, GuessLine, Ranked, System
from engine.journal import Entry, Event, Kind, Snapshot, event_of
from tests.engine.evaluation.ledger import a_year, chart, entry


class Diary:
    """Knows the answer to everything, and notes the order in which it is asked and told."""

    name = "diary"

    def __init__(self, snapshot: Snapshot, threshold: float = 0.5) -> None:
        self.truth = {(e.description, e.total): e for e in snapshot.entries}
        self.told: list[str] = []
        self.asked: list[Event] = []
        self.refits = 0
        self.blocks: list[int] = []
        self._threshold = threshold

    def fit(self, snapshot: Snapshot) -> None:
        self.told = [e.entry_id for e in snapshot.entries]

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        self.asked += events
        return [self._know(e) for e in events]

    def _know(self, event: Event) -> Ranked:
        found = self.truth[event.description, event.amount]
        lines = tuple(GuessLine(x.account, x.side, x.amount) for x in found.lines)
        return (Guess(lines, 0.9 if event.journal else 0.3),)

    def replay(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Ranked]]:
        self.blocks.append(len(entries))
        out = []
        for e, events in zip(entries, asked, strict=True):
            assert e.entry_id not in self.told
            out.append(self.answer(events))
            self.told.append(e.entry_id)
        return out

    def refit(self) -> None:
        self.refits += 1

    def threshold(self, precision: float) -> float:
        assert precision == 0.98
        return self._threshold


def test_history_is_the_first_80_percent_of_what_teaches_by_date_and_position() -> None:
    book = a_year(100)
    shuffled = replace(book, entries=book.entries[::-1])
    history, test = split(shuffled)
    assert [e.position for e in (*history, *test)] == list(range(100))
    assert len(history) == 100 * HISTORY
    opening = replace(book.entries[0], kind=Kind.OPENING)
    history, test = split(replace(book, entries=(opening, *book.entries[1:])))
    assert (len(history), history[0].position) == (79, 1)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_book_without_history_is_refused_in_words(n: int) -> None:
    with pytest.raises(TooLittleHistory, match="a year"):
        split(a_year(n))


def test_static_learns_nothing_and_asks_three_questions() -> None:
    book = a_year(100)
    diary = Diary(book)
    measured = Examiner(book).measure(diary, ["static"])
    assert len(diary.told) == 80
    assert [e.description for e in diary.asked[:20]] == [e.description for e in book.entries[80:]]
    assert all(e.journal for e in diary.asked[:20])
    assert all(not e.journal and e.date is None and not e.currency for e in diary.asked[20:40])
    assert [len(e.lines) for e in diary.asked[40:]] == [1] * 10, "every second entry goes through the bank"
    assert set(measured.outcomes) == {"static"}


def test_prequential_walks_in_blocks_of_five_percent_and_refits_between_them() -> None:
    book = a_year(300)
    diary = Diary(book)
    assert isinstance(diary, System)
    Examiner(book).measure(diary, ["prequential"])
    assert diary.blocks == [math.ceil(60 * BLOCK)] * 20
    assert diary.refits == 19, "not after the last block"
    assert diary.told == [e.entry_id for e in book.entries]
    assert sum(len(e.lines) for e in diary.asked) == 30


def test_who_knows_everything_gets_everything_right_and_figures_say_so() -> None:
    book = a_year(100)
    for outcomes in Examiner(book).measure(Diary(book)).outcomes.values():
        figures = outcomes.figures()
        assert [figures[k] for k in ("exact", "exact_full", "line_f1", "top5_exact", "stp98", "stp95")] == [1.0] * 6
        assert figures["auto98"] == {"share": 1.0, "precision": 1.0}
        assert figures["ece"] == pytest.approx(0.1)
        assert figures["text_amount_only"] == {"exact": 1.0, "ece": pytest.approx(0.7)}
        assert (figures["share_error"], figures["counter_account"]) == (pytest.approx(0.0), 1.0)


def test_the_threshold_from_history_decides_what_is_booked_unseen() -> None:
    book = a_year(100)
    outcomes = Examiner(book).measure(Diary(book, threshold=math.inf), ["static"]).outcomes["static"]
    assert outcomes.figures()["auto98"] == {"share": 0.0, "precision": None}
    assert outcomes.figures()["stp98"] == 1.0


def test_entries_of_more_than_24_lines_count_as_wrong_and_are_not_dropped() -> None:
    def salaries(position: int, people: int) -> Entry:
        paid = [f"64{i:02d} D 10" for i in range(people)]
        return entry(position, "salaries", *paid, f"512 C {10 * people}", journal="OD")

    book = Snapshot(
        book="b", accounts=chart(), entries=(*(salaries(i, 2) for i in range(8)), salaries(8, 23), salaries(9, 24))
    )
    outcomes = Examiner(book).measure(Diary(book), ["static"]).outcomes["static"]
    assert (outcomes.right, outcomes.full, outcomes.top5) == ([True, False],) * 3
    assert (outcomes.counter, outcomes.bare_right) == ([True, False],) * 2
    assert outcomes.lines == [[24, 0, 0], [25, 0, 0]]


def test_a_silent_contender_is_wrong_everywhere_and_breaks_nothing() -> None:
    class Silent(Diary):
        def _know(self, event: Event) -> Ranked:
            return ()

    book = a_year(100)
    figures = Examiner(book).measure(Silent(book), ["static"]).outcomes["static"].figures()
    assert (figures["exact"], figures["line_f1"], figures["counter_account"], figures["share_error"]) == (0, 0, 0, None)


def test_outcomes_survive_the_cache_and_join_into_pooled_figures() -> None:
    book = a_year(100)
    good = Examiner(book).measure(Diary(book), ["static"]).outcomes["static"]
    assert Outcomes.from_json(json.loads(json.dumps(good.to_json()))).figures() == good.figures()
    bad = replace(good, right=[False] * 20, score=[0.1] * 20)
    joined = Outcomes()
    joined.extend(good)
    joined.extend(bad)
    assert joined.figures()["exact"] == 0.5
    assert joined.figures()["stp98"] == 0.5
    assert len(good.right) == 20, "joining copies"


def test_the_event_that_is_asked_is_the_one_of_the_journal() -> None:
    book = a_year(50)
    diary = Diary(book)
    Examiner(book).measure(diary, ["static"])
    assert diary.asked[:10] == [event_of(e) for e in book.entries[40:]]
