"""On PostgreSQL, what was written stays written: triggers refuse changes, and the program's role lacks the right.

Every table is guarded but those that `storage.schema_people.MUTABLE` names and Alembic's own. DuckDB has
neither triggers nor roles; there the store has no such statement, and tests read what it sends.
"""

from __future__ import annotations

import logging

import sqlalchemy as sa

from storage.schema_people import MUTABLE

APP_ROLE = "counterpoint_app"
ALEMBIC = "alembic_version"

_REFUSE = """
CREATE OR REPLACE FUNCTION counterpoint_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        MESSAGE = TG_OP || ' of ' || TG_TABLE_NAME || ' is refused: what was written stays written',
        ERRCODE = 'insufficient_privilege', HINT = 'Append a correction instead.';
END
$$
"""
# Roles belong to the whole server, so another database's migration may have been faster.
_CREATE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
    NULL;
END
$$
"""
_log = logging.getLogger(__name__)


def guard(connection: sa.Connection) -> None:
    """Guard every table there is, and give the program's role its rights; again where that was done before.

    Nothing on DuckDB. Where this user may not create roles, the triggers stand alone, and the log says so.
    """
    if connection.dialect.name != "postgresql":
        return
    connection.exec_driver_sql(_REFUSE)
    tables = set(sa.inspect(connection).get_table_names())
    for name in sorted(tables - {*MUTABLE, ALEMBIC}):
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER counterpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION counterpoint_refuse()"
        )
        # Also for sessions that say they only replay what another server has checked.
        connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER counterpoint_append_only")
    if _role_is_there(connection):
        _grant(connection, tables)


def _role_is_there(connection: sa.Connection) -> bool:
    """Whether the role exists, after creating it where this user may."""
    connection.exec_driver_sql(_CREATE_ROLE)
    known = sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    if connection.execute(known, {"role": APP_ROLE}).scalar_one():
        return True
    _log.warning(
        "This user may not create the role %s on PostgreSQL, so every user of the tables has all rights but those "
        "the triggers refuse. docs/postgresql.md says how to create it.",
        APP_ROLE,
    )
    return False


def _grant(connection: sa.Connection, tables: set[str]) -> None:
    """Reading and appending everywhere, changing only what is meant to change."""
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE}")
    views = set(sa.inspect(connection).get_view_names())
    for name in sorted(tables | views):
        rights = "SELECT" if name in views or name == ALEMBIC else "SELECT, INSERT"
        if name in MUTABLE:
            rights = "SELECT, INSERT, UPDATE, DELETE"
        connection.exec_driver_sql(f"REVOKE ALL ON {name} FROM {APP_ROLE}")
        connection.exec_driver_sql(f"GRANT {rights} ON {name} TO {APP_ROLE}")
