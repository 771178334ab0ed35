"""Homes with real stores, and books put into them the way an import does it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app.home import Home
from app.services import train
from app.services.access import Who
from app.services.workbench import Workbench, open_workbench
from engine.demo import write_book
from engine.journal import Account, Entry
from storage import imports
from storage.records import Book, Staged
from tests.builders import CATALOG, a_snapshot, some_entries

ROOT = Path(__file__).resolve().parents[2]

ANA = Who.console("Ana")  # whoever runs the command line; every right

FillBook = Callable[..., Book]


@pytest.fixture
def wb(_own_home: None) -> Iterator[Workbench]:
    """A workbench on a home of its own."""
    workbench = open_workbench()
    yield workbench
    workbench.close()


def put(wb: Workbench, name: str, entries: Sequence[Entry], accounts: Sequence[Account]) -> Book:
    """Import entries, as booked elsewhere, into a book that is created when missing."""
    staged = Staged(
        book_hint=name, format="test", reason="Made by a test.", accounts=tuple(accounts), entries=tuple(entries)
    )
    with wb.writing() as uow:
        book = uow.books.find(name) or uow.books.create(name, "EUR", by="test")
        imports.apply(uow, book, staged, "test")
    return book


@pytest.fixture
def fill() -> FillBook:
    """A book with a catalog and entries; the 24 of `some_entries` unless told otherwise."""

    def fill(
        wb: Workbench,
        name: str = "test",
        entries: Sequence[Entry] = some_entries(),
        accounts: Sequence[Account] = CATALOG,
    ) -> Book:
        return put(wb, name, entries, accounts)

    return fill


@pytest.fixture
def home(_own_home: None) -> Home:
    return Home.from_env()


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the book "test" of 40 entries and its champion; tests work on copies of it."""
    path = tmp_path_factory.mktemp("trained") / "home"
    wb = open_workbench(Home(path))
    put(wb, "test", some_entries(40), CATALOG)
    train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny"))
    wb.close()
    return path


@pytest.fixture
def trained(trained_home: Path, home: Home) -> Iterator[Workbench]:
    """A workbench of its own on the trained book, the model already loaded."""
    shutil.copytree(trained_home, home.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("socket"))
    wb = open_workbench()
    wb.predictor("test")
    yield wb
    wb.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A folder in Counterpoint's own format with 24 entries."""
    return write_book(a_snapshot(), tmp_path / "ledger")


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path / "home"


def counterpoint(*arguments: str, home: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=ROOT,
        env={**os.environ, "COUNTERPOINT_HOME": str(home)},
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
