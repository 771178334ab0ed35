"""Fiscal years, and which of their days are locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import State
from storage import chain, schema_control, views
from storage.identity import clean, new_id, utc_now
from storage.refusals import BadFiscalYear, ClosedPeriod, PeriodOccupied, ReasonMissing

UNFINISHED = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED)
_SHOWN = 20  # unfinished entries that a refusal names


class Lock(StrEnum):
    """What may still be booked on a day."""

    OPEN = "open"
    SOFT = "soft"  # closed, but some roles may still book
    HARD = "hard"  # closed for everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class FiscalYear:
    """The first and the last day belong to it."""

    label: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodLock:
    """What was said of these days; of two that cover a day the later one holds."""

    first: date
    last: date
    lock: Lock
    reason: str
    by: str
    sequence: int


class PeriodStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def years(self, book_id: str) -> tuple[FiscalYear, ...]:
        """The fiscal years that were named, oldest first."""
        t = schema_control.fiscal_years
        rows = self._session.execute(sa.select(t).where(t.c.book_id == book_id).order_by(t.c.first))
        return tuple(FiscalYear(label=r.label, first=r.first, last=r.last) for r in rows)

    def year_of(self, book_id: str, day: date) -> FiscalYear:
        """The fiscal year of a day; the calendar year where none was named for it."""
        years = self.years(book_id)
        for year in years:
            if year.first <= day <= year.last:
                return year
        label, named = str(day.year), {y.label for y in years}
        while label in named:
            label = f"calendar {label}"
        return FiscalYear(label=label, first=date(day.year, 1, 1), last=date(day.year, 12, 31))

    def add_year(self, book_id: str, year: FiscalYear, by: str) -> None:
        """Name a fiscal year.

        Raises BadFiscalYear where it overlaps another or days that were numbered already, and where numbers were
        given under its name: those would go on in other days.
        """
        label = clean(year.label).strip()
        if not label:
            raise BadFiscalYear(year.label, "it has no name")
        if year.last < year.first:
            raise BadFiscalYear(label, f"its last day {year.last} comes before its first {year.first}")
        for other in self.years(book_id):
            if other.label == label:
                raise BadFiscalYear(label, f"there is one of that name, {other.first} to {other.last}")
            if year.first <= other.last and other.first <= year.last:
                raise BadFiscalYear(label, f"it overlaps {other.label}, {other.first} to {other.last}")
        if self._label_used(book_id, label):
            raise BadFiscalYear(label, "numbers were given under this name for other days")
        if numbered := self._numbered(book_id, year):
            raise BadFiscalYear(label, f"entries of its days have numbers of {numbered!r} already")
        now = utc_now()
        row = {
            "fiscal_year_id": new_id(), "book_id": book_id, "label": label, "first": year.first, "last": year.last,
            "recorded": now, "recorded_by": by,
        }  # fmt: skip
        reference = str(row["fiscal_year_id"])
        sequence = chain.append(self._session, book_id, "fiscal_years", reference, chain.digest(row), now)
        self._session.execute(sa.insert(schema_control.fiscal_years), [{**row, "sequence": sequence}])

    def locks(self, book_id: str) -> tuple[PeriodLock, ...]:
        """Everything that was said of periods, oldest first."""
        t = schema_control.period_locks
        rows = self._session.execute(sa.select(t).where(t.c.book_id == book_id).order_by(t.c.sequence))
        return tuple(
            PeriodLock(
                first=r.first, last=r.last, lock=Lock(r.lock), reason=r.reason, by=r.recorded_by, sequence=r.sequence
            )
            for r in rows
        )

    def lock_on(self, book_id: str, day: date) -> PeriodLock | None:
        """What holds on a day; None where nothing was ever said of it."""
        return next((x for x in reversed(self.locks(book_id)) if x.first <= day <= x.last), None)

    def check(self, book_id: str, day: date, *, soft_exempt: bool = False) -> None:
        """Raise ClosedPeriod unless ``day`` is open, or softly closed to somebody who is exempt."""
        found = self.lock_on(book_id, day)
        if found is None or found.lock is Lock.OPEN or (found.lock is Lock.SOFT and soft_exempt):
            return
        raise ClosedPeriod(day, found.lock.value, found.by)

    def next_open(self, book_id: str, day: date) -> date:
        """The first day from ``day`` on that is open for everybody."""
        locks = self.locks(book_id)
        for start in _candidates(day, locks):
            found = next((x for x in reversed(locks) if x.first <= start <= x.last), None)
            if found is None or found.lock is Lock.OPEN:
                return start
        raise ClosedPeriod(day, Lock.HARD.value, "several locks")

    def set_lock(self, book_id: str, first: date, last: date, lock: Lock, by: str, reason: str) -> int:
        """Say what holds for these days from now on; returns the chain's sequence.

        Raises ReasonMissing, PeriodOccupied for a hard close while entries of the period are unfinished, and
        ClosedPeriod for a soft close of days that are closed for good: that would open them for some.
        """
        if not clean(reason).strip():
            raise ReasonMissing("closed" if lock is not Lock.OPEN else "reopened")
        if last < first:
            raise BadFiscalYear(f"{first} to {last}", "its last day comes before its first")
        if lock is Lock.SOFT and (kept := self._hard_within(book_id, first, last)):
            raise ClosedPeriod(kept[0], Lock.HARD.value, kept[1].by)
        if lock is Lock.HARD and (open_ones := self.unfinished(book_id, first, last)):
            raise PeriodOccupied(first, last, len(open_ones), open_ones[:_SHOWN])
        now = utc_now()
        row = {
            "period_lock_id": new_id(), "book_id": book_id, "first": first, "last": last, "lock": lock.value,
            "reason": clean(reason).strip(), "recorded": now, "recorded_by": by,
        }  # fmt: skip
        reference = str(row["period_lock_id"])
        sequence = chain.append(self._session, book_id, "period_locks", reference, chain.digest(row), now)
        self._session.execute(sa.insert(schema_control.period_locks), [{**row, "sequence": sequence}])
        return sequence

    def unfinished(self, book_id: str, first: date, last: date) -> tuple[str, ...]:
        """Ids of entries of these days that are neither posted nor discarded, by day."""
        t = views.current_entries.c
        states = [s.value for s in UNFINISHED]
        rows = self._session.execute(
            sa.select(t.entry_id)
            .where(t.book_id == book_id, t.date >= first, t.date <= last, t.state.in_(states))
            .order_by(t.date, t.entry_id)
        )
        return tuple(r.entry_id for r in rows)

    def _hard_within(self, book_id: str, first: date, last: date) -> tuple[date, PeriodLock] | None:
        """The first of these days that is closed for everybody, and what closed it."""
        locks = self.locks(book_id)
        for day in (d for d in _candidates(first, locks) if d <= last):
            held = next((x for x in reversed(locks) if x.first <= day <= x.last), None)
            if held and held.lock is Lock.HARD:
                return day, held
        return None

    def _label_used(self, book_id: str, label: str) -> bool:
        p = schema_control.postings.c
        used = sa.select(sa.exists().where(p.book_id == book_id, p.fiscal_year == label))
        return bool(self._session.scalar(used))

    def _numbered(self, book_id: str, year: FiscalYear) -> str:
        """A fiscal year under which entries of these days were posted; empty where there is none."""
        t, p = views.current_entries.c, schema_control.postings.c
        return (
            self._session.scalar(
                sa.select(p.fiscal_year)
                .join(views.current_entries, t.entry_id == p.entry_id)
                .where(p.book_id == book_id, t.date >= year.first, t.date <= year.last)
                .limit(1)
            )
            or ""
        )


def _candidates(day: date, locks: tuple[PeriodLock, ...]) -> list[date]:
    """Days on which something may begin to be open: the day itself, and every day where a lock begins or has ended."""
    ends = [date.fromordinal(x.last.toordinal() + 1) for x in locks if x.last < date.max]
    return sorted({day, *(d for d in [*ends, *(x.first for x in locks)] if d > day)})
