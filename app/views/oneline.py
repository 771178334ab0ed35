"""An entry as one readable line: ``4210 Miete 1.000 + 1576 190 -> 1600``. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from app.views.numbers import short_money
from engine.journal import Side

ARROW = " \u2192 "
MAX_PER_SIDE = 3
LONGEST_NAME = 22


class Booked(Protocol):
    """What a line needs to be written here; both kinds of line of `engine.journal` have it."""

    @property
    def account(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def amount(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Style:
    """How much to write: the first account's name, cut where it is `longest`, and the amounts in their `currency`."""

    names: Mapping[str, str]
    amounts: bool = True
    longest: int = LONGEST_NAME
    currency: str = ""


def entry_line(lines: Sequence[Booked], style: Style) -> str:
    """Debits, an arrow, credits. Only the first account is named; a lone credit repeats no amount."""
    debited = [x for x in lines if x.side is Side.DEBIT]
    credited = [x for x in lines if x.side is Side.CREDIT]
    left = _side(debited, style, first=True, amounts=style.amounts)
    right = _side(credited, style, first=not debited, amounts=style.amounts and len(credited) > 1)
    return ARROW.join(part for part in (left, right) if part)


def accounts_line(lines: Sequence[Booked]) -> str:
    """Codes only: ``4210 + 1576 -> 70012``."""
    return entry_line(lines, Style(names={}, amounts=False))


def _side(lines: Sequence[Booked], style: Style, *, first: bool, amounts: bool) -> str:
    shown = [_one(x, style, named=first and i == 0, amount=amounts) for i, x in enumerate(lines[:MAX_PER_SIDE])]
    if len(lines) > MAX_PER_SIDE:
        shown.append(f"\u2026{len(lines) - MAX_PER_SIDE}")
    return " + ".join(shown)


def _one(line: Booked, style: Style, *, named: bool, amount: bool) -> str:
    name = style.names.get(line.account, "") if named else ""
    if len(name) > style.longest:
        name = name[: style.longest - 1].rstrip(" ,.-") + "\u2026"
    parts = (line.account, name, short_money(line.amount, style.currency) if amount else "")
    return " ".join(part for part in parts if part)
