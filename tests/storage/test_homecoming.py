"""What was handed over and comes back: known where it is as it was, shown where it is not, never booked twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from engine.journal import Entry
from storage import imports
from storage.exporters.formats import FORMATS, packed
from storage.exporters.subject import Subject
from storage.identity import utc_now
from storage.importers import read
from storage.records import Book, ImportResult, Resembling, Staged
from storage.session import UnitOfWork
from tests.builders import CATALOG
from tests.storage.reviewing import draft, posted

WITH_IDS = ("jsonl", "datev", "sie", "beancount", "hledger", "odoo")


def handed_over(unit: UnitOfWork, book: Book) -> tuple[Entry, ...]:
    for _ in range(2):
        posted(unit, book)
    return unit.journal.current(book.book_id)


def again(unit: UnitOfWork, book: Book, staged: Staged, *, keep: bool = False) -> ImportResult:
    return imports.apply(unit, book, staged, "ana", file_name="back", keep=keep)


def as_file(entries: tuple[Entry, ...], name: str, folder: Path) -> Staged:
    subject = Subject(book="Atelier", currency="EUR", accounts=CATALOG, entries=entries, created=utc_now())
    file, data = packed(FORMATS[name].write(subject), name)
    (folder / file).write_bytes(data)
    return read(folder / file)


@pytest.mark.parametrize("name", WITH_IDS)
def test_our_own_file_brings_nothing_new(unit: UnitOfWork, book: Book, tmp_path: Path, name: str) -> None:
    found = again(unit, book, as_file(handed_over(unit, book), name, tmp_path))
    assert (found.new, found.known, found.alike) == (0, 2, 0)


@pytest.mark.parametrize("name", ["fec", "erpnext"])
def test_a_file_without_ids_looks_alike_once_for_each_of_ours(
    unit: UnitOfWork, book: Book, tmp_path: Path, name: str
) -> None:
    ours = handed_over(unit, book)
    found = again(unit, book, as_file(ours, name, tmp_path))
    assert (found.new, found.known, found.alike) == (0, 0, 2)
    assert {r.other for r in found.resembling} == {e.entry_id for e in ours}
    third = as_file((*ours, replace(ours[0], entry_id="x", number="9")), name, tmp_path)
    assert again(unit, book, third).new == 1


def test_what_was_corrected_there_is_shown_beside_ours_and_kept_when_asked(
    unit: UnitOfWork, book: Book, tmp_path: Path
) -> None:
    ours = handed_over(unit, book)
    lines = tuple(replace(x, amount=Decimal(900)) for x in ours[0].lines)
    changed = as_file((replace(ours[0], lines=lines), ours[1]), "jsonl", tmp_path)
    found = again(unit, book, changed)
    assert (found.new, found.known) == (0, 1)
    assert found.resembling == (Resembling(ours[0].entry_id, ours[0].entry_id, same=False),)
    kept = again(unit, book, changed, keep=True)
    assert (kept.new, kept.known, kept.alike) == (1, 1, 0)
    assert len(unit.journal.current(book.book_id)) == 3


def test_a_draft_is_no_booking_but_its_id_is_taken(unit: UnitOfWork, book: Book, tmp_path: Path) -> None:
    draft(unit, book)
    (mine,) = unit.journal.current(book.book_id)
    assert again(unit, book, as_file((mine,), "jsonl", tmp_path)).alike == 1
    other = replace(mine, entry_id="E7", date=mine.date + timedelta(days=1))
    assert again(unit, book, as_file((other,), "jsonl", tmp_path)).new == 1
