"""Takes the texts and the salt of an entry out of the database for good, and writes down their digests first.

It is the one place beside sign-ins that changes rows. What is left proves that the booking is the one that was
approved, and nothing about who or what it named. The act is chained like any other, with the salted digests that
its texts had; the audit takes those where text and salt are both gone. On PostgreSQL the triggers refuse it: there it
takes somebody who may switch them off.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Line
from storage import chain, rows, schema
from storage.decisions import add_decision
from storage.errors import UnknownEntry
from storage.records import Decision


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
