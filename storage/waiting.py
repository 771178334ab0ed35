"""What waits for somebody: which entries, how sure the model was of them, and who asked for the approval.

An entry that was imported has no acts, so everything here begins with the decisions and stays quick in a large book.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import schema, schema_control, views
from storage.records import MODEL

_SUBMITTED = ("submitted", "unapproved")  # the acts after which an entry waits for approval


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The last submission of an entry: by whom, and whether it was a reviewer's correction that others confirm."""

    by: str
    corrected: bool


def count(session: Session, book_id: str) -> int:
    """How many entries of a book wait for approval."""
    d = schema.decisions.c
    last = (
        sa.select(sa.func.max(d.sequence).label("sequence"))
        .where(d.book_id == book_id, d.entry_id != "", d.act.in_(views.STATE_ACTS))
        .group_by(d.entry_id)
        .subquery()
    )
    found = (
        sa.select(sa.func.count())
        .select_from(schema.decisions)
        .join(last, last.c.sequence == d.sequence)
        .where(d.book_id == book_id, d.act.in_(_SUBMITTED))
    )
    return session.scalar(found) or 0


def probabilities(session: Session, entry_ids: Sequence[str]) -> dict[str, float]:
    """How sure the model was of its first version of each entry, in [0, 1]; entries without one are left out."""
    if not entry_ids:
        return {}
    t = schema.versions.c
    rows = session.execute(
        sa.select(t.entry_id, t.lineage)
        .where(t.entry_id.in_(list(entry_ids)), t.origin == MODEL)
        .order_by(t.entry_id, t.number.desc())
    )
    read = {r.entry_id: json.loads(r.lineage).get("probability") for r in rows}
    return {entry_id: float(p) for entry_id, p in read.items() if p is not None}


def asked(session: Session, book_id: str, entry_ids: Sequence[str]) -> dict[str, Asked]:
    """The last submission of each of these entries; those that never were submitted are left out."""
    if not entry_ids:
        return {}
    d = schema.decisions.c
    rows = session.execute(
        sa.select(d.entry_id, d.recorded_by, d.detail)
        .where(d.book_id == book_id, d.entry_id.in_(list(entry_ids)), d.act == "submitted")
        .order_by(d.sequence)
    )
    return {r.entry_id: Asked(by=r.recorded_by, corrected=bool(json.loads(r.detail).get("corrected"))) for r in rows}


def assigned(session: Session, book_id: str, entry_ids: Sequence[str]) -> dict[str, str]:
    """Who was asked last to look at each of these entries; those that nobody was asked for are left out."""
    if not entry_ids:
        return {}
    d = schema.decisions.c
    rows = session.execute(
        sa.select(d.entry_id, d.detail)
        .where(d.book_id == book_id, d.entry_id.in_(list(entry_ids)), d.act == "assigned")
        .order_by(d.sequence)
    )
    found = {r.entry_id: str(json.loads(r.detail).get("to", "")) for r in rows}
    return {entry_id: to for entry_id, to in found.items() if to}


def find(session: Session, book_id: str, beginning: str) -> tuple[str, ...]:
    """Up to three entries of a book whose id begins like this, or that were posted as ``2025/ER/7``.

    An entry of no journal was posted as ``2025/7``.
    """
    t, p = schema.entries.c, schema_control.postings.c
    year, slash, rest = beginning.partition("/")
    journal, _slash, number = rest.rpartition("/")
    if slash and number.isdecimal():
        posted = sa.select(p.entry_id, p.journal).where(
            p.book_id == book_id, p.fiscal_year == year, p.number == int(number)
        )
        return tuple(
            r.entry_id for r in session.execute(posted) if journal.casefold() in _names_of(r.journal)
        )  # fmt: skip
    same = sa.select(t.entry_id).where(t.book_id == book_id, t.entry_id.startswith(beginning, autoescape=True))
    return tuple(session.scalars(same.order_by(t.entry_id).limit(3)))


def _names_of(journal: str) -> tuple[str, ...]:
    """A journal's text and its code, as people write them."""
    return journal.casefold(), journal.split(" ", 1)[0].casefold()
