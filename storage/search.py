"""Finds current entries by text, account, journal, day, amount and state, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Line
from storage import rows, schema, views
from storage.identity import fold
from storage.records import JournalQuery, SearchResult

_LARGEST_PAGE = 1000


def find(session: Session, book_id: str, query: JournalQuery) -> SearchResult:
    """The page of entries that ``query`` asks for, with totals over all of them."""
    offset, size = page(query)
    count, amount, ids = _found(session, book_id, query)
    t = views.current_entries
    asked = sa.select(t).where(t.c.book_id == book_id, t.c.entry_id.in_(ids))
    headers = {r.entry_id: dict(r._mapping) for r in session.execute(asked)} if ids else {}  # noqa: SLF001
    lines = lines_of(session, [h["version_id"] for h in headers.values()])
    return SearchResult(
        rows=tuple(rows.entry_of(headers[i], lines.get(headers[i]["version_id"], ())) for i in ids), total=count,
        amount=rows.plain_money(amount), page=offset // size + 1, size=size,
    )  # fmt: skip


def _found(session: Session, book_id: str, query: JournalQuery) -> tuple[int, Decimal, list[str]]:
    """How many entries there are, their sum, and the ids of one page in order.

    Asked in one go, so that the entries are gone through once, and with few columns; the page's own are read later.
    """
    t = views.current_entries.c
    found = sa.select(t.entry_id, t.date, t.position, t.total).where(*conditions(book_id, query)).cte("found")
    offset, size = page(query)
    sums = sa.select(sa.func.count().label("n"), sa.func.sum(found.c.total).label("amount")).select_from(found)
    whole = sums.subquery("whole")
    part = sa.select(found).order_by(*_order(found, query)).offset(offset).limit(size).subquery("part")
    joined = sa.select(whole, part.c.entry_id).select_from(whole.outerjoin(part, sa.true()))
    got = session.execute(joined.order_by(*_order(part, query))).all()
    return got[0].n, Decimal(got[0].amount or 0), [r.entry_id for r in got if r.entry_id is not None]


def lines_of(session: Session, version_ids: Sequence[str] | sa.Select[tuple[str]]) -> dict[str, list[Line]]:
    """The lines of the versions given, or asked for, in order, by version."""
    t = schema.lines
    asked = sa.select(t).where(t.c.version_id.in_(version_ids)).order_by(t.c.version_id, t.c.number)
    found: dict[str, list[Line]] = {}
    for r in session.execute(asked):
        found.setdefault(r.version_id, []).append(rows.line_of(dict(r._mapping)))  # noqa: SLF001
    return found


def conditions(book_id: str, query: JournalQuery) -> list[sa.ColumnElement[bool]]:
    """The conditions that all must hold; columns are those of ``current_entries``."""
    t = views.current_entries.c
    found: list[sa.ColumnElement[bool]] = [t.book_id == book_id]
    found += [sa.func.strpos(t.searchable, word) > 0 for word in fold(query.text).split()]
    found += _ranges(query)
    if query.state is not None:
        found.append(t.state == query.state.value)
    if query.kind is not None:
        found.append(t.kind == query.kind.value)
    if query.journal:
        found.append(sa.or_(t.journal == query.journal, sa.func.starts_with(t.journal, query.journal + " ")))
    if query.restricted:
        found.append(query.restricted.apart(book_id))
    if query.account:
        found.append(_uses_account(book_id, query.account))
    return found


def _ranges(query: JournalQuery) -> list[sa.ColumnElement[bool]]:
    t = views.current_entries.c
    found: list[sa.ColumnElement[bool]] = []
    if query.since is not None:
        found.append(t.date >= query.since)
    if query.until is not None:
        found.append(t.date <= query.until)
    if query.amount_from is not None:
        found.append(t.total >= query.amount_from)
    if query.amount_to is not None:
        found.append(t.total <= query.amount_to)
    return found


def _uses_account(book_id: str, code: str) -> sa.ColumnElement[bool]:
    """A current line on ``code``; with a star at its end, on any account that begins so."""
    t = schema.lines.c
    wanted = sa.func.starts_with(t.account, code[:-1]) if code.endswith("*") else t.account == code
    return views.current_entries.c.version_id.in_(sa.select(t.version_id).where(t.book_id == book_id, wanted))


def page(query: JournalQuery) -> tuple[int, int]:
    """Offset and limit, both within reason whatever was asked."""
    size = min(max(query.size, 1), _LARGEST_PAGE)
    return (max(query.page, 1) - 1) * size, size


def _order(of: sa.FromClause, query: JournalQuery) -> list[sa.ColumnElement[Any]]:
    columns = [of.c[name] for name in ("date", "position", "entry_id")]
    return [c.desc() for c in columns] if query.newest_first else [c.asc() for c in columns]
