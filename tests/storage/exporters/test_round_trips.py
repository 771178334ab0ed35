"""What goes out comes back the same: the formats whose readers are ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.journal import Account, AccountType, Entry, Line, Side
from storage.exporters import templates
from storage.exporters.formats import FORMATS, Subject, packed
from storage.importers import read

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHART = (
    Account(code="613200", name="Loyers \U0001f600", type=AccountType.EXPENSE),
    Account(code="0401", name="=Lieferanten"),
    Account(code="512000", name='Bank "A", B'), Account(code="7010", name="Sales"),
)  # fmt: skip
_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=30
).map(lambda t: " ".join(t.split()) or "x")
_AMOUNT = st.integers(1, 10**9).map(lambda n: Decimal(n) / 100)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    codes = st.sampled_from([a.code for a in CHART])
    parts = draw(st.lists(_AMOUNT, min_size=1, max_size=4))
    sign = draw(st.sampled_from([1, 1, -1]))
    side = draw(st.sampled_from(list(Side)))
    lines = [
        Line(
            account=draw(codes),
            side=side,
            amount=sign * a,
            party=draw(st.just("") | _TEXT),
            label=draw(st.just("") | _TEXT),
        )
        for a in parts
    ]
    other = Side.CREDIT if side is Side.DEBIT else Side.DEBIT
    lines.append(Line(account=draw(codes), side=other, amount=sign * sum(parts, Decimal(0))))
    return Entry(
        entry_id="", date=draw(st.dates(date(2025, 1, 1), date(2025, 12, 31))), description=draw(_TEXT),
        lines=tuple(lines),
        currency="EUR", journal="HA ACHATS", document=draw(st.just("") | _TEXT),
    )  # fmt: skip


books = st.lists(entries(), min_size=1, max_size=6).map(
    lambda found: [replace(e, entry_id=f"E{n}", number=str(n)) for n, e in enumerate(found, start=1)]
)


def subject(found: list[Entry]) -> Subject:
    return Subject(book="Test", currency="EUR", accounts=CHART, entries=found, created=NOW)


def came_back(found: list[Entry], name: str, folder: Path) -> list[Entry]:
    file, data = packed(FORMATS[name].write(subject(found)), name)
    path = folder / file
    path.write_bytes(data)
    staged = read(path)
    assert not staged.errors, staged.errors
    return sorted(staged.entries, key=lambda e: int(e.number or 0))


def lines_of(e: Entry) -> Counter[tuple[str, Side, Decimal]]:
    return Counter((x.account, x.side, x.amount) for x in e.lines)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(books)
def test_jsonl_is_the_same_to_the_letter(tmp_path: Path, found: list[Entry]) -> None:
    back = came_back(found, "jsonl", tmp_path)
    assert [(e.entry_id, e.date, e.description, e.journal, e.number, e.document, e.lines) for e in back] == [
        (e.entry_id, e.date, e.description, e.journal, e.number, e.document, e.lines) for e in found
    ]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(books)
def test_a_fec_keeps_days_numbers_and_lines(tmp_path: Path, found: list[Entry]) -> None:
    back = came_back(found, "fec", tmp_path)
    assert [(e.date, e.number, e.journal, lines_of(e)) for e in back] == [
        (e.date, e.number, e.journal, lines_of(e)) for e in found
    ]


def test_texts_that_would_break_a_fec_become_blanks_and_are_noted() -> None:
    odd = Entry(
        entry_id="E1", date=date(2025, 3, 1), description="a\tb|c\nd", currency="EUR", journal="", number="1",
        lines=tuple(Line(account="1", side=side, amount=Decimal(5)) for side in Side),
    )  # fmt: skip
    written = FORMATS["fec"].write(replace(subject([odd]), siren="123456789"))
    ((name, data),) = written.files
    assert name == "123456789FEC20250301.txt"
    rows = data.decode().splitlines()
    assert {row.count("\t") for row in rows} == {17}
    assert "\ta b c d\t5,00\t0" in rows[1].replace("\t5\t", "\t5,00\t")
    assert [n.entry_id for n in written.notes] == ["E1"]


def an_entry_of(lines: int, n: int) -> Entry:
    halves = [
        Line(account="1", side=side, amount=Decimal(1), label="=SUM(A1)") for side in Side for _ in range(lines // 2)
    ]
    return Entry(
        entry_id=f"E{n}", date=date(2025, 3, 1), description="Pay", currency="EUR", journal="OD Misc", number=str(n),
        lines=tuple(halves),
    )  # fmt: skip


def test_xero_takes_parts_that_divide_no_entry() -> None:
    written = FORMATS["xero"].write(subject([an_entry_of(160, n) for n in range(1, 4)]))
    assert [name for name, _ in written.files] == ["xero-001.csv", "xero-002.csv", "xero-003.csv"]
    assert [data.count(b"\r\n") - 1 for _, data in written.files] == [160, 160, 160]
    (one,) = FORMATS["xero"].write(subject([an_entry_of(100, n) for n in range(1, 4)])).files
    assert one[1].count(b"\r\n") - 1 == templates.XERO_LINES


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_gives_the_same_bytes_twice_and_runs_no_formula(name: str) -> None:
    found = [an_entry_of(4, n) for n in (1, 2)]
    write: Callable[[], tuple[str, bytes]] = lambda: packed(FORMATS[name].write(subject(found)), name)  # noqa: E731
    assert write() == write()
    if name in ("quickbooks", "xero", "sage", "odoo", "erpnext"):
        assert b",=SUM" not in write()[1]
        assert (b"'=SUM" in write()[1]) is (name != "erpnext"), "ERPNext names no line"
