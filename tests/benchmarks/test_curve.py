"""The curve asks what came next, counts what it says, and never mixes books or starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks import curve, curve_page, ledgers
from engine.base import NONE
from engine.errors import BaseUnusable
from engine.evaluation.system import Guess, GuessLine, Ranked
from engine.journal import Entry, Event, Snapshot
from tests.builders import a_snapshot, some_entries

BOOK = a_snapshot(*some_entries(60))


class Echo:
    """Knows what it was shown, by text; counts how often it was fitted again."""

    name = "echo"

    def __init__(self) -> None:
        self.known: dict[str, Entry] = {}
        self.refits = 0

    def fit(self, snapshot: Snapshot) -> None:
        self.known = {e.description: e for e in snapshot.entries}

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        return [self._guess(e) for e in events]

    def replay(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Ranked]]:
        answers = []
        for entry, events in zip(entries, asked, strict=True):
            answers.append([self._guess(e) for e in events])
            self.known[entry.description] = entry
        return answers

    def refit(self) -> None:
        self.refits += 1

    def threshold(self, precision: float) -> float:
        return precision

    def _guess(self, event: Event) -> Ranked:
        found = self.known.get(event.description)
        return (Guess(tuple(GuessLine(x.account, x.side) for x in found.lines), 1.0),) if found else ()


def test_history_comes_before_what_is_asked() -> None:
    history, asked = curve.after(BOOK, 20, 10)
    assert history.entries == BOOK.entries[:20]
    assert asked == BOOK.entries[20:30]
    assert history.accounts == BOOK.accounts


def test_right_is_the_whole_set_and_static_comes_before_learning() -> None:
    once_known, twice = some_entries(1)[0], [e for e in some_entries(2) for _ in range(2)]
    found = curve.measure(Echo(), a_snapshot(once_known), twice)
    assert found["right"] == {"static": [True, True, False, False], "prequential": [True, True, False, True]}


def _result(book: str, history: int, base: str, right: list[bool]) -> dict[str, Any]:
    return {
        "book": book, "history": history, "asked": 4, "system": curve_page.COUNTERPOINT, "base": base,
        "right": {"static": right, "prequential": right},
    }  # fmt: skip


def test_a_mean_needs_every_book() -> None:
    results = [_result("a", 5, "none", [True, False]), _result("b", 5, "none", [True, True]),
               _result("a", 5, "auto", [True, True])]  # fmt: skip
    column = (curve_page.COUNTERPOINT, "none")
    assert curve_page.share(results, ["a", "b"], 5, column, "static") == 0.75
    assert curve_page.share(results, ["a", "b"], 5, (curve_page.COUNTERPOINT, "auto"), "static") is None


def test_page_and_picture_show_every_start() -> None:
    results = [_result("a", n, base, [True, False]) for n in (0, 5) for base in curve_page.STARTS]
    text, svg = curve_page.page(results), curve_page.picture(results)
    assert "| 5 | 0.50 / 0.50 / – | 0.50 / 0.50 / – |" in text
    assert "from a base, static" in svg
    assert "from nothing, prequential" in svg


def test_a_base_that_has_seen_the_book_is_never_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "chosen", lambda _wish, _entries: NONE)
    with pytest.raises(BaseUnusable, match="has not seen test"):
        ledgers.base_for(BOOK, "auto")
    assert ledgers.base_for(BOOK, "none") == "none"


def test_the_demo_book_needs_no_file() -> None:
    assert ledgers.ledger("demo").book == "demo"
    with pytest.raises(Exception, match="nowhere"):
        ledgers.ledger(str(Path("nowhere")))
