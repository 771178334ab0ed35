"""Changes of the rules themselves: old and new value, a reason, and a second person where the book has one.

A change is proposed once and ended once, confirmed or declined. Where nobody else could confirm it, it holds as soon
as it is proposed, and its record says so. What a change does when it holds is the business of whoever proposed it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import chain, schema_control
from storage.identity import clean, new_id, utc_now
from storage.refusals import ReasonMissing, SecondPersonNeeded, UnknownChange

CONFIRMED, DECLINED = "confirmed", "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One proposed change of ``subject`` (policy, period, tax code, role, model) ``key``.

    ``before`` and ``after`` are plain JSON values. ``act`` is CONFIRMED, DECLINED, or empty while it waits; a change
    that ``needs_second`` person is False holds without one.
    """

    change_id: str
    subject: str
    key: str
    before: Any
    after: Any
    reason: str
    needs_second: bool
    by: str
    recorded: datetime
    act: str = ""
    act_by: str = ""

    @property
    def holds(self) -> bool:
        return self.act == CONFIRMED or not self.needs_second

    @property
    def waits(self) -> bool:
        return self.needs_second and not self.act


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    subject: str
    key: str
    before: Any
    after: Any
    reason: str
    needs_second: bool = False


class ChangeStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def propose(self, book_id: str, new: NewChange, by: str) -> Change:
        """Append a change. Raises ReasonMissing."""
        if not clean(new.reason).strip():
            raise ReasonMissing("changed")
        chain.lock(self._session, book_id)
        now = utc_now()
        row = {
            "change_id": new_id(), "book_id": book_id, "subject": new.subject, "key": new.key,
            "before": chain.canonical(new.before), "after": chain.canonical(new.after),
            "reason": clean(new.reason).strip(), "needs_second": new.needs_second, "recorded": now, "recorded_by": by,
        }  # fmt: skip
        sequence = chain.append(self._session, book_id, "changes", str(row["change_id"]), chain.digest(row), now)
        self._session.execute(sa.insert(schema_control.changes), [{**row, "sequence": sequence}])
        return self.get(book_id, str(row["change_id"]))

    def confirm(self, book_id: str, change_id: str, by: str, reason: str = "") -> Change:
        """End a change that waits, so that it holds. Raises UnknownChange, SecondPersonNeeded."""
        change = self._waiting(book_id, change_id)
        if change.by.casefold() == by.casefold():  # a system's user may be written with capitals, a login is not
            raise SecondPersonNeeded(by)
        return self._end(book_id, change, CONFIRMED, by, reason)

    def decline(self, book_id: str, change_id: str, by: str, reason: str) -> Change:
        """End a change that waits, so that it never holds; who proposed it may do so too. Raises UnknownChange."""
        return self._end(book_id, self._waiting(book_id, change_id), DECLINED, by, reason)

    def get(self, book_id: str, change_id: str) -> Change:
        """Raises UnknownChange."""
        found = self.list(book_id, schema_control.changes.c.change_id == change_id)
        if not found:
            raise UnknownChange(change_id)
        return found[0]

    def list(self, book_id: str, *where: sa.ColumnElement[bool]) -> tuple[Change, ...]:
        """The book's changes, oldest first."""
        c, a = schema_control.changes, schema_control.change_acts
        rows = self._session.execute(
            sa.select(c, a.c.act, a.c.recorded_by.label("act_by"))
            .outerjoin(a, a.c.change_id == c.c.change_id)
            .where(c.c.book_id == book_id, *where)
            .order_by(c.c.sequence)
        )
        return tuple(
            Change(
                change_id=r.change_id, subject=r.subject, key=r.key, before=json.loads(r.before),
                after=json.loads(r.after), reason=r.reason, needs_second=r.needs_second, by=r.recorded_by,
                recorded=r.recorded, act=r.act or "", act_by=r.act_by or "",
            )
            for r in rows
        )  # fmt: skip

    def waiting(self, book_id: str) -> tuple[Change, ...]:
        return tuple(c for c in self.list(book_id) if c.waits)

    def _waiting(self, book_id: str, change_id: str) -> Change:
        chain.lock(self._session, book_id)
        change = self.get(book_id, change_id)
        if not change.waits:
            raise UnknownChange(change_id)
        return change

    def _end(self, book_id: str, change: Change, act: str, by: str, reason: str) -> Change:
        now = utc_now()
        row = {
            "change_id": change.change_id, "book_id": book_id, "act": act, "reason": clean(reason).strip(),
            "recorded": now, "recorded_by": by,
        }  # fmt: skip
        sequence = chain.append(self._session, book_id, "change_acts", change.change_id, chain.digest(row), now)
        self._session.execute(sa.insert(schema_control.change_acts), [{**row, "sequence": sequence}])
        return self.get(book_id, change.change_id)
