"""Which records a chain covers and what of each: the list that `storage.audit` walks.

A table whose rows have a link each is one line here: its key is the link's reference, its column ``sequence``
the link's number, and `whole_row` says what was hashed unless the table has a function of its own. Whoever
adds such a table calls `register` at the end of this module; tests hold that every table with a ``sequence`` is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import (
    chain,
    schema,
    schema_batches,
    schema_control,
    schema_exports,
    schema_people,
    schema_profiles,
    schema_statements,
    schema_tax,
)
from storage.people import grant_digest

Row = Mapping[str, Any]
SHOWN = 5  # rows that a finding names; there may be a million


class Link(NamedTuple):
    """One link as it is stored."""

    book_id: str
    sequence: int
    record: str
    reference: str
    content: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class View:
    """One book in one transaction; ``erased`` holds the digests of texts that were erased, by entry."""

    session: Session
    book_id: str
    erased: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        return [dict(r._mapping) for r in self.session.execute(query)]  # noqa: SLF001


class Stray(NamedTuple):
    """A row that no link of the chain covers, or that contradicts one that is."""

    record: str
    reference: str
    why: str


class Content(Protocol):
    """What links of one kind of record cover."""

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        """By sequence, the digest of each record as it is now; a record that is gone has none. One query or two."""

    def describe(self, view: View, link: Link) -> str:
        """What is stored now, for a link that does not fit; empty where nothing is."""

    def strays(self, view: View) -> Iterable[Stray]:
        """Rows that no link covers, a few of them."""


def without_place(row: Row) -> dict[str, Any]:
    """Everything a row says but its place in the chain."""
    return {k: v for k, v in row.items() if k != "sequence"}


def whole_row(row: Row) -> str:
    return chain.digest(without_place(row))


@dataclass(frozen=True, slots=True)
class Rows:
    """A table with one link a row."""

    table: sa.Table
    key: str
    digest: Callable[[Row], str] = whole_row
    beside: tuple[sa.Column[Any], sa.ColumnElement[bool]] | None = None  # a column of another table, and the join

    def select(self) -> sa.Select[Any]:
        if self.beside is None:
            return sa.select(self.table)
        column, on = self.beside
        return sa.select(self.table, column).join(column.table, on)

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        wanted = {x.sequence: x.reference for x in links}
        t = self.table.c
        inside = t.sequence.between(links[0].sequence, links[-1].sequence)
        found = view.rows(self.select().where(t.book_id == view.book_id, inside))
        return {r["sequence"]: self.digest(r) for r in found if wanted.get(r["sequence"]) == r[self.key]}

    def describe(self, view: View, link: Link) -> str:
        return told(view.rows(self.select().where(self.table.c[self.key] == link.reference)))

    def strays(self, view: View) -> Iterable[Stray]:
        t, c = self.table.c, schema.chain.c
        link = (
            c.book_id == t.book_id, c.sequence == t.sequence, c.record == self.table.name, c.reference == t[self.key],
        )  # fmt: skip
        query = sa.select(t[self.key]).where(t.book_id == view.book_id, ~sa.exists().where(*link)).limit(SHOWN)
        return uncovered(view, self.table.name, query)


def uncovered(view: View, record: str, query: sa.Select[Any]) -> list[Stray]:
    """Strays from a query for references."""
    return [
        Stray(record, str(r), "no link covers this row: it was added behind the store's back")
        for r in view.session.scalars(query)
    ]


def told(found: Sequence[Row]) -> str:
    """Rows for people: what they hold, without salts."""
    return "; ".join(
        ", ".join(f"{k} {str(v)[:80]!r}" for k, v in row.items() if v is not None and k not in ("salt", "book_id"))
        for row in found[:SHOWN]
    )


CONTENT: dict[str, Content] = {}


def register(table: sa.Table, key: str, digest: Callable[[Row], str] = whole_row) -> None:
    """Have the audit check the links whose record is ``table``; ``digest`` says what `chain.append` was given."""
    CONTENT[table.name] = Rows(table, key, digest)


register(schema.journal_kinds, "journal_kind_id")
register(schema.book_policies, "policy_id")
register(schema_control.fiscal_years, "fiscal_year_id")
register(schema_control.period_locks, "period_lock_id")
register(schema_control.changes, "change_id")
register(schema_control.change_acts, "change_id")
register(schema_tax.tax_codes, "tax_code_id")
register(schema_statements.bank_accounts, "bank_account_id")
register(schema_batches.batch_undos, "batch_undo_id")
register(schema_exports.exports, "export_id")
register(schema_profiles.mapping_profiles, "profile_id")
register(schema_statements.statement_events, "event_id")
# A grant names a user's id and acts name the login, so the link holds both together.
CONTENT[schema_people.role_grants.name] = Rows(
    schema_people.role_grants, "grant_id", grant_digest,
    (schema_people.users.c.login, schema_people.users.c.user_id == schema_people.role_grants.c.user_id),
)  # fmt: skip
