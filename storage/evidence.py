"""What an auditor is given of one fiscal year, as tables: entries and all that was said, done and decided around them.

Entries are those dated in the year, with everything that they ever said; what concerns the book as a whole (people,
rules, models, imports) is given whole, because it did not begin with the year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import schema, schema_batches, schema_control, schema_exports, schema_people, schema_statements, views
from storage.balances import booked
from storage.periods import FiscalYear
from storage.restricted import Restricted
from storage.rows import plain_money
from storage.schema_tax import tax_codes
from storage.statements import StatementStore

Cell = str | Decimal | int | date | None
_PART = 10_000  # rows in memory at once
_E, _V, _X, _D, _NOW = schema.entries, schema.versions, schema.lines, schema.decisions, views.current_entries
APPROVALS = ("approved", "confirmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One year of a book, but for what is ``restricted``."""

    session: Session
    book_id: str
    year: FiscalYear
    restricted: Restricted

    def mine(self) -> list[sa.ColumnElement[bool]]:
        """Conditions on ``current_entries``."""
        days = _NOW.c.date.between(self.year.first, self.year.last)
        apart = [self.restricted.apart(self.book_id)] if self.restricted else []
        return [_NOW.c.book_id == self.book_id, days, *apart]

    def ids(self) -> sa.Select[tuple[str]]:
        return sa.select(_NOW.c.entry_id).where(*self.mine())

    def left_out(self) -> int:
        """Entries of the year that are restricted and in no table."""
        days = (_NOW.c.book_id == self.book_id, _NOW.c.date.between(self.year.first, self.year.last))
        every, seen = (
            self.session.scalar(sa.select(sa.func.count()).select_from(_NOW).where(*w)) or 0
            for w in (days, self.mine())
        )
        return every - seen


@dataclass(frozen=True, slots=True)
class Table:
    """A table to hand over: ``says`` is one sentence on what a row is."""

    name: str
    says: str
    query: Callable[[Scope], sa.Select[Any]]

    def rows(self, scope: Scope) -> tuple[list[str], Iterator[list[Cell]]]:
        """The names of the columns, and the rows in order, a part of them in memory."""
        query = self.query(scope)
        found = scope.session.execute(query.execution_options(yield_per=_PART))
        return [c.name for c in query.selected_columns], ([plain(v) for v in row] for row in found)


def plain(value: object) -> Cell:
    """A value as a cell: times in UTC, yes and no, anything else as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Decimal):
        return plain_money(value)
    if value is None or isinstance(value, (str, int, date)):
        return value
    raise TypeError(f"a table cannot hold {value!r}")


def _entries(s: Scope) -> sa.Select[Any]:
    t, p = _NOW.c, schema_control.postings.c
    return (
        sa.select(
            t.entry_id, t.state, t.kind, t.date, p.fiscal_year.label("posted_in"), p.journal.label("posted_journal"),
            p.number.label("posted_number"), _E.c.number.label("source_number"), t.document, t.document_date,
            t.description, t.party, t.journal, t.currency, t.total, sa.and_(*booked()).label("counts"),
            t.version.label("versions"), t.author, t.origin, t.reverses, t.batch_id, t.source_key,
            t.recorded, t.recorded_by, t.decided_by, t.decided_at, t.forgotten,
        )
        .join(_E, _E.c.entry_id == t.entry_id)
        .outerjoin(schema_control.postings, p.entry_id == t.entry_id)
        .where(*s.mine())
        .order_by(t.date, t.position, t.entry_id)
    )  # fmt: skip


def _versions(s: Scope) -> sa.Select[Any]:
    v = _V.c
    return (
        sa.select(
            v.entry_id, v.number.label("version"), v.author, v.origin, v.recorded, v.total, v.posting_date, v.document,
            v.document_date, v.version_id, v.previous, v.sequence.label("link"), v.lineage,
        )
        .where(v.book_id == s.book_id, v.entry_id.in_(s.ids()))
        .order_by(v.entry_id, v.number)
    )  # fmt: skip


def _lines(s: Scope) -> sa.Select[Any]:
    x, v, t = _X.c, _V.c, _NOW.c
    current = (t.version_id == x.version_id).label("current")
    return (
        sa.select(
            x.entry_id, v.number.label("version"), current, sa.and_(current, *booked()).label("counts"),
            (t.kind == "opening").label("opens"), x.number.label("line"), x.account, x.side, x.amount, x.party,
            x.label, x.tax_code, x.original_amount, x.original_currency, x.rate, x.rate_date, x.rate_source,
        )
        .join(_V, v.version_id == x.version_id)
        .join(_NOW, t.entry_id == x.entry_id)
        .where(*s.mine())
        .order_by(x.entry_id, v.number, x.number)
    )  # fmt: skip


def _decisions(s: Scope) -> sa.Select[Any]:
    d = _D.c
    return (
        sa.select(
            d.sequence.label("link"), d.entry_id, d.version, d.act, d.recorded_by.label("by"), d.recorded, d.reason,
            d.detail, d.decision_id,
        )
        .where(d.book_id == s.book_id, sa.or_(d.entry_id == "", d.entry_id.in_(s.ids())))
        .order_by(d.sequence)
    )  # fmt: skip


def _people(s: Scope) -> sa.Select[Any]:
    """Whoever ever had a role in the book, or signed anything in it: not other clients' people."""
    u, g = schema_people.users.c, schema_people.role_grants.c
    signed = [
        sa.select(c).where(b == s.book_id)
        for c, b in ((_D.c.recorded_by, _D.c.book_id), (_V.c.author, _V.c.book_id), (_E.c.recorded_by, _E.c.book_id))
    ]
    held = sa.select(g.user_id).where(g.book_id == s.book_id)
    mine = sa.or_(u.user_id.in_(held), *(u.login.in_(q) for q in signed))
    return sa.select(u.login, u.name, u.issuer, u.recorded, u.recorded_by).where(mine).order_by(u.login)


def _roles(s: Scope) -> sa.Select[Any]:
    u, g = schema_people.users.c, schema_people.role_grants.c
    return (
        sa.select(
            g.sequence.label("link"), u.login, g.role, g.granted, g.first_year, g.last_year, g.expires, g.reason,
            g.recorded, g.recorded_by.label("by"),
        )
        .join(schema_people.users, u.user_id == g.user_id)
        .where(g.book_id == s.book_id)
        .order_by(g.sequence)
    )  # fmt: skip


def _changes(s: Scope) -> sa.Select[Any]:
    c, a = schema_control.changes.c, schema_control.change_acts.c
    return (
        sa.select(
            c.sequence.label("link"), c.subject, c.key, c.before, c.after, c.reason, c.recorded,
            c.recorded_by.label("by"), c.needs_second, a.act, a.recorded_by.label("act_by"),
            a.recorded.label("act_recorded"), a.reason.label("act_reason"), c.change_id,
        )
        .outerjoin(schema_control.change_acts, a.change_id == c.change_id)
        .where(c.book_id == s.book_id)
        .order_by(c.sequence)
    )  # fmt: skip


def _imports(s: Scope) -> sa.Select[Any]:
    b, u = schema.batches.c, schema_batches.batch_undos.c
    return (
        sa.select(
            b.sequence.label("link"), b.batch_id, b.file_name, b.file_sha256, b.format, b.reason, b.new, b.known,
            b.alike, b.quarantined, b.recorded, b.recorded_by.label("by"), u.recorded.label("taken_back"),
            u.recorded_by.label("taken_back_by"), u.reason.label("taken_back_reason"),
        )
        .outerjoin(schema_batches.batch_undos, u.batch_id == b.batch_id)
        .where(b.book_id == s.book_id)
        .order_by(b.sequence)
    )  # fmt: skip


def _whole(table: sa.Table, *left_out: str) -> Callable[[Scope], sa.Select[Any]]:
    """All of a table of the book in the order of the chain, its place in there first."""
    hidden = {"book_id", "sequence", "salt", *left_out}

    def query(s: Scope) -> sa.Select[Any]:
        columns = [c for c in table.c if c.name not in hidden]
        link = table.c.sequence
        # Rows of one change of the catalog share a link.
        order = (link, *table.primary_key.columns)
        return sa.select(link.label("link"), *columns).where(table.c.book_id == s.book_id).order_by(*order)

    return query


def _statements(s: Scope) -> sa.Select[Any]:
    """Those of the year, without those of accounts whose entries are restricted."""
    t = schema_statements.statements.c
    ledgers = StatementStore(s.session).ledgers(s.book_id)
    hidden = [account for account, ledger in ledgers.items() if s.restricted.keeps(ledger)]
    of_the_year = (t.first_day <= s.year.last, t.last_day >= s.year.first, t.account.not_in(hidden))
    return _whole(schema_statements.statements)(s).where(*of_the_year)


def _models(s: Scope) -> sa.Select[Any]:
    m = schema.models.c
    return (
        sa.select(m.digest, m.folder, m.snapshot_digest, m.metrics, m.seconds, m.recorded, m.recorded_by)
        .where(m.book_id == s.book_id)
        .order_by(m.recorded, m.digest)
    )


TABLES = (
    Table("entries", "An entry of the year as it stands now; those that count are in the trial balance.", _entries),
    Table("versions", "What an import, a model or a person ever said of such an entry; lineage is JSON.", _versions),
    Table("lines", "A line of such a version, in book currency; those that count are in the trial balance.", _lines),
    Table("decisions", "An act on such an entry, or on the book as a whole where it names no entry.", _decisions),
    Table("people", "Somebody who ever had a role in the book or signed something in it.", _people),
    Table("roles", "A role that was given or taken back.", _roles),
    Table("policies", "The rules of the book as they held from then on.", _whole(schema.book_policies)),
    Table("changes", "A controlled change: value before and after, who asked, who agreed.", _changes),
    Table("tax_codes", "A tax code as it was set or withdrawn.", _whole(tax_codes)),
    Table("accounts", "An account as it was said to be.", _whole(schema.account_versions)),
    Table("journals", "What a journal's entries are for, as proposed or confirmed.", _whole(schema.journal_kinds)),
    Table("fiscal_years", "A fiscal year with days of its own.", _whole(schema_control.fiscal_years)),
    Table("periods", "Days that were closed or opened again.", _whole(schema_control.period_locks)),
    Table("models", "A model that was trained; releases are among the decisions.", _models),
    Table("imports", "A file that was brought in, with its SHA-256, and whether that was taken back.", _imports),
    Table("exports", "A file that was handed over, with its SHA-256.", _whole(schema_exports.exports)),
    Table(
        "statements", "A bank statement with a day of the year, and the SHA-256 of the file that brought it.",
        _statements,
    ),
)  # fmt: skip
