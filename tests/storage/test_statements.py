"""Statements in a book: once however often they overlap, what became of each line, and what the balances prove."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from storage import audit
from storage.decisions import add_decision
from storage.records import PERSON, Book, NewEntry
from storage.schema_statements import statement_events, statement_lines
from storage.session import Store, UnitOfWork
from storage.statement_errors import EntryTaken, LineTaken, UnknownLine
from storage.statement_records import Balance, KeptLine, LineState, Statement, StatementLine, proofs
from storage.statements import MATCHED, PROPOSED, REOPENED, SET_ASIDE, StatementFile
from tests.builders import A_DAY, a_line
from tests.databases import behind_the_store

FILE = StatementFile(name="march.xml", sha256="f" * 64, format="camt053", reason="A test made it.", by="ana")
IBAN = "DE02120300000000202051"


def a_movement(day: int, amount: str, text: str = "Coffee", **more: object) -> StatementLine:
    made = {"booked": A_DAY + timedelta(days=day), "amount": Decimal(amount), "currency": "EUR", "text": text}
    return StatementLine(**{**made, **more})  # type: ignore[arg-type]


def a_statement(
    *lines: StatementLine, opening: str | None = "100", closing: str | None = None, days: tuple[int, int] = (0, 30),
    account: str = IBAN, number: str = "1",
) -> Statement:  # fmt: skip
    """A statement that proves its balance unless a closing one is given; its lines get their occurrences."""
    first, last = (A_DAY + timedelta(days=d) for d in days)
    total = sum((x.amount for x in lines), Decimal(opening or 0))
    return Statement(
        account=account, currency="EUR", lines=lines, number=number,
        opening=None if opening is None else Balance(day=first, amount=Decimal(opening)),
        closing=Balance(day=last, amount=total if closing is None else Decimal(closing)),
    )  # fmt: skip


def all_lines(unit: UnitOfWork, book: Book) -> list[KeptLine]:
    found = {
        x.line_id: x
        for s in unit.statements.list(book.book_id)
        for x in unit.statements.lines(book.book_id, s.statement_id)
    }
    return list(found.values())


def an_entry_made_here(unit: UnitOfWork, book: Book) -> str:
    entry = unit.journal.open_entry(book.book_id, NewEntry(description="Coffee", date=A_DAY), "ana")
    unit.journal.add_version(entry, [a_line("D 4210 4"), a_line("C 1020 4")], author="ana", origin=PERSON)
    return entry


def test_a_statement_comes_back_as_it_went_in_and_is_chained(store: Store, book: Book) -> None:
    line = a_movement(
        3, "-120.5", "Miete März", party="Lager GmbH", party_account="DE89", reference="B-1", end_to_end="RE-1",
        valued=A_DAY, raw=":61:x",
    )  # fmt: skip
    with store.unit_of_work() as unit:
        (brought,) = unit.statements.bring_in(book.book_id, [a_statement(line)], FILE)
    with store.unit_of_work(read_only=True) as unit:
        (kept,) = unit.statements.list(book.book_id)
        (found,) = unit.statements.lines(book.book_id, kept.statement_id)
        assert audit.verify(unit.session, book.book_id) is None
    assert (brought.new, brought.known, brought.statement_id) == (1, 0, kept.statement_id)
    assert (found.line, found.state, found.account) == (line, LineState.WAITING, IBAN)
    assert (kept.movement, kept.first, kept.file_name) == (Decimal("-120.5"), A_DAY, "march.xml")


def test_the_same_file_again_adds_nothing(store: Store, book: Book) -> None:
    made = a_statement(a_movement(1, "-4"), a_movement(1, "-4", occurrence=2))
    with store.unit_of_work() as unit:
        results = [unit.statements.bring_in(book.book_id, [made], FILE)[0] for _ in range(2)]
        links = audit.examine(unit.session, book.book_id).links
        assert len(all_lines(unit, book)) == 2
    assert [(r.new, r.known) for r in results] == [(2, 0), (0, 2)]
    assert results[1].statement_id == ""
    with store.unit_of_work() as unit:
        unit.statements.bring_in(book.book_id, [made], FILE)
        assert audit.examine(unit.session, book.book_id).links == links


def test_overlapping_statements_share_their_lines_and_twins_of_a_day_survive(store: Store, book: Book) -> None:
    twins = [a_movement(5, "-4", occurrence=n) for n in (1, 2, 3)]
    early = a_statement(a_movement(1, "10", "Sale"), *twins[:2], days=(0, 5))
    late = a_statement(*twins, a_movement(9, "7", "Sale"), opening="110", days=(5, 9))
    with store.unit_of_work() as unit:
        first, second = unit.statements.bring_in(book.book_id, [early, late], FILE)
        kept = unit.statements.list(book.book_id)
        counted = unit.statements.counts(book.book_id)
        assert len(all_lines(unit, book)) == 5
    assert [(first.new, first.known), (second.new, second.known)] == [(3, 0), (2, 2)]
    assert [sum(counted[s.statement_id].values()) for s in kept] == [3, 4]


def test_equal_lines_of_statements_that_follow_each_other_within_a_day_all_stay(store: Store, book: Book) -> None:
    one, two, three = (
        a_statement(a_movement(5, "-10", "Parking"), opening=opening, days=days, number=number)
        for number, opening, days in (("7/1", "100", (0, 5)), ("7/2", "90", (5, 5)), ("8/1", "80", (5, 5)))
    )
    with store.unit_of_work() as unit:
        planned = unit.statements.plan(book.book_id, [one, two])
        files = [unit.statements.bring_in(book.book_id, f, FILE) for f in ([one, two], [three], [two, one], [three])]
        assert [x.line.occurrence for x in all_lines(unit, book)] == [1, 2, 3]
        assert audit.verify(unit.session, book.book_id) is None
    assert [(r.new, r.known) for r in planned] == [(1, 0), (1, 0)]
    assert [[(r.new, r.known) for r in f] for f in files] == [[(1, 0), (1, 0)], [(1, 0)], [(0, 1), (0, 1)], [(0, 1)]]


def test_what_went_before_may_come_later(store: Store, book: Book) -> None:
    one = a_statement(a_movement(5, "-10", "Parking"), days=(0, 5))
    two = a_statement(a_movement(5, "-10", "Parking"), opening="90", days=(5, 9), number="2")
    with store.unit_of_work() as unit:
        results = [unit.statements.bring_in(book.book_id, [s], FILE)[0] for s in (two, one, two, one)]
    assert [(r.new, r.known) for r in results] == [(1, 0), (1, 0), (0, 1), (0, 1)]


def test_a_bank_s_own_id_tells_lines_apart_and_a_reused_one_loses_none(store: Store, book: Book) -> None:
    lines = [
        a_movement(1, "-4", "Coffee", reference="A"), a_movement(1, "-4", "Coffee", reference="B"),
        a_movement(2, "-9", "Tea", reference="A"),
    ]  # fmt: skip
    again = [
        a_movement(1, "-4", "COFFEE SHOP 12", reference="A")
    ]  # the bank words it otherwise, the id says it is known
    with store.unit_of_work() as unit:
        unit.statements.bring_in(book.book_id, [a_statement(*lines)], FILE)
        (second,) = unit.statements.bring_in(book.book_id, [a_statement(*again, number="2")], FILE)
        assert len(all_lines(unit, book)) == 3
    assert (second.new, second.known) == (0, 1)


def test_what_looks_alike_in_another_statement_is_named_and_kept(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        camt = a_statement(
            a_movement(1, "-4", "Coffee", reference="B-1"), a_movement(1, "-4", "Coffee", reference="B-2")
        )
        csv = a_statement(a_movement(1, "-4", "CARD COFFEE"), number="csv")
        unit.statements.bring_in(book.book_id, [camt, csv], FILE)
        lines = all_lines(unit, book)
        assert [len(unit.statements.alike(book.book_id, x)) for x in lines] == [1, 1, 2]


def test_a_day_without_movements_keeps_nothing(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        (brought,) = unit.statements.bring_in(book.book_id, [a_statement()], FILE)
        assert (brought.new, brought.known, unit.statements.list(book.book_id)) == (0, 0, ())


def test_a_plan_says_what_would_come_and_writes_nothing(store: Store, book: Book) -> None:
    one, two = a_statement(a_movement(1, "-4")), a_statement(a_movement(1, "-4"), a_movement(2, "-5"), number="2")
    with store.unit_of_work() as unit:
        planned = unit.statements.plan(book.book_id, [one, two])
        assert unit.statements.list(book.book_id) == ()
        done = unit.statements.bring_in(book.book_id, [one, two], FILE)
    assert [(p.new, p.known) for p in planned] == [(d.new, d.known) for d in done] == [(1, 0), (1, 1)]


def test_a_line_goes_its_way_and_comes_back_when_its_entry_is_discarded(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        unit.statements.bring_in(book.book_id, [a_statement(a_movement(1, "-4"))], FILE)
        (line,) = all_lines(unit, book)
        entry = an_entry_made_here(unit, book)

        def state() -> tuple[LineState, str]:
            found = unit.statements.line(book.book_id, line.line_id)
            return found.state, found.entry_id

        unit.statements.note(book.book_id, line.line_id, PROPOSED, "ana", entry_id=entry)
        assert state() == (LineState.PROPOSED, entry)
        add_decision(unit.session, book.book_id, act="submitted", by="ana", entry_id=entry)
        assert state() == (LineState.PROPOSED, entry)
        add_decision(unit.session, book.book_id, act="approved", by="ben", entry_id=entry)
        assert state() == (LineState.MATCHED, entry)
        assert unit.statements.taken(book.book_id, IBAN) == {entry}
        add_decision(unit.session, book.book_id, act="discarded", by="ben", entry_id=entry)
        assert state() == (LineState.WAITING, entry)
        assert unit.statements.taken(book.book_id, IBAN) == set()
        unit.statements.note(book.book_id, line.line_id, SET_ASIDE, "ana", reason="not ours")
        assert state()[0] is LineState.SET_ASIDE
        unit.statements.note(book.book_id, line.line_id, REOPENED, "ana")
        assert state()[0] is LineState.WAITING
        assert audit.verify(unit.session, book.book_id) is None


def test_a_line_is_dealt_with_once_and_an_entry_explains_one_line(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        unit.statements.bring_in(book.book_id, [a_statement(a_movement(1, "-4"), a_movement(2, "-4"))], FILE)
        one, other = (x.line_id for x in all_lines(unit, book))
        entry = an_entry_made_here(unit, book)
        unit.statements.note(book.book_id, one, MATCHED, "ana", entry_id=entry)
        with pytest.raises(LineTaken):
            unit.statements.note(book.book_id, one, SET_ASIDE, "ben")
        with pytest.raises(EntryTaken):
            unit.statements.note(book.book_id, other, MATCHED, "ana", entry_id=entry)
        with pytest.raises(LineTaken):
            unit.statements.note(book.book_id, other, REOPENED, "ana")
        with pytest.raises(UnknownLine):
            unit.statements.note(book.book_id, "nowhere", SET_ASIDE, "ana")


def test_the_newest_account_of_the_book_holds(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        for code in ("1020", "1021"):
            unit.statements.set_ledger(book.book_id, IBAN, code, "ana")
        unit.statements.set_ledger(book.book_id, "CSV-1", "1000", "ana")
        assert unit.statements.ledgers(book.book_id) == {IBAN: "1021", "CSV-1": "1000"}
        assert audit.verify(unit.session, book.book_id) is None


@pytest.mark.parametrize(
    ("sql", "record"),
    [
        ("UPDATE statement_lines SET amount = -5", "statements"),
        ("UPDATE statement_lines SET text = 'Tea'", "statements"),
        ("UPDATE statements SET closing = 1", "statements"),
        ("DELETE FROM statement_members", "statements"),
        ("UPDATE statement_events SET act = 'reopened'", "statement_events"),
        ("UPDATE bank_accounts SET ledger = '9'", "bank_accounts"),
    ],
)
def test_what_is_changed_behind_the_store_is_found(store: Store, book: Book, sql: str, record: str) -> None:
    with store.unit_of_work() as unit:
        unit.statements.bring_in(book.book_id, [a_statement(a_movement(1, "-4"))], FILE)
        unit.statements.set_ledger(book.book_id, IBAN, "1020", "ana")
        unit.statements.note(book.book_id, all_lines(unit, book)[0].line_id, SET_ASIDE, "ana", reason="no")
    with behind_the_store(store) as session:
        session.execute(sa.text(sql))
        session.commit()
    with store.unit_of_work(read_only=True) as unit:
        broken = audit.verify(unit.session, book.book_id)
    assert broken is not None
    assert broken.record == record


def test_a_line_added_behind_the_store_is_found(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        unit.statements.bring_in(book.book_id, [a_statement(a_movement(1, "-4"))], FILE)
        (row,) = unit.session.execute(sa.select(statement_lines)).mappings()
        unit.session.execute(
            sa.insert(statement_lines), [{**row, "line_id": "x", "line_key": "x", "statement_id": row["statement_id"]}]
        )
        broken = audit.examine(unit.session, book.book_id).faults
    assert [b.record for b in broken] == ["statement_lines"]


def kept(store: Store, book: Book, made: Sequence[Statement]) -> list[tuple[object, object]]:
    """Difference and gap of each statement, in the order they are given."""
    with store.unit_of_work() as unit:
        ids = [b.statement_id for b in unit.statements.bring_in(book.book_id, made, FILE)]
        found = proofs(unit.statements.list(book.book_id))
    return [(found[i].difference, found[i].gap) for i in ids]


def test_statements_that_follow_each_other_prove_each_other(store: Store, book: Book) -> None:
    january = a_statement(a_movement(1, "-4"), days=(0, 10))
    february = a_statement(a_movement(12, "-6"), opening="96", days=(10, 20), number="2")
    april = a_statement(a_movement(35, "-1"), opening="85", days=(30, 40), number="4")
    assert kept(store, book, [april, january, february]) == [(0, -5), (0, None), (0, 0)]


def test_a_difference_is_named(store: Store, book: Book) -> None:
    assert kept(store, book, [a_statement(a_movement(1, "-4"), closing="90")]) == [(-6, None)]


def test_pages_of_one_day_follow_each_other(store: Store, book: Book) -> None:
    pages = [
        a_statement(a_movement(4, "-4"), days=(4, 4), number="1/1"),
        a_statement(a_movement(4, "-5", "Tea"), opening="96", days=(4, 4), number="1/2"),
        a_statement(a_movement(4, "-6", "Cake"), opening="91", days=(4, 4), number="1/3"),
    ]
    assert kept(store, book, pages) == [(0, None), (0, 0), (0, 0)]


def test_without_an_opening_balance_the_statement_before_proves(store: Store, book: Book) -> None:
    before = a_statement(a_movement(1, "-4"), days=(0, 10))
    after = a_statement(a_movement(12, "-6"), opening=None, closing="90", days=(12, 20), number="2")
    other = a_statement(a_movement(12, "-6", "x"), opening=None, closing="90", days=(12, 20), account="X")
    assert kept(store, book, [before, after, other]) == [(0, None), (0, None), (None, None)]


def test_an_overlap_is_no_gap(store: Store, book: Book) -> None:
    weeks = [
        a_statement(a_movement(1, "-4"), days=(0, 10)),
        a_statement(a_movement(8, "-1"), a_movement(15, "-2"), opening="96", days=(7, 17), number="2"),
    ]
    assert kept(store, book, weeks) == [(0, None), (0, None)]


def test_events_are_kept_in_order(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        unit.statements.bring_in(book.book_id, [a_statement(a_movement(1, "-4"))], FILE)
        (line,) = all_lines(unit, book)
        for act in (SET_ASIDE, REOPENED, SET_ASIDE):
            unit.statements.note(book.book_id, line.line_id, act, "ana")
        acts = unit.session.scalars(sa.select(statement_events.c.act).order_by(statement_events.c.sequence)).all()
    assert acts == [SET_ASIDE, REOPENED, SET_ASIDE]
    assert isinstance(line.line.booked, date)
