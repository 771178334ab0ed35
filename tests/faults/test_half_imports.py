"""Damaged files on their way into a book: all that one staged goes in, or nothing of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from engine.journal import Entry, Side
from storage import audit, imports
from storage.importers import canonical, fec, flat
from storage.session import Store, open_store
from tests.faults.pieces import Piece
from tests.storage.importers import fuzz
from tests.storage.importers.samples import OF_ENTRIES


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = open_store(database)
    yield opened
    opened.close()


def test_a_damaged_file_goes_in_with_all_it_staged_or_not_at_all(store: Store) -> None:
    assert sum(goes_in(store, seeds) for seeds in (range(30),)) > 5


@pytest.mark.long
def test_damaged_files_go_in_with_all_they_staged(store: Store, piece: Piece) -> None:
    piece.note({"inputs": 600, "imports": goes_in(store, range(600))})


def goes_in(store: Store, seeds: Sequence[int]) -> int:
    """How many of the mutated files brought entries; each brought all that it staged."""
    brought, total = 0, Decimal(0)
    with store.unit_of_work() as unit:
        book = unit.books.create(f"Accidents {len(unit.books.list())}")
    dice = random.Random(5)
    for seed in seeds:
        name, sample = dice.choice(OF_ENTRIES)
        reader = {"a.txt": fec.read_fec, "a.jsonl": canonical.read_canonical, "a.csv": flat.read_flat}[name]
        staged = fuzz.survives(reader, fuzz.mutate(sample, seed), name)
        with store.unit_of_work() as unit:
            before = unit.journal.count(book.book_id)
            result = imports.apply(unit, book, staged, "ana", file_name=name) if staged else None
        with store.unit_of_work(read_only=True) as unit:
            new = result.new if result else 0
            assert unit.journal.count(book.book_id) == before + new
            if staged and result:
                assert result.new + result.known + result.alike == len(staged.entries)
                assert result.debit == result.credit
            total += result.debit if result else 0
            assert debits(unit.journal.current(book.book_id)) == total
            brought += bool(new)
    with store.unit_of_work(read_only=True) as unit:
        assert audit.examine(unit.session, book.book_id).faults == ()
    return brought


def debits(entries: Sequence[Entry]) -> Decimal:
    return sum((x.amount for e in entries for x in e.lines if x.side is Side.DEBIT), Decimal(0))
