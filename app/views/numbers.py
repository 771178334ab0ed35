"""Money, percentages and days as people of the current language write and read them. No Streamlit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from app import i18n
from engine.journal import minor_units

MINUS = "\u2212"


def money(amount: Decimal, currency: str = "", *, unit: bool = False) -> str:
    """``1.190,00``; with `unit` the currency follows. Never fewer digits than the currency has, never a rounded one."""
    digits = minor_units(currency)
    places = max(digits, -int(amount.normalize().as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * places if places else "")
    text = format_decimal(amount, format=pattern, locale=i18n.locale(), decimal_quantization=False)
    return f"{text}\u00a0{currency}" if unit and currency else text


def short_money(amount: Decimal, currency: str = "") -> str:
    """Like `money`, without the decimals when there are no cents: ``1.000``."""
    if amount == amount.to_integral_value():
        return str(format_decimal(amount, format="#,##0", locale=i18n.locale(), decimal_quantization=False))
    return money(amount, currency)


def percent(probability: float) -> str:
    """A probability as people should read it: whole per cent, never rounded up to certainty nor down to nothing."""
    if probability <= 0.0:
        return _percent(0.0)
    if probability < 0.01:
        return "< " + _percent(0.01)
    if 0.99 < probability < 1.0:
        return "> " + _percent(0.99)
    return _percent(probability)


def day(when: date | None) -> str:
    """``01.03.2026`` in German, ``1 Mar 2026`` in English; empty for no day."""
    return str(format_date(when, "medium", locale=i18n.locale())) if when else ""


def month(when: date) -> str:
    """``Feb 2026``."""
    return str(format_date(when, "MMM yyyy", locale=i18n.locale()))


def moment(when: datetime | None) -> str:
    """Day and minute in UTC, the time the store keeps; empty for none."""
    if when is None:
        return ""
    utc = when.astimezone(UTC)
    return f"{day(utc.date())}, {utc:%H:%M} UTC"


def change(now: Decimal, before: Decimal, currency: str = "") -> str:
    """How `now` differs from `before`: ``+3 %``, or the difference in money where that is under one per cent."""
    difference = now - before
    sign = "+" if difference > 0 else MINUS
    share = abs(difference / before) if before else Decimal(0)
    if share < Decimal("0.01"):
        return sign + money(abs(difference), currency)
    return sign + _percent(float(share))


def dots(probability: float) -> str:
    """A line's probability in quarters: ``\u25cf\u25cf\u25cf\u25cb``."""
    full = min(4, max(0, round(probability * 4)))
    return "\u25cf" * full + "\u25cb" * (4 - full)


def _percent(share: float) -> str:
    return str(format_percent(share, format=_percent_pattern(), locale=i18n.locale()))


def _percent_pattern() -> str:
    return "0%" if i18n.language() == "en" else "0\u00a0%"
