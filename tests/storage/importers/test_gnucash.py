"""GnuCash books: codes and paths, currencies, templates, days, and databases that mean harm."""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.journal import AccountType, Kind
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.gnucash import READER
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz, survives

TABLES = """
CREATE TABLE books(guid, root_account_guid, root_template_guid);
CREATE TABLE commodities(guid, namespace, mnemonic);
CREATE TABLE accounts(guid, name, account_type, commodity_guid, parent_guid, code);
CREATE TABLE transactions(guid, currency_guid, num, post_date, description);
CREATE TABLE splits(guid, tx_guid, account_guid, memo, value_num, value_denom, quantity_num, quantity_denom);
CREATE TABLE slots(obj_guid, name, gdate_val);
CREATE TABLE prices(commodity_guid, currency_guid, date, value_num, value_denom);
"""
ACCOUNTS = [
    ("root", "Root", "ROOT", None, None, ""), ("template", "Template Root", "ROOT", None, None, ""),
    ("a", "Aktiva", "ASSET", "eur", "root", ""), ("bank", "Bank", "BANK", "eur", "a", "1200"),
    ("usd", "Dollar", "BANK", "usd", "a", ""), ("acme", "Acme", "STOCK", "acme", "a", ""),
    ("rent", "Rent", "EXPENSE", "eur", "root", "4210"), ("open", "Opening Balances", "EQUITY", "eur", "root", ""),
    ("planned", "Planned", "BANK", "eur", "template", ""),
]  # fmt: skip
BOOK = [("book", "root", "template")]
COMMODITIES = [("eur", "CURRENCY", "EUR"), ("usd", "CURRENCY", "USD"), ("acme", "NYSE", "ACME")]


def book(*transactions: tuple[tuple[Any, ...], list[tuple[Any, ...]]], more: str = "", prices: bool = False) -> bytes:
    """A database; a transaction is (guid, currency, num, day, text) with splits (account, memo, value, quantity)."""
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    for table, rows in (("books", BOOK), ("commodities", COMMODITIES), ("accounts", ACCOUNTS)):
        db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)  # noqa: S608
    for head, splits in transactions:
        db.execute("INSERT INTO transactions VALUES (?,?,?,?,?)", head)
        for account, memo, value, quantity in splits:
            row = (f"s{account}", head[0], account, memo, value, 100, quantity, 100)
            db.execute("INSERT INTO splits VALUES (?,?,?,?,?,?,?,?)", row)
    if prices:
        db.execute("INSERT INTO prices VALUES ('usd', 'eur', '2024-01-01 10:59:00', 9, 10)")
    db.executescript(more)
    db.commit()
    return db.serialize()


RENT_HEAD = ("t1", "eur", "7", "2024-01-05 10:59:00", "Rent")
RENT = (RENT_HEAD, [("rent", "", 100000, 100000), ("bank", "paid", -100000, -100000)])


def staged(write: WriteFile, data: bytes) -> Staged:
    return read(write("a.gnucash", data))


def test_accounts_by_code_or_path_and_splits_with_their_signs(write: WriteFile) -> None:
    found = staged(write, book(RENT))
    (entry,) = found.entries
    assert (entry.entry_id, entry.date, entry.description, entry.document) == ("t1", date(2024, 1, 5), "Rent", "7")
    assert [(x.account, x.side.letter, x.amount, x.label) for x in entry.lines] == [
        ("4210", "D", Decimal(1000), ""), ("1200", "C", Decimal(1000), "paid"),
    ]  # fmt: skip
    accounts = {a.code: (a.name, a.type, a.parent) for a in found.accounts}
    assert accounts["1200"] == ("Bank", AccountType.ASSET, "Aktiva")
    assert accounts["Aktiva:Dollar"] == ("Dollar", AccountType.ASSET, "Aktiva")
    assert "Planned" not in accounts
    assert not found.types_derived


def test_other_currencies_and_shares_count_what_they_cost(write: WriteFile) -> None:
    found = staged(write, book(
        RENT,
        (("t2", "eur", "", "20240106225959", "to dollars"), [("usd", "", 900, 1000), ("bank", "", -900, -900)]),
        (("t3", "usd", "", "2024-01-07 10:59:00", "shares"), [("acme", "", 1000, 200), ("usd", "", -1000, -1000)]),
        (("t4", "usd", "", "2024-01-08 10:59:00", "back"), [("usd", "", -1000, -1000), ("bank", "", 1000, 950)]),
        prices=True,
    ))  # fmt: skip
    assert found.errors == ()
    lines = {e.entry_id: [(x.account, x.side.letter, x.amount, x.original_currency) for x in e.lines]
             for e in found.entries}  # fmt: skip
    assert lines["t2"] == [("Aktiva:Dollar", "D", Decimal(9), "USD"), ("1200", "C", Decimal(9), "")]
    assert lines["t3"] == [("Aktiva:Acme", "D", Decimal(9), "ACME"), ("Aktiva:Dollar", "C", Decimal(9), "USD")]
    assert lines["t4"] == [("Aktiva:Dollar", "C", Decimal("9.5"), "USD"), ("1200", "D", Decimal("9.5"), "")]


def test_templates_are_left_out_and_the_day_is_the_one_that_gnucash_keeps(write: WriteFile) -> None:
    plan = (("t9", "eur", "", "2024-01-05 10:59:00", "plan"), [("planned", "", 0, 0), ("bank", "", 5, 5)])
    found = staged(write, book(RENT, plan, more="INSERT INTO slots VALUES ('t1', 'date-posted', '20240106')"))
    assert [(e.entry_id, e.date) for e in found.entries] == [("t1", date(2024, 1, 6))]
    assert "1 templates of scheduled transactions are left out" in found.reason


def test_an_opening_is_known_by_its_account(write: WriteFile) -> None:
    opening = (("t0", "eur", "", "2024-01-01 10:59:00", "Start"), [("bank", "", 5, 5), ("open", "", -5, -5)])
    assert [e.kind for e in staged(write, book(opening, RENT)).entries] == [Kind.OPENING, Kind.NORMAL]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("UPDATE splits SET value_denom = 0", "without a divisor"),
        ("UPDATE splits SET value_num = 5 WHERE account_guid = 'bank'", "does not balance"),
        ("UPDATE splits SET account_guid = 'nowhere' WHERE account_guid = 'bank'", "does not have"),
        ("UPDATE transactions SET post_date = 'soon'", "is not a day"),
        (
            "UPDATE accounts SET parent_guid = 'bank' WHERE guid = 'a'; UPDATE splits SET value_num = 5",
            "does not balance",
        ),
    ],
)
def test_a_broken_transaction_stays_out(write: WriteFile, more: str, why: str) -> None:
    found = staged(write, book(RENT, more=more))
    assert found.entries == ()
    assert why in str(found.errors[0])


ENDLESS = """
DROP TABLE splits;
CREATE VIEW splits AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS guid FROM n;
"""


def test_databases_that_mean_harm_or_are_something_else_are_refused(write: WriteFile, tmp_path: Path) -> None:
    for data, why in (
        (book(more=ENDLESS), "without GnuCash's tables"),
        (book(more="DROP TABLE splits"), "without GnuCash's tables"),
        (book(RENT)[:5000], "cannot be read|without GnuCash's tables"),
        (b"SQLite format 3\0" + b"x" * 500, "cannot be read"),
        (b"\x1f\x8b\x08\0" + b"x" * 50, "saved as XML"),
        (b'<?xml version="1.0"?>\n<gnc-v2 xmlns:gnc="x"></gnc-v2>', "saved as XML|cannot be"),
    ):
        with pytest.raises(ImportRefused, match=why):
            staged(write, data)
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".gnucash"] == []


def test_a_slow_expression_in_a_table_is_stopped() -> None:
    """A generated column may call functions for every row; they are not allowed, or the work is cut short."""
    more = "ALTER TABLE splits ADD COLUMN slow AS (length(hex(zeroblob(500000))) + length(hex(zeroblob(500001))))"
    many = [((f"t{n}", "eur", "", "2024-01-05", "x"), RENT[1]) for n in range(500)]
    survives(READER.read, book(*many, more=more))


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents(seeds: range) -> None:
    done = fuzz(READER.read, [book(RENT), book(*[RENT] * 3, prices=True)], seeds, "a.gnucash")
    assert done["refused"] > len(seeds) // 20
    assert done["whole"] > len(seeds) // 20


def test_a_real_book(shared_ledgers: Path) -> None:
    path = shared_ledgers.parent / "formats" / "gnucash" / "simple_sample.sqlite.gnucash"
    found = read(path)
    db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    sums = dict(db.execute(
        "SELECT a.name, SUM(s.value_num) FROM splits s JOIN accounts a ON a.guid = s.account_guid GROUP BY 1"
    ))  # fmt: skip
    db.close()
    names = {a.code: a.name for a in found.accounts}
    booked: dict[str, Decimal] = {}
    for e in found.entries:
        for x in e.lines:
            booked[names[x.account]] = booked.get(names[x.account], Decimal(0)) + (
                x.amount if x.side == 0 else -x.amount
            )
    assert booked == {name: Decimal(total) / 100 for name, total in sums.items()}
    assert (len(found.entries), found.errors) == (5, ())
    assert found.entries[0].kind is Kind.OPENING
