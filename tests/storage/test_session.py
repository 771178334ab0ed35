from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from duckdb import TransactionException
from sqlalchemy.exc import OperationalError

from storage.errors import NestedUnitOfWork, StoreBusy, StoreLocked, StoreNewer, StoreUnreadable, UnknownBook
from storage.records import Book
from storage.session import ATTEMPTS, Store, UnitOfWork, open_store
from tests.databases import on_duckdb

HOLDER = """
import sys
from storage.session import open_store
store = open_store(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process_owns(database: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_opening_makes_folder_file_and_schema_and_opening_again_changes_nothing(database: str) -> None:
    open_store(database).close()
    store = open_store(database)
    with store.unit_of_work(read_only=True) as unit:
        assert unit.books.list() == ()
    store.close()


@on_duckdb
def test_a_file_owned_by_another_process_names_it(database: str) -> None:
    with another_process_owns(database) as owner:
        with pytest.raises(StoreLocked) as caught:
            open_store(database)
        assert caught.value.pid == owner.pid
        assert "python" in caught.value.process
        assert str(owner.pid) in str(caught.value)
        assert "counterpoint.duckdb" in str(caught.value)
    open_store(database).close()  # free again once the owner has gone


@on_duckdb
def test_closing_gives_the_file_to_the_next_process(database: str) -> None:
    store = open_store(database)
    with store.unit_of_work() as unit:
        unit.books.create("One")
    store.close()
    with another_process_owns(database):
        pass


def test_a_block_that_raises_leaves_nothing_behind(store: Store) -> None:
    def half() -> None:
        with store.unit_of_work() as unit:
            unit.books.create("Half")
            raise RuntimeError("user pressed cancel")

    with pytest.raises(RuntimeError, match="cancel"):
        half()
    with store.unit_of_work(read_only=True) as unit, pytest.raises(UnknownBook):
        unit.books.get("Half")


def test_a_read_only_unit_never_commits(store: Store) -> None:
    with store.unit_of_work(read_only=True) as unit:
        unit.books.create("Ghost")
    with store.unit_of_work(read_only=True) as unit:
        assert unit.books.list() == ()


def test_a_unit_inside_a_unit_is_a_mistake_not_a_deadlock(store: Store) -> None:
    with store.unit_of_work(), pytest.raises(NestedUnitOfWork), store.unit_of_work():
        pass
    with store.unit_of_work() as unit:  # and the lock is free afterwards
        unit.books.create("Later")


def test_threads_take_turns_and_lose_nothing(store: Store) -> None:
    def add(n: int) -> None:
        for i in range(5):
            with store.unit_of_work() as unit:
                unit.books.create(f"Book {n} {i}")

    threads = [threading.Thread(target=add, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with store.unit_of_work(read_only=True) as unit:
        assert len(unit.books.list()) == 30


def test_two_stores_of_one_file_share_the_write_lock(database: str, store: Store) -> None:
    other = open_store(database)
    assert other._lock is store._lock
    other.close()


def _conflict() -> OperationalError:
    return OperationalError("INSERT", {}, TransactionException("TransactionContext Error: Conflict on tuple deletion!"))


def test_a_write_that_collides_runs_again(store: Store) -> None:
    tries: list[int] = []

    def work(unit: UnitOfWork) -> Book:
        tries.append(1)
        book = unit.books.create("Retried")
        if len(tries) < 3:
            raise _conflict()
        return book

    assert store.write(work).name == "Retried"
    assert len(tries) == 3
    with store.unit_of_work(read_only=True) as unit:
        assert len(unit.books.list()) == 1


def test_a_write_that_always_collides_gives_up_with_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.session.FIRST_PAUSE", 0.0)

    def work(unit: UnitOfWork) -> None:
        raise _conflict()

    with pytest.raises(StoreBusy, match=f"after {ATTEMPTS} attempts"):
        store.write(work)


def test_other_database_errors_are_not_retried(store: Store) -> None:
    tries: list[int] = []

    def work(unit: UnitOfWork) -> None:
        tries.append(1)
        unit.session.execute(sa.text("SELECT * FROM no_such_table"))

    with pytest.raises(sa.exc.DBAPIError):
        store.write(work)
    assert len(tries) == 1


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.duckdb"
    path.write_text("not a database, " * 500)
    with pytest.raises(StoreUnreadable, match="not a valid DuckDB database"):
        open_store(f"duckdb:///{path}")
    assert path.read_text().startswith("not a database")


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreadable):
        open_store(f"duckdb:///{tmp_path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere, so no folder refuses it")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    with pytest.raises(StoreUnreadable):
        open_store(f"duckdb:///{shut / 'inner' / 'x.duckdb'}")


def test_a_database_of_a_later_release_is_refused(database: str) -> None:
    store = open_store(database)
    with store.unit_of_work() as unit:
        unit.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreNewer, match="9999"):
        open_store(database)
