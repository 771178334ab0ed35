"""What a journal says about a line of a statement: entries that may be it, and the journal that they are in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Side, State
from storage import schema, views

_MOST = 20  # entries that one line may be; more say that amount and days tell nothing
_SHARE = 0.6  # of an account's entries that have to be in one journal for it to be the usual one
_LINES = schema.lines.c


def booked(session: Session, book_id: str, ledger: str, amount: Decimal, days: tuple[date, date]) -> tuple[str, ...]:
    """Entries between two days that move an account by this amount, debits positive; the ones nearest in id first."""
    side = Side.DEBIT if amount > 0 else Side.CREDIT
    touched = sa.select(_LINES.version_id).where(
        _LINES.book_id == book_id, _LINES.account == ledger, _LINES.side == side.letter, _LINES.amount == abs(amount)
    )
    t = views.current_entries.c
    query = sa.select(t.entry_id).where(
        t.book_id == book_id, t.version_id.in_(touched), t.date.between(*days), t.reverses == "",
        t.state.not_in([State.DISCARDED.value, State.REVERSED.value]),
    )  # fmt: skip
    return tuple(session.scalars(query.order_by(t.date, t.position).limit(_MOST)))


def usual_journal(session: Session, book_id: str, ledger: str) -> str:
    """The journal that most entries on an account are in; empty where no journal has most of them."""
    e = schema.entries.c
    mine = (
        sa.select(e.journal, sa.func.count(sa.distinct(e.entry_id)).label("n"))
        .join(schema.lines, _LINES.entry_id == e.entry_id)
        .where(e.book_id == book_id, _LINES.book_id == book_id, _LINES.account == ledger)
        .group_by(e.journal)
    )
    counted = {r.journal: r.n for r in session.execute(mine)}
    if not counted:
        return ""
    journal, most = max(counted.items(), key=lambda x: (x[1], x[0]))
    return str(journal) if most > _SHARE * sum(counted.values()) else ""
