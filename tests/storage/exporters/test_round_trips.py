"""What goes out comes back the same: the formats whose readers are ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
from storage.records import Staged
from tests.storage.exporters.books import Books, books

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


found = st.lists(entries(), min_size=1, max_size=6).map(
    lambda drawn: [replace(e, entry_id=f"E{n}", number=str(n)) for n, e in enumerate(drawn, start=1)]
)


def of(entries: list[Entry]) -> Books:
    return Books("EUR", CHART, tuple(entries))


def subject(entries: Sequence[Entry], accounts: Sequence[Account] = CHART, currency: str = "EUR") -> Subject:
    return Subject(book="Test", currency=currency, accounts=accounts, entries=entries, created=NOW)


def back(drawn: Books, name: str, folder: Path, given: Mapping[str, str] | None = None) -> Staged:
    """What the reader makes of the file."""
    written = FORMATS[name].write(subject(drawn.entries, drawn.accounts, drawn.currency), given)
    file, data = packed(written, name)
    path = folder / file
    path.write_bytes(data)
    staged = read(path)
    assert not staged.errors, staged.errors
    return staged


def lines_of(e: Entry, *, parties: bool = False, signed: bool = False) -> Counter[tuple[object, ...]]:
    if signed:
        return Counter((x.account, x.amount if x.side is Side.DEBIT else -x.amount) for x in e.lines)
    return Counter((x.account, x.side, x.amount, fits(x.party) if parties else "") for x in e.lines)


quickly = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@quickly
@given(books())
def test_jsonl_is_the_same_to_the_letter(tmp_path: Path, drawn: Books) -> None:
    """Whatever a person could type, in currencies without decimals too; codes of accounts hold nothing invisible."""
    staged = back(drawn, "jsonl", tmp_path)
    assert [replace(e, position=n) for n, e in enumerate(staged.entries)] == [
        replace(e, position=n, number=e.number) for n, e in enumerate(drawn.entries)
    ]
    stripped = [replace(a, name=a.name.strip(), parent=a.parent.strip()) for a in drawn.accounts]
    assert {a.code: a for a in staged.accounts} == {a.code: a for a in stripped}


def fits(text: str) -> str:
    """A text as a FEC holds it: a bar could be taken for the end of a cell."""
    return " ".join(text.replace("|", " ").split())


@quickly
@given(found)
def test_a_fec_keeps_days_numbers_documents_parties_and_lines(tmp_path: Path, entries: list[Entry]) -> None:
    came = sorted(back(of(entries), "fec", tmp_path).entries, key=lambda e: int(e.number))
    assert [(e.date, e.number, e.journal, lines_of(e, parties=True)) for e in came] == [
        (e.date, e.number, e.journal, lines_of(e, parties=True)) for e in entries
    ]
    assert [e.document for e in came] == [fits(e.document) or "SANS_PIECE_REF" for e in entries]
    for one, e in zip(came, entries, strict=True):
        assert [x.label for x in one.lines] == [fits(x.label) or fits(e.description) or "-" for x in e.lines]


@pytest.mark.parametrize("layout", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["quickbooks", "xero", "sage", "odoo", "erpnext"])
def test_the_columns_of_packages_come_back(name: str, layout: str, tmp_path: Path) -> None:
    """Amounts with their signs on their sides, but for Xero, which knows one signed column only."""

    @settings(quickly, max_examples=6)
    @given(found, st.sampled_from([("comma", "semicolon"), ("point", "tab"), ("point", "comma")]))
    def comes_back(entries: list[Entry], marks: tuple[str, str]) -> None:
        given = {"layout": layout, "decimal": marks[0], "separator": marks[1], "encoding": "utf-8-sig"}
        given |= {"dates": "ymd"} if name in ("quickbooks", "xero") else {}
        given |= {"accounts": "codes"} if name == "quickbooks" else {}
        came = back(of(entries), name, tmp_path, given).entries
        signed = name == "xero"
        assert Counter((e.date, frozenset(lines_of(e, signed=signed).items())) for e in came) == Counter(
            (e.date, frozenset(lines_of(e, signed=signed).items())) for e in entries
        )
        if name in ("odoo", "erpnext"):
            parties = Counter(x.party for e in came for x in e.lines)
            assert parties == Counter(x.party for e in entries for x in e.lines)

    comes_back()


def test_texts_that_would_break_a_fec_become_blanks_and_are_noted() -> None:
    odd = Entry(
        entry_id="E1", date=date(2025, 3, 1), description="a\tb|c\nd", currency="EUR", journal="", number="1",
        lines=tuple(Line(account="1", side=side, amount=Decimal(5)) for side in Side),
    )  # fmt: skip
    written = FORMATS["fec"].write(subject([odd]), {"siren": "123456789"})
    ((name, data),) = written.files
    assert name == "123456789FEC20251231.txt"
    rows = data.decode().splitlines()
    assert {row.count("\t") for row in rows} == {17}
    assert "\ta b c d\t5,00\t0" in rows[1].replace("\t5\t", "\t5,00\t")
    assert [str(n) for n in written.notes] == [
        "Entry E1: a line break, tab or bar in a text became a blank.",
        "account '1' does not begin with three digits, as the decree wants.",
    ]


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
        assert b"'=SUM" in write()[1]
