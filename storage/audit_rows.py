"""Looks for what links cannot show: rows beside the chain, rows without their owners, gaps in numbers, false totals.

DuckDB holds no foreign keys here (see `storage.schema`), so orphans are looked for on both databases.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa

from engine.journal import IMPORTED
from storage import schema, schema_control
from storage.chained import SHOWN, Stray, View
from storage.chained_entries import CONTENT

_LINES, _VERSIONS, _ENTRIES, _DECISIONS = schema.lines.c, schema.versions.c, schema.entries.c, schema.decisions.c


def strays(view: View) -> Iterator[Stray]:
    """Rows that no link covers or that contradict those that are covered, a few of each kind."""
    for content in CONTENT.values():
        yield from content.strays(view)
    yield from _orphans(view)
    yield from _totals(view)
    yield from _gaps(view)
    yield from _postings(view)
    yield from _signed_otherwise(view)
    yield from _said_more(view)


def _orphans(view: View) -> Iterator[Stray]:
    """Lines of no version and versions of no entry, of this book."""
    version = sa.exists().where(
        _VERSIONS.version_id == _LINES.version_id, _VERSIONS.entry_id == _LINES.entry_id,
        _VERSIONS.book_id == _LINES.book_id,
    )  # fmt: skip
    lines = sa.select(_LINES.version_id, _LINES.number).where(_LINES.book_id == view.book_id, ~version).limit(SHOWN)
    for r in view.session.execute(lines):
        yield Stray("lines", f"{r.version_id} number {r.number}", "its version is not there, or of another entry")
    entry = sa.exists().where(_ENTRIES.entry_id == _VERSIONS.entry_id, _ENTRIES.book_id == _VERSIONS.book_id)
    versions = sa.select(_VERSIONS.version_id).where(_VERSIONS.book_id == view.book_id, ~entry).limit(SHOWN)
    yield from (Stray("versions", str(r), "its entry is not there") for r in view.session.scalars(versions))
    other = sa.exists().where(_VERSIONS.version_id == _LINES.version_id, _VERSIONS.book_id == view.book_id)
    foreign = sa.select(_LINES.version_id, _LINES.number).where(_LINES.book_id != view.book_id, other).limit(SHOWN)
    for r in view.session.execute(foreign):
        yield Stray("lines", f"{r.version_id} number {r.number}", "it says that it belongs to another book")


def _totals(view: View) -> Iterator[Stray]:
    """The sum beside a version is what limits and searches read; the chain has it only through the lines."""
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((_LINES.side == side, _LINES.amount), else_=0)), 0).label(side)
        for side in ("D", "C")
    ]
    mine = sa.select(_LINES.version_id, *sums).where(_LINES.book_id == view.book_id)
    of = mine.group_by(_LINES.version_id).subquery()
    expected = sa.case((of.c.D != 0, of.c.D), else_=of.c.C)
    query = (
        sa.select(_VERSIONS.version_id, _VERSIONS.total, expected.label("expected"))
        .join(of, of.c.version_id == _VERSIONS.version_id)
        .where(_VERSIONS.book_id == view.book_id, _VERSIONS.total != expected)
        .limit(SHOWN)
    )
    for r in view.session.execute(query):
        yield Stray("versions", r.version_id, f"its total says {r.total:f} and its lines sum up to {r.expected:f}")


def _gaps(view: View) -> Iterator[Stray]:
    """Numbers run from 1 without a gap in each fiscal year and journal."""
    t = schema_control.postings.c
    counted = (
        sa.select(t.fiscal_year, t.journal, sa.func.count().label("n"), sa.func.max(t.number).label("last"))
        .where(t.book_id == view.book_id)
        .group_by(t.fiscal_year, t.journal)
        .having(sa.or_(sa.func.count() != sa.func.max(t.number), sa.func.min(t.number) != 1))
    )
    for r in view.session.execute(counted).all():
        mine = (t.book_id == view.book_id, t.fiscal_year == r.fiscal_year, t.journal == r.journal)
        taken = set(view.session.scalars(sa.select(t.number).where(*mine)))
        missing = next((n for n in range(1, r.last + 1) if n not in taken), r.last)
        why = f"number {missing} is missing; {r.n} numbers are there and the last is {r.last}"
        yield Stray("postings", f"{r.fiscal_year} {r.journal}", why)


def _postings(view: View) -> Iterator[Stray]:
    """A number is given by an act of posting whose chained detail repeats it; each such act gave one."""
    t = schema_control.postings
    act = sa.and_(_DECISIONS.decision_id == t.c.decision_id, _DECISIONS.book_id == t.c.book_id)
    query = (
        sa.select(
            t, _DECISIONS.act, _DECISIONS.entry_id.label("of"), _DECISIONS.detail, _DECISIONS.recorded.label("at")
        )
        .join(schema.decisions, act, isouter=True)
        .where(t.c.book_id == view.book_id)
        .execution_options(yield_per=10_000)
    )
    for r in view.session.execute(query):
        detail = json.loads(r.detail or "{}")
        said = tuple(detail.get(name) for name in ("fiscal_year", "journal", "number"))
        given = ("posted", r.entry_id, r.recorded, (r.fiscal_year, r.journal, r.number))
        if (r.act, r.of, r.at, said) != given:
            name = f"{r.fiscal_year} {r.journal} {r.number}"
            yield Stray("postings", name, f"entry {r.entry_id} was not posted under this number at this time")
    numbered = sa.exists().where(t.c.decision_id == _DECISIONS.decision_id, t.c.book_id == _DECISIONS.book_id)
    mine = (_DECISIONS.book_id == view.book_id, _DECISIONS.act == "posted")
    for entry_id in view.session.scalars(sa.select(_DECISIONS.entry_id).where(*mine, ~numbered).limit(SHOWN)):
        yield Stray("postings", entry_id, "it was posted and its number is gone")
    own = sa.exists().where(_ENTRIES.entry_id == t.c.entry_id, _ENTRIES.book_id == view.book_id)
    for entry_id in view.session.scalars(sa.select(t.c.entry_id).where(t.c.book_id != view.book_id, own).limit(SHOWN)):
        yield Stray("postings", entry_id, "its number says that it belongs to another book")


def _signed_otherwise(view: View) -> Iterator[Stray]:
    """Entries of a batch and their first versions are recorded when and by whom the batch was, which its link holds."""
    b = schema.batches.c
    own = (_ENTRIES.book_id == view.book_id, _ENTRIES.batch_id == b.batch_id)
    header = sa.or_(_ENTRIES.recorded != b.recorded, _ENTRIES.recorded_by != b.recorded_by)
    for r in view.session.scalars(
        sa.select(_ENTRIES.entry_id).join(schema.batches, own[1]).where(own[0], header).limit(SHOWN)
    ):
        yield Stray("entries", str(r), "it was not recorded when or by whom its import was")
    v = _VERSIONS
    version = sa.or_(v.recorded != b.recorded, v.author != b.recorded_by)
    query = (
        sa.select(v.version_id)
        .join(schema.entries, _ENTRIES.entry_id == v.entry_id)
        .join(schema.batches, own[1])
        .where(own[0], v.number == 1, version)
        .limit(SHOWN)
    )
    for r in view.session.scalars(query):
        yield Stray("versions", str(r), "it was not written when or by whom its import was")


def _said_more(view: View) -> Iterator[Stray]:
    """First versions of imports that say what no import writes: the link holds their lines, the rest is constant."""
    v = _VERSIONS
    said = sa.or_(
        v.posting_date.is_not(None), v.document_date.is_not(None), v.document.is_not(None), v.origin != IMPORTED,
        v.lineage != "{}", v.previous != "",
    )  # fmt: skip
    query = (
        sa.select(v.version_id)
        .join(schema.entries, _ENTRIES.entry_id == v.entry_id)
        .where(v.book_id == view.book_id, _ENTRIES.batch_id != "", v.number == 1, said)
        .limit(SHOWN)
    )
    for r in view.session.scalars(query):
        yield Stray("versions", str(r), "it is the first version of an import and was changed")
