"""Checks a book against its chain: every link follows, and every record still says what was hashed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Entry, Kind, Line, account_rows
from storage import chain, rows, schema, schema_people
from storage.books import account_of
from storage.people import grant_digest

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first link of a book's chain that does not hold, and the record it is about."""

    sequence: int
    record: str
    reference: str
    why: str


def verify(session: Session, book_id: str) -> BrokenLink | None:
    """The first broken link, or None when the whole chain and every record agree."""
    t = schema.chain.c
    links = [
        dict(r._mapping)  # noqa: SLF001
        for r in session.execute(sa.select(schema.chain).where(t.book_id == book_id).order_by(t.sequence))
    ]
    gap = chain.first_broken(links)
    for link in links:
        if gap is not None and link["sequence"] >= gap:
            return _broken_at(session, book_id, gap, link)
        if _CONTENT[link["record"]](session, link) != link["content"]:
            return BrokenLink(link["sequence"], link["record"], link["reference"], "the record was changed")
    return None


def _broken_at(session: Session, book_id: str, sequence: int, found: _Row) -> BrokenLink:
    """The record a lost link was about is found by its sequence, where it carries one."""
    if found["sequence"] == sequence:
        return BrokenLink(sequence, found["record"], found["reference"], "the link does not follow from those before")
    for table in (schema.journal_kinds, schema.batches, schema.versions, schema.decisions, schema.account_versions):
        if session.execute(
            sa.select(table.c.sequence).where(table.c.book_id == book_id, table.c.sequence == sequence)
        ).first():
            return BrokenLink(sequence, table.name, "", "the link is missing")
    return BrokenLink(sequence, "", "", "the link is missing")


def _rows(session: Session, table: sa.Table, *where: sa.ColumnElement[bool], order: str = "") -> list[dict[str, Any]]:
    query = sa.select(table).where(*where)
    found = session.execute(query.order_by(table.c[order]) if order else query)
    return [dict(r._mapping) for r in found]  # noqa: SLF001


def _without(row: _Row, *names: str) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k not in names}


def _book(session: Session, link: _Row) -> str:
    found = _rows(session, schema.books, schema.books.c.book_id == link["reference"])
    return chain.digest(found[0]) if found else ""


def _accounts(session: Session, link: _Row) -> str:
    t = schema.account_versions
    mine = (t.c.book_id == link["book_id"], t.c.sequence == link["sequence"])
    found = _rows(session, t, *mine, order="account_version_id")
    return chain.digest(account_rows(account_of(r) for r in found))


def _journal_kind(session: Session, link: _Row) -> str:
    t = schema.journal_kinds
    found = _rows(session, t, t.c.journal_kind_id == link["reference"])
    return chain.digest(_without(found[0], "sequence")) if found else ""


def _role_grant(session: Session, link: _Row) -> str:
    t = schema_people.role_grants
    found = _rows(session, t, t.c.grant_id == link["reference"])
    return grant_digest(found[0]) if found else ""


def _decision(session: Session, link: _Row) -> str:
    found = _rows(session, schema.decisions, schema.decisions.c.decision_id == link["reference"])
    if not found:
        return ""
    reason = chain.text_digest(found[0]["salt"], [found[0]["reason"]])
    return chain.digest({**_without(found[0], "sequence", "salt"), "reason": reason})


def _entry(session: Session, link: _Row) -> str:
    found = _rows(session, schema.entries, schema.entries.c.entry_id == link["reference"])
    return chain.digest(rows.header_body(_as_entry(found[0]), found[0]["salt"], found[0]["reverses"])) if found else ""


def _version(session: Session, link: _Row) -> str:
    v = _rows(session, schema.versions, schema.versions.c.version_id == link["reference"])
    if not v:
        return ""
    salt = session.scalar(sa.select(schema.entries.c.salt).where(schema.entries.c.entry_id == v[0]["entry_id"]))
    lines = _lines(session, schema.lines.c.version_id == link["reference"]).get(link["reference"], [])
    return chain.digest([rows.version_head(v[0], salt or ""), rows.version_body(lines, salt or "")])


def _batch(session: Session, link: _Row) -> str:
    batch = _rows(session, schema.batches, schema.batches.c.batch_id == link["reference"])
    if not batch:
        return ""
    headers = _rows(session, schema.entries, schema.entries.c.batch_id == link["reference"], order="position")
    v = schema.versions
    mine = (v.c.book_id == link["book_id"], v.c.sequence == link["sequence"])
    versions = {r["entry_id"]: r["version_id"] for r in _rows(session, v, *mine)}
    first = sa.select(v.c.version_id).where(*mine)
    lines = _lines(session, schema.lines.c.version_id.in_(first))
    bodies = [
        [
            h["source_key"],
            rows.header_body(_as_entry(h), h["salt"]),
            rows.version_body(lines.get(versions.get(h["entry_id"], ""), []), h["salt"]),
        ]
        for h in headers
    ]
    return chain.digest([batch[0]["file_sha256"], bodies])


def _lines(session: Session, where: sa.ColumnElement[bool]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for r in _rows(session, schema.lines, where, order="number"):
        found.setdefault(r["version_id"], []).append(rows.line_of(r))
    return found


def _as_entry(header: _Row) -> Entry:
    """The header alone, with the kind it was written with."""
    return Entry(
        entry_id=header["entry_id"], date=header["date"], description=header["description"], lines=(),
        currency=header["currency"], journal=header["journal"], party=header["party"], kind=Kind(header["kind"]),
        position=header["position"], number=header["number"], document=header["document"],
        document_date=header["document_date"],
    )  # fmt: skip


_CONTENT: Mapping[str, Callable[[Session, _Row], str]] = {
    "books": _book,
    "account_versions": _accounts,
    "journal_kinds": _journal_kind,
    "role_grants": _role_grant,
    "decisions": _decision,
    "entries": _entry,
    "versions": _version,
    "batches": _batch,
}
