"""Several processes write into one book on PostgreSQL, and its chain stays one chain."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import date

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from storage import audit, chain, schema
from storage.identity import new_id, utc_now
from storage.postgresql import is_conflict
from storage.records import Book, NewEntry
from storage.session import Store, UnitOfWork, open_store
from tests.databases import on_postgresql

ROUNDS = 20


def _append(url: str, name: str, who: str) -> None:
    store = open_store(url)
    for n in range(ROUNDS):
        with store.unit_of_work() as unit:
            book = unit.books.get(name)
            unit.journal.open_entry(book.book_id, NewEntry(description=f"{who} {n}", date=date(2025, 3, 3)), who)
    store.close()


@on_postgresql
def test_two_processes_append_to_one_chain(database: str, store: Store, book: Book) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_append, args=(database, book.name, who)) for who in ("ana", "ben")]
    for p in processes:
        p.start()
    for p in processes:
        p.join()
    assert [p.exitcode for p in processes] == [0, 0]
    with store.unit_of_work(read_only=True) as unit:
        assert audit.verify(unit.session, book.book_id) is None
        assert chain.head(unit.session, book.book_id) == 1 + 2 * ROUNDS
        places = unit.session.scalars(sa.select(schema.entries.c.position).order_by(schema.entries.c.position)).all()
    assert places == list(range(2 * ROUNDS))  # what was read before the append was still so at its end


@on_postgresql
def test_a_book_is_held_also_against_those_who_take_no_turn(store: Store, book: Book) -> None:
    """Sessions of their own, as a program beside the store would open them."""

    def append() -> None:
        for _ in range(ROUNDS):
            with Session(store._engine) as session:
                chain.append(session, book.book_id, "books", book.book_id, "0" * 64, utc_now())
                session.commit()

    threads = [threading.Thread(target=append) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with store.unit_of_work(read_only=True) as unit:
        links = unit.session.execute(sa.select(schema.chain).order_by(schema.chain.c.sequence)).mappings().all()
    assert len(links) == 1 + 3 * ROUNDS
    assert chain.first_broken([dict(x) for x in links]) is None


@on_postgresql
def test_a_writer_waits_for_its_turn_and_then_sees_what_was_written(database: str, store: Store) -> None:
    other = open_store(database)
    other._lock = threading.Lock()  # as in another process
    started = threading.Event()
    seen: list[str] = []

    def second() -> None:
        started.set()
        with other.unit_of_work() as unit:
            seen.extend(b.name for b in unit.books.list())

    with store.unit_of_work() as unit:
        thread = threading.Thread(target=second)
        thread.start()
        started.wait()
        unit.books.create("First")
        thread.join(timeout=0.2)
        assert thread.is_alive()
    thread.join()
    assert seen == ["First"]
    other.close()


@on_postgresql
def test_a_reader_sees_one_state_while_others_write(store: Store, book: Book) -> None:
    with store.unit_of_work(read_only=True) as reading:
        assert len(reading.books.list()) == 1
        with store.unit_of_work() as unit:
            unit.books.create("Second")
        assert len(reading.books.list()) == 1
    with store.unit_of_work(read_only=True) as reading:
        assert len(reading.books.list()) == 2


@on_postgresql
def test_a_link_that_another_took_is_taken_again_one_further(store: Store, book: Book) -> None:
    """A writer that locks nothing takes the next link; the unit of work runs again and follows it."""
    tries: list[int] = []

    def work(unit: UnitOfWork) -> int:
        tries.append(1)
        link = {"book_id": book.book_id, "record": "books", "reference": new_id(), "content": "", "recorded": utc_now()}
        sequence = chain.head(unit.session, book.book_id) + 1
        if len(tries) == 1:
            with Session(store._engine) as rival:
                rival.execute(sa.insert(schema.chain), [{**link, "sequence": sequence, "previous": "", "hash": ""}])
                rival.commit()
        unit.session.execute(sa.insert(schema.chain), [{**link, "sequence": sequence, "previous": "", "hash": ""}])
        return sequence

    assert store.write(work) == 3
    assert len(tries) == 2


@on_postgresql
def test_a_book_of_the_same_name_is_an_error_and_no_conflict(store: Store, book: Book) -> None:
    tries: list[int] = []

    def work(unit: UnitOfWork) -> None:
        tries.append(1)
        row = dict(unit.session.execute(sa.select(schema.books)).mappings().one())
        unit.session.execute(sa.insert(schema.books), [{**row, "book_id": new_id()}])

    with pytest.raises(IntegrityError):
        store.write(work)
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (psycopg.errors.SerializationFailure, True),
        (psycopg.errors.DeadlockDetected, True),
        (psycopg.errors.CheckViolation, False),
        (psycopg.errors.AdminShutdown, False),
    ],
)
def test_what_may_run_again(error: type[psycopg.Error], again: bool) -> None:
    assert is_conflict(DBAPIError("INSERT", {}, error("could not serialize"))) is again
