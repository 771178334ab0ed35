"""What an auditor counts first: populations, gaps in numbers, which models posted lines rest on, who changed them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Line, money_text
from storage import schema, schema_control, search, views
from storage.balances import booked
from storage.evidence import APPROVALS, Cell, Scope, plain
from storage.records import MODEL
from storage.rows import plain_money

_NOW, _V, _D = views.current_entries, schema.versions, schema.decisions


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one fiscal year and journal; ``missing`` are those between the first and the last."""

    fiscal_year: str
    journal: str
    count: int
    last: int
    missing: tuple[int, ...]


def population(scope: Scope) -> Iterator[list[Cell]]:
    """By state and kind: whether they count, how many entries, and their sum."""
    t = _NOW.c
    counts = sa.and_(*booked()).label("counts")
    query = (
        sa.select(t.state, t.kind, counts, sa.func.count().label("entries"), sa.func.sum(t.total).label("total"))
        .where(*scope.mine())
        .group_by(t.state, t.kind, counts)
        .order_by(t.state, t.kind)
    )
    for r in scope.session.execute(query):
        yield [r.state, r.kind, "yes" if r.counts else "no", r.entries, plain_money(r.total)]


def numbers(scope: Scope) -> tuple[Numbers, ...]:
    """Every journal that was numbered in the year; entries that are restricted have numbers as well."""
    p = schema_control.postings.c
    rows = scope.session.execute(
        sa.select(p.journal, p.number)
        .where(p.book_id == scope.book_id, p.fiscal_year == scope.year.label)
        .order_by(p.journal, p.number)
    )
    taken: dict[str, set[int]] = {}
    for r in rows:
        taken.setdefault(r.journal, set()).add(r.number)
    return tuple(
        Numbers(scope.year.label, journal, len(of), max(of), tuple(n for n in range(1, max(of)) if n not in of))
        for journal, of in taken.items()
    )


def cited(scope: Scope) -> dict[str, int]:
    """By bundle, how many entries of the year that count have a version which it proposed."""
    return _cited(scope.session, *scope.mine())


def ever_cited(session: Session, book_id: str) -> frozenset[str]:
    """The bundles that proposed a version of any entry that counts."""
    return frozenset(_cited(session, _NOW.c.book_id == book_id))


def _cited(session: Session, *mine: sa.ColumnElement[bool]) -> dict[str, int]:
    query = (
        sa.select(_V.c.entry_id, _V.c.lineage)
        .join(_NOW, _NOW.c.entry_id == _V.c.entry_id)
        .where(*mine, *booked(), _V.c.origin == MODEL)
    )
    found: dict[str, set[str]] = {}
    for r in session.execute(query):
        found.setdefault(str(json.loads(r.lineage).get("bundle", "")), set()).add(r.entry_id)
    return {bundle: len(ids) for bundle, ids in found.items()}


def corrections(scope: Scope) -> Iterator[list[Cell]]:
    """Entries whose lines are no longer those that a model proposed, both in words."""
    v = _V.c
    last = (
        sa.select(v.entry_id, sa.func.max(v.number).label("number"))
        .where(v.book_id == scope.book_id, v.origin == MODEL)
        .group_by(v.entry_id)
        .subquery()
    )
    query = (
        sa.select(
            v.entry_id, v.version_id.label("proposed"), v.author.label("model"), v.lineage, _NOW.c.version_id,
            _NOW.c.author, _NOW.c.state, _NOW.c.version,
        )
        .join(last, sa.and_(last.c.entry_id == v.entry_id, last.c.number == v.number))
        .join(_NOW, _NOW.c.entry_id == v.entry_id)
        .where(*scope.mine(), _NOW.c.version_id != v.version_id)
        .order_by(v.entry_id)
    )  # fmt: skip
    found = scope.session.execute(query).all()
    for start in range(0, len(found), 1000):
        part = found[start : start + 1000]
        lines = search.lines_of(scope.session, [i for r in part for i in (r.proposed, r.version_id)])
        for r in part:
            before, after = (_said(lines.get(i, [])) for i in (r.proposed, r.version_id))
            if before != after:
                sure = json.loads(r.lineage).get("probability")
                shown = "" if sure is None else str(sure)
                yield [r.entry_id, r.state, r.model, shown, "; ".join(before), r.version, r.author, "; ".join(after)]


def acceptances(scope: Scope) -> Iterator[list[Cell]]:
    """Approvals that were given without opening the entry, or to many at once."""
    d = _D.c
    query = (
        sa.select(d.sequence, d.entry_id, d.version, d.act, d.recorded_by, d.recorded, d.detail)
        .where(d.book_id == scope.book_id, d.act.in_(APPROVALS), d.entry_id.in_(scope.ids()))
        .order_by(d.sequence)
    )
    for r in scope.session.execute(query):
        detail = json.loads(r.detail)
        opened, bulk = detail.get("opened", True), detail.get("bulk", False)
        if bulk or not opened:
            how = ["yes" if opened else "no", "yes" if bulk else "no"]
            yield [r.sequence, r.entry_id, r.version, r.act, r.recorded_by, plain(r.recorded), *how]


def policies(scope: Scope) -> int:
    """How many times rules were put in force in the days of the year."""
    p = schema.book_policies.c
    days = scope.year.first, scope.year.last
    found = scope.session.scalars(sa.select(p.recorded).where(p.book_id == scope.book_id))
    return sum(days[0] <= r.astimezone(UTC).date() <= days[1] for r in found)


def _said(lines: list[Line]) -> list[str]:
    return sorted(f"{x.side.letter} {x.account} {money_text(x.amount)} {x.tax_code} {x.party}".strip() for x in lines)
