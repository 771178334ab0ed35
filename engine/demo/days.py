"""Business days of the generated years."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

# Days on which hardly anybody books; the same few in every country keep it simple.
HOLIDAYS = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def business_day(day: date) -> date:
    """Return the day itself, or the next one on which offices are open."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def month_end(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def in_month(first: date, day: int) -> date:
    """Return that day of the month, or its last one where the month is shorter."""
    return first.replace(day=min(day, month_end(first).day))


def add_months(first: date, months: int) -> date:
    """Return the first day of the month so many months later."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
