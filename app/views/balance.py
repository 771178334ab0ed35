"""The live balance line under the entry. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.i18n import _
from app.views.numbers import money
from engine.journal import Line, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Both totals, whether they agree, and the sentence beside them; `reason` says why saving is off."""

    debit: str
    credit: str
    ok: bool
    text: str
    reason: str


def balance_of(lines: Sequence[Line], problems: Sequence[str] = (), currency: str = "") -> Balance:
    """Debits against credits; `problems` are cells that could not be read and switch saving off too."""
    debit, credit = (sum((x.amount for x in lines if x.side is side), Decimal(0)) for side in Side)
    text = _verdict(debit, credit, currency)
    reason = _reason(lines, problems, text if debit != credit else "")
    return Balance(
        debit=money(debit, currency),
        credit=money(credit, currency),
        ok=not reason,
        text=text,
        reason=reason,
    )


def _verdict(debit: Decimal, credit: Decimal, currency: str) -> str:
    if debit == credit:
        return _("balanced")
    missing = money(abs(debit - credit), currency)
    if debit < credit:
        return _("{amount} missing on the debit side", amount=missing)
    return _("{amount} missing on the credit side", amount=missing)


def _reason(lines: Sequence[Line], problems: Sequence[str], unequal: str) -> str:
    if problems:
        return problems[0]
    sides = {x.side for x in lines}
    if len(sides) < len(Side):
        return _("An entry needs at least one debit and one credit line.")
    if unequal:
        return _("Not balanced: {what}.", what=unequal)
    return ""
