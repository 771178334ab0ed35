"""What PostgreSQL needs that DuckDB does not: a clock in UTC, turns between processes, COPY."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# Serialization failure and deadlock: the whole unit of work may simply run again.
_RUN_AGAIN = frozenset({"40001", "40P01"})
_UNIQUE_VIOLATION = "23505"
# Two writers took the same link of a chain; who runs again sees the other's link. Any other double key is an error.
_CHAIN_HEADS = frozenset({"pk_chain", "uq_decisions_book_id_sequence"})
_TURN = 0x436E7470  # "Cntp": the first half of an advisory lock's key, against other programs of the server


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def open_engine(url: sa.URL) -> sa.Engine:
    """An engine whose connections speak UTC, so that a time read back has the text that was hashed.

    A connection that the server has closed meanwhile is replaced before it is used.
    """
    engine = sa.create_engine(url, pool_size=10, max_overflow=20, poolclass=sa.QueuePool, pool_pre_ping=True)
    sa.event.listen(engine, "connect", _settle)
    return engine


def _settle(connection: psycopg.Connection, _record: object) -> None:
    connection.autocommit = True  # within a transaction the setting would be rolled back with it
    connection.execute("SET TIME ZONE 'UTC'")
    connection.autocommit = False


def wait_to_migrate(connection: sa.Connection) -> None:
    """Hold all writers of PostgreSQL until this transaction ends. Raises ValueError for text that is not in UTF-8."""
    if connection.dialect.name != "postgresql":
        return
    found = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if found != "UTF8":
        raise ValueError(f"it stores text as {found}, which cannot hold every name; create it with ENCODING 'UTF8'")
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN, 0)))


def is_conflict(error: DBAPIError) -> bool:
    """Whether the transaction failed only because another one was faster."""
    state = getattr(error.orig, "sqlstate", None)
    if state == _UNIQUE_VIOLATION:
        return getattr(getattr(error.orig, "diag", None), "constraint_name", None) in _CHAIN_HEADS
    return state in _RUN_AGAIN


def take_turn(session: Session) -> None:
    """Wait until no other process writes; the turn ends with the transaction, also when its process dies.

    Each statement after it sees what the one before has committed, so a check and the row that rests on it
    cannot be parted by another writer. DuckDB has one process that writes, and a lock there.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN, 0)))


def copy_rows(session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append ``rows`` by COPY; decimals travel as text, exactly. Raises what an INSERT would."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the session has no open PostgreSQL connection")
    names = [c.name for c in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'COPY "{table.name}" ({columns}) FROM STDIN'
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error, dialect=connection.dialect) from error
