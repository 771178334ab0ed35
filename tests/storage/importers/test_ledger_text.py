"""Ledger and hledger journals: amounts left out, marks, costs, directives, what is left out, and a real journal."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.journal import AccountType
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.ledger_text import READER
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

RENT = """2024-01-05 * (F-12) Lenz GmbH | Rent  ; customer: x, paid:
    ; for January
    expenses:rent   1,000.00 EUR  ; office
    assets:bank
"""


def journal(text: str, write: WriteFile, name: str = "a.txt") -> Staged:
    return read(write(name, text))


def lines(staged: Staged, entry: int = 0) -> list[tuple[str, str, str]]:
    return [(x.account, x.side.letter, str(x.amount)) for x in staged.entries[entry].lines]


def test_a_transaction_with_an_amount_left_out(write: WriteFile) -> None:
    staged = journal(RENT, write)
    (entry,) = staged.entries
    assert staged.format == "ledger"
    assert (entry.date, entry.description, entry.party) == (date(2024, 1, 5), "Lenz GmbH Rent for January", "Lenz GmbH")
    assert (entry.document, entry.currency, entry.journal) == ("F-12", "EUR", "")
    assert lines(staged) == [("expenses:rent", "D", "1000.00"), ("assets:bank", "C", "1000.00")]
    assert [x.label for x in entry.lines] == ["office", ""]
    assert entry.entry_id == journal(RENT, write).entries[0].entry_id
    accounts = {a.code: (a.name, a.type, a.parent) for a in staged.accounts}
    assert accounts["assets:bank"] == ("bank", AccountType.ASSET, "assets")
    assert accounts["expenses"] == ("expenses", AccountType.EXPENSE, "")
    assert staged.types_derived


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("$-1,234.50", "-1234.50"), ("-$1,234.50", "-1234.50"), ("$ -1234.5", "-1234.5"), ("-1.234,50 €", "-1234.50"),
        ("EUR -1.234,50", "-1234.50"), ("-1 234,50 EUR", "-1234.50"), ('-1234.50 "A 1"', "-1234.50"),
        ("-1'234.50 CHF", "-1234.50"), ("- 1234.50", "-1234.50"), ("-.5 EUR", "-0.5"), ("-1,50 EUR", "-1.50"),
        ("-1,234,567 JPY", "-1234567"), ("-12E2 X", "-1200"),
    ],
)  # fmt: skip
def test_spellings_of_amounts(write: WriteFile, written: str, amount: str) -> None:
    staged = journal(f"2024-01-05 x\n  a:b  {written}\n  c:d\n", write)
    assert staged.errors == ()
    (entry,) = staged.entries
    assert entry.lines[0].amount == -Decimal(amount)
    assert entry.lines[0].side.letter == "C"


def test_a_thousand_or_a_little_over_one_is_decided_by_the_rest_of_the_file(write: WriteFile) -> None:
    ambiguous = "2024-01-05 x\n  a:b  EUR 1,000\n  c:d\n\n"
    point = "2024-01-05 y\n  a:b  EUR 1.50\n  c:d\n"
    comma = "2024-01-05 y\n  a:b  EUR 1,50\n  c:d\n"
    for text, amount in (
        (ambiguous, "1000"), (ambiguous + point, "1000"), (ambiguous + comma, "1.000"),
        ("decimal-mark ,\n\n" + ambiguous, "1.000"), ("commodity EUR 1.000,00\n\n" + ambiguous, "1.000"),
        ("commodity EUR\n  format EUR 1.000,00\n\n" + ambiguous, "1.000"), ("D EUR 1,000.00\n\n" + ambiguous, "1000"),
    ):  # fmt: skip
        assert journal(text, write).entries[0].lines[0].amount == Decimal(amount), text


@pytest.mark.parametrize(
    ("first", "second", "worth", "rate"),
    [
        ("110 USD @ 0.9 EUR", "-99 EUR", "99.00", "0.9"), ("110 USD @@ 99 EUR", "", "99", "0.9"),
        ("110 USD", "-99 EUR", "99.00", "0.9"), ("10 ACME {5 EUR}", "-50 EUR", "50.00", "5"),
        ("10 ACME {{50 EUR}} [2024-01-01]", "", "50", "5"), ("10 ACME {5 EUR} @ 6 EUR", "-60 EUR", "60.00", "6"),
        ("10 ACME {5 EUR} @ 6 EUR", "-50 EUR", "50.00", "5"),
    ],
)  # fmt: skip
def test_what_was_paid_is_the_worth(write: WriteFile, first: str, second: str, worth: str, rate: str) -> None:
    other = "2024-01-01 y\n  a  1 EUR\n  b\n\n" * 3
    staged = journal(other + f"2024-01-05 x\n  assets:x  {first}\n  assets:bank  {second}\n", write)
    assert staged.errors == ()
    line, bank = staged.entries[-1].lines
    assert (line.amount, line.original_currency, line.rate) == (Decimal(worth), first.split()[1], Decimal(rate))
    assert (bank.amount, bank.original_currency) == (Decimal(worth), "")
    assert "1 transactions hold other commodities" in staged.reason


def test_prices_convert_and_what_has_none_stays_out(write: WriteFile) -> None:
    euro = "2024-01-01 y\n  a  1 EUR\n  b\n\n" * 3
    usd = "2024-01-05 x\n  a  10 USD\n  b  -5 USD\n  c  -5 USD\n"
    staged = journal(euro + usd, write)
    assert [e.value for e in staged.errors] == ["USD"]
    assert "worth in EUR is not known" in staged.errors[0].why
    staged = journal("P 2024-01-04 USD 0.333 EUR\nP 2024-01-06 USD 9 EUR\n\n" + euro + usd, write)
    assert staged.errors == ()
    assert lines(staged, 3) == [("a", "D", "3.33"), ("b", "C", "1.66"), ("c", "C", "1.67")] or lines(staged, 3) == [
        ("a", "D", "3.32"), ("b", "C", "1.66"), ("c", "C", "1.66"),
    ]  # fmt: skip


def test_hours_that_cancel_out_are_no_money(write: WriteFile) -> None:
    text = '2024-01-05 pay\n  a  1 EUR\n  b  -1 EUR\n  c  8 "Leave"\n  d  -8 "Leave"\n'
    staged = journal(text, write)
    assert lines(staged) == [("a", "D", "1"), ("b", "C", "1")]
    assert "2 postings of things without a worth in EUR cancel out" in staged.reason


def test_what_is_no_booking_is_left_out_and_counted(write: WriteFile) -> None:
    text = (
        RENT
        + "    (budget:rent)  -1000 EUR\n    [envelope:a]  5 EUR\n    [envelope:b]  -5 EUR\n\n"
        + "~ monthly\n    a  1 EUR\n    b\n\n= expenses:rent\n    (x)  0.5\n\n"
        + "comment\n2024-01-01 not this\n  a  1\nend comment\n\n; a remark\n# another\n* a heading\n"
        + "2024-02-01 nothing\n  a  0 EUR\n  b  0 EUR\n"
    )
    staged = journal(text, write)
    assert len(staged.entries) == 1
    assert staged.errors == ()
    for said in (
        "3 virtual postings are no bookings", "1 periodic transactions (~)", "1 automated rules (=)",
        "1 transactions move nothing",
    ):  # fmt: skip
        assert said in staged.reason


def test_directives_that_name_accounts(write: WriteFile) -> None:
    text = (
        "account Aktiva:Bank  ; type: C\n    alias bank\naccount Kosten\n  ; type: X\nalias old=Kosten:Miete\nY2024\n"
        "apply account Firma\n\n1/5 x\n  Konto  5 EUR\n  old:a\n\nend apply account\n\n"
        "2024/1/6=2024/1/8 ! y  ; a note\n  bank  5 EUR = 10 EUR\n  old\n"
    )
    staged = journal(text, write)
    assert staged.errors == ()
    assert lines(staged, 0) == [("Firma:Konto", "D", "5"), ("Firma:Kosten:Miete:a", "C", "5")]
    assert lines(staged, 1) == [("Aktiva:Bank", "D", "5"), ("Kosten:Miete", "C", "5")]
    assert staged.entries[0].date == date(2024, 1, 5)
    types = {a.code: a.type for a in staged.accounts}
    assert (types["Aktiva:Bank"], types["Kosten:Miete"]) == (AccountType.ASSET, AccountType.EXPENSE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024-01-05 x\n  a  1 EUR\n  b  -2 EUR\n", "does not balance"),
        ("2024-01-05 x\n  a  1 EUR\n  b\n  c\n", "2 postings have no amount"),
        ("2024-01-05 x\n  a  = 5 EUR\n  b\n", "sets a balance"),
        ("2024-01-05 x\n  a  (2 * 3) EUR\n  b\n", "has an expression"),
        ("2024-01-05 x\n  a  EUR\n  b\n", "no amount that can be read"),
        ("2024-01-05 x\n  a  1 EUR what\n  b\n", "neither price nor assertion"),
        ("2024-02-30 x\n  a  1 EUR\n  b\n", "is not a day"),
        ("02/03 x\n  a  1 EUR\n  b\n", "names no year"),
        ("2024-01-05 x\n  a  1.2.3,4 EUR\n  b\n", "is not an amount"),
        ("2024-01-05 x\n  ()  1 EUR\n  b  1 EUR\n", "names no account"),
        ("include other.journal\n", "names another file"),
        ("alias /x/=y\n", "by a pattern"),
        ("P yesterday USD 1 EUR\n", "is no price"),
        ("hello\n", "no directive that is known"),
    ],
)
def test_a_problem_is_told_by_its_row_and_keeps_only_its_transaction_out(write: WriteFile, text: str, why: str) -> None:
    staged = journal(f"{RENT}\n{text}\n{RENT.replace('Rent', 'More')}", write)
    assert [e.description for e in staged.entries] == ["Lenz GmbH Rent for January", "Lenz GmbH More for January"]
    assert staged.errors[0].row in range(6, 10)
    assert why in "\n".join(map(str, staged.errors))


def test_a_journal_without_a_transaction_is_refused(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="no transaction"):
        journal("account assets:bank\n", write, "a.journal")


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents(seeds: range) -> None:
    text = RENT + "\nP 2024-01-05 USD 0.9 EUR\n\n2024-02-01 y\n  a:b  10 USD @ 0.9 EUR = 5 USD\n  c:d  -9.00 EUR\n"
    done = fuzz(READER.read, [text.encode(), (text * 20).replace("\n", "\r\n").encode()], seeds, "a.journal")
    assert min(done["whole"], done["in part"]) > len(seeds) // 20


def test_the_small_journal_gives_what_hledger_printed_of_it(shared_ledgers: Path) -> None:
    folder = shared_ledgers.parent / "formats" / "plaintext"
    printed = json.loads((folder / "small.print.json").read_text())
    wanted = [
        [
            (p["paccount"], Decimal(a["aquantity"]["decimalMantissa"]).scaleb(-a["aquantity"]["decimalPlaces"]))
            for p in t["tpostings"] for a in p["pamount"]
        ]
        for t in printed
    ]  # fmt: skip
    staged = read(folder / "small.journal")
    found = [[(x.account, x.amount if x.side == 0 else -x.amount) for x in e.lines] for e in staged.entries]
    assert found == wanted


def test_a_real_journal_gives_the_entries_of_the_published_extract(shared_ledgers: Path) -> None:
    folder = shared_ledgers / "org_hackclub"
    published = [json.loads(x) for x in (folder / "entries.jsonl").read_text().splitlines()]
    staged = read(folder / "raw")
    wanted = Counter(
        (p["date"], p["description"], tuple((x["account"], x["side"], Decimal(x["amount"])) for x in p["lines"]))
        for p in published
    )
    found = Counter(
        (e.date.isoformat(), e.description, tuple((x.account, x.side.letter, x.amount) for x in e.lines))
        for e in staged.entries
    )
    assert found == wanted
    assert staged.errors == ()
    rows = csv.DictReader((folder / "accounts.csv").read_text().splitlines())
    assert {(r["account"], r["name"], r["type"], r["parent"]) for r in rows} == {
        (a.code, a.name, a.type.value, a.parent) for a in staged.accounts
    }
