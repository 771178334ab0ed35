"""A batch as Arrow columns against the same rows built one by one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.journal import IMPORTED, Entry, Line, Side
from storage import columns, rows
from storage.errors import LinesRefused
from storage.prepared import prepare
from tests.builders import a_line, an_entry, some_entries
from tests.storage.drawn import an_imported
from tests.storage.test_prepared import stored

MARK = {"book_id": "b", "recorded_by": "ana", "batch_id": "B"}


def named(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


@given(st.lists(an_imported, min_size=1, max_size=4, unique_by=lambda e: e.entry_id))
def test_columns_hold_what_rows_built_one_by_one_hold(drawn: list[Entry]) -> None:
    entries = prepare(drawn)
    kept = stored(entries, 7)
    certain = frozenset({drawn[0].entry_id})
    headers = columns.entry_columns(entries, kept, MARK, certain)
    lines = columns.line_columns(entries, kept, {"book_id": "b"})
    versions = columns.version_columns(entries, kept, {"book_id": "b", "author": "ana"})
    for found, p, s in zip(headers.to_pylist(), entries, kept, strict=True):
        row = {**rows.header_row(p.entry, p.key, s.salt), **MARK, "kind_certain": p.key in certain}
        slow = {**row, "entry_id": s.entry_id, "position": s.position}
        assert found == named(slow, headers.column_names)
        assert all(slow[name] is None for name in slow.keys() - set(headers.column_names))
    slow_lines = [
        rows.line_row("b", s.entry_id, s.version_id, n, x)
        for p, s in zip(entries, kept, strict=True)
        for n, x in enumerate(p.entry.lines)
    ]
    assert lines.to_pylist() == [named(r, lines.column_names) for r in slow_lines]
    assert {*slow_lines[0]} == {*lines.column_names}
    assert versions.to_pylist() == [
        {
            "book_id": "b", "author": "ana", "number": 1, "previous": "", "origin": IMPORTED, "lineage": "{}",
            "version_id": s.version_id, "entry_id": s.entry_id, "total": rows.total_of(p.entry.lines),
        }
        for p, s in zip(entries, kept, strict=True)
    ]  # fmt: skip


DOUBTFUL = "0 -0.0 1.5 0.00001 1E18 -1E18 1E17 NaN sNaN Infinity -Infinity 9.99990 1E-9"


def line_columns(entries: Sequence[Entry]) -> pa.Table:
    ready = prepare(entries)
    return columns.line_columns(ready, stored(ready), {"book_id": "b"})


amounts = st.sampled_from([Decimal(text) for text in DOUBTFUL.split()])
a_doubtful_line = st.builds(
    Line, account=st.sampled_from(["", "1600"]), side=st.sampled_from(Side), amount=amounts,
    original_amount=st.none() | amounts, rate=st.none() | amounts,
)  # fmt: skip
doubtful = st.lists(st.lists(st.just(a_line("D 1 2.5")) | a_doubtful_line, max_size=4), min_size=1, max_size=4)


@given(doubtful)
def test_many_lines_are_refused_with_the_sentence_that_the_first_bad_one_gets_alone(drawn: list[list[Line]]) -> None:
    given_ = [an_entry(entry_id=f"k{n}", lines=tuple(lines)) for n, lines in enumerate(drawn)]
    refused = ""
    try:
        for lines in drawn:
            rows.check_lines(lines)
    except LinesRefused as error:
        refused = str(error)
    if not refused:
        assert line_columns(given_).num_rows == sum(map(len, drawn))
        return
    with pytest.raises(LinesRefused) as caught:
        line_columns(given_)
    assert str(caught.value) == refused


def test_digits_that_say_nothing_keep_nothing_out() -> None:
    long = an_entry("x", a_line("D 1 1", amount=Decimal("1." + 60 * "0")), a_line("C 2 1"))
    assert line_columns([*some_entries(3), long])["amount"].to_pylist()[-2:] == [Decimal(1), Decimal(1)]
