"""Moves everything from one database to another, of the same kind or not, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import audit
from storage.bulk import insert_rows
from storage.errors import CopyRefused
from storage.schema_people import MUTABLE
from storage.session import Store
from storage.tables import metadata

_PART = 10_000  # rows in memory at once
# Parents first, as PostgreSQL's foreign keys ask. Who is signed in stays behind: a browser's cookie is for one place.
TABLES = tuple(t for t in metadata.sorted_tables if t.name not in MUTABLE)


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: names of books, and rows by table."""

    books: tuple[str, ...]
    rows: Mapping[str, int]


def copy_everything(source: Store, target: Store, say: Callable[[str], None]) -> Copied:
    """Copy all rows with their ids, sequences and times into a target without books; all of them or none.

    Afterwards each table has as many rows as in the source and each book agrees with its chain. Raises
    CopyRefused where the target holds anything, or where one of the two is not so.
    """
    with source.unit_of_work(read_only=True) as old, target.unit_of_work() as new:
        _refuse_what_is_there(new.session, target.url)
        rows = {t.name: _copy(old.session, new.session, t) for t in TABLES}
        for table in TABLES:
            _same_number(old.session, new.session, table, target.url)
        books = new.books.list()
        for book in books:
            say(f"checking the chain of {book.name}")
            if broken := audit.verify(new.session, book.book_id):
                raise CopyRefused(
                    target.url, f"book {book.name!r} does not agree with its chain ({broken})",
                    f"Find out with: counterpoint verify {book.name}",
                )  # fmt: skip
        say(f"{sum(rows.values())} rows are there")
    return Copied(tuple(b.name for b in books), rows)


def _refuse_what_is_there(session: Session, url: str) -> None:
    for table in TABLES:
        if found := _count(session, table):
            raise CopyRefused(
                url, f"it is not empty: {found} rows in {table.name}", "Give the address of a database without books."
            )


def _copy(old: Session, new: Session, table: sa.Table) -> int:
    copied = 0
    for part in old.execute(sa.select(table), execution_options={"yield_per": _PART}).partitions():
        insert_rows(new, table, [dict(r._mapping) for r in part])  # noqa: SLF001  SQLAlchemy's documented way
        copied += len(part)
    return copied


def _same_number(old: Session, new: Session, table: sa.Table, url: str) -> None:
    there, here = _count(new, table), _count(old, table)
    if there != here:
        raise CopyRefused(url, f"table {table.name} would have {there} rows instead of {here}", "Try again.")


def _count(session: Session, table: sa.Table) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
