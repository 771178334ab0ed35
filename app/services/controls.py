"""A book's rules: its policy, its fiscal years and periods, and changes that wait for a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from app.services.access import Right, Who, authorise, find, others_may, use_case, within
from app.services.verify import write_anchor
from app.services.workbench import Workbench
from storage.control import Change, NewChange
from storage.people import Limits
from storage.periods import FiscalYear, Lock, PeriodLock
from storage.policy import FourEyes, Policy, Reversal
from storage.records import Book
from storage.session import UnitOfWork
from storage.taxes import TaxRow

__all__ = ["Change", "FiscalYear", "FourEyes", "Lock", "PeriodLock", "Policy", "Reversal"]

# What a change needs to be proposed and confirmed, and what it does when it holds.
TAX_CODE, ROLE = "tax code", "role"
_RIGHT = {"policy": Right.POLICY, "period": Right.REOPEN, TAX_CODE: Right.POLICY, ROLE: Right.PEOPLE}


@use_case(Right.READ)
def policy(wb: Workbench, who: Who, book: str) -> Policy:
    """The policy in force. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.policies.current(find(uow, who, book, Right.READ).book_id)[1]


@use_case(Right.POLICY)
def change_policy(wb: Workbench, who: Who, book: str, values: Mapping[str, object], reason: str) -> Change:
    """Give rules other values; where somebody else may, they have to confirm it first.

    Raises BadPolicy, ReasonMissing, UnknownBook, NotAllowed. What was submitted before keeps its stricter rules.
    """

    def work(uow: UnitOfWork) -> Change:
        found = find(uow, who, book, Right.POLICY)
        _id, now = uow.policies.current(found.book_id)
        after = now.changed(values)
        changed = [name for name, value in after.to_json().items() if value != now.to_json()[name]]
        before = {name: now.to_json()[name] for name in changed}
        new = {name: after.to_json()[name] for name in changed}
        change = NewChange(subject="policy", key=", ".join(changed), before=before, after=new, reason=reason)
        return propose(uow, who, found, Right.POLICY, change)

    return wb.store.write(work)


@use_case(Right.READ)
def years(wb: Workbench, who: Who, book: str) -> tuple[FiscalYear, ...]:
    """Fiscal years that were named; others are calendar years. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.periods.years(find(uow, who, book, Right.READ).book_id)


@use_case(Right.CLOSE)
def add_year(wb: Workbench, who: Who, book: str, year: FiscalYear) -> None:
    """Name a fiscal year. Raises BadFiscalYear, UnknownBook, NotAllowed."""
    wb.store.write(lambda uow: uow.periods.add_year(find(uow, who, book, Right.CLOSE).book_id, year, who.id))


@use_case(Right.READ)
def locks(wb: Workbench, who: Who, book: str) -> tuple[PeriodLock, ...]:
    """What was said of periods, oldest first. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.periods.locks(find(uow, who, book, Right.READ).book_id)


@use_case(Right.READ)
def unfinished(wb: Workbench, who: Who, book: str, first: date, last: date) -> tuple[str, ...]:
    """Entries of these days that keep the period from being closed for good. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        book_id = find(uow, who, book, Right.READ).book_id
        years = authorise(uow, who, book_id, Right.READ)
        return within(uow, book_id, years, uow.periods.unfinished(book_id, first, last))


@use_case(Right.CLOSE)
def close(wb: Workbench, who: Who, book: str, period: tuple[date, date], lock: Lock, reason: str) -> None:
    """Close a period softly or for good, at once; the chain's head is then written outside the database.

    Raises PeriodOccupied, ReasonMissing, BadFiscalYear, UnknownBook, NotAllowed.
    """
    if lock is Lock.OPEN:
        raise ValueError("a period is opened by reopen")

    def work(uow: UnitOfWork) -> Book:
        found = find(uow, who, book, Right.CLOSE)
        uow.periods.set_lock(found.book_id, *period, lock, who.id, reason)
        return found

    closed = wb.store.write(work)
    write_anchor(wb, closed.book_id, f"{lock.value} close of {period[0].isoformat()} to {period[1].isoformat()}")


@use_case(Right.REOPEN)
def reopen(wb: Workbench, who: Who, book: str, period: tuple[date, date], reason: str) -> Change:
    """Open a closed period again; where somebody else may, they have to confirm it first. Raises as `close`."""

    def work(uow: UnitOfWork) -> Change:
        found = find(uow, who, book, Right.REOPEN)
        now = uow.periods.lock_on(found.book_id, period[0])
        days = [d.isoformat() for d in period]
        before = {"lock": now.lock.value if now else Lock.OPEN.value}
        after = {"lock": Lock.OPEN.value, "days": days}
        change = NewChange(subject="period", key=" to ".join(days), before=before, after=after, reason=reason)
        return propose(uow, who, found, Right.REOPEN, change)

    return wb.store.write(work)


@use_case(Right.READ)
def changes(wb: Workbench, who: Who, book: str) -> tuple[Change, ...]:
    """Every change of this book's rules, oldest first. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.changes.list(find(uow, who, book, Right.READ).book_id)


@use_case(Right.POLICY)
def confirm_change(wb: Workbench, who: Who, book: str, change_id: str) -> Change:
    """Let a change hold that another person proposed. Raises UnknownChange, SecondPersonNeeded, NotAllowed."""

    def work(uow: UnitOfWork) -> Change:
        found = find(uow, who, book, _right(uow, who, book, change_id))
        done = uow.changes.confirm(found.book_id, change_id, who.id)
        _apply(uow, found, done, who.id)
        return done

    return wb.store.write(work)


@use_case(Right.POLICY)
def decline_change(wb: Workbench, who: Who, book: str, change_id: str, reason: str) -> Change:
    """End a change that waits. Raises UnknownChange, NotAllowed."""

    def work(uow: UnitOfWork) -> Change:
        found = find(uow, who, book, _right(uow, who, book, change_id))
        return uow.changes.decline(found.book_id, change_id, who.id, reason)

    return wb.store.write(work)


def _right(uow: UnitOfWork, who: Who, book: str, change_id: str) -> Right:
    """What it takes to settle this change, beside the right to settle any; raises UnknownChange, NotAllowed."""
    return _RIGHT[uow.changes.get(find(uow, who, book, Right.POLICY).book_id, change_id).subject]


def propose(uow: UnitOfWork, who: Who, book: Book, right: Right, new: NewChange) -> Change:
    """Propose a change, and let it hold at once where nobody else could confirm it."""
    return record(uow, who, book, replace(new, needs_second=others_may(uow, who, book.book_id, right)))


def record(uow: UnitOfWork, who: Who, book: Book, new: NewChange) -> Change:
    """Write a change down; one that needs no second person holds at once."""
    change = uow.changes.propose(book.book_id, new, who.id)
    if change.holds:
        _apply(uow, book, change, who.id)
    return change


def _apply(uow: UnitOfWork, book: Book, change: Change, by: str) -> None:
    _APPLY[change.subject](uow, book, change, by)


def _apply_policy(uow: UnitOfWork, book: Book, change: Change, by: str) -> None:
    """Only the rules that the change names: others may have changed while it waited."""
    _id, now = uow.policies.current(book.book_id)
    uow.policies.put(book.book_id, now.changed(change.after), by, change.reason)


def _apply_period(uow: UnitOfWork, book: Book, change: Change, by: str) -> None:
    first, last = (date.fromisoformat(d) for d in change.after["days"])
    uow.periods.set_lock(book.book_id, first, last, Lock.OPEN, by, change.reason)


def _apply_tax(uow: UnitOfWork, book: Book, change: Change, by: str) -> None:
    uow.taxes.put(book.book_id, TaxRow.from_json(change.after), by, change.change_id)


def _apply_role(uow: UnitOfWork, book: Book, change: Change, by: str) -> None:
    """The grant, or its end; every session of the person ends with it."""
    after, user = change.after, uow.people.get(change.after["login"])
    ends = after.get("expires")
    limits = Limits(
        first_year=after.get("first_year"), last_year=after.get("last_year"),
        expires=datetime.fromisoformat(ends) if ends else None,
    )  # fmt: skip
    uow.people.set_role(
        book.book_id, user, after["role"], by, granted=after["granted"], reason=change.reason, limits=limits
    )
    uow.sign_ins.end_all(user.login)


_APPLY: dict[str, Callable[[UnitOfWork, Book, Change, str], None]] = {
    "policy": _apply_policy,
    "period": _apply_period,
    TAX_CODE: _apply_tax,
    ROLE: _apply_role,
}
