"""Events in another currency: reading a rate, converting by it, and what each line was before.

Only book currency has to balance. The amount is converted once, rounded half up to the smallest unit of the book's
currency, and both sides are shared out from that. Every line then gets its part of the original amount in proportion,
by largest remainder in the smallest units of the original currency, so that each side's parts add up to the event's
amount exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from app.services.errors import BadInput, ForeignCurrency, NoDifferenceAccount
from engine.inference.amounts import allocate, apportion, to_minor_unit, units
from engine.journal import Event, Exchange, Line, Side, minor_units, money_text
from storage.policy import Policy

PLACES = 12  # decimals of a rate that the store keeps
_KEPT = 4  # decimals of an amount that it keeps
_WIDE = Context(prec=60)
_LARGEST = Decimal(10) ** 12
_EXAMPLES = "Write it like 0.92, or 1 USD = 0.92 EUR."
_NUMBER = r"\d{1,12}(?:[.,]\d{1,18})?"
_RATE = re.compile(
    rf"(?:(?P<of>{_NUMBER})\s*(?P<one>[A-Z]{{3}})\s*=\s*)?(?P<value>{_NUMBER})\s*(?P<into>[A-Z]{{3}})?", re.IGNORECASE
)


def read_rate(text: str | Decimal, currency: str) -> tuple[Decimal, str]:
    """What one unit of ``currency`` is worth, and in which currency where the text says so.

    ``0.92``, ``1 USD = 0.92 EUR`` and, as central banks publish it, ``1 EUR = 1.0870 USD`` are read; the last is
    turned round and rounded to 12 decimals. A single mark is always the decimal sign. Raises BadInput.
    """
    shown = str(text).strip()
    found = _RATE.fullmatch(shown)
    if found is None:
        raise BadInput("Rate", shown, "this is not an exchange rate", _EXAMPLES)
    value, one, into = _decimal(found["value"]), (found["one"] or "").upper(), (found["into"] or "").upper()
    of = _decimal(found["of"]) if found["of"] else Decimal(1)
    if not value or not of:
        raise BadInput("Rate", shown, "it is zero", _EXAMPLES)
    if one and (one == into or currency not in (one, into)):
        raise BadInput("Rate", shown, f"the event is in {currency}", f"Say what 1 {currency} is worth.")
    if one and one != currency:
        return _kept(Fraction(of) / Fraction(value), shown), one
    if not one and into == currency:
        raise BadInput("Rate", shown, f"it names {currency} itself", f"Say what 1 {currency} is worth.")
    return _kept(Fraction(value) / Fraction(of), shown), into


def in_book_currency(event: Event, book: str, own: str) -> Event:
    """The event with its amount, and its known lines, in the currency of its book.

    Raises ForeignCurrency where there is no rate, BadInput where rate, amount and currency do not fit.
    """
    exchange = event.exchange
    if event.currency in ("", own):
        if exchange and exchange.currency in ("", own):
            raise BadInput("Rate", money_text(exchange.rate), f"the event is in {own} itself", "Leave the rate out.")
        return replace(event, currency=own)
    if exchange is None:
        raise ForeignCurrency(event.currency, book, own)
    if exchange.into not in ("", own):
        why = f"it leads to {exchange.into}, and book {book!r} is kept in {own}"
        raise BadInput("Rate", money_text(exchange.rate), why, f"Give the worth of 1 {event.currency} in {own}.")
    whole(event.amount, event.currency)
    amount = converted(event.amount, exchange.rate, own)
    if not amount:
        why = f"that is less than the smallest unit of {own}"
        raise BadInput("Rate", money_text(exchange.rate), why, "Check amount and rate.")
    if amount >= Decimal(10) ** 18:
        raise BadInput("Rate", money_text(exchange.rate), f"that makes {amount:.2e} {own}", "Check amount and rate.")
    lines = _known(event.lines, exchange, amount, own)
    return replace(event, amount=amount, currency=own, lines=lines, exchange=replace(exchange, into=own))


def converted(amount: Decimal, rate: Decimal, own: str) -> Decimal:
    """The amount in book currency, rounded half up to its smallest unit."""
    return to_minor_unit(_WIDE.multiply(amount, rate), minor_units(own))


def with_originals(lines: Sequence[Line], exchange: Exchange | None, policy: Policy | None = None) -> tuple[Line, ...]:
    """Lines in book currency with their parts of the original amount.

    Lines on the accounts that ``policy`` names for differences have none: they exist in book currency only. A line
    that is worth something else than its part at this rate (an old receivable) carries no rate.
    """
    if exchange is None:
        return tuple(lines)
    own = {policy.exchange_gain_account, policy.exchange_loss_account, policy.rounding_account} if policy else set()
    out = list(lines)
    for side in Side:
        rows = [i for i, x in enumerate(lines) if x.side is side and x.account not in own]
        parts = shared(exchange.amount, [lines[i].amount for i in rows], minor_units(exchange.currency))
        for i, part in zip(rows, parts, strict=True):
            out[i] = _with_original(lines[i], part, exchange)
    return tuple(out)


def shared(total: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """Parts of ``total`` in proportion, in whole units of ``places`` decimals, by largest remainder; exact.

    A part may be zero where there are fewer units than lines. Weights that add up to zero share equally; where they
    are negative together, so are the parts.
    """
    if not weights:
        return []
    exact = [int(w.scaleb(_KEPT, context=_WIDE)) for w in weights]
    sign = -1 if sum(exact) < 0 else 1
    counts = apportion(units(total, places), [sign * w for w in exact] if sum(exact) else [1] * len(weights))
    return [Decimal(sign * n).scaleb(-places, context=_WIDE) for n in counts]


def carried_over(before: Sequence[Line], after: Sequence[Line], own: str) -> tuple[Line, ...]:
    """Corrected lines with the originals that the version before them had, for editors that know amounts only.

    Where the whole entry was in one other currency, both sides share its amount out again. Else a line that kept
    account, side and amount keeps its original, and no other has one.
    """
    if any(x.original_amount is not None for x in after):
        return tuple(after)
    exchange = _exchange_of(before, own)
    if exchange is not None:
        return with_originals(after, exchange)
    left, out = list(before), []
    for x in after:
        same = next((y for y in left if (y.account, y.side, y.amount) == (x.account, x.side, x.amount)), None)
        if same is None:
            out.append(x)
            continue
        left.remove(same)
        out.append(
            replace(
                x, original_amount=same.original_amount, original_currency=same.original_currency, rate=same.rate,
                rate_date=same.rate_date, rate_source=same.rate_source,
            )
        )  # fmt: skip
    return tuple(out)


def _exchange_of(lines: Sequence[Line], own: str) -> Exchange | None:
    """The other currency that every line is in at one rate, with the same total on both sides."""
    kinds = {(x.original_currency, x.rate, x.rate_date, x.rate_source) for x in lines}
    sums = {sum((x.original_amount or Decimal(0) for x in lines if x.side is s), Decimal(0)) for s in Side}
    if len(kinds) != 1 or len(sums) != 1:
        return None
    currency, rate, when, source = kinds.pop()
    total = sums.pop()
    if not currency or rate is None or total <= 0:
        return None
    return Exchange(amount=total, currency=currency, rate=rate, rate_date=when, rate_source=source, into=own)


def with_difference(lines: Sequence[Line], book: str, currency: str, policy: Policy) -> tuple[Line, ...]:
    """The lines, balanced by one on the account that the book names for such a difference.

    Up to one smallest unit a line is rounding; what is more was gained or lost by the exchange. Raises
    NoDifferenceAccount.
    """
    over = sum((x.amount if x.side is Side.DEBIT else -x.amount for x in lines), Decimal(0))
    if not over:
        return tuple(lines)
    side = Side.CREDIT if over > 0 else Side.DEBIT
    rule = "exchange_gain_account" if side is Side.CREDIT else "exchange_loss_account"
    if abs(over) <= len(lines) * Decimal(1).scaleb(-minor_units(currency)) and policy.rounding_account:
        rule = "rounding_account"
    account = str(getattr(policy, rule))
    if not account:
        raise NoDifferenceAccount(book, rule, f"{abs(over):f} {currency}")
    return (*lines, Line(account=account, side=side, amount=abs(over)))


def _known(lines: Sequence[Line], exchange: Exchange, amount: Decimal, own: str) -> tuple[Line, ...]:
    """Known lines in book currency; those that make up a whole side make up the converted amount too."""
    out = list(lines)
    for x in lines:
        if x.amount:
            whole(x.amount, exchange.currency)
    for side in Side:
        rows = [i for i, x in enumerate(lines) if x.side is side and x.amount]
        if rows and sum(lines[i].amount for i in rows) == exchange.amount:
            parts = allocate(amount, [float(lines[i].amount) for i in rows], minor_units(own))
        else:
            parts = tuple(converted(lines[i].amount, exchange.rate, own) for i in rows)
        for i, part in zip(rows, parts, strict=True):
            if not part:
                shown = money_text(lines[i].amount)
                raise BadInput("Line", shown, f"that is less than the smallest unit of {own}", "Leave the amount out.")
            out[i] = replace(lines[i], amount=part)
    return tuple(out)


def _with_original(line: Line, part: Decimal, exchange: Exchange) -> Line:
    step = Decimal(1).scaleb(-minor_units(exchange.currency))
    unit = Decimal(1).scaleb(-minor_units(exchange.into))
    near = abs(_WIDE.multiply(part, exchange.rate) - line.amount) <= unit + step * exchange.rate
    return replace(
        line, original_amount=part, original_currency=exchange.currency, rate=exchange.rate if near else None,
        rate_date=exchange.rate_date if near else None, rate_source=exchange.rate_source if near else "",
    )  # fmt: skip


def whole(amount: Decimal, currency: str) -> None:
    """Raise BadInput unless the amount has no more decimals than its currency."""
    places = minor_units(currency)
    if to_minor_unit(amount, places) != amount:
        raise BadInput("Amount", money_text(amount), f"{currency} has {places} decimals", "Round the amount.")


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _kept(rate: Fraction, shown: str) -> Decimal:
    """The rate as the store keeps it."""
    steps = Context(prec=60).divide(Decimal(rate.numerator), Decimal(rate.denominator))
    value = steps.quantize(Decimal(1).scaleb(-PLACES), rounding=ROUND_HALF_UP, context=_WIDE)
    if not value or value >= _LARGEST:
        raise BadInput("Rate", shown, "it is too small or too large to be kept", "Check it.")
    return value.normalize() if value != value.to_integral_value() else value.quantize(Decimal(1))
