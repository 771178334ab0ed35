"""What is written in Counterpoint's own format comes back through its importer, to the cent."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.demo import demo_book, write_demo
from storage.importers import read

pytestmark = pytest.mark.filterwarnings("error")


def test_the_demo_book_comes_back_from_its_files(tmp_path: Path) -> None:
    book = demo_book()
    staged = read(write_demo(tmp_path / "demo"))
    assert not staged.errors
    assert [(a.code, a.name, a.type, a.parent) for a in staged.accounts] == [
        (a.code, a.name, a.type, a.parent) for a in book.accounts
    ]
    assert len(staged.entries) == len(book.entries)
    for got, want in zip(staged.entries, book.entries, strict=True):
        assert (got.entry_id, got.date, got.description, got.journal) == (
            want.entry_id,
            want.date,
            want.description,
            want.journal,
        )
        assert (got.party, got.kind, got.document, got.lines) == (want.party, want.kind, want.document, want.lines)
