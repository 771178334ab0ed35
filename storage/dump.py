"""A database as Parquet files, a table each, and back: one format for DuckDB and PostgreSQL.

Which tables there are to write says `storage.transfer.TABLES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage import schema
from storage.bulk import arrow_type, insert_columns
from storage.errors import StorageError

_PART = 20_000  # rows in memory at once, where they pass through Python


class DumpFailed(StorageError):
    """A table could not be written to a file, or read from one."""

    def __init__(self, table: str, why: str) -> None:
        self.table, self.why = table, why
        super().__init__(f"Table {table} could not be carried over: {why}.")


@contextmanager
def _telling(table: sa.Table) -> Iterator[None]:
    """What a driver or Parquet says, as one error."""
    try:
        yield
    except DBAPIError as error:
        raise DumpFailed(table.name, str(error.orig).splitlines()[0].rstrip(".")) from error
    except pa.ArrowException as error:
        raise DumpFailed(table.name, str(error).splitlines()[0].rstrip(".")) from error


def model_folders(session: Session) -> list[str]:
    """The bundles that the models of all books lie in."""
    t = schema.models.c
    return list(session.scalars(sa.select(t.folder).distinct().order_by(t.folder)))


def write_table(session: Session, table: sa.Table, path: Path) -> None:
    """Write all rows as the session's transaction sees them. Raises DumpFailed and OSError, on a full disk too."""
    with _telling(table):
        _write(session, table, path)


def read_table(session: Session, table: sa.Table, path: Path) -> None:
    """Append the rows of a file; columns that it lacks stay empty. Raises DumpFailed and OSError."""
    with _telling(table):
        _read(session, table, path)


def _write(session: Session, table: sa.Table, path: Path) -> None:
    if session.get_bind().dialect.name == "duckdb":
        names = ", ".join(f'"{c.name}"' for c in table.columns)
        statement = f"COPY (SELECT {names} FROM {table.name}) TO {_quoted(path)} (FORMAT parquet)"  # noqa: S608
        session.connection().exec_driver_sql(statement)
        return
    layout = pa.schema([(c.name, arrow_type(c.type)) for c in table.columns])
    found = session.execute(sa.select(table).execution_options(yield_per=_PART))
    with pq.ParquetWriter(path, layout) as writer:
        for part in found.partitions():
            writer.write_table(pa.Table.from_pylist([dict(r._mapping) for r in part], schema=layout))  # noqa: SLF001


def _read(session: Session, table: sa.Table, path: Path) -> None:
    known = {c.name for c in table.columns}
    names = [name for name in pq.read_schema(path).names if name in known]
    if session.get_bind().dialect.name == "duckdb":
        columns = ", ".join(f'"{name}"' for name in names)
        source = f"SELECT {columns} FROM read_parquet({_quoted(path)})"  # noqa: S608
        session.connection().exec_driver_sql(f"INSERT INTO {table.name} ({columns}) {source}")
        return
    with pq.ParquetFile(path) as file:
        for part in file.iter_batches(_PART, columns=names):
            insert_columns(session, table, pa.Table.from_batches([part]))


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
