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
    t = views.current_entries
    found = conditions(book_id, query)
    total, amount = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(t.c.total), 0)).select_from(t).where(*found)
    ).one()
    offset, size = page(query)
    wanted = sa.select(t).where(*found).order_by(*order(query)).offset(offset).limit(size)
    headers = [dict(r._mapping) for r in session.execute(wanted)]  # noqa: SLF001
    lines = lines_of(session, [h["version_id"] for h in headers])
    return SearchResult(
        rows=tuple(rows.entry_of(h, lines.get(h["version_id"], ())) for h in headers), total=total,
        amount=rows.plain_money(Decimal(amount)), page=offset // size + 1, size=size,
    )  # fmt: skip


def lines_of(session: Session, version_ids: Sequence[str]) -> dict[str, list[Line]]:
    """The lines of the versions given, in order, by version."""
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
    found += [t.searchable.contains(word, autoescape=True) for word in fold(query.text).split()]
    found += _ranges(query)
    if query.state is not None:
        found.append(t.state == query.state.value)
    if query.kind is not None:
        found.append(t.kind == query.kind.value)
    if query.journal:
        found.append(sa.or_(t.journal == query.journal, t.journal.startswith(query.journal + " ", autoescape=True)))
    if query.account:
        found.append(_uses_account(query.account))
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


def _uses_account(code: str) -> sa.ColumnElement[bool]:
    """A current line on ``code``; with a star at its end, on any account that begins so."""
    line = schema.lines.c
    wanted = line.account.startswith(code[:-1], autoescape=True) if code.endswith("*") else line.account == code
    current = views.current_entries.c.version_id
    return sa.exists(sa.select(line.version_id).where(line.version_id == current, wanted))


def page(query: JournalQuery) -> tuple[int, int]:
    """Offset and limit, both within reason whatever was asked."""
    size = min(max(query.size, 1), _LARGEST_PAGE)
    return (max(query.page, 1) - 1) * size, size


def order(query: JournalQuery) -> list[sa.ColumnElement[Any]]:
    columns = [views.current_entries.c[name] for name in ("date", "position", "entry_id")]
    return [c.desc() for c in columns] if query.newest_first else [c.asc() for c in columns]
