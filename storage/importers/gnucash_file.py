"""A GnuCash book as an SQLite database in memory: nothing is written, and what a hostile file could do is shut off."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from storage.errors import ImportRefused
from storage.importers.source import Source

MAGIC = b"SQLite format 3\0"
TABLES = ("books", "commodities", "accounts", "transactions", "splits", "slots", "prices")
_NEEDED = frozenset({"books", "commodities", "accounts", "transactions", "splits"})
_STEPS, _STEPS_A_BYTE, _PART = 20_000_000, 10, 10_000  # of SQLite's machine, after which a query is stopped
_AGAIN = "Open the book in GnuCash, save it again as sqlite3, and import that."
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})

Cell = str | int | float | bytes | None
Record = dict[str, Cell]


@contextmanager
def opened(source: Source) -> Iterator[sqlite3.Connection]:
    """The database, for reading only. Raises ImportRefused for what is none, or none of GnuCash.

    It is read from memory, not from a file: no path, no journal beside it and no extension comes into play. A query
    may only select from tables, and only for a time that the size of the file allows.
    """
    data = source.data
    if data[18:20] == b"\x02\x02":
        data = data[:18] + b"\x01\x01" + data[20:]  # a log of changes, which has no file beside it here
    with closing(sqlite3.connect(":memory:")) as db:
        db.text_factory = lambda found: found.decode("utf-8", errors="replace")
        steps = [0]

        def stop() -> bool:
            steps[0] += _PART
            return steps[0] > _STEPS + _STEPS_A_BYTE * len(data)

        try:
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(len(data), 1_000_000))
            db.deserialize(data)
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("PRAGMA cell_size_check = ON")
            db.execute("PRAGMA query_only = ON")
            db.set_progress_handler(stop, _PART)
            db.set_authorizer(lambda act, *_: sqlite3.SQLITE_OK if act in _ALLOWED else sqlite3.SQLITE_DENY)
            missing = _NEEDED - _tables(db)
            if missing:
                why = f"it is an SQLite database without GnuCash's tables ({', '.join(sorted(missing))})"
                raise ImportRefused(source.main, why, "Choose a book that GnuCash saved.")
            yield db
        except (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError) as error:
            raise ImportRefused(source.main, f"its database cannot be read ({error})", _AGAIN) from error


def _tables(db: sqlite3.Connection) -> set[str]:
    """Real tables only: a view or a virtual table could run anything under the name of one."""
    found = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return {str(name) for name, sql in found if str(sql).lstrip().upper().startswith("CREATE TABLE")}


def records(db: sqlite3.Connection, table: str) -> Iterator[Record]:
    """All rows of one of `TABLES` in the order in which they were written; none where the book lacks the table."""
    if table not in TABLES or table not in _tables(db):
        return
    cursor = db.execute(f"SELECT * FROM {table} ORDER BY rowid")  # noqa: S608  one of our own names
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def text(record: Record, name: str) -> str:
    """A cell as text, whatever type the file gives it."""
    value = record.get(name)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return "" if value is None else str(value)


def number(record: Record, name: str) -> int:
    """A cell as a whole number; 0 where it is none."""
    value = record.get(name)
    return value if isinstance(value, int) else 0
