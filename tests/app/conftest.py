"""Homes with real stores, and books put into them the way an import does it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app.home import Home
from app.services.access import Who
from app.services.workbench import Workbench, open_workbench
from engine.journal import Account, Entry
from storage import imports
from storage.records import Book, Staged
from tests.builders import CATALOG, some_entries

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
