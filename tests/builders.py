"""Records for tests, so that a test reads like a ledger and names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.journal import Account, AccountType, Entry, Event, Line, Side, Snapshot, in_order

A_DAY = date(2025, 3, 3)

CATALOG = (
    Account(code="0420", name="Office equipment", type=AccountType.ASSET),
    Account(code="1200", name="Bank", type=AccountType.ASSET),
    Account(code="1400", name="Trade receivables", type=AccountType.ASSET, control=True),
    Account(code="1576", name="Input VAT 19 %", type=AccountType.ASSET),
    Account(code="1600", name="Trade payables", type=AccountType.LIABILITY, control=True),
    Account(code="1776", name="Output VAT 19 %", type=AccountType.LIABILITY),
    Account(code="0800", name="Capital", type=AccountType.EQUITY),
    Account(code="3400", name="Goods purchased 19 %", type=AccountType.EXPENSE, parent="3000"),
    Account(code="3000", name="Cost of goods", type=AccountType.EXPENSE),
    Account(code="4210", name="Rent", type=AccountType.EXPENSE, parent="4200"),
    Account(code="4200", name="Premises", type=AccountType.EXPENSE),
    Account(code="4970", name="Bank charges", type=AccountType.EXPENSE),
    Account(code="8400", name="Sales 19 %", type=AccountType.INCOME),
)


def a_catalog(*extra: Account) -> tuple[Account, ...]:
    """A small German-looking chart of 13 accounts with two parents, plus what the test adds."""
    return CATALOG + extra


def a_line(text: str, **changes: Any) -> Line:
    """Read a line such as ``D 4210 1000.00`` or ``C 1600 1190.00 Lenz`` (the rest is the party)."""
    side, account, amount, *party = text.split(maxsplit=3)
    line = Line(account=account, side=Side.of(side), amount=Decimal(amount), party=party[0] if party else "")
    return replace(line, **changes)


def an_entry(description: str = "Miete Büro März", *lines: str | Line, **changes: Any) -> Entry:
    """A balanced entry; without lines it is the rent of 1,000.00 plus 19 % VAT owed to a supplier."""
    texts = lines or ("D 4210 1000.00", "D 1576 190.00", "C 1600 1190.00")
    entry = Entry(
        entry_id="E1", date=A_DAY, description=description, currency="EUR", journal="ER",
        lines=tuple(x if isinstance(x, Line) else a_line(x) for x in texts),
    )  # fmt: skip
    return replace(entry, **changes)


def an_event(description: str = "Miete Büro April", amount: str | Decimal = "1190.00", **changes: Any) -> Event:
    """The rent of the next month, not yet booked."""
    event = Event(
        description=description, amount=Decimal(amount), date=A_DAY + timedelta(days=30), currency="EUR", journal="ER"
    )
    return replace(event, **changes)


def some_entries(count: int = 24) -> tuple[Entry, ...]:
    """A book that repeats itself the way books do: rent, goods, sales, payments and fees in turn, a day apart."""
    patterns = (
        ("ER", "Miete Büro", ("D 4210 1000.00", "D 1576 190.00", "C 1600 1190.00")),
        ("ER", "Ware Lieferung", ("D 3400 {n}00.00", "D 1576 {n}9.00", "C 1600 {n}19.00")),
        ("AR", "Rechnung an Kunde", ("D 1400 {n}19.00", "C 8400 {n}00.00", "C 1776 {n}9.00")),
        ("BK", "Zahlung Lieferant", ("D 1600 {n}19.00", "C 1200 {n}19.00")),
        ("BK", "Kontoführung", ("D 4970 12.90", "C 1200 12.90")),
    )
    made = []
    for i in range(count):
        journal, text, lines = patterns[i % len(patterns)]
        n = 1 + i // len(patterns)
        made.append(
            an_entry(
                f"{text} {n}",
                *(_scaled(x, n) for x in lines),
                entry_id=f"E{i + 1}",
                date=A_DAY + timedelta(days=i),
                journal=journal,
                position=i,
            )
        )
    return tuple(made)


def a_snapshot(*entries: Entry, accounts: tuple[Account, ...] = CATALOG, book: str = "test") -> Snapshot:
    """A frozen training set; without entries, the 24 of `some_entries`."""
    return Snapshot(book=book, accounts=accounts, entries=in_order(entries or some_entries()))


def _scaled(text: str, n: int) -> Line:
    """Fill the amount of a pattern: ``{n}00.00`` is n hundred, ``{n}9.00`` its 19 %, ``{n}19.00`` both."""
    side, account, amount = text.split()
    net = Decimal(100 * n)
    amounts = {"{n}00.00": net, "{n}9.00": net * 19 / 100, "{n}19.00": net * 119 / 100}
    return a_line(f"{side} {account} {amounts.get(amount, amount)}")
