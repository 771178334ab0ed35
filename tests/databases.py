"""A PostgreSQL server of the tests' own: no systemd, no port, nothing left behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.orm import Session

from storage import migrate
from storage.schema_people import MUTABLE
from storage.session import Store
from storage.tables import metadata

KINDS = ("duckdb", "postgresql")
NOT_INSTALLED = "PostgreSQL is not installed; as root: apt-get install postgresql"
_START_SECONDS = 30.0
# Sorting by an everyday locale, which is not the order of code points: queries that rely on that order fail here.
_INITDB = ("--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US", "--auth=trust", "--no-sync")
_SERVER = (
    "listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100",
    "shared_buffers=32MB", "autovacuum=off", "timezone=Asia/Kathmandu",
)  # fmt: skip
# What is committed is on the disk, as everywhere but in quick tests.
DURABLE = ("listen_addresses=", "max_connections=100", "shared_buffers=32MB", "timezone=Asia/Kathmandu")

_EMPTY = """
DO $$
DECLARE name text; filled boolean;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
        CONTINUE WHEN NOT filled;
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER ALL', name);
        EXECUTE format('DELETE FROM %I', name);
        EXECUTE format('ALTER TABLE %I ENABLE TRIGGER ALL', name);
        PERFORM FROM pg_trigger WHERE tgrelid = name::regclass AND tgname = 'counterpoint_append_only';
        CONTINUE WHEN NOT FOUND;
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER counterpoint_append_only', name);
    END LOOP;
END
$$
"""

# For a test or module that is about DuckDB's file itself, or whose time goes into models and not into the store.
on_duckdb = pytest.mark.parametrize("database", ["duckdb"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


class Server:
    """A PostgreSQL of its own folder, with a Unix socket in there; it runs from `start` to `stop` or `stop_at_once`."""

    def __init__(self, folder: Path, programs: Path, options: Sequence[str] = _SERVER) -> None:
        self.folder = folder
        self._programs, self._options = programs, options
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0

    def start(self) -> None:
        options = [part for option in self._options for part in ("-c", option)]
        dies_with_us = ["setpriv", "--pdeathsig", "QUIT", "--"] if shutil.which("setpriv") else []
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*dies_with_us, self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
                stdout=log, stderr=log, user=_user(), group=_user(), cwd="/",
            )  # fmt: skip
        _wait_for(self, self._process)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.stop_at_once()  # without waiting for its clients

    def stop_at_once(self) -> None:
        """An immediate stop: no transaction is finished, no page is written; the next start recovers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=20)

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres", user: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), dbname=database, user=user, autocommit=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        """A new database as a name; it is dropped afterwards, whoever is still connected."""
        self._made += 1
        name = f"books_{self._made}"
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield name
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def empty(self, database: str) -> None:
        """Take every row out of a database with the schema, whoever is still connected: quicker than a new one."""
        with self.connect(database) as connection:
            connection.execute(_EMPTY)
            connection.execute("UPDATE alembic_version SET version_num = %s", [migrate.HEAD])


def programs() -> Path | None:
    """The folder with Debian's or the system's newest server programs, or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def running_server(programs: Path, options: Sequence[str] = _SERVER) -> Iterator[Server]:
    """Start a server as the user `postgres` where this is root, else as this user; stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="counterpoint-pg-"))
    folder.chmod(0o711)  # the socket lies here
    if user := _user():
        shutil.chown(folder, user, user)
    made = subprocess.run(
        [programs / "initdb", "-U", "postgres", *_INITDB, "-D", folder / "data"],
        capture_output=True, text=True, user=user, group=user, cwd="/", check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    server = Server(folder, programs, options)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError((server.folder / "log").read_text()) from None
            time.sleep(0.05)


GUARDED = tuple(sorted(set(metadata.tables) - set(MUTABLE)))
_CHANGES = re.compile(
    r"\b(?:UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|MERGE\s+INTO|INSERT\s+OR\s+\w+\s+INTO|DROP\s+TABLE(?:\s+IF\s+EXISTS)?)"
    r'\s+"?(\w+)|INSERT\s+INTO\s+"?(\w+)\b.*\bDO\s+UPDATE\b',
    re.IGNORECASE | re.DOTALL,
)
_tampering: list[Store] = []


def changed_table(statement: str) -> str:
    """The table of bookkeeping whose rows a statement changes or removes; empty when it does neither."""
    named = (found.group(1) or found.group(2) for found in _CHANGES.finditer(statement))
    return next((name for name in named if name.lower() in GUARDED), "")


@contextmanager
def nothing_is_changed() -> Iterator[None]:
    """Whatever is sent to any database meanwhile may append, but not change or remove rows of bookkeeping."""

    def check(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        table = "" if _tampering else changed_table(statement)
        if table:
            raise AssertionError(
                f"the store changed rows of {table}: {statement}\n"
                "A test that means to do that uses tests.databases.behind_the_store."
            )

    sa.event.listen(sa.Engine, "before_cursor_execute", check)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", check)


@contextmanager
def behind_the_store(store: Store) -> Iterator[Session]:
    """A session of somebody who owns the database and switches its guards off, to change what was written."""
    triggers = GUARDED if store._engine.dialect.name == "postgresql" else ()
    _tampering.append(store)
    try:
        with Session(store._engine) as session:
            for what in ("DISABLE", "ENABLE ALWAYS"):
                for table in triggers:
                    session.execute(sa.text(f"ALTER TABLE {table} {what} TRIGGER counterpoint_append_only"))
                if what == "DISABLE":
                    yield session
                    session.flush()
            session.commit()
    finally:
        _tampering.remove(store)
