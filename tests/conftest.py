"""What every test runs under: no network, one thread, the same examples each time."""

from __future__ import annotations

import os

# Before anything imports torch or transformers, and inherited by the processes that tests start.
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    TOKENIZERS_PARALLELISM="false",
    OMP_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
)

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from storage.session import open_store
from tests import databases

ROOT = Path(__file__).resolve().parent.parent
LEDGERS = ROOT.parent / "shared" / "ledgers"

settings.register_profile(
    "counterpoint",
    deadline=None,  # two busy cores make any deadline a coin toss
    derandomize=True,  # a red build is red again on the next machine
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("counterpoint")


class NetworkUsed(AssertionError):
    """A test reached for another machine."""

    def __init__(self, address: object) -> None:
        super().__init__(f"a test tried to connect to {address}; tests use this machine only. Give it a local file.")


def _is_here(address: object) -> bool:
    """Whether an address is a Unix socket or on the loopback interface."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in ("localhost", ""):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection that leaves the machine, so that no test passes thanks to a download."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_here(address):
            raise NetworkUsed(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        if not _is_here(address):
            raise NetworkUsed(address)
        return connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket.socket, "connect_ex", guarded_ex)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def repo_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_ledgers() -> Path:
    """The folder of real ledgers that lies beside the repository on machines that have it."""
    if not LEDGERS.is_dir():
        pytest.skip("the shared ledgers are not beside this repository; tests on real books are skipped")
    return LEDGERS


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test its own COUNTERPOINT_HOME, so that none reads or writes the developer's books."""
    monkeypatch.setenv("COUNTERPOINT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COUNTERPOINT_DATABASE_URL", raising=False)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[databases.Server]:
    """A PostgreSQL server that runs as long as this test process; the first test that needs it starts it."""
    programs = databases.programs()
    if programs is None:
        pytest.skip(databases.NOT_INSTALLED)
    with databases.running_server(programs) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_books(postgresql: databases.Server) -> Iterator[str]:
    """A database with the schema in it, emptied after each test: quicker than a new one for every test."""
    with postgresql.database() as name:
        open_store(postgresql.url(name)).close()
        yield name


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without books: a DuckDB file that is still to be made, then one of PostgreSQL.

    A test or module that means only one of them says so with `tests.databases.on_duckdb` or `on_postgresql`.
    """
    if request.param == "duckdb":
        yield f"duckdb:///{tmp_path / 'books' / 'counterpoint.duckdb'}"
        return
    server: databases.Server = request.getfixturevalue("postgresql")
    name: str = request.getfixturevalue("postgresql_books")
    yield server.url(name)
    server.empty(name)


@pytest.fixture(params=databases.KINDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without so much as a table; a DuckDB file that is still to be made."""
    if request.param == "duckdb":
        yield f"duckdb:///{tmp_path / 'empty' / 'counterpoint.duckdb'}"
        return
    server: databases.Server = request.getfixturevalue("postgresql")
    with server.database() as name:
        yield server.url(name)
