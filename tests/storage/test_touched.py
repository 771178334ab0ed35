"""A reader of an older state looks again at what changed since, and at nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.journal import Kind
from storage import imports
from storage.policy import Policy
from storage.records import PERSON, Book, NewEntry
from storage.session import Store, UnitOfWork
from tests.builders import A_DAY, a_line, an_entry, some_entries
from tests.storage.conftest import MakeStaged


@pytest.fixture
def filled(store: Store, book: Book, staged: MakeStaged) -> Book:
    with store.unit_of_work() as unit:
        imports.apply(unit, book, staged(some_entries(8)), "ana")
    return book


def head(store: Store, book: Book) -> int:
    with store.unit_of_work(read_only=True) as unit:
        return unit.journal.head(book.book_id)


def touched(store: Store, book: Book, since: int) -> frozenset[str] | None:
    with store.unit_of_work(read_only=True) as unit:
        return unit.journal.touched(book.book_id, since)


def test_nothing_changed_and_acts_beside_the_entries_name_none(store: Store, filled: Book) -> None:
    since = head(store, filled)
    assert touched(store, filled, since) == frozenset()
    with store.unit_of_work() as unit:
        unit.people.set_role(filled.book_id, unit.people.add("ana", "", "op"), "reviewer", "op", granted=True)
    assert head(store, filled) > since
    assert touched(store, filled, since) == frozenset()


def test_an_act_a_version_and_an_import_name_their_entries(store: Store, filled: Book, staged: MakeStaged) -> None:
    with store.unit_of_work(read_only=True) as unit:
        first = unit.journal.current(filled.book_id)[0].entry_id
    since = head(store, filled)
    with store.unit_of_work() as unit:
        unit.journal.decide(filled.book_id, first, "forgotten", "ana", "private")
        made = unit.journal.open_entry(filled.book_id, NewEntry(description="Rent", date=A_DAY), "ana")
        unit.journal.add_version(made, [a_line("D 1 9"), a_line("C 2 9")], author="ana", origin=PERSON)
    assert touched(store, filled, since) == frozenset({first, made})
    later = head(store, filled)
    with store.unit_of_work() as unit:
        imports.apply(unit, filled, staged([replace(an_entry("Neu"), entry_id="N1")]), "ana")
    found = touched(store, filled, later)
    assert found is not None
    with store.unit_of_work(read_only=True) as unit:
        assert [e.description for e in unit.journal.current(filled.book_id, found)] == ["Neu"]
        assert [e.description for e in unit.journal.teaching(filled.book_id, found)] == ["Neu"]
        assert unit.journal.teaching(filled.book_id, {first, made}) == ()


@pytest.mark.parametrize("rule", ["kind", "policy"])
def test_what_rules_over_many_entries_names_all_of_them(store: Store, filled: Book, rule: str) -> None:
    def change(unit: UnitOfWork) -> None:
        if rule == "kind":
            unit.books.set_journal_kind(filled.book_id, "ER", Kind.CLOSING, "ana", "confirmed")
        else:
            unit.policies.put(filled.book_id, Policy(restricted_journals=("ER",)), "ana", "payroll")

    since = head(store, filled)
    with store.unit_of_work() as unit:
        change(unit)
    assert touched(store, filled, since) is None


def test_every_kind_of_link_is_known_to_the_reader_or_makes_it_start_again() -> None:
    """Whoever adds a record decides here whether it changes entries; a forgotten one costs time and no truth."""
    from storage import touched as module
    from storage.chained_entries import CONTENT

    known = module._APART | module._ENTRY_OF.keys()
    assert {"journal_kinds", "book_policies"}.isdisjoint(known)
    assert set(CONTENT) >= known
