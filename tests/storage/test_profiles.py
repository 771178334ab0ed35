"""Saved mappings: the newest of a name holds, a withdrawn one is gone, and each stands in the chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import audit
from storage.importers.flat import MappingRefused
from storage.importers.tables.mapping import Mapping
from storage.profiles import UnknownProfile
from storage.records import Book
from storage.session import UnitOfWork

OURS = Mapping(
    name="Old till", kind="text", header=("Tag", "Konto", "Wert"), layout="inverse", group_by=("date", "document"),
    columns={"date": "Tag", "account": "Konto", "amount": "Wert"}, date_order={"date": "dmy"}, decimal={"*": ","},
)  # fmt: skip


def test_a_saved_mapping_comes_back_as_it_was(unit: UnitOfWork, book: Book) -> None:
    saved = unit.profiles.save(book.book_id, OURS, "ana")
    assert unit.profiles.list(book.book_id) == (saved,)
    assert (saved.mapping, saved.fingerprint, saved.by) == (OURS, OURS.fingerprint, "ana")
    assert unit.profiles.find(book.book_id, " Old till ").mapping == OURS


def test_the_newest_of_a_name_holds_and_comes_first(unit: UnitOfWork, book: Book) -> None:
    unit.profiles.save(book.book_id, OURS, "ana")
    unit.profiles.save(book.book_id, replace(OURS, name="Other"), "ana")
    unit.profiles.save(book.book_id, replace(OURS, layout="signed"), "bo")
    assert [(p.name, p.mapping.layout, p.by) for p in unit.profiles.list(book.book_id)] == [
        ("Old till", "signed", "bo"), ("Other", "inverse", "ana"),
    ]  # fmt: skip


def test_a_withdrawn_mapping_is_gone_until_it_is_saved_again(unit: UnitOfWork, book: Book) -> None:
    unit.profiles.save(book.book_id, OURS, "ana")
    unit.profiles.withdraw(book.book_id, "Old till", "ana")
    assert unit.profiles.list(book.book_id) == ()
    with pytest.raises(UnknownProfile, match=r"'Old till'.*none yet"):
        unit.profiles.find(book.book_id, "Old till")
    unit.profiles.save(book.book_id, OURS, "ana")
    assert len(unit.profiles.list(book.book_id)) == 1


def test_every_version_stands_in_the_chain(unit: UnitOfWork, book: Book) -> None:
    unit.profiles.save(book.book_id, OURS, "ana")
    unit.profiles.withdraw(book.book_id, "Old till", "ana")
    assert audit.verify(unit.session, book.book_id) is None


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (replace(OURS, name=" "), "at most 80 characters"),
        (replace(OURS, name="x" * 81), "at most 80 characters"),
        (replace(OURS, columns={}), "Name at least the columns"),
        (replace(OURS, columns={"day": "Tag"}), "'date'"),
        (replace(OURS, layout="sideways"), "'two'"),
        (replace(OURS, header=("a\0", "b")), "no file can have"),
    ],
)
def test_what_no_table_can_be_read_by_is_not_saved(unit: UnitOfWork, book: Book, broken: Mapping, says: str) -> None:
    with pytest.raises(MappingRefused, match=says):
        unit.profiles.save(book.book_id, broken, "ana")
    assert unit.profiles.list(book.book_id) == ()
