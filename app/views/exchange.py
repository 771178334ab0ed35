"""What an event or an entry was in another currency, in one line. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.i18n import _
from app.views.numbers import day, money
from engine.journal import Event, Line, Side, money_text


def exchange_line(event: Event) -> str:
    """``100.00 USD at 0.92 (ECB, 3 Mar 2025) are 92.00 EUR``; empty for an event in the book's own currency."""
    exchange = event.exchange
    if exchange is None:
        return ""
    origin = ", ".join(part for part in (exchange.rate_source, day(exchange.rate_date)) if part)
    return _(
        "{original} at {rate} ({origin}) are {own}",
        original=money(exchange.amount, exchange.currency, unit=True),
        rate=money_text(exchange.rate),
        origin=origin,
        own=money(event.amount, event.currency, unit=True),
    )


def original_text(lines: Sequence[Line]) -> str:
    """The debits in each original currency: ``100.00 USD``; of the credits where no debit has one."""
    for side in Side:
        sums: dict[str, Decimal] = {}
        for x in lines:
            if x.side is side and x.original_amount is not None and x.original_currency:
                sums[x.original_currency] = sums.get(x.original_currency, Decimal(0)) + x.original_amount
        if sums:
            return " + ".join(money(amount, currency, unit=True) for currency, amount in sums.items())
    return ""


def rate_text(lines: Sequence[Line]) -> str:
    """The rates of the lines with their origins: ``0.92 (ECB, 3 Mar 2025)``."""
    found = dict.fromkeys((x.rate, x.rate_source, x.rate_date) for x in lines if x.rate is not None)
    out = []
    for rate, source, when in found:
        origin = ", ".join(part for part in (source, day(when)) if part)
        out.append(f"{money_text(rate)} ({origin})" if origin else money_text(rate))
    return "; ".join(out)
