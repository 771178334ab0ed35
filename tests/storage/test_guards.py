"""On PostgreSQL the database itself refuses to change what was written, whoever asks."""

from __future__ import annotations

import logging

import psycopg
import pytest
import sqlalchemy as sa

from storage.guards import ALEMBIC, APP_ROLE
from storage.records import Book
from storage.schema_people import MUTABLE
from storage.session import Store, open_store
from storage.tables import metadata
from tests.databases import GUARDED, Server, on_postgresql


def connect(database: str, server: Server, user: str = "postgres") -> psycopg.Connection:
    return server.connect(sa.make_url(database).database or "", user)


@on_postgresql
def test_every_table_of_bookkeeping_refuses_changes_to_its_owner_too(
    database: str, book: Book, postgresql: Server
) -> None:
    assert {"books", "chain", "decisions", "lines", "users", "role_grants"} <= set(GUARDED)
    with connect(database, postgresql) as owner:
        for table in GUARDED:
            column = next(iter(metadata.tables[table].columns)).name
            changes = f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"  # noqa: S608
            for change in changes:
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="what was written stays written"):
                    owner.execute(change)
        owner.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"DELETE of books"):
            owner.execute("DELETE FROM books")


@on_postgresql
def test_sign_ins_come_and_go(database: str, store: Store, postgresql: Server) -> None:
    with connect(database, postgresql) as owner:
        for table in MUTABLE:
            owner.execute(f"DELETE FROM {table}")  # noqa: S608  a table of ours


@on_postgresql
def test_the_program_works_as_a_user_who_may_only_append(database: str, book: Book, postgresql: Server) -> None:
    with connect(database, postgresql) as owner:
        owner.execute(f"DROP ROLE IF EXISTS workbench; CREATE ROLE workbench LOGIN IN ROLE {APP_ROLE}")
    store = open_store(database.replace("postgres@", "workbench@"))
    with store.unit_of_work() as unit:
        unit.books.create("Second", by="ben")
        assert {b.name for b in unit.books.list()} == {"Atelier", "Second"}
    store.close()
    with connect(database, postgresql, "workbench") as user:
        for table in (*GUARDED, ALEMBIC):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
                user.execute(f"DELETE FROM {table}")  # noqa: S608
        for statement in (
            "DROP TABLE lines",
            "ALTER TABLE lines DISABLE TRIGGER ALL",
            "DROP FUNCTION counterpoint_refuse",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner"):
                user.execute(statement)


def test_an_owner_who_may_not_create_roles_is_told_and_still_has_triggers(
    postgresql: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The role may be there from another database of the server; then it is put aside for this test."""
    with postgresql.connect() as connection, postgresql.database() as name:
        connection.execute("DROP ROLE IF EXISTS modest; CREATE ROLE modest LOGIN")
        connection.execute(f"ALTER DATABASE {name} OWNER TO modest")
        there = connection.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone()
        if there == (1,):
            connection.execute(f"ALTER ROLE {APP_ROLE} RENAME TO put_aside")
        try:
            with caplog.at_level(logging.WARNING):
                open_store(postgresql.url(name, "modest")).close()
        finally:
            if there == (1,):
                connection.execute(f"ALTER ROLE put_aside RENAME TO {APP_ROLE}")
        assert APP_ROLE in caplog.text
        with (
            postgresql.connect(name, "modest") as owner,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="stays written"),
        ):
            owner.execute("DELETE FROM books")
