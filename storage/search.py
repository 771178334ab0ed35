"""Turns a JournalQuery into one SQL condition over the current entries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage import schema, views
from storage.identity import fold
from storage.records import JournalQuery

_LARGEST_PAGE = 1000


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
