"""Takes the texts and the salt of an entry out of the database for good, and writes down their digests first.

It is the one place beside sign-ins that changes rows. What is left proves that the booking is the one that was
approved, and nothing about who or what it named. The act is chained like any other, with the salted digests that
its texts had; the audit takes those where text and salt are both gone. On PostgreSQL the triggers refuse it: there it
takes somebody who may switch them off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.journal import Line
from storage import chain, rows, schema, schema_statements, views
from storage.decisions import add_decision
from storage.errors import StorageError, UnknownEntry
from storage.periods import UNFINISHED
from storage.postgresql import is_postgresql
from storage.records import Decision

_CHANGED = (schema.entries, schema.lines, schema.versions, schema.decisions, schema.row_errors)
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


def erase_row_errors(session: Session, book_id: str, before: date) -> None:
    """Take out the values that stayed outside in imports of which no entry has its texts any more.

    An import that brought no entry at all is taken by its own day. The chain does not cover these values.
    """
    b, e, r = schema.batches.c, schema.entries.c, schema.row_errors
    brought = sa.select(e.batch_id).where(e.book_id == book_id)
    full = brought.where(e.salt != "")
    recorded = sa.cast(b.recorded, sa.Date) < before
    over = sa.select(b.batch_id).where(
        b.book_id == book_id, b.batch_id.not_in(full), sa.or_(b.batch_id.in_(brought), recorded)
    )
    session.execute(sa.update(r).where(r.c.batch_id.in_(over), r.c.value != "").values(value=""))


def erase(session: Session, book_id: str, entry_id: str, by: str, reason: str) -> Decision:
    """Erase description, parties, labels, documents and reasons of an entry's acts; nothing is left to search.

    Erasing again adds nothing but the act. Raises UnknownEntry. Numbers, dates, accounts and amounts stay.
    """
    e, d, v = schema.entries, schema.decisions, schema.versions
    row = session.execute(sa.select(e).where(e.c.book_id == book_id, e.c.entry_id == entry_id)).one_or_none()
    if row is None:
        raise UnknownEntry(entry_id)
    kept = _digests(session, row, entry_id) if row.salt else _kept_before(session, book_id, entry_id)
    done = add_decision(session, book_id, act="erased", by=by, entry_id=entry_id, reason=reason, detail=kept)
    mine = e.c.entry_id == entry_id
    blank = {"description": "", "party": "", "document": "", "searchable": "", "content": "", "salt": ""}
    session.execute(sa.update(e).where(mine).values(blank))
    session.execute(sa.update(schema.lines).where(schema.lines.c.entry_id == entry_id).values(party="", label=""))
    session.execute(sa.update(v).where(v.c.entry_id == entry_id, v.c.document.is_not(None)).values(document=""))
    before = (d.c.entry_id == entry_id, d.c.decision_id != done.decision_id)
    session.execute(sa.update(d).where(*before).values(reason="", salt=""))
    return done


def _digests(session: Session, entry: sa.Row[tuple[object, ...]], entry_id: str) -> dict[str, object]:
    """The salted digests of all texts, as the chain holds them: of header, versions and acts."""
    e = entry._mapping  # noqa: SLF001
    salt = e["salt"]
    versions: dict[str, dict[str, str]] = {}
    t = schema.versions.c
    for v in session.execute(sa.select(t.version_id, t.document).where(t.entry_id == entry_id)).all():
        lines = _lines(session, v.version_id)
        document = {} if v.document is None else {"document": chain.text_digest(salt, [v.document])}
        versions[v.version_id] = {"lines": chain.text_digest(salt, chain.lines_text(lines)), **document}
    return {
        "header": chain.text_digest(salt, [e["description"], e["party"], e["document"]]),
        "versions": versions,
        "decisions": _reasons(session, entry_id),
    }


def _lines(session: Session, version_id: str) -> list[Line]:
    t = schema.lines
    found = session.execute(sa.select(t).where(t.c.version_id == version_id).order_by(t.c.number))
    return [rows.line_of(dict(r._mapping)) for r in found]  # noqa: SLF001


def _reasons(session: Session, entry_id: str) -> dict[str, str]:
    d = schema.decisions.c
    acts = session.execute(sa.select(d.decision_id, d.salt, d.reason).where(d.entry_id == entry_id)).all()
    return {a.decision_id: chain.text_digest(a.salt, [a.reason]) for a in acts if a.salt}


def _kept_before(session: Session, book_id: str, entry_id: str) -> dict[str, object]:
    """What the erasure before wrote down, with the reasons given since."""
    d = schema.decisions.c
    mine = (d.book_id == book_id, d.entry_id == entry_id, d.act == "erased")
    last = session.scalars(sa.select(d.detail).where(*mine).order_by(d.sequence.desc()).limit(1)).one()
    erased = json.loads(last)
    return {**erased, "decisions": {**erased["decisions"], **_reasons(session, entry_id)}}
