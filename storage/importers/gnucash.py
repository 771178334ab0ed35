"""GnuCash books saved as SQLite: the tree of accounts, transactions and their splits.

A split has a value in the transaction's currency and a quantity of what its account holds; the first counts. Templates
of scheduled transactions lie under a root of their own and are no bookings.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from engine.journal import Account, AccountType
from storage.errors import ImportRefused
from storage.importers.cells import BadCell, need_day
from storage.importers.gnucash_file import MAGIC, Record, number, opened, records, text
from storage.importers.plain import Journal, PlainEntry, PlainLine
from storage.importers.plain_amounts import Amount
from storage.importers.reader import Head, Reader
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "gnucash"
_TYPES: Mapping[str, AccountType] = {
    "ASSET": AccountType.ASSET, "BANK": AccountType.ASSET, "CASH": AccountType.ASSET, "STOCK": AccountType.ASSET,
    "MUTUAL": AccountType.ASSET, "RECEIVABLE": AccountType.ASSET, "CREDIT": AccountType.LIABILITY,
    "LIABILITY": AccountType.LIABILITY, "PAYABLE": AccountType.LIABILITY, "EQUITY": AccountType.EQUITY,
    "TRADING": AccountType.EQUITY, "INCOME": AccountType.INCOME, "EXPENSE": AccountType.EXPENSE,
}  # fmt: skip
_CONTROL = frozenset({"RECEIVABLE", "PAYABLE"})
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class _Book:
    """The tables that splits point into."""

    commodities: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Record] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)  # accounts of scheduled transactions
    roots: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)  # what GnuCash takes for the day, where it wrote one


def read_gnucash(source: Source) -> Staged:
    """Stage a book. Raises ImportRefused for what is no database of GnuCash, or is saved in its other format."""
    if not source.data.startswith(MAGIC):
        why = "it is a GnuCash book saved as XML"
        remedy = "In GnuCash choose File, Save As, data format sqlite3, and import that file."
        raise ImportRefused(source.main, why, remedy)
    journal = Journal(Staging(source, NAME))
    with opened(source) as db:
        book = _book(db)
        left_out = _transactions(db, book, journal)
        _prices(db, book, journal)
    if not journal.entries and not book.codes:
        raise ImportRefused(source.main, "the book has neither accounts nor transactions", "Choose another file.")
    reasons = journal.staging.reasons
    reasons.append("A GnuCash book (SQLite): splits of transactions, amounts as whole numbers and their divisor")
    journal.stage()
    reasons.append(f"the book's currency is {journal.book_currency() or 'not told'}")
    if left_out:
        reasons.append(f"{left_out} templates of scheduled transactions are left out")
    return replace(journal.staging.finish(_accounts(book)), types_derived=False)


def _book(db: sqlite3.Connection) -> _Book:
    book = _Book()
    for r in records(db, "commodities"):
        book.commodities[text(r, "guid")] = text(r, "mnemonic")
    for r in records(db, "accounts"):
        book.accounts[text(r, "guid")] = r
    found = list(records(db, "books"))
    templates = {text(r, "root_template_guid") for r in found}
    book.roots = templates | {text(r, "root_account_guid") for r in found}
    book.templates = {guid for guid in book.accounts if templates & set(_above(book, guid))} | templates
    named: defaultdict[str, list[str]] = defaultdict(list)
    numbers = Counter(text(r, "code").strip() for r in book.accounts.values())
    for guid, r in book.accounts.items():
        if guid not in book.roots and guid not in book.templates and text(r, "account_type") != "ROOT":
            code = text(r, "code").strip()
            named[code if code and numbers[code] == 1 else _path(book, guid)].append(guid)
    for code, guids in named.items():
        # Two accounts of one name stay two.
        book.codes |= {guid: code if n == 1 else f"{code} ({n})" for n, guid in enumerate(guids, start=1)}
    for r in records(db, "slots"):
        if text(r, "name") == "date-posted" and text(r, "gdate_val"):
            book.days[text(r, "obj_guid")] = text(r, "gdate_val")
    return book


def _above(book: _Book, guid: str) -> list[str]:
    """An account and those above it; a circle, which no program writes, ends where it closes."""
    found: list[str] = []
    while guid in book.accounts and guid not in found:
        found.append(guid)
        guid = text(book.accounts[guid], "parent_guid")
    return found


def _path(book: _Book, guid: str) -> str:
    above = [g for g in _above(book, guid) if g not in book.roots and text(book.accounts[g], "account_type") != "ROOT"]
    return ":".join(text(book.accounts[g], "name").strip() for g in reversed(above))


def _accounts(book: _Book) -> list[Account]:
    return [
        Account(
            code=code, name=text(r, "name").strip(), type=_TYPES.get(text(r, "account_type"), AccountType.UNKNOWN),
            parent=book.codes.get(text(r, "parent_guid"), ""), control=text(r, "account_type") in _CONTROL,
        )
        for guid, code in book.codes.items()
        for r in (book.accounts[guid],)
    ]  # fmt: skip


def _transactions(db: sqlite3.Connection, book: _Book, journal: Journal) -> int:
    """Put every transaction into the journal; how many templates there were."""
    splits: dict[str, list[Record]] = {}
    for r in records(db, "splits"):
        splits.setdefault(text(r, "tx_guid"), []).append(r)
    found = list(enumerate(records(db, "transactions"), start=1))
    currencies = Counter(book.commodities.get(text(r, "currency_guid"), "") for _, r in found)
    journal.currency = max(currencies, key=lambda c: currencies[c], default="")
    left_out = 0
    for row, r in found:
        own = splits.get(text(r, "guid"), [])
        if any(text(s, "account_guid") in book.templates for s in own):
            left_out += 1
        elif own:
            journal.entries.append(_entry(book, journal, row, r, own))
    return left_out


def _entry(book: _Book, journal: Journal, row: int, r: Record, splits: list[Record]) -> PlainEntry:
    guid, currency = text(r, "guid"), book.commodities.get(text(r, "currency_guid"), "")
    entry = PlainEntry(row=row, day=date.min, description=text(r, "description").strip())
    entry.document, entry.key = text(r, "num").strip(), guid
    day = book.days.get(guid) or text(r, "post_date")
    try:
        entry.day = need_day(day[:10] if "-" in day[:10] else day[:8])
        entry.lines = [_line(book, journal.currency, currency, row, s) for s in splits]
    except BadCell as problem:
        journal.staging.fail(row, "transactions", guid, problem.why, problem.remedy)
        entry.broken = row
    return entry


def _line(book: _Book, home: str, currency: str, row: int, s: Record) -> PlainLine:
    guid = text(s, "account_guid")
    if guid not in book.codes:
        raise BadCell("has a split on an account that the book does not have", "Check and repair it in GnuCash.")
    value, quantity = _amount(s, "value"), _amount(s, "quantity")
    held = book.commodities.get(text(book.accounts[guid], "commodity_guid"), currency)
    line = PlainLine(row=row, account=book.codes[guid], label=text(s, "memo").strip())
    if held == currency or not quantity:
        line.amount = Amount(value, currency)
    else:
        line.amount = Amount(quantity, held)
        # In a transaction of another currency, what an account in book currency received is the worth.
        line.price = None if held == home else Amount(value, currency)
    return line


def _amount(s: Record, name: str) -> Decimal:
    whole, divisor = number(s, f"{name}_num"), number(s, f"{name}_denom")
    if divisor <= 0:
        raise BadCell("has an amount without a divisor", "Check and repair it in GnuCash.")
    return Decimal(whole) / Decimal(divisor)


def _prices(db: sqlite3.Connection, book: _Book, journal: Journal) -> None:
    for r in records(db, "prices"):
        what = book.commodities.get(text(r, "commodity_guid"), "")
        currency = book.commodities.get(text(r, "currency_guid"), "")
        try:
            day = text(r, "date")
            worth = _amount(r, "value")
            journal.prices.add(need_day(day[:10] if "-" in day[:10] else day[:8]), what, Amount(worth, currency))
        except BadCell:
            continue  # a price that cannot be read converts nothing; no booking depends on it alone


def looks_like(head: Head) -> bool:
    """An SQLite database; or GnuCash's XML, of which the reader says how to save it otherwise."""
    xml = head.data.startswith(_GZIP) and head.name.endswith(".gnucash")
    return head.data.startswith(MAGIC) or xml or "<gnc-v2" in head.text[:2000]


READER = Reader(NAME, looks_like, read_gnucash)
