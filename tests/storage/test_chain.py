from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from engine.journal import Account, Kind
from storage import audit, chain, imports, schema
from storage.models import NewModel
from storage.records import MODEL, PERSON, Book, NewEntry
from storage.session import Store
from tests.builders import A_DAY, a_line, some_entries
from tests.databases import behind_the_store
from tests.storage.conftest import MakeStaged


@pytest.fixture
def busy(store: Store, book: Book, staged: MakeStaged) -> Book:
    """A book in which everything that has a link happened at least once."""
    with store.unit_of_work() as unit:
        unit.books.put_accounts(book.book_id, [Account(code="1200", name="Bank", opened=A_DAY)], "ana")
        imports.apply(unit, book, staged(some_entries(60)), "ana")
        unit.books.set_journal_kind(book.book_id, "ER", Kind.CLOSING, "ana", "confirmed")
        entry = unit.journal.open_entry(book.book_id, NewEntry(description="Rent", date=A_DAY, party="Lenz"), "ana")
        lineage = {"bundle": "b1", "probability": 0.3}
        unit.journal.add_version(
            entry, [a_line("D 1 9.50"), a_line("C 2 9.50 Lenz")], author="b1", origin=MODEL, lineage=lineage
        )
        unit.journal.add_version(entry, [a_line("D 3 9"), a_line("C 2 9 Lenz")], author="ana", origin=PERSON)
        unit.journal.decide(book.book_id, entry, "commented", "ben", "call Mr Lenz")
        unit.models.add(
            book.book_id, NewModel(digest="d", folder="d", snapshot_digest="s", metrics={}, seconds=1), "ana"
        )
        unit.models.set_champion(book.book_id, "d", "ana")
    return book


def tamper(store: Store, statement: str) -> None:
    with behind_the_store(store) as session:
        session.execute(sa.text(statement))


def test_every_record_has_one_link_and_an_import_is_one(store: Store, busy: Book) -> None:
    with store.unit_of_work(read_only=True) as unit:
        links = unit.session.execute(sa.select(schema.chain).order_by(schema.chain.c.sequence)).all()
    assert [x.sequence for x in links] == list(range(1, len(links) + 1))
    assert [x.record for x in links] == [
        "books", "account_versions", "batches", "journal_kinds", "entries", "versions", "versions", "decisions",
        "decisions",
    ]  # fmt: skip
    assert links[0].previous == chain.GENESIS
    assert [x.previous for x in links[1:]] == [x.hash for x in links[:-1]]


def test_an_untouched_book_verifies(store: Store, busy: Book) -> None:
    with store.unit_of_work(read_only=True) as unit:
        assert audit.verify(unit.session, busy.book_id) is None


@pytest.mark.parametrize(
    ("statement", "record"),
    [
        ("UPDATE books SET purpose = 'ledger of record'", "books"),
        ("UPDATE account_versions SET name = 'Petty cash'", "account_versions"),
        ("UPDATE lines SET amount = amount + 0.01 WHERE account = '1576'", "batches"),
        ("UPDATE lines SET account = '4970' WHERE account = '4210'", "batches"),
        ("UPDATE entries SET date = date + 1 WHERE batch_id <> ''", "batches"),
        ("UPDATE entries SET description = 'Gift' WHERE batch_id <> '' AND position = 3", "batches"),
        ("DELETE FROM lines WHERE account = '4970'", "batches"),
        ("UPDATE journal_kinds SET kind = 'normal'", "journal_kinds"),
        ("UPDATE entries SET party = 'Other' WHERE batch_id = ''", "entries"),
        ("UPDATE lines SET amount = 9.51 WHERE amount = 9.5", "versions"),
        ("UPDATE versions SET author = 'ben' WHERE origin = 'person'", "versions"),
        ("UPDATE decisions SET act = 'approved' WHERE act = 'commented'", "decisions"),
        ("UPDATE decisions SET reason = 'call Mr Maier' WHERE act = 'commented'", "decisions"),
        ("DELETE FROM chain WHERE sequence = 4", "journal_kinds"),
        ("UPDATE chain SET hash = repeat('0', 64) WHERE sequence = 4", "journal_kinds"),
    ],
)
def test_a_changed_row_is_found_at_its_link(store: Store, busy: Book, statement: str, record: str) -> None:
    tamper(store, statement)
    with store.unit_of_work(read_only=True) as unit:
        broken = audit.verify(unit.session, busy.book_id)
    assert broken is not None
    assert broken.record == record


def test_the_chain_itself_holds_no_personal_text(store: Store, busy: Book) -> None:
    with store.unit_of_work(read_only=True) as unit:
        links = unit.session.execute(sa.select(schema.chain)).all()
        salts = unit.session.execute(sa.select(schema.entries.c.salt)).scalars().all()
    assert not any("Lenz" in str(x) for x in links)
    assert len(set(salts)) == len(salts) == 61


def test_the_same_text_under_two_salts_has_two_digests() -> None:
    assert chain.text_digest("a", ["Lenz"]) != chain.text_digest("b", ["Lenz"])
    assert chain.text_digest("a", ["Le", "nz"]) != chain.text_digest("a", ["Lenz", ""])


def test_where_a_rate_came_from_is_chained_and_adds_nothing_where_there_is_none() -> None:
    plain = a_line("D 1 9.20", original_amount=Decimal(10), original_currency="USD", rate=Decimal("0.92"))
    known = replace(plain, rate_date=A_DAY, rate_source="ECB")
    assert chain.lines_body([plain]) == [["1", "D", "9.2", "", "USD", "10", "0.92"]]
    assert chain.lines_body([known]) == [["1", "D", "9.2", "", "USD", "10", "0.92", "2025-03-03", "ECB"]]


def test_canonical_json_has_one_spelling_for_one_value() -> None:
    assert chain.canonical({"b": Decimal("1.50"), "a": date(2025, 1, 2)}) == '{"a":"2025-01-02","b":"1.5"}'
    assert chain.canonical(Decimal("1E+2")) == chain.canonical(Decimal("100.000")) == '"100"'
    assert chain.canonical("é") == '"é"'
    assert chain.canonical(datetime(2025, 1, 2, tzinfo=UTC)) == '"2025-01-02T00:00:00+00:00"'
    with pytest.raises(TypeError, match="canonical"):
        chain.canonical(object())


def test_first_broken_names_the_first_link_that_does_not_follow() -> None:
    links: list[dict[str, object]] = []
    previous = chain.GENESIS
    for n in range(1, 5):
        body = chain.link_body("b", n, "books", f"r{n}", "c", previous)
        previous = chain.digest(body)
        links.append({**body, "hash": previous})
    assert chain.first_broken(links) is None
    assert chain.first_broken([]) is None
    assert chain.first_broken(links[1:]) == 1
    assert chain.first_broken([*links[:2], links[3]]) == 3
    assert chain.first_broken([links[0], {**links[1], "content": "other"}, *links[2:]]) == 2
