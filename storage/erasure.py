"""Takes the texts and the salt of an entry out of the database for good, and writes down their digests first.

It is the one place beside sign-ins that changes rows. What is left proves that the booking is the one that was
approved, and nothing about who or what it named. The act is chained like any other, with the salted digests that
its texts had; the audit takes those where text and salt are both gone. On PostgreSQL the triggers refuse it: there it
takes somebody who may switch them off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.journal import Line
from storage import chain, rows, schema, schema_statements, views
from storage.decisions import add_decision
from storage.errors import StorageError, UnknownEntry
from storage.leftovers import NO_CELLS
from storage.periods import UNFINISHED
from storage.postgresql import is_postgresql
from storage.records import Decision
from storage.schema_batches import outside_rows

_CHANGED = (schema.entries, schema.lines, schema.versions, schema.decisions, schema.row_errors, outside_rows)
_NOT_YOURS = "42501"  # PostgreSQL's insufficient_privilege


class ErasureNotAllowed(StorageError):
    """The server does not let this user change what was written, which an erasure has to."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was erased: this user of the database may not switch off the triggers that guard its tables. Run "
            "the command with COUNTERPOINT_DATABASE_URL naming the user who owns them."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What an erasure would reach: ids of entries, oldest first; and what it leaves, as counts.

    ``unfinished`` entries are still worked on, ``bank_lines`` are lines of statements.
    """

    entry_ids: tuple[str, ...]
    unfinished: int
    bank_lines: int


def due(session: Session, book_id: str, before: date) -> Due:
    """The entries dated before a day that still have their texts, those of imports that were taken back too."""
    e, t, x = schema.entries.c, views.current_entries.c, schema_statements.statement_lines.c
    day = sa.func.coalesce(t.date, e.date)
    mine = (e.book_id == book_id, e.salt != "", day < before)
    joined = schema.entries.outerjoin(views.current_entries, t.entry_id == e.entry_id)
    waits = sa.func.coalesce(t.state, "").in_([s.value for s in UNFINISHED])
    ids = sa.select(e.entry_id).select_from(joined).where(*mine, ~waits).order_by(day, e.entry_id)
    unfinished = sa.select(sa.func.count()).select_from(joined).where(*mine, waits)
    bank = sa.select(sa.func.count()).where(x.book_id == book_id, x.booked < before)
    return Due(
        entry_ids=tuple(session.scalars(ids)), unfinished=session.scalar(unfinished) or 0,
        bank_lines=session.scalar(bank) or 0,
    )  # fmt: skip


@contextmanager
def unguarded(session: Session) -> Iterator[None]:
    """Within the block, on PostgreSQL, the triggers of what an erasure changes are off, for this transaction alone.

    Others wait with their writing meanwhile. Raises ErasureNotAllowed for a user who may not do this.
    """
    guards = [t.name for t in _CHANGED] if is_postgresql(session) else []
    try:
        for name in guards:
            session.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER counterpoint_append_only"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == _NOT_YOURS:
            raise ErasureNotAllowed from error
        raise
    yield
    for name in guards:
        session.execute(sa.text(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER counterpoint_append_only"))


def erase_leftovers(session: Session, book_id: str, before: date) -> None:
    """Take out the values and rows that stayed outside in imports of which no entry has its texts any more.

    An import that brought no entry at all is taken by its own day. The chain does not cover what stayed outside.
    """
    b, e, r, o = schema.batches.c, schema.entries.c, schema.row_errors, outside_rows
    brought = sa.select(e.batch_id).where(e.book_id == book_id)
    full = brought.where(e.salt != "")
    recorded = sa.cast(b.recorded, sa.Date) < before
    over = sa.select(b.batch_id).where(
        b.book_id == book_id, b.batch_id.not_in(full), sa.or_(b.batch_id.in_(brought), recorded)
    )
    session.execute(sa.update(r).where(r.c.batch_id.in_(over), r.c.value != "").values(value=""))
    session.execute(sa.update(o).where(o.c.batch_id.in_(over), o.c.cells != NO_CELLS).values(cells=NO_CELLS))


def erase(session: Session, book_id: str, entry_id: str, by: str, reason: str) -> Decision:
    """Erase description, parties, labels, documents and reasons of an entry's acts; nothing is left to search.

    Erasing again adds nothing but the act. Raises UnknownEntry. Numbers, dates, accounts and amounts stay.
    """
    return erase_all(session, book_id, (entry_id,), by, reason)[0]


def erase_all(session: Session, book_id: str, entry_ids: Sequence[str], by: str, reason: str) -> tuple[Decision, ...]:
    """As `erase`, for some hundred entries with a few statements; an act on each of them."""
    e, d, v, x = schema.entries, schema.decisions, schema.versions, schema.lines
    mine = sa.select(e).where(e.c.book_id == book_id, e.c.entry_id.in_(entry_ids))
    headers = {r["entry_id"]: dict(r) for r in session.execute(mine).mappings()}
    if missing := [i for i in entry_ids if i not in headers]:
        raise UnknownEntry(missing[0])
    reasons = _reasons(session, entry_ids)
    versions = _versions(session, headers)
    kept = {
        i: _digests(h, versions.get(i, {}), reasons.get(i, {}))
        if h["salt"]
        else _kept_before(session, book_id, i, reasons.get(i, {}))
        for i, h in headers.items()
    }
    blank = {"description": "", "party": "", "document": "", "searchable": "", "content": "", "salt": ""}
    session.execute(sa.update(e).where(e.c.entry_id.in_(entry_ids)).values(blank))
    session.execute(sa.update(x).where(x.c.entry_id.in_(entry_ids)).values(party="", label=""))
    session.execute(sa.update(v).where(v.c.entry_id.in_(entry_ids), v.c.document.is_not(None)).values(document=""))
    session.execute(sa.update(d).where(d.c.entry_id.in_(entry_ids)).values(reason="", salt=""))
    return tuple(
        add_decision(session, book_id, act="erased", by=by, entry_id=i, reason=reason, detail=kept[i])
        for i in entry_ids
    )


def _digests(
    header: Mapping[str, Any], versions: Mapping[str, Mapping[str, str]], reasons: Mapping[str, str]
) -> dict[str, object]:
    """The salted digests of all texts, as the chain holds them: of header, versions and acts."""
    texts = [header["description"], header["party"], header["document"]]
    return {"header": chain.text_digest(header["salt"], texts), "versions": versions, "decisions": reasons}


def _versions(session: Session, headers: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, dict[str, str]]]:
    """By entry and version, the digests of its lines' texts, and of a document that it named."""
    t, x = schema.versions.c, schema.lines
    lines: dict[str, list[Line]] = {}
    asked = sa.select(x).where(x.c.entry_id.in_(headers)).order_by(x.c.version_id, x.c.number)
    for r in session.execute(asked).mappings():
        lines.setdefault(r["version_id"], []).append(rows.line_of(dict(r)))
    found: dict[str, dict[str, dict[str, str]]] = {}
    for v in session.execute(sa.select(t.entry_id, t.version_id, t.document).where(t.entry_id.in_(headers))):
        salt = headers[v.entry_id]["salt"]
        document = {} if v.document is None else {"document": chain.text_digest(salt, [v.document])}
        texts = chain.text_digest(salt, chain.lines_text(lines.get(v.version_id, [])))
        found.setdefault(v.entry_id, {})[v.version_id] = {"lines": texts, **document}
    return found


def _reasons(session: Session, entry_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """By entry and act, the digest of a reason that still has its salt."""
    d = schema.decisions.c
    found: dict[str, dict[str, str]] = {}
    asked = sa.select(d.entry_id, d.decision_id, d.salt, d.reason).where(d.entry_id.in_(entry_ids), d.salt != "")
    for r in session.execute(asked):
        found.setdefault(r.entry_id, {})[r.decision_id] = chain.text_digest(r.salt, [r.reason])
    return found


def _kept_before(session: Session, book_id: str, entry_id: str, reasons: Mapping[str, str]) -> dict[str, object]:
    """What the erasure before wrote down, with the reasons given since."""
    d = schema.decisions.c
    mine = (d.book_id == book_id, d.entry_id == entry_id, d.act == "erased")
    last = session.scalars(sa.select(d.detail).where(*mine).order_by(d.sequence.desc()).limit(1)).one()
    erased = json.loads(last)
    return {**erased, "decisions": {**erased["decisions"], **reasons}}
