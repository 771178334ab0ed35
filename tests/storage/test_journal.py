from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.journal import (
    IMPORTED,
    Entry,
    Kind,
    Line,
    Side,
    State,
)
from storage.decisions import add_decision
from storage.errors import LinesRefused, UnknownEntry
from storage.intake import NewBatch
from storage.records import MODEL, PERSON, Book, JournalQuery, NewEntry
from storage.rows import content_digest
from storage.session import Store, open_store
from tests.builders import A_DAY, a_line, an_entry, some_entries
from tests.storage.drawn import an_imported

A_BATCH = NewBatch(file_name="a.txt", file_sha256="0", format="fec", reason="A test.", by="ana")
A_LOT = Decimal("1234567890123456.78")


def add(store: Store, book: Book, *entries: Entry) -> tuple[Entry, ...]:
    with store.unit_of_work() as unit:
        unit.journal.add_imported(book.book_id, A_BATCH, entries)
        return unit.journal.current(book.book_id)


def as_given(stored: Entry, given_: Entry) -> Entry:
    """The stored entry with what the store adds (its id, the time) taken from the one it was given."""
    return replace(stored, entry_id=given_.entry_id, recorded=given_.recorded)


def test_money_is_exact_to_the_last_digit(store: Store, book: Book) -> None:
    huge = (Line(account="1", side=Side.DEBIT, amount=A_LOT), Line(account="2", side=Side.CREDIT, amount=A_LOT))
    stored = add(store, book, an_entry(lines=huge))[0]
    assert stored.lines[0].amount == A_LOT
    assert str(stored.lines[0].amount) == "1234567890123456.78"
    assert stored.total == A_LOT
    with store.unit_of_work(read_only=True) as unit:
        found = unit.journal.search(book.book_id, JournalQuery(amount_from=A_LOT, amount_to=A_LOT))
        assert (found.total, found.amount) == (1, A_LOT)
        assert unit.journal.search(book.book_id, JournalQuery(amount_from=A_LOT + Decimal("0.01"))).total == 0


@settings(max_examples=40)
@given(st.lists(an_imported, min_size=1, max_size=4, unique_by=lambda e: e.entry_id))
def test_what_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, drawn: list[Entry]) -> None:
    entries = [replace(e, position=i) for i, e in enumerate(drawn)]
    store = open_store(f"duckdb:///{tmp_path_factory.mktemp('trip') / 'x.duckdb'}")
    with store.unit_of_work() as unit:
        book = unit.books.create("Trip")
        unit.journal.add_imported(book.book_id, A_BATCH, entries)
        stored = sorted(unit.journal.current(book.book_id), key=lambda e: e.position)
    store.close()
    assert [as_given(s, e) for s, e in zip(stored, entries, strict=True)] == entries


def test_source_order_is_kept_and_a_later_file_comes_after(store: Store, book: Book) -> None:
    day = [an_entry(f"row {i}", entry_id=f"k{i}", position=i) for i in range(120)]
    add(store, book, *day)
    more = [an_entry(f"more {i}", entry_id=f"m{i}", position=i) for i in range(3)]
    current = add(store, book, *more)
    assert [e.description for e in current] == [e.description for e in day + more]
    assert [e.position for e in current] == list(range(123))


def test_imported_entries_are_booked_elsewhere_and_have_one_version(store: Store, book: Book) -> None:
    stored = add(store, book, an_entry(entry_id="ACH-1-2025"))[0]
    with store.unit_of_work(read_only=True) as unit:
        detail = unit.journal.entry(book.book_id, stored.entry_id)
    assert detail.entry == stored
    assert (detail.source_key, detail.file, detail.decisions) == ("ACH-1-2025", "a.txt", ())
    assert [(v.number, v.origin, v.author) for v in detail.versions] == [(1, IMPORTED, "ana")]
    assert stored.state is State.BOOKED_ELSEWHERE
    assert stored.origin == IMPORTED


def test_a_model_proposes_a_person_corrects_and_both_stay(store: Store, book: Book) -> None:
    proposed = (a_line("D 4210 1000"), a_line("C 1600 1000 Lenz"))
    corrected = (a_line("D 4200 1000"), a_line("C 1600 1000 Lenz"))
    new = NewEntry(
        description="Miete", date=A_DAY, currency="EUR", journal="ER", party="Lenz", document="R 7", document_date=A_DAY
    )
    with store.unit_of_work() as unit:
        entry_id = unit.journal.open_entry(book.book_id, new, "ana")
        lineage = {"bundle": "b1", "probability": 0.25}
        assert unit.journal.add_version(entry_id, proposed, author="b1", origin=MODEL, lineage=lineage) == 1
        assert unit.journal.add_version(entry_id, corrected, author="ana", origin=PERSON) == 2
    with store.unit_of_work(read_only=True) as unit:
        detail = unit.journal.entry(book.book_id, entry_id)
    assert [v.lines for v in detail.versions] == [proposed, corrected]
    assert detail.versions[0].lineage == lineage
    assert detail.entry.lines == corrected
    assert (detail.entry.state, detail.entry.origin, detail.entry.document) == (State.DRAFT, PERSON, "R 7")
    assert detail.entry.total == 1000


def test_the_state_is_that_of_the_last_act_and_comments_change_none(store: Store, book: Book) -> None:
    stored = add(store, book, an_entry())[0]
    with store.unit_of_work() as unit:
        for act, expected in (
            ("commented", State.BOOKED_ELSEWHERE), ("submitted", State.SUBMITTED), ("returned", State.RETURNED),
            ("submitted", State.SUBMITTED), ("commented", State.SUBMITTED), ("approved", State.APPROVED),
            ("posted", State.POSTED), ("reversed", State.REVERSED),
        ):  # fmt: skip
            add_decision(unit.session, book.book_id, act=act, by="ben", entry_id=stored.entry_id, version=1)
            detail = unit.journal.entry(book.book_id, stored.entry_id)
            assert detail.entry.state is expected
        assert [d.version for d in detail.decisions] == [1] * 8
        sequences = [d.sequence for d in detail.decisions]
        assert sequences == sorted(set(sequences))
        with pytest.raises(ValueError, match="changes where an entry stands"):
            unit.journal.decide(book.book_id, stored.entry_id, "approved", "ben")
        with pytest.raises(ValueError, match="vanished"):
            unit.journal.decide(book.book_id, stored.entry_id, "vanished", "ben")


def test_what_is_forgotten_teaches_no_more_until_remembered(store: Store, book: Book) -> None:
    stored = add(store, book, an_entry())[0]
    with store.unit_of_work() as unit:
        for act, teaching in (("forgotten", 0), ("remembered", 1), ("reversed", 0)):
            add_decision(unit.session, book.book_id, act=act, by="ben", entry_id=stored.entry_id, version=1)
            assert len(unit.journal.teaching(book.book_id)) == teaching


@pytest.mark.parametrize("kind", [Kind.OPENING, Kind.CLOSING, Kind.OFF_BOOK, Kind.REVERSAL])
def test_openings_and_closings_never_teach(store: Store, book: Book, kind: Kind) -> None:
    add(store, book, an_entry(kind=kind), an_entry(entry_id="E2", kind=Kind.ACCRUAL))
    with store.unit_of_work(read_only=True) as unit:
        assert [e.kind for e in unit.journal.teaching(book.book_id)] == [Kind.ACCRUAL]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((), "without lines"),
        ((Line(account="1", side=Side.DEBIT, amount=Decimal(0)),), "not zero"),
        ((Line(account="1", side=Side.DEBIT, amount=Decimal("NaN")),), "NaN"),
        ((Line(account="1", side=Side.DEBIT, amount=Decimal("0.00001")),), "4 decimals"),
        ((Line(account="1", side=Side.DEBIT, amount=Decimal(10) ** 18),), "below 10"),
        ((Line(account="", side=Side.DEBIT, amount=Decimal(1)),), "without an account"),
        ((Line(account="1", side=Side.DEBIT, amount=Decimal(1), rate=Decimal(10) ** 12),), "Rates"),
        ((Line(account="1", side=Side.DEBIT, amount=Decimal(1), original_amount=Decimal("Infinity")),), "original"),
    ],
)
def test_lines_that_would_be_falsified_are_refused_with_a_sentence(
    store: Store, book: Book, lines: tuple[Line, ...], says: str
) -> None:
    with store.unit_of_work() as unit:
        entry_id = unit.journal.open_entry(book.book_id, NewEntry(description="x", date=A_DAY), "ana")
        with pytest.raises(LinesRefused, match=says):
            unit.journal.add_version(entry_id, lines, author="ana", origin=PERSON)
        with pytest.raises(LinesRefused, match=says):
            unit.journal.add_imported(book.book_id, A_BATCH, [an_entry(lines=lines)])


def test_an_origin_that_is_neither_model_nor_person_is_refused(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit, pytest.raises(LinesRefused, match="imported"):
        unit.journal.add_version("any", [a_line("D 1 1")], author="ana", origin=IMPORTED)


def test_an_entry_of_another_book_is_unknown_here(store: Store, book: Book) -> None:
    stored = add(store, book, an_entry())[0]
    with store.unit_of_work() as unit:
        other = unit.books.create("Other")
        with pytest.raises(UnknownEntry):
            unit.journal.entry(other.book_id, stored.entry_id)
        with pytest.raises(UnknownEntry):
            unit.journal.add_version("nobody", [a_line("D 1 1")], author="ana", origin=PERSON)


def test_text_the_database_cannot_hold_is_cleaned_on_the_way_in(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        entry_id = unit.journal.open_entry(book.book_id, NewEntry(description="a\0b\ud83d", date=A_DAY), "ana")
        unit.journal.add_version(entry_id, [a_line("D 1 1", label="x\0y")], author="ana", origin=PERSON)
        entry = unit.journal.entry(book.book_id, entry_id).entry
    assert (entry.description, entry.lines[0].label) == ("ab\ufffd", "xy")


LEDGER = (
    an_entry("Électricité de mars", entry_id="a", date=date(2025, 3, 1), journal="ACH Achats", document="F-100%"),
    an_entry("Loyer", "D 6130 500", "C 5120 500 SCI Müller", entry_id="b", date=date(2025, 3, 2), journal="BQ Banque"),
    an_entry("Loyer avril", "D 6130 700", "C 5120 700", entry_id="c", date=date(2025, 4, 2), journal="BQ Banque"),
    an_entry("A nouveau", "D 5120 9", "C 1010 9", entry_id="d", date=date(2025, 1, 1), journal="AN", kind=Kind.OPENING),
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (JournalQuery(), "cbad"),
        (JournalQuery(newest_first=False), "dabc"),
        (JournalQuery(text="electricite"), "a"),
        (JournalQuery(text="  AVRIL   loyer "), "c"),
        (JournalQuery(text="muller"), "b"),
        (JournalQuery(text="100%"), "a"),
        (JournalQuery(text="%"), "a"),
        (JournalQuery(text="_"), ""),
        (JournalQuery(text="'; DROP TABLE lines; --"), ""),
        (JournalQuery(account="6130"), "cb"),
        (JournalQuery(account="61"), ""),
        (JournalQuery(account="61*"), "cb"),
        (JournalQuery(journal="BQ"), "cb"),
        (JournalQuery(journal="BQ Banque"), "cb"),
        (JournalQuery(journal="B"), ""),
        (JournalQuery(since=date(2025, 3, 2), until=date(2025, 4, 1)), "b"),
        (JournalQuery(amount_from=Decimal(500), amount_to=Decimal(700)), "cb"),
        (JournalQuery(state=State.BOOKED_ELSEWHERE), "cbad"),
        (JournalQuery(state=State.DRAFT), ""),
        (JournalQuery(kind=Kind.OPENING), "d"),
        (JournalQuery(text="loyer", journal="BQ", amount_from=Decimal(600)), "c"),
    ],
)
def test_search(store: Store, book: Book, query: JournalQuery, expected: str) -> None:
    add(store, book, *LEDGER)
    by_text = {e.description: e.entry_id for e in LEDGER}
    with store.unit_of_work(read_only=True) as unit:
        found = unit.journal.search(book.book_id, query)
    assert "".join(by_text[e.description] for e in found.rows) == expected
    assert found.total == len(expected)
    assert found.amount == sum((e.total for e in found.rows), Decimal(0))


def test_a_search_looks_at_the_current_version_only(store: Store, book: Book) -> None:
    add(store, book, *LEDGER)
    with store.unit_of_work() as unit:
        entry_id = unit.journal.open_entry(book.book_id, NewEntry(description="Loyer mai", date=A_DAY), "ana")
        for account, amount in (("6130", 500), ("6140", 510)):
            lines = [a_line(f"D {account} {amount}"), a_line(f"C 5120 {amount}")]
            unit.journal.add_version(entry_id, lines, author="ana", origin=PERSON)
        assert unit.journal.search(book.book_id, JournalQuery(account="6130")).total == 2
        assert unit.journal.search(book.book_id, JournalQuery(account="6140")).total == 1
        assert (
            unit.journal.search(book.book_id, JournalQuery(amount_from=Decimal(510), amount_to=Decimal(510))).total == 1
        )


def test_pages_cover_everything_once_and_totals_are_over_all(store: Store, book: Book) -> None:
    entries = some_entries(57)
    add(store, book, *entries)
    seen: list[str] = []
    with store.unit_of_work(read_only=True) as unit:
        for page in range(1, 8):
            found = unit.journal.search(book.book_id, JournalQuery(page=page, size=10))
            assert (found.total, found.page) == (57, page)
            assert found.amount == sum((e.total for e in entries), Decimal(0))
            seen += [e.entry_id for e in found.rows]
        assert unit.journal.search(book.book_id, JournalQuery(page=0, size=0)).size == 1
    assert len(seen) == len(set(seen)) == 57


def test_source_keys_tell_content_apart(store: Store, book: Book) -> None:
    entry = an_entry(entry_id="k")
    add(store, book, entry)
    with store.unit_of_work(read_only=True) as unit:
        assert unit.journal.source_keys(book.book_id) == {"k": content_digest(entry)}
    assert content_digest(entry) == content_digest(replace(entry, entry_id="other", position=9))
    assert content_digest(entry) != content_digest(replace(entry, description="other"))


def test_currencies_are_told_by_id_and_only_within_the_book(store: Store, book: Book) -> None:
    one, two = add(store, book, an_entry(entry_id="a", currency="USD"), an_entry(entry_id="b", description="Strom"))
    with store.unit_of_work() as unit:
        other = unit.books.create("other")
        assert unit.journal.currencies(book.book_id, [one.entry_id, two.entry_id]) == {
            one.entry_id: "USD",
            two.entry_id: "EUR",
        }
        assert unit.journal.currencies(other.book_id, [one.entry_id]) == {}
        assert unit.journal.currencies(book.book_id, []) == {}


def test_what_the_book_s_lines_carry_is_told(store: Store, book: Book) -> None:
    add(store, book, an_entry(entry_id="a"))
    with store.unit_of_work(read_only=True) as unit:
        assert unit.journal.carries(book.book_id) == (False, False)
    lines = (a_line("D 4210 5.00", tax_code="V19"), a_line("C 1600 5.00 Lenz"))
    add(store, book, an_entry(entry_id="b", lines=lines))
    with store.unit_of_work(read_only=True) as unit:
        assert unit.journal.carries(book.book_id) == (True, True)
