"""Earlier means known earlier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from engine.journal import in_recording_order
from tests.builders import an_entry


def test_history_keeps_its_dates_and_what_was_entered_here_is_known_from_then_on() -> None:
    imported = [an_entry(entry_id=i, date=date(2025, m, 1)) for i, m in (("march", 3), ("may", 5))]
    imported = [replace(e, recorded=datetime(2026, 1, 2, tzinfo=UTC)) for e in imported]
    late = replace(
        an_entry(entry_id="late", date=date(2025, 2, 1)), origin="person", recorded=datetime(2025, 4, 9, tzinfo=UTC)
    )
    assert [e.entry_id for e in in_recording_order([late, *reversed(imported)])] == ["march", "late", "may"]


def test_one_day_keeps_the_order_of_the_source() -> None:
    entries = [an_entry(entry_id=str(p), position=p) for p in (2, 0, 1)]
    assert [e.entry_id for e in in_recording_order(entries)] == ["0", "1", "2"]
