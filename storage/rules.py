"""What makes lines a complete entry of a book; asked before anything is saved for good, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.journal import Account, Kind, Line, Side
from storage.refusals import AccountUnusable, AmountRefused, NotBalanced, PartyMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the lines of one entry are held against; ``catalog`` is by code, ``places`` are decimals of the currency.

    A reversal may use accounts that were closed since and, where its book reverses by sign, negative amounts.
    """

    catalog: Mapping[str, Account]
    day: date
    places: int
    currency: str = ""
    kind: Kind = Kind.NORMAL
    negative: bool = False
    parties: bool = True  # control accounts ask for one


def check_entry(lines: Sequence[Line], setting: Setting) -> None:
    """Raise AccountUnusable, AmountRefused, PartyMissing or NotBalanced unless the lines are a complete entry."""
    for number, line in enumerate(lines, start=1):
        _check_account(number, line, setting)
        _check_amount(number, line, setting)
    check_balance(lines)


def check_balance(lines: Sequence[Line]) -> None:
    """Raise NotBalanced unless there are two sides and they are equal in book currency."""
    debit, credit = (sum((x.amount for x in lines if x.side is side), Decimal(0)) for side in Side)
    sides = {x.side for x in lines}
    if len(sides) < 2:
        missing = "both sides are" if not sides else f"the {'credit' if Side.DEBIT in sides else 'debit'} side is"
        raise NotBalanced(f"{debit:f}", f"{credit:f}", f"{missing} empty")
    if debit != credit:
        raise NotBalanced(f"{debit:f}", f"{credit:f}", f"{abs(debit - credit):f} is missing on one side")


def _check_account(number: int, line: Line, setting: Setting) -> None:
    account = setting.catalog.get(line.account)
    if account is None:
        raise AccountUnusable(number, line.account, "is not in the catalog" if line.account else "is missing")
    if setting.kind is not Kind.REVERSAL and not account.open_on(setting.day):
        raise AccountUnusable(number, line.account, f"is not open on {setting.day.isoformat()}")
    if setting.parties and account.control and not line.party:
        raise PartyMissing(number, line.account)


def _check_amount(number: int, line: Line, setting: Setting) -> None:
    if not line.amount.is_finite() or line.amount == 0:
        raise AmountRefused(number, str(line.amount), "is not a number above zero")
    if line.amount < 0 and not setting.negative:
        raise AmountRefused(number, f"{line.amount:f}", "is negative; book it on the other side")
    if line.amount % Decimal(1).scaleb(-setting.places) != 0:
        raise AmountRefused(
            number,
            f"{line.amount:f}",
            f"has more decimals than {setting.currency or 'the currency'} ({setting.places})",
        )
