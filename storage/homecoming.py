"""Entries that were made here and come back in a file: of our own exports, or of the program that took them over.

A file that has our id back is known where day, accounts and amounts are as they were here; otherwise it was corrected
over there, and shown beside ours. A file without ids may hold the same booking under a number of its own: it looks
alike where day, accounts and amounts are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Entry, Side, State
from storage import views
from storage.journal import JournalStore
from storage.prepared import Prepared
from storage.records import Resembling

_BOOKED = (State.APPROVED.value, State.POSTED.value, State.REVERSED.value)
OUTER = "counterpoint."  # before our ids in a file for Odoo
_Shape = tuple[date, tuple[tuple[str, Decimal], ...]]


@dataclass(frozen=True, slots=True)
class Returned:
    """Entries of a file that are ours: as they are here, and with what they resemble."""

    known: tuple[Prepared, ...] = ()
    alike: tuple[tuple[Prepared, Resembling], ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(p.key for p in (*self.known, *(p for p, _ in self.alike)))


def returned(session: Session, book_id: str, entries: Sequence[Prepared]) -> Returned:
    """What of a file was made here; each of our entries makes at most one of the file's known or alike."""
    if not entries:
        return Returned()
    ours = _ours(session, book_id, entries)
    known: list[Prepared] = []
    alike: list[tuple[Prepared, Resembling]] = []
    free, others = dict(ours), []
    for p in entries:
        mine = free.pop(our_id(p.key), None)
        if mine is None:
            others.append(p)
        elif mine.state.value in _BOOKED and shape(p.entry) == shape(mine):
            known.append(p)
        else:
            alike.append((p, Resembling(p.key, mine.entry_id, same=False)))
    twins: dict[_Shape, list[str]] = {}
    for entry_id, mine in free.items():
        if mine.state.value in _BOOKED:
            twins.setdefault(shape(mine), []).append(entry_id)
    for p in others:
        if found := twins.get(shape(p.entry)):
            alike.append((p, Resembling(p.key, found.pop(0), same=True)))  # noqa: PERF401  it takes from the list
    return Returned(tuple(known), tuple(alike))


def our_id(key: str) -> str:
    """The id in a key of a file, without what stands before it where ids are to be unique among programs."""
    return key.removeprefix(OUTER)


def shape(e: Entry) -> _Shape:
    """What every format holds of an entry: its day, and what it changes on which account, in whatever order."""
    moved = ((x.account, x.amount if x.side is Side.DEBIT else -x.amount) for x in e.lines)
    return e.date, tuple(sorted(moved))


def _ours(session: Session, book_id: str, entries: Sequence[Prepared]) -> dict[str, Entry]:
    """What was made here: entries with these ids, and all of these days."""
    t = views.current_entries.c
    found = session.execute(sa.select(t.entry_id, t.date).where(t.book_id == book_id, t.batch_id == "")).all()
    wanted, days = {our_id(p.key) for p in entries}, {p.entry.date for p in entries}
    ids = [r.entry_id for r in found if r.entry_id in wanted or r.date in days]
    return {e.entry_id: e for e in JournalStore(session).current(book_id, ids)} if ids else {}
