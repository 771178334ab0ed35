"""Small ledgers for the evaluation's tests, built so that a test reads like a journal."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from engine.journal import Account, AccountType, Entry, Line, Side, Snapshot

START = date(2024, 1, 1)


def lines(*written: str) -> tuple[Line, ...]:
    """``"607 D 100.00"`` is a line; a fourth word is its tax code, a fifth its party."""
    out = []
    for text in written:
        account, side, amount, *more = text.split()
        tax, party = [*more, "", ""][:2]
        out.append(Line(account=account, side=Side.of(side), amount=Decimal(amount), tax_code=tax, party=party))
    return tuple(out)


def entry(position: int, text: str, *written: str, journal: str = "", currency: str = "EUR") -> Entry:
    return Entry(
        entry_id=f"e{position}",
        date=START + timedelta(days=position),
        description=text,
        lines=lines(*written),
        journal=journal,
        currency=currency,
        position=position,
    )


SUPPLIERS = {"EDF energie": "6061", "Orange telecom": "626", "Metro cash": "607", "Loyer SCI": "613"}


def a_year(n: int = 120) -> Snapshot:
    """Purchases with tax (journal AC) and their payments (journal BQ), four suppliers in turn, amounts that vary."""
    entries = []
    for i in range(n):
        name = list(SUPPLIERS)[i // 2 % 4]
        net = Decimal(100 + 37 * (i % 11))
        tax, gross = net / 5, net + net / 5
        bought = (f"{SUPPLIERS[name]} D {net:.2f}", f"44566 D {tax:.2f}", f"401 C {gross:.2f}")
        paid = (f"401 D {gross:.2f}", f"512 C {gross:.2f}")
        entries.append(entry(i, f"{name} {i % 3}", *(paid if i % 2 else bought), journal="BQ" if i % 2 else "AC"))
    return Snapshot(book="a year", accounts=chart(), entries=tuple(entries))


def chart() -> tuple[Account, ...]:
    named = {"512": ("Banque BNP", AccountType.ASSET), "411": ("Clients", AccountType.ASSET)}
    expenses = {code: (name, AccountType.EXPENSE) for name, code in SUPPLIERS.items()}
    others = {"401": ("Fournisseurs", AccountType.LIABILITY), "44566": ("TVA", AccountType.ASSET)}
    return tuple(Account(code=c, name=n, type=t) for c, (n, t) in {**named, **expenses, **others}.items())
