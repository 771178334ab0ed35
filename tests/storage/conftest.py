"""A store on each kind of database, and small builders for what only storage tests need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from engine.journal import Account, Entry
from storage.records import Book, Staged
from storage.session import Store, UnitOfWork, open_store
from tests import databases
from tests.builders import CATALOG

MakeStaged = Callable[[Sequence[Entry]], Staged]
WriteFile = Callable[[str, str | bytes], Path]


@pytest.fixture(autouse=True)
def _appends_only() -> Iterator[None]:
    """On DuckDB no trigger refuses a change, so every statement of every test here is read."""
    with databases.nothing_is_changed():
        yield


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = open_store(database)
    yield opened
    opened.close()


@pytest.fixture
def book(store: Store) -> Book:
    with store.unit_of_work() as unit:
        return unit.books.create("Atelier", by="ana")


@pytest.fixture
def staged() -> MakeStaged:
    def make(entries: Sequence[Entry]) -> Staged:
        return Staged(
            book_hint="atelier", format="jsonl", reason="A test made it.", accounts=(), entries=tuple(entries),
            file_sha256="f" * 64,
        )  # fmt: skip

    return make


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def unit(store: Store, book: Book) -> Iterator[UnitOfWork]:
    """One open transaction over a book with a catalog."""
    with store.unit_of_work() as opened:
        extra = (Account(code="1601", name="Kreditoren", control=True), Account(code="1999", closed=date(2024, 1, 1)))
        opened.books.put_accounts(book.book_id, (*CATALOG, *extra), "ana")
        yield opened
