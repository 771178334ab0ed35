from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from engine.journal import Account, AccountType, Kind, minor_units
from storage import schema
from storage.errors import BadBook, BookExists, UnknownBook, UnknownJournal
from storage.intake import NewBatch
from storage.records import LEDGER_OF_RECORD, PERSON, Book, JournalKind, NewEntry
from storage.session import Store
from tests.builders import A_DAY, a_catalog, a_line, an_entry, some_entries

A_BATCH = NewBatch(file_name="a.txt", file_sha256="0", format="fec", reason="A test.", by="ana")


def test_a_book_comes_back_as_it_was_made(store: Store) -> None:
    with store.unit_of_work() as unit:
        made = unit.books.create("Café Ü 😀", currency="jpy", demo=True, purpose=LEDGER_OF_RECORD, by="ana")
    with store.unit_of_work(read_only=True) as unit:
        found = unit.books.get("Café Ü 😀")
        assert found == made
        assert unit.books.list() == (made,)
    assert (found.currency, found.minor_units, found.created_by) == ("JPY", 0, "ana")
    assert found.created.utcoffset() is not None


def test_minor_units_follow_the_currency() -> None:
    assert [minor_units(c) for c in ("EUR", "jpy", "KWD", "")] == [2, 0, 3, 2]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "two\nlines"])
def test_a_name_nobody_could_type_is_refused(store: Store, name: str) -> None:
    with pytest.raises(BadBook), store.unit_of_work() as unit:
        unit.books.create(name)


def test_a_taken_name_and_an_unknown_purpose_are_refused(store: Store, book: Book) -> None:
    with pytest.raises(BookExists, match="Atelier"), store.unit_of_work() as unit:
        unit.books.create("Atelier")
    with pytest.raises(BadBook, match="diary"), store.unit_of_work() as unit:
        unit.books.create("Other", purpose="diary")


def test_an_unknown_book_names_those_there_are(store: Store, book: Book) -> None:
    with pytest.raises(UnknownBook, match="'Atelier'"), store.unit_of_work(read_only=True) as unit:
        unit.books.get("Atelje")


def test_a_catalog_keeps_every_field_and_leading_zeros(store: Store, book: Book) -> None:
    full = Account(
        code="0050", name="Grundstück", type=AccountType.ASSET, parent="00", opened=date(2020, 1, 1),
        closed=date(2024, 6, 30), control=True,
    )  # fmt: skip
    with store.unit_of_work() as unit:
        assert unit.books.put_accounts(book.book_id, a_catalog(full), "ana") == len(a_catalog()) + 1
    with store.unit_of_work(read_only=True) as unit:
        assert set(unit.books.catalog(book.book_id)) == set(a_catalog(full))
        codes = [a.code for a in unit.books.catalog(book.book_id)]
        assert codes == sorted(codes)


def test_a_catalog_of_a_day_has_only_accounts_open_then(store: Store, book: Book) -> None:
    short = Account(code="9", opened=date(2024, 1, 1), closed=date(2024, 2, 1))
    with store.unit_of_work() as unit:
        unit.books.put_accounts(book.book_id, [short], "ana")
        days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 1)]
        assert [len(unit.books.catalog(book.book_id, d)) for d in days] == [0, 1, 1, 0]
        assert len(unit.books.catalog(book.book_id)) == 1


def test_a_changed_account_adds_a_version_and_an_unchanged_one_does_not(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        unit.books.put_accounts(book.book_id, [Account(code="1", name="Bank"), Account(code="2", name="Cash")], "ana")
        assert unit.books.put_accounts(book.book_id, [Account(code="1", name="Bank")], "ana") == 0
        assert unit.books.put_accounts(book.book_id, [Account(code="1", name="Bank AG")], "ben", date(2025, 1, 1)) == 1
    with store.unit_of_work(read_only=True) as unit:
        assert [a.name for a in unit.books.catalog(book.book_id)] == ["Bank AG", "Cash"]
        assert [a.name for a in unit.books.catalog(book.book_id, date(2024, 12, 31))] == ["Bank", "Cash"]
        rows = unit.session.execute(sa.select(schema.account_versions.c.recorded_by)).scalars().all()
        assert sorted(rows) == ["ana", "ana", "ben"]


def test_a_journal_is_as_proposed_until_a_person_confirms(store: Store, book: Book) -> None:
    proposed = JournalKind(journal="AN A NOUVEAU", code="AN", name="A NOUVEAU", kind=Kind.OPENING, reason="its name")
    entries = [
        an_entry(entry_id="k1", journal="AN A NOUVEAU", kind=Kind.OPENING),
        an_entry(entry_id="k2", journal="ER"),
    ]
    with store.unit_of_work() as unit:
        unit.books.propose_journals(book.book_id, [proposed], "ana")
        unit.journal.add_imported(book.book_id, A_BATCH, entries)
        found = unit.books.journals(book.book_id)
        assert [(j.code, j.kind, j.confirmed, j.entries) for j in found] == [
            ("AN", Kind.OPENING, False, 1),
            ("ER", Kind.NORMAL, False, 1),
        ]
        assert [e.journal for e in unit.journal.teaching(book.book_id)] == ["ER"]
        unit.books.set_journal_kind(book.book_id, "an", Kind.NORMAL, "ben", "these are corrections")
        unit.books.set_journal_kind(book.book_id, "ER", Kind.CLOSING, "ben")
        assert {j.code: (j.kind, j.confirmed) for j in unit.books.journals(book.book_id)} == {
            "AN": (Kind.NORMAL, True),
            "ER": (Kind.CLOSING, True),
        }
        assert [e.journal for e in unit.journal.teaching(book.book_id)] == ["AN A NOUVEAU"]
        unit.books.propose_journals(book.book_id, [proposed], "ana")  # the next import proposes again
        assert unit.books.journals(book.book_id)[0].kind is Kind.NORMAL


def test_a_kind_of_the_entry_itself_is_not_overruled_by_its_journal(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        certain = an_entry(entry_id="k1", kind=Kind.ACCRUAL)
        unit.journal.add_imported(book.book_id, A_BATCH, [certain, an_entry(entry_id="k2")], frozenset({"k1"}))
        unit.books.set_journal_kind(book.book_id, "ER", Kind.OPENING, "ana")
        kinds = {e.kind for e in unit.journal.current(book.book_id)}
        assert kinds == {Kind.ACCRUAL, Kind.OPENING}


def test_an_entry_made_here_takes_the_kind_of_its_journal_unless_it_says_its_own(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        unit.books.propose_journals(book.book_id, [JournalKind(journal="AN", code="AN", kind=Kind.OPENING)], "ana")
        for kind in (Kind.NORMAL, Kind.ACCRUAL):
            new = NewEntry(description="x", date=A_DAY, journal="AN", kind=kind)
            entry = unit.journal.open_entry(book.book_id, new, "ana")
            unit.journal.add_version(entry, [a_line("D 1 1"), a_line("C 2 1")], author="ana", origin=PERSON)
        assert [e.kind for e in unit.journal.current(book.book_id)] == [Kind.OPENING, Kind.ACCRUAL]


def test_a_journal_is_found_by_text_code_or_name(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        unit.books.propose_journals(book.book_id, [JournalKind(journal="OD Divers", code="OD", name="Divers")], "ana")
        for text in ("OD Divers", "OD", "od", "divers", "od divers"):
            assert unit.books.journal_named(book.book_id, text).journal == "OD Divers"
        with pytest.raises(UnknownJournal, match="'OD Divers'"):
            unit.books.journal_named(book.book_id, "BQ")


def test_books_do_not_see_each_other(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        other = unit.books.create("Other")
        unit.books.put_accounts(book.book_id, a_catalog(), "ana")
        unit.journal.add_imported(book.book_id, A_BATCH, some_entries(60))
        assert unit.books.catalog(other.book_id) == ()
        assert unit.books.journals(other.book_id) == ()
        assert unit.journal.current(other.book_id) == ()
        assert unit.journal.count(book.book_id) == 60
        unit.journal.add_imported(other.book_id, A_BATCH, some_entries(2))  # the same source keys in another book
        assert unit.journal.count(other.book_id) == 2
        assert sum((e.total for e in unit.journal.current(other.book_id)), Decimal(0)) > 0


def test_the_catalog_is_in_the_order_of_the_characters(store: Store, book: Book) -> None:
    """An everyday locale would put a before B and overlook the sign."""
    codes = ["4-30", "420", "B1", "a1", "é1"]
    with store.unit_of_work() as unit:
        unit.books.put_accounts(book.book_id, [Account(code=c) for c in reversed(codes)], "ana")
        assert [a.code for a in unit.books.catalog(book.book_id)] == codes
