from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.journal import Account, AccountType, Entry, Kind, Line, Side, money_text
from storage.errors import ImportRefused
from storage.importers import read
from storage.printable import hidden
from storage.records import Staged
from tests.storage.conftest import WriteFile

DEBIT = {"account": "6130", "side": "D", "amount": "9.50"}
RENT = {
    "entry_id": "r1", "date": "2024-01-31", "description": "Rent", "currency": "EUR", "journal": "BK Bank",
    "lines": [DEBIT, {"account": "5120", "side": "C", "amount": "9.50"}],
}  # fmt: skip


def jsonl(*objects: object) -> str:
    return "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in objects)


def folder(path: Path, entries: str, accounts: str) -> Path:
    path.mkdir()
    (path / "entries.jsonl").write_text(entries)
    (path / "accounts.csv").write_text(accounts)
    return path


def test_folder_zip_and_file_give_the_same_entries(tmp_path: Path, write: WriteFile) -> None:
    accounts = 'account,name,type,parent\n6130,Loyer,expense,61\n61,"Services, ext.",expense,\n'
    one = read(folder(tmp_path / "book", jsonl(RENT), accounts))
    with zipfile.ZipFile(tmp_path / "book.zip", "w") as archive:
        archive.write(tmp_path / "book" / "entries.jsonl", "book/entries.jsonl")
        archive.write(tmp_path / "book" / "accounts.csv", "book/accounts.csv")
    assert read(tmp_path / "book.zip") == one
    alone = read(write("ledger.jsonl", jsonl(RENT)))
    assert alone.entries == one.entries
    assert one.accounts == (
        Account(code="5120"),
        Account(code="61", name="Services, ext.", type=AccountType.EXPENSE),
        Account(code="6130", name="Loyer", type=AccountType.EXPENSE, parent="61"),
    )
    assert (one.book_hint, one.format, one.errors) == ("book", "jsonl", ())


def test_an_entry_is_read_whole(write: WriteFile) -> None:
    full = {
        **RENT, "party": "Lenz", "kind": "accrual", "number": "7", "document": "R-1", "document_date": "2024-01-30",
        "lines": [
            {"account": "0050", "side": "D", "amount": "1234567890123456.78", "label": "ü", "party": "P",
             "tax_code": "V19", "original_amount": "10.5", "original_currency": "USD", "rate": "1.0812",
             "rate_date": "2024-01-29", "rate_source": "ECB"},
            {"account": "2", "side": "C", "amount": "1234567890123456.78"},
        ],
    }  # fmt: skip
    (entry,) = read(write("a.jsonl", jsonl(full))).entries
    assert (entry.kind, entry.party, entry.document_date) == (Kind.ACCRUAL, "Lenz", date(2024, 1, 30))
    assert entry.lines[0] == Line(
        account="0050", side=Side.DEBIT, amount=Decimal("1234567890123456.78"), label="ü", party="P", tax_code="V19",
        original_amount=Decimal("10.5"), original_currency="USD", rate=Decimal("1.0812"),
        rate_date=date(2024, 1, 29), rate_source="ECB",
    )  # fmt: skip


def test_json_numbers_are_taken_digit_for_digit(write: WriteFile) -> None:
    row = '{"date":"2024-01-31","description":"x","lines":[{"account":"1","side":"D","amount":1234567890123456.78},'
    row += '{"account":"2","side":"C","amount":1234567890123456.78}]}\n'
    assert read(write("a.jsonl", row)).entries[0].total == Decimal("1234567890123456.78")


@pytest.mark.parametrize(
    ("change", "column", "why"),
    [
        ({"date": "2024-02-30"}, "date", "not a day"),
        ({"date": None}, "date", "blank"),
        ({"date": ["x"]}, "date", "not a day"),
        ({"lines": None}, "lines", "not a list"),
        ({"lines": [1]}, "lines", "no line"),
        ({"lines": []}, "lines", "fewer than two"),
        ({"lines": [{**DEBIT, "side": "X"}]}, "side", "not a side"),
        ({"lines": [{**DEBIT, "amount": "x"}]}, "amount", "not an amount"),
        ({"lines": [{**DEBIT, "amount": True}]}, "amount", "not an amount"),
        ({"lines": [{**DEBIT, "account": ""}]}, "account", "blank"),
        ({"lines": [DEBIT, DEBIT]}, "debit/credit", "does not balance"),
        ({"description": {"de": "x"}}, "description", "not a text"),
        ({"kind": "strange"}, "kind", "not a kind"),
        ({"state": "approved"}, "state", "no state of imported history"),
    ],
)
def test_a_bad_entry_is_one_row_error_and_the_rest_goes_in(
    write: WriteFile, change: dict[str, object], column: str, why: str
) -> None:
    staged = read(write("a.jsonl", jsonl(RENT, {**RENT, "entry_id": "bad", **change}, {**RENT, "entry_id": "r3"})))
    assert [e.entry_id for e in staged.entries] == ["r1", "r3"]
    (error,) = staged.errors
    assert (error.row, error.column) == (2, column)
    assert why in error.why


@pytest.mark.parametrize("row", ["{", "[]", "null", "not json", '{"a":' * 5000, "\x00"])
def test_rows_that_are_no_json_object_are_errors(write: WriteFile, row: str) -> None:
    staged = read(write("a.jsonl", jsonl(RENT) + row + "\n"))
    assert len(staged.entries) == 1
    assert [e.row for e in staged.errors] == [2]
    assert len(staged.errors[0].value) <= 80


def test_a_bad_account_row_is_an_error_and_the_account_is_still_known(tmp_path: Path) -> None:
    staged = read(folder(tmp_path / "b", jsonl(RENT), "account,name,type,parent\n,Nobody,asset,\n6130,Rent,cost,\n"))
    assert [(e.row, e.column) for e in staged.errors] == [(2, "accounts.csv account"), (3, "accounts.csv type")]
    assert [(a.code, a.type) for a in staged.accounts] == [("5120", AccountType.UNKNOWN), ("6130", AccountType.UNKNOWN)]


def test_identical_entries_survive_with_an_occurrence(write: WriteFile) -> None:
    nameless = {k: v for k, v in RENT.items() if k != "entry_id"}
    staged = read(write("a.jsonl", jsonl(RENT, RENT, nameless, nameless)))
    keys = [e.entry_id for e in staged.entries]
    assert keys[:2] == ["r1", "r1#2"]
    assert keys[3] == keys[2] + "#2"
    assert [e.position for e in staged.entries] == [0, 1, 2, 3]
    assert read(write("b.jsonl", jsonl(RENT, RENT, nameless, nameless))).entries == staged.entries


def test_nothing_at_all_is_refused(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="empty"):
        read(write("a.jsonl", "\n\n"))


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
codes = texts.filter(lambda code: bool(code) and not hidden(code))
money = st.decimals(Decimal("0.0001"), Decimal(10**17), places=4)


@st.composite
def an_entry(draw: st.DrawFn) -> Entry:
    amounts = draw(st.lists(money, min_size=1, max_size=4))
    debits = [Line(account=draw(codes), side=Side.DEBIT, amount=a, label=draw(texts)) for a in amounts]
    credit = Line(account="512", side=Side.CREDIT, amount=sum(amounts, Decimal(0)), party=draw(texts))
    return Entry(
        entry_id=draw(st.uuids().map(str)), date=draw(st.dates(date(1900, 1, 1), date(2100, 12, 31))),
        description=draw(texts), lines=(*debits, credit), currency=draw(texts), journal="OD", party=draw(texts),
    )  # fmt: skip


def as_json(e: Entry) -> dict[str, object]:
    lines = [
        {
            "account": x.account,
            "side": x.side.letter,
            "amount": money_text(x.amount),
            "label": x.label,
            "party": x.party,
        }
        for x in e.lines
    ]
    return {
        "entry_id": e.entry_id, "date": e.date.isoformat(), "description": e.description, "currency": e.currency,
        "journal": e.journal, "party": e.party, "lines": lines,
    }  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(an_entry(), min_size=1, max_size=5, unique_by=lambda e: e.entry_id))
def test_entries_written_as_json_come_back(write: WriteFile, drawn: list[Entry]) -> None:
    staged: Staged = read(write("a.jsonl", jsonl(*map(as_json, drawn))))
    assert staged.errors == ()
    assert list(staged.entries) == [replace(e, position=i) for i, e in enumerate(drawn)]
