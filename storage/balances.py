"""The trial balance of a fiscal year: what accounts opened with, what moved, what they closed with.

A year opens with its entries of kind opening where it has any, else with what the year before left. Then income and
expense begin at nothing and their sum stands on a row of its own, without a code: the result that nobody has
allocated yet. Both openings are shown where both are known, so that a difference is seen and nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import AccountType, Kind, State
from storage import schema, views
from storage.books import BookStore
from storage.periods import FiscalYear, PeriodStore
from storage.restricted import NOTHING, Restricted

BOOKED = (State.POSTED, State.REVERSED, State.BOOKED_ELSEWHERE)
RESULT = ""  # the code of the row with the result of years before
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One account in a year; balances are debit minus credit, in book currency.

    ``before`` is what the year before left, None where nothing of it is in the book; ``entered`` what opening
    entries say, None where the year has none. ``opening`` is the one of the two that counts.
    """

    account: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    before: Decimal | None = None
    entered: Decimal | None = None

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit


def year_named(session: Session, book_id: str, label: str) -> FiscalYear | None:
    """The fiscal year of that name, or the calendar year of that number where no fiscal year takes its days."""
    periods = PeriodStore(session)
    wanted = label.strip()
    for year in periods.years(book_id):
        if year.label == wanted:
            return year
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) == 4 and int(wanted)):
        return None
    for day in (date(int(wanted), 1, 1), date(int(wanted), 12, 31)):
        found = periods.year_of(book_id, day)
        if found.label == wanted:
            return apart(found, periods.years(book_id))
    return None


def apart(year: FiscalYear, named: tuple[FiscalYear, ...]) -> FiscalYear:
    """A calendar year without the days that fiscal years beside it take at its beginning or end."""
    for other in named:
        if other.label != year.label and other.first <= year.first <= other.last:
            year = replace(year, first=other.last + timedelta(days=1))
        elif other.label != year.label and other.first <= year.last <= other.last:
            year = replace(year, last=other.first - timedelta(days=1))
    return year


def years_of(session: Session, book_id: str) -> tuple[FiscalYear, ...]:
    """Every fiscal year in which something is dated, oldest first."""
    periods, t = PeriodStore(session), views.current_entries.c
    named = periods.years(book_id)
    found: list[FiscalYear] = []
    after = date.min
    while True:
        first = sa.select(sa.func.min(t.date)).where(t.book_id == book_id, t.date >= after)
        day = session.scalar(first)
        if day is None:
            return tuple(found)
        found.append(apart(periods.year_of(book_id, day), named))
        if found[-1].last == date.max:
            return tuple(found)
        after = found[-1].last + timedelta(days=1)


def trial_balance(
    session: Session, book_id: str, year: FiscalYear, restricted: Restricted = NOTHING
) -> tuple[Balance, ...]:
    """Every account with an opening or a movement in ``year``, by code; entries that are restricted are left out."""
    types = {a.code: a.type for a in BookStore(session).catalog(book_id)}
    left: dict[str, Decimal] | None = None
    for earlier in years_of(session, book_id):
        if earlier.last < year.first:
            closed = _year(session, book_id, earlier, left, restricted)
            left = _carried({b.account: b.closing for b in closed}, types)
    return _year(session, book_id, year, left, restricted)


def _year(
    session: Session, book_id: str, year: FiscalYear, left: Mapping[str, Decimal] | None, restricted: Restricted
) -> tuple[Balance, ...]:
    entered, moved = _sums(session, book_id, year, restricted)
    codes = sorted({*(left or {}), *entered, *moved})
    found = []
    for code in codes:
        before = None if left is None else left.get(code, _NOTHING)
        said = entered.get(code, _NOTHING) if entered else None
        debit, credit = moved.get(code, (_NOTHING, _NOTHING))
        opening = (before or _NOTHING) if said is None else said
        found.append(Balance(
            account=code, opening=opening, debit=debit, credit=credit, before=before, entered=said,
        ))  # fmt: skip
    return tuple(found)


def _sums(
    session: Session, book_id: str, year: FiscalYear, restricted: Restricted
) -> tuple[dict[str, Decimal], dict[str, tuple[Decimal, Decimal]]]:
    """By account: what opening entries of the year say, and debit and credit of all others that are booked."""
    t, x = views.current_entries.c, schema.lines.c
    opens = (t.kind == Kind.OPENING.value).label("opens")
    side = {s: sa.func.sum(sa.case((x.side == s, x.amount), else_=0)).label(s) for s in "DC"}
    query = (
        sa.select(x.account, opens, *side.values())
        .join(views.current_entries, t.version_id == x.version_id)
        .where(t.book_id == book_id, t.date.between(year.first, year.last), *booked())
        .group_by(x.account, opens)
    )
    if restricted:
        query = query.where(restricted.apart(book_id))
    entered: dict[str, Decimal] = {}
    moved: dict[str, tuple[Decimal, Decimal]] = {}
    for r in session.execute(query):
        if r.opens:
            entered[r.account] = Decimal(r.D) - Decimal(r.C)
        else:
            moved[r.account] = (Decimal(r.D), Decimal(r.C))
    return entered, moved


def booked() -> tuple[sa.ColumnElement[bool], ...]:
    """That an entry of ``current_entries`` stands in the books and counts there."""
    t = views.current_entries.c
    return t.state.in_([s.value for s in BOOKED]), t.kind != Kind.OFF_BOOK.value


def _carried(closing: Mapping[str, Decimal], types: Mapping[str, AccountType]) -> dict[str, Decimal]:
    """What a year leaves to the next one."""
    found = {RESULT: _NOTHING}
    for code, balance in closing.items():
        into = RESULT if types.get(code) in (AccountType.INCOME, AccountType.EXPENSE) else code
        found[into] = found.get(into, _NOTHING) + balance
    return {code: balance for code, balance in found.items() if balance}
