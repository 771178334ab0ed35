"""Opens a database and hands out units of work. The only place that commits or rolls back."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage import migrate, postgresql
from storage.batches import BatchStore
from storage.books import BookStore
from storage.control import ChangeStore
from storage.errors import NestedUnitOfWork, StorageError, StoreBusy, StoreLocked, StoreUnreachable, StoreUnreadable
from storage.exports import ExportStore
from storage.full import StoreFull, is_full
from storage.journal import JournalStore
from storage.models import ModelStore
from storage.people import PeopleStore
from storage.periods import PeriodStore
from storage.policy import PolicyStore
from storage.profiles import ProfileStore
from storage.reviews import ReviewStore
from storage.sign_ins import SignInStore
from storage.statements import StatementStore
from storage.taxes import TaxStore

T = TypeVar("T")
ATTEMPTS = 6
FIRST_PAUSE = 0.02  # seconds; doubles, times a random factor so that two writers do not meet again
_LOCK_MESSAGE = re.compile(r"Conflicting lock is held in (?P<process>.+?) \(PID (?P<pid>\d+)\)")
_CONFLICTS = ("Conflict on", "conflict on", "Duplicate key")  # DuckDB's words

_write_locks: dict[str, threading.Lock] = {}
_registry = threading.Lock()


class UnitOfWork:
    """The stores of one transaction. Use it inside the block that gave it, in one thread."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.books = BookStore(session)
        self.batches = BatchStore(session)
        self.journal = JournalStore(session)
        self.exports = ExportStore(session)
        self.models = ModelStore(session)
        self.policies = PolicyStore(session)
        self.periods = PeriodStore(session)
        self.profiles = ProfileStore(session)
        self.taxes = TaxStore(session)
        self.changes = ChangeStore(session)
        self.reviews = ReviewStore(session)
        self.people = PeopleStore(session)
        self.sign_ins = SignInStore(session)
        self.statements = StatementStore(session)


class Store:
    """One database of this process. Threads may share it; a unit of work may not be shared."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._shared = engine.dialect.name == "postgresql"  # other processes may write too
        self._reading = engine.execution_options(isolation_level="REPEATABLE READ") if self._shared else engine
        self._lock = _write_lock(engine.url)
        self._local = threading.local()

    @property
    def url(self) -> str:
        return self._engine.url.render_as_string(hide_password=True)

    @contextmanager
    def unit_of_work(self, *, read_only: bool = False) -> Iterator[UnitOfWork]:
        """Commits when the block ends, rolls back when it raises.

        Writers take turns, on PostgreSQL also those of other processes, so that nobody's block has to
        run twice. A ``read_only`` unit takes no turn, sees one consistent state and never commits.
        Raises StoreFull where the disk has no room for what the block wrote, or for what reading takes: a server
        may have to write out pages of others first.
        """
        if read_only:
            with self._full_disk_is_named(), self._session(self._reading) as session:
                yield UnitOfWork(session)
            return
        if getattr(self._local, "writing", False):
            raise NestedUnitOfWork
        with self._lock:
            self._local.writing = True
            try:
                with self._full_disk_is_named(), self._session(self._engine) as session:
                    if self._shared:
                        postgresql.take_turn(session)
                    yield UnitOfWork(session)
                    session.commit()
            finally:
                self._local.writing = False

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run ``work`` in a unit of work; run it again, after a pause, when another process was faster.

        Raises StoreBusy when that happens `ATTEMPTS` times in a row.
        """
        why = ""
        for attempt in range(ATTEMPTS):
            try:
                with self.unit_of_work() as unit:
                    return work(unit)
            except DBAPIError as error:
                if not _is_conflict(error):
                    raise
                why = str(error.orig).splitlines()[0]
                time.sleep(FIRST_PAUSE * 2**attempt * (0.5 + random.random()))  # noqa: S311  jitter, no secret
        raise StoreBusy(ATTEMPTS, why)

    @contextmanager
    def _full_disk_is_named(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if not is_full(error):
                raise
            self._engine.dispose()  # DuckDB works on with a file that it has opened anew
            raise StoreFull(self._engine.url.database or self.url) from error

    @contextmanager
    def _session(self, engine: sa.Engine) -> Iterator[Session]:
        session = Session(engine, autoflush=False)
        try:
            yield session
        finally:
            session.rollback()
            session.close()

    def close(self) -> None:
        """Give the database file back, so that another process may open it."""
        self._engine.dispose()


def open_store(url: str, revision: str = migrate.HEAD) -> Store:
    """Open ``url`` and bring its schema up to date.

    ``duckdb:///path`` is created with its folder when missing; ``postgresql+psycopg://user@host/name``
    is there already. Raises StoreLocked when another process holds the file, StoreNewer when a later
    release wrote it, StoreUnreadable when it cannot be opened or is no database, StoreUnreachable when
    a server does not answer, or when the address is none.
    """
    engine = _engine(url)
    where = engine.url.database or ""
    if engine.dialect.name == "postgresql":
        where = engine.url.render_as_string(hide_password=True)
    try:
        migrate.upgrade(engine, where, revision)
    except DBAPIError as error:
        engine.dispose()
        raise _unopened(where, error) from error
    except ValueError as error:
        engine.dispose()
        raise StoreUnreachable(where, str(error)) from error
    except StorageError:
        engine.dispose()
        raise
    return Store(engine)


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:  # the text is not repeated: it may hold a password
        raise StoreUnreachable("", "its address is not one, such as postgresql+psycopg://user@host/name") from error
    if parsed.drivername == "postgresql+psycopg":
        return postgresql.open_engine(parsed)
    if parsed.get_backend_name() != "duckdb":
        why = f"{parsed.drivername!r} is not known here; use postgresql+psycopg or duckdb"
        raise StoreUnreachable(parsed.render_as_string(hide_password=True), why)
    if parsed.database not in (None, "", ":memory:"):
        _make_folder(Path(str(parsed.database)))
    return sa.create_engine(parsed, pool_size=10, poolclass=sa.QueuePool, hide_parameters=True)  # errors end in logs


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnreadable(str(path), error.strerror or str(error)) from error


def _unopened(where: str, error: DBAPIError) -> StorageError:
    message = str(error.orig)
    if getattr(error.orig, "sqlstate", message) != message:  # psycopg's own, which may have no state
        return StoreUnreachable(where, message.strip().splitlines()[0].rstrip("."))
    if found := _LOCK_MESSAGE.search(message):
        return StoreLocked(where, found["process"], int(found["pid"]))
    if "Could not set lock" in message:
        return StoreLocked(where, "another program", None)
    return StoreUnreadable(where, message.splitlines()[0].removeprefix("IO Error: ").rstrip("."))


def _is_conflict(error: DBAPIError) -> bool:
    return postgresql.is_conflict(error) or any(sign in str(error.orig) for sign in _CONFLICTS)


def _write_lock(url: sa.URL) -> threading.Lock:
    """One lock a database in this process, however many stores were opened on it."""
    name = str(Path(url.database).resolve()) if url.database and url.get_backend_name() == "duckdb" else str(url)
    with _registry:
        return _write_locks.setdefault(name, threading.Lock())
