"""One entry as gross pairs of accounts, the only thing a DATEV row can say.

An entry of n debits and m credits becomes pairs that sum to its lines exactly. Where a tax code has a package key and
DATEV would work out the very tax lines that the entry has, those are left to it: the pair is gross and carries the key.
Everywhere else all lines are written net, and a key 40 keeps automatic accounts from adding tax of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from engine.journal import Entry, Line, Side
from storage.importers.datev_chart import automatic_rate, is_personal
from storage.taxes import TaxRow

NO_AUTOMATIC = "40"  # the key that keeps an automatic account from working out tax
_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 10
_BOTH = frozenset({"reverse charge", "intra-EU"})


class Unwritable(ValueError):
    """An entry that DATEV's rows cannot hold; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """How our accounts are called in DATEV. ``digits`` are those of impersonal accounts.

    ``numbers`` is by our code, ``parties`` by our code and party, for personal accounts of one digit more.
    """

    digits: int
    chart: str = ""
    numbers: Mapping[str, str]
    parties: Mapping[tuple[str, str], str]

    def of(self, line: Line) -> str:
        """The number of a line's account. Raises Unwritable."""
        code = self.parties.get((line.account, line.party)) or self.numbers.get(line.account) or line.account
        if code.isascii() and code.isdigit() and code.strip("0"):
            code = code.zfill(self.digits)
            if len(code) == self.digits or is_personal(code, self.digits):
                return code
        raise Unwritable(
            f"account {line.account!r} has no DATEV number of {self.digits} digits, or {self.digits + 1} for a party; "
            "give it one"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A line as it goes into pairs: always positive. ``lines`` are those it stands for, its own first.

    ``flipped``: a negative amount that was turned to the other side. ``gross``: DATEV takes the tax out of it.
    """

    number: int
    line: Line
    account: str
    debit: bool
    amount: Decimal
    flipped: bool = False
    gross: bool = False
    key: str = ""
    taxes: tuple[tuple[int, Line], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """A row to write: Konto, Gegenkonto and the amount between them."""

    konto: Leg
    gegenkonto: Leg
    amount: Decimal
    key: str = ""

    @property
    def legs(self) -> tuple[Leg, Leg]:
        return self.konto, self.gegenkonto

    @property
    def debit(self) -> Leg:
        return self.konto if self.konto.debit else self.gegenkonto

    @property
    def credit(self) -> Leg:
        return self.gegenkonto if self.konto.debit else self.konto


def pairs(entry: Entry, accounts: Accounts, taxes: Sequence[TaxRow]) -> tuple[list[PairRow], bool]:
    """The rows of an entry, and whether it is written as a general reversal. Raises Unwritable."""
    reversal = all(x.amount < 0 for x in entry.lines)
    legs = [_leg(n, x, accounts, reversal=reversal) for n, x in enumerate(entry.lines, start=1)]
    if entry.difference or not all(any(x.debit is side for x in legs) for side in (True, False)):
        raise Unwritable("its debits and credits are not a balanced pair of sides")
    gross = _gross(legs, _valid(taxes, entry.date), accounts)
    rows = _paired(gross) if gross else None
    if rows is None or any(x.gross and x.amount != r.amount for r in rows for x in r.legs):
        rows = _paired(legs)
    return [_placed(r, accounts) for r in rows], reversal


def _leg(number: int, line: Line, accounts: Accounts, *, reversal: bool) -> Leg:
    value = -line.amount if reversal else line.amount
    if value % _CENT or abs(value) >= _LARGEST:
        raise Unwritable(f"the amount {line.amount} has more than two decimals or more than ten digits before them")
    flipped = value < 0
    return Leg(
        number=number, line=line, account=accounts.of(line), debit=(line.side is Side.DEBIT) is not flipped,
        amount=abs(value), flipped=flipped,
    )  # fmt: skip


def _paired(legs: Sequence[Leg]) -> list[PairRow]:
    """Debits and credits in their order, each pair as large as both allow, so that the pairs sum to every leg."""
    debits = [x for x in legs if x.debit]
    owed = [x for x in legs if not x.debit]
    rows: list[PairRow] = []
    d = c = 0
    left, right = debits[0].amount, owed[0].amount
    while d < len(debits) and c < len(owed):
        size = min(left, right)
        rows.append(PairRow(konto=debits[d], gegenkonto=owed[c], amount=size))
        left, right = left - size, right - size
        if not left:
            d += 1
            left = debits[d].amount if d < len(debits) else left
        if not right:
            c += 1
            right = owed[c].amount if c < len(owed) else right
    return rows


def _placed(row: PairRow, accounts: Accounts) -> PairRow:
    """With the account that a key belongs to as Gegenkonto, and the key. Raises Unwritable."""
    wanted: list[tuple[Leg, str]] = []
    for leg in row.legs:
        automatic = automatic_rate(accounts.chart, leg.account, accounts.digits) is not None
        if leg.gross:
            wanted.append((leg, "" if automatic else leg.key))
        elif automatic:
            wanted.append((leg, NO_AUTOMATIC))
    if len(wanted) > 1:
        raise Unwritable(
            f"it books from {row.konto.account} to {row.gegenkonto.account}, and a row has room for one tax key; "
            "book it in DATEV"
        )
    if not wanted:
        return row
    leg, key = wanted[0]
    konto = row.konto if leg is row.gegenkonto else row.gegenkonto
    return replace(row, konto=konto, gegenkonto=leg, key=key)


def _valid(taxes: Iterable[TaxRow], day: date) -> dict[str, TaxRow]:
    """The codes with a key, as they hold on a day."""
    return {
        t.code: t
        for t in sorted(taxes, key=lambda t: t.valid_from or date.min)
        if t.package_key and (t.valid_from or date.min) <= day <= (t.valid_to or date.max)
    }


def _gross(legs: Sequence[Leg], taxes: Mapping[str, TaxRow], accounts: Accounts) -> list[Leg] | None:
    """The legs with tax lines taken into their bases; None where DATEV would work out anything else."""
    if any(x.flipped for x in legs):
        return None
    out = list(legs)
    for code in dict.fromkeys(x.line.tax_code for x in legs if x.line.tax_code):
        if (tax := taxes.get(code)) is None or tax.deductible != 1:
            return None
        own = {tax.account, tax.owed} - {""}
        bases = [x for x in out if x.line.tax_code == code and x.line.account not in own]
        if not bases or len({x.debit for x in bases}) != 1:
            return None
        changed = _with_taxes(out, bases, tax)
        if changed is None or not all(_agrees(x, tax, accounts) for x in changed if x.gross):
            return None
        out = changed
    return out if any(x.gross for x in out) else None


def _with_taxes(legs: list[Leg], bases: Sequence[Leg], tax: TaxRow) -> list[Leg] | None:
    """Each base of a code with its tax lines inside it, where the lines are exactly those taxes."""
    amounts = {x.number: _rounded(x.amount * tax.rate) for x in bases}
    total, debit = sum(amounts.values(), Decimal(0)), bases[0].debit
    lines = [_tax_line(legs, tax.account, total, tax.code, debit=debit)]
    if tax.kind in _BOTH:
        lines.append(_tax_line(legs, tax.owed, total, tax.code, debit=not debit))
    if total and not all(lines):
        return None
    found = [x for x in lines if x] if total else []
    made = {x.number: _gross_leg(x, tax, amounts[x.number], found) for x in bases}
    taken = {x.number for x in found}
    return [made.get(x.number, x) for x in legs if x.number not in taken]


def _gross_leg(base: Leg, tax: TaxRow, amount: Decimal, lines: Sequence[Leg]) -> Leg:
    parts = tuple((x.number, replace(x.line, amount=amount)) for x in lines if amount)
    inside = sum((p.amount if (p.side is Side.DEBIT) is base.debit else -p.amount for _, p in parts), Decimal(0))
    return replace(base, amount=base.amount + inside, gross=True, key=tax.package_key, taxes=parts)


def _tax_line(legs: Iterable[Leg], account: str, total: Decimal, code: str, *, debit: bool) -> Leg | None:
    """The one line that holds all the tax of a code; None where there is none, or more than one could be it."""
    found = [
        x
        for x in legs
        if x.line.account == account and x.debit is debit and x.line.tax_code in {"", code} and not x.gross
    ]
    plain = len(found) == 1 and found[0].amount == total and found[0].line.original_amount is None
    return found[0] if plain else None


def _agrees(leg: Leg, tax: TaxRow, accounts: Accounts) -> bool:
    """Whether DATEV gets the same tax out of the gross amount, and takes the key on that account at all."""
    if leg.line.tax_code != tax.code:
        return True
    automatic = automatic_rate(accounts.chart, leg.account, accounts.digits)
    if automatic is not None and (automatic != tax.rate or tax.kind in _BOTH):
        return False
    if is_personal(leg.account, accounts.digits):
        return False
    if tax.kind in _BOTH:
        return True
    net = leg.line.amount.copy_abs()
    return _rounded(leg.amount * tax.rate / (1 + tax.rate)) == leg.amount - net


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)
