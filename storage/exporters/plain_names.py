"""Account names as Ledger, hledger and beancount take them, made of code and name; and tags for what has no place."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from engine.journal import Account, AccountType, Entry, Kind, Line, Side, minor_units, money_text
from storage.importers.plain import OURS

Tag = tuple[str, str]
_ROOTS = {
    AccountType.ASSET: "Assets", AccountType.LIABILITY: "Liabilities", AccountType.EQUITY: "Equity",
    AccountType.INCOME: "Income", AccountType.EXPENSE: "Expenses",
}  # fmt: skip
_BEANCOUNT = re.compile(r"(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+")
_HLEDGER = re.compile(
    r"[A-Za-z][^\s:;|\"()\[\]@={}]*( [^\s:;|\"()\[\]@={}]+)*(:[^\s:;|\"()\[\]@={}]+( [^\s:;|\"()\[\]@={}]+)*)+"
)
_RATE_STEP = Decimal("0.000000000001")
_CODE = re.compile(r"[A-Z][A-Z0-9]{0,22}[A-Z0-9]", re.ASCII)


def catalog_of(accounts: Sequence[Account], entries: Iterable[Entry]) -> list[Account]:
    """The catalog with whatever only lines name, in the order of the codes."""
    known = {a.code: a for a in accounts}
    for e in entries:
        for x in e.lines:
            known.setdefault(x.account, Account(code=x.account))
    return [known[code] for code in sorted(known)]


def hledger_names(accounts: Sequence[Account]) -> dict[str, str]:
    """A name by code: the code itself where it is a name already, else type, code and name: ``Assets:1200 Bank``."""
    return _unique(accounts, lambda a: a.code if _HLEDGER.fullmatch(a.code) else _hledger(a), " ")


def beancount_names(accounts: Sequence[Account]) -> dict[str, str]:
    """As `hledger_names`, in beancount's letters: ``Assets:1200-Bank``."""
    return _unique(accounts, lambda a: a.code if _BEANCOUNT.fullmatch(a.code) else _beancount(a), "-")


def _unique(accounts: Sequence[Account], name_of: Callable[[Account], str], mark: str) -> dict[str, str]:
    """Names that differ also where only the signs that a program does not take told the codes apart."""
    taken: set[str] = set()
    out: dict[str, str] = {}
    for a in sorted(accounts, key=lambda a: (name_of(a) != a.code, a.code)):
        name, n = name_of(a), 2
        while name in taken:
            name, n = f"{name_of(a)}{mark}{n}", n + 1
        taken.add(name)
        out[a.code] = name
    return out


def _hledger(a: Account) -> str:
    words = "".join(c if _seen(c) and c not in ':;|"()[]@={}*!' else " " for c in f"{a.code} {a.name}").split()
    return f"{_ROOTS.get(a.type, 'Unsorted')}:{' '.join(words) or 'Account'}"


def _beancount(a: Account) -> str:
    kept = "".join(
        c if (c.isalpha() or c.isdecimal()) else "-" for c in unicodedata.normalize("NFC", f"{a.code} {a.name}")
    )
    component = "-".join(filter(None, kept.split("-")))
    if not component[:1].isascii() or not (component[:1].isupper() or component[:1].isdecimal()):
        component = f"X{component}"
    return f"{_ROOTS.get(a.type, 'Equity:Unsorted')}:{component}"


def _seen(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "CZ"


def readable(text: str, without: str = "") -> str:
    """A text on one row, single spaces, without signs that nobody sees or that would end it."""
    return " ".join("".join(c if _seen(c) and c not in without else " " for c in text).split())


def commodity_code(currency: str) -> str:
    """The currency where every program takes it as it is, else XXX, which stands for no currency."""
    return currency if _CODE.fullmatch(currency) else "XXX"


def number(amount: Decimal, currency: str) -> str:
    """A plain number with at least the decimals that its currency has."""
    text = money_text(amount)
    whole, _, cents = text.partition(".")
    places = minor_units(currency)
    return f"{whole}.{cents.ljust(places, '0')}" if places or cents else whole


def account_tags(a: Account) -> list[Tag]:
    return _filled({
        "code": a.code, "name": a.name, "type": a.type.value, "parent": a.parent, "control": "1" if a.control else "",
        "opened": a.opened.isoformat() if a.opened else "", "closed": a.closed.isoformat() if a.closed else "",
    })  # fmt: skip


def entry_tags(e: Entry, commodity: str) -> list[Tag]:
    """What every plain text journal lacks a place for; texts of the heading are the writer's business."""
    tags = _filled({
        "id": e.entry_id, "journal": e.journal, "number": e.number,
        "kind": "" if e.kind is Kind.NORMAL else e.kind.value,
        "document-date": e.document_date.isoformat() if e.document_date else "",
    })  # fmt: skip
    return tags if e.currency == commodity else [*tags, (f"{OURS}currency", e.currency)]


def line_tags(x: Line, *, priced: bool) -> list[Tag]:
    """``priced``: amount and currency of origin stand in the posting."""
    tags = _filled({
        "party": x.party, "label": x.label, "tax-code": x.tax_code, "side": x.side.letter if x.amount < 0 else "",
        "rate-date": x.rate_date.isoformat() if x.rate_date else "", "rate-source": x.rate_source,
    })  # fmt: skip
    if not priced:
        original = "" if x.original_amount is None else money_text(x.original_amount)
        tags += _filled({"original-amount": original, "original-currency": x.original_currency})
    implied = _rate(x) if priced else None
    if x.rate != implied:
        tags.append((f"{OURS}rate", "" if x.rate is None else money_text(x.rate)))
    return tags


def priced(x: Line, commodity: str) -> bool:
    """Whether a posting can hold amount and currency of origin: ``110.00 USD @@ 100.00 EUR``."""
    sound = x.original_amount is not None and x.original_amount > 0 and x.original_currency != commodity
    return sound and commodity_code(x.original_currency) == x.original_currency and _rate(x) is not None


def _rate(x: Line) -> Decimal | None:
    """The rate that a reader works out of the two amounts."""
    if not x.original_amount:
        return None
    rate = abs(x.amount / x.original_amount)
    return rate.quantize(_RATE_STEP) if rate < Decimal(10) ** 12 else None


def signed(x: Line) -> Decimal:
    return x.amount if x.side is Side.DEBIT else -x.amount


def posted(x: Line, commodity: str) -> str:
    """The amount of a posting, debits positive."""
    worth = signed(x)
    if not priced(x, commodity):
        return f"{number(worth, commodity)} {commodity}"
    origin = (x.original_amount or Decimal(0)) * (1 if worth > 0 else -1)
    return f"{number(origin, x.original_currency)} {x.original_currency} @@ {number(abs(worth), commodity)} {commodity}"


def tag_text(value: str) -> str:
    """A tag's value: a JSON text, which holds every sign on one row."""
    return json.dumps(value, ensure_ascii=False)


def _filled(found: dict[str, str]) -> list[Tag]:
    return [(f"{OURS}{name}", value) for name, value in found.items() if value]
