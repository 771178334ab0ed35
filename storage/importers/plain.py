"""What plain text journals share: transactions of postings in several commodities become entries in book currency."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from engine.journal import Account, AccountType, Entry, Kind, Line, Side, minor_units
from storage.identity import fold
from storage.importers.cells import BadCell, exact_amount, read_day
from storage.importers.plain_amounts import Amount
from storage.importers.staging import Staging
from storage.rows import content_digest, holds_money

OURS = "cp-"  # before the names of our own tags; their values are JSON texts
_RATE_STEP = Decimal("0.000000000001")
_OPENING = re.compile(  # names of accounts, as `fold` gives them
    r"opening[ _-]balances?\b|\banfangs(bestand|salden)|\beroffnungsbilanz|\b(solde|bilan)s? d'ouverture"
)
_CURRENCY = re.compile(r"[A-Z]{3}")
_PARTIES = ("party", "customer", "client", "vendor", "supplier", "payee")
ZERO, ONE = Decimal(0), Decimal(1)
Tags = dict[str, str]


@dataclass(slots=True, kw_only=True)
class PlainLine:
    """A posting. ``cost`` and ``price`` are what all of it is worth, with the sign of ``amount``; None is elided."""

    row: int
    account: str
    amount: Amount | None = None
    cost: Amount | None = None
    price: Amount | None = None
    label: str = ""
    tags: Tags = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class PlainEntry:
    """A transaction. ``key`` is the file's own id of it; ``broken`` its first row with an error."""

    row: int
    day: date
    description: str = ""
    party: str = ""
    document: str = ""
    tags: Tags = field(default_factory=dict)
    lines: list[PlainLine] = field(default_factory=list)
    key: str = ""
    broken: int = 0


class Unconvertible(ValueError):
    """A transaction whose worth in book currency is not known."""

    def __init__(self, value: str, why: str, remedy: str) -> None:
        self.value, self.why, self.remedy = value, why, remedy
        super().__init__(why)


@dataclass(slots=True)
class Prices:
    """What commodities were worth, by the directives of the file."""

    _days: dict[tuple[str, str], list[tuple[date, Decimal]]] = field(default_factory=dict)

    def add(self, day: date, what: str, worth: Amount) -> None:
        if worth.number > 0:
            self._days.setdefault((what, worth.commodity), []).append((day, worth.number))

    def sort(self) -> None:
        for found in self._days.values():
            found.sort()

    def on(self, day: date, what: str, currency: str) -> Decimal | None:
        """The last price on or before a day."""
        found = self._days.get((what, currency), [])
        at = bisect_right(found, day, key=lambda x: x[0])
        return found[at - 1][1] if at else None


@dataclass(slots=True)
class Journal:
    """Everything a file says, before its transactions become entries."""

    staging: Staging
    entries: list[PlainEntry] = field(default_factory=list)
    prices: Prices = field(default_factory=Prices)
    accounts: dict[str, Account] = field(default_factory=dict)  # declared, by the name that postings use
    whole: set[str] = field(default_factory=set)  # names whose accounts carry our own tags: nothing is to be added
    types: dict[str, AccountType] = field(default_factory=dict)  # of first parts of names, in small letters
    currency: str = ""  # said by the file

    def book_currency(self) -> str:
        """What the file says, else the currency that most transactions count in; other commodities where none is."""
        seen: Counter[str] = Counter()
        for e in self.entries:
            seen.update(list(dict.fromkeys(w.commodity for x in e.lines if (w := _weight(x, cost=True)) is not None)))
        if self.currency and self.currency in seen:
            return self.currency
        named = [name for name in seen if _CURRENCY.fullmatch(name)] or [name for name in seen if name]
        return max(named, key=lambda name: seen[name], default="")

    def stage(self) -> None:
        """Make entries of the transactions; those that cannot be converted are errors."""
        self.prices.sort()
        currency = self.book_currency()
        converted = empty = counted = 0
        for e in self.entries:
            if e.broken:
                if e.broken != e.row:
                    why = f"has a broken row (row {e.broken}); all of the transaction stays out"
                    self.staging.fail(e.row, "", e.description, why, "Correct that row, then import the file again.")
                continue
            try:
                amounts = weighed(e, currency, self.prices)
            except Unconvertible as problem:
                self.staging.fail(e.row, "amount", problem.value, problem.why, problem.remedy)
                continue
            if e.lines and not any(amounts):
                empty += 1
                continue
            converted += any(x.amount and x.amount.commodity != currency for x in e.lines)
            counted += sum(bool(x.amount and x.amount.number) and not n for x, n in zip(e.lines, amounts, strict=True))
            self.staging.add(e.row, self._entry(e, amounts, currency))
        for count, what in (
            (converted, f"transactions hold other commodities and count what they cost in {currency}"),
            (counted, f"postings of things without a worth in {currency} cancel out and are left out"),
            (empty, "transactions move nothing and are left out"),
        ):
            if count:
                self.staging.reasons.append(f"{count} {what}")

    def catalog(self) -> list[Account]:
        """Accounts by full name with those above them; a type holds for all below it that have none of their own."""
        out: dict[str, Account] = {}
        names = [*self.accounts, *dict.fromkeys(x.account for e in self.entries for x in e.lines)]
        for name in names:
            if name in self.whole:
                out[name] = self.accounts[name]
                continue
            parts = name.split(":")
            for n in range(1, len(parts) + 1):
                path, above = ":".join(parts[:n]), ":".join(parts[: n - 1])
                if path not in out:
                    found = self.accounts.get(path, Account(code=path, name=parts[n - 1], parent=above))
                    inherited = out[above].type if above else self.types.get(parts[0].casefold(), AccountType.UNKNOWN)
                    out[path] = replace(found, type=found.type or inherited)
        return list(out.values())

    def code_of(self, name: str) -> str:
        declared = self.accounts.get(name)
        return declared.code if declared else name

    def _entry(self, e: PlainEntry, amounts: Sequence[Decimal], currency: str) -> Entry:
        lines = tuple(self._line(x, n, currency) for x, n in zip(e.lines, amounts, strict=True) if n)
        own = {name.removeprefix(OURS): text for name, text in e.tags.items() if name.startswith(OURS)}
        entry = Entry(
            entry_id=own.get("id", e.key), date=e.day, description=own.get("description", e.description), lines=lines,
            currency=own.get("currency", currency), journal=own.get("journal", ""),
            party=own.get("party", e.party or _party(e.tags)), number=own.get("number", ""),
            document=own.get("document", e.document), document_date=_day(own.get("document-date", "")),
            kind=_kind(own.get("kind", "")) if own else self._kind_by(e),
        )  # fmt: skip
        if entry.entry_id:
            return entry
        return replace(entry, entry_id=f"~{e.day.isoformat()}~{content_digest(entry)[:16]}")

    def _kind_by(self, e: PlainEntry) -> Kind:
        """What came over from an older book stands against an account that says so."""
        opens = any(_OPENING.search(fold(x.account)) for x in e.lines)
        return Kind.OPENING if opens else Kind.NORMAL

    def _line(self, x: PlainLine, worth: Decimal, currency: str) -> Line:
        own = {name.removeprefix(OURS): text for name, text in x.tags.items() if name.startswith(OURS)}
        side = Side.DEBIT if worth > 0 else Side.CREDIT
        if own.get("side") in ("D", "C"):  # a negative amount on the side that has the tag
            side = Side.of(own["side"])
        original, code, rate = _original(x, worth, currency)
        return Line(
            account=self.code_of(x.account), side=side, amount=worth if side is Side.DEBIT else -worth,
            party=own.get("party", _party(x.tags)), label=own.get("label", x.label), tax_code=own.get("tax-code", ""),
            original_amount=exact_amount(own["original-amount"]) if "original-amount" in own else original,
            original_currency=own.get("original-currency", code),
            rate=exact_amount(own["rate"]) if "rate" in own else rate,
            rate_date=_day(own.get("rate-date", "")), rate_source=own.get("rate-source", ""),
        )  # fmt: skip


def _original(x: PlainLine, worth: Decimal, currency: str) -> tuple[Decimal | None, str, Decimal | None]:
    """Amount, commodity and rate of what was not in book currency; a quantity too fine to keep is left out."""
    if x.amount is None or x.amount.commodity == currency or not x.amount.number or not holds_money(x.amount.number):
        return None, "", None
    rate = abs(worth / x.amount.number)
    fits = rate < Decimal(10) ** 12
    return abs(x.amount.number), x.amount.commodity, rate.quantize(_RATE_STEP) if fits else None


def _weight(x: PlainLine, *, cost: bool) -> Amount | None:
    """What a posting counts with: what was paid for it comes before what it could be sold for."""
    return (x.cost or x.price or x.amount) if cost else (x.price or x.cost or x.amount)


def weighed(e: PlainEntry, currency: str, prices: Prices) -> list[Decimal]:
    """Each posting's worth in book currency. Raises Unconvertible.

    Costs in braces count (beancount, Ledger); where they do not balance prices do (hledger passes over braces).
    """
    missing = sum(x.amount is None for x in e.lines)
    if missing > 1:
        why = f"{missing} postings have no amount, and only one can be worked out"
        raise Unconvertible("", why, "Write the amounts of all but one.")
    found = _solved(e, [_weight(x, cost=True) for x in e.lines], currency, prices)
    if sum(found) and any(x.cost and x.price for x in e.lines):
        other = _solved(e, [_weight(x, cost=False) for x in e.lines], currency, prices)
        return found if sum(other) else other
    return found


def _solved(e: PlainEntry, weights: Sequence[Amount | None], currency: str, prices: Prices) -> list[Decimal]:
    cent = Decimal(1).scaleb(-minor_units(currency))
    rates = {currency: ONE} | _rates(e.day, weights, currency, prices)
    out: list[Decimal] = []
    soft: list[int] = []  # amounts that we worked out, which may take up a rounding difference
    for i, (x, w) in enumerate(zip(e.lines, weights, strict=True)):
        worth = w.number * rates[w.commodity] if w is not None else ZERO
        if w is not None and (w.commodity != currency or w is not x.amount):
            worth = worth.quantize(cent, ROUND_HALF_EVEN) if abs(worth) < Decimal(10) ** 20 else worth
            soft.append(i)
        out.append(worth)
    rest = sum(out, ZERO)
    if (elided := next((i for i, w in enumerate(weights) if w is None), None)) is not None:
        out[elided] = -rest
    elif soft and rest and abs(rest) <= cent * len(out):
        out[max(soft, key=lambda i: abs(out[i]))] -= rest
    return out


def _rates(
    day: date, weights: Sequence[Amount | None], currency: str, prices: Prices
) -> dict[str, Decimal]:  # fmt: skip
    """What each other commodity of a transaction is worth: by the transaction itself, else by the file's prices."""
    sums: dict[str, Decimal] = {}
    for w in weights:
        if w is not None:
            sums[w.commodity] = sums.get(w.commodity, ZERO) + w.number
    others = [c for c in sums if c != currency]
    paid, got = sums.get(currency, ZERO), sums[others[0]] if others else ZERO
    if len(others) == 1 and None not in weights and paid and got and (paid < 0) != (got < 0):
        return {others[0]: -paid / got}  # 100 EUR against -110 USD: one was exchanged for the other
    found = {c: prices.on(day, c, currency) for c in others}
    if len(others) < len(sums) and None not in weights:
        # Hours of leave and the like, counted within a payroll: they cancel out and are worth nothing.
        found |= {c: ZERO for c in others if found[c] is None and not sums[c] and not _CURRENCY.fullmatch(c)}
    if unknown := [c or "no commodity" for c, rate in found.items() if rate is None]:
        raise Unconvertible(
            ", ".join(unknown), f"has amounts whose worth in {currency or 'book currency'} is not known",
            f"Write what they cost after @, or a price of that day or before it, in {currency or 'book currency'}.",
        )  # fmt: skip
    return {c: rate for c, rate in found.items() if rate is not None}


def ours(value: str) -> str:
    """The text of one of our own tags, which is JSON; what is none stays as it is."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if isinstance(found, str) else value


def _party(tags: Tags) -> str:
    return next((tags[name] for name in _PARTIES if tags.get(name)), "")


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except BadCell:
        return None


def _kind(text: str) -> Kind:
    return Kind(text) if text in {k.value for k in Kind} else Kind.NORMAL
