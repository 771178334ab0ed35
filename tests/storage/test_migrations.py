"""Every revision runs on both databases, one after the other or all at once, and ends where the code expects it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import migrate
from storage.errors import StoreUnreachable
from storage.session import open_store
from storage.tables import metadata
from tests import databases

STEPS = sorted(p.name.split("_")[0] for p in (Path(migrate.__file__).parent / "migrations" / "versions").glob("0*.py"))


@pytest.fixture
def engine(empty_database: str) -> Iterator[sa.Engine]:
    """An empty database, opened without the store and so without its migrations."""
    path = sa.make_url(empty_database).database
    if empty_database.startswith("duckdb") and path:
        Path(path).parent.mkdir()
    opened = sa.create_engine(empty_database)
    yield opened
    opened.dispose()


def test_a_database_is_brought_up_step_by_step(engine: sa.Engine) -> None:
    """A book that an older release wrote is still there after each step."""
    assert STEPS[-1] == migrate.HEAD
    assert len(STEPS) == len(set(STEPS)) >= 5
    book = (
        "INSERT INTO books (book_id, name, currency, minor_units, purpose, demo, recorded, recorded_by) "
        "VALUES ('b1', 'Atelier', 'EUR', 2, 'feeder', false, '2025-03-03 10:00:00+00', 'ana')"
    )
    for step in STEPS:
        migrate.upgrade(engine, "here", step)
        with engine.begin() as connection:
            if step == STEPS[0]:
                connection.exec_driver_sql(book)
            assert migrate._current(connection) == step
            assert connection.exec_driver_sql("SELECT name FROM books").scalar_one() == "Atelier"
            assert connection.exec_driver_sql("SELECT count(*) FROM current_entries").scalar_one() == 0
    with engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) - {"alembic_version"} == set(metadata.tables)


@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
def test_postgresql_has_after_the_migrations_what_the_code_says(engine: sa.Engine) -> None:
    migrate.upgrade(engine, "here")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
def test_processes_that_start_together_migrate_once(empty_database: str) -> None:
    processes = [
        multiprocessing.get_context("spawn").Process(target=_open_and_close, args=(empty_database,)) for _ in range(2)
    ]
    for p in processes:
        p.start()
    for p in processes:
        p.join()
    assert [p.exitcode for p in processes] == [0, 0]


def _open_and_close(url: str) -> None:
    open_store(url).close()


def test_a_database_that_cannot_hold_every_name_is_refused(postgresql: databases.Server) -> None:
    with postgresql.connect() as connection:
        connection.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'")
    with pytest.raises(StoreUnreachable, match="LATIN1"):
        open_store(postgresql.url("latin"))
