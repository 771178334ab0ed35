"""A search in SQL against the same in plain Python: entries of one version, of several, reversed and submitted ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.journal import Entry, Kind, State
from storage.decisions import add_decision
from storage.identity import fold
from storage.intake import NewBatch
from storage.records import PERSON, Book, JournalQuery, NewEntry
from storage.rows import searchable
from storage.session import Store
from tests.builders import A_DAY, a_line, some_entries

A_BATCH = NewBatch(file_name="a.txt", file_sha256="0", format="fec", reason="A test.", by="ana")


@pytest.fixture
def entries(store: Store, book: Book) -> tuple[Entry, ...]:
    """Forty imported entries, one of them reversed, and drafts whose second version has other accounts and amounts."""
    imported = [replace(e, kind=Kind.OPENING) if e.position % 9 == 0 else e for e in some_entries(40)]
    with store.unit_of_work() as unit:
        unit.journal.add_imported(book.book_id, A_BATCH, [*imported[:-1], replace(imported[-1], state=State.REVERSED)])
        for n in range(6):
            new = NewEntry(description=f"Miete Müller {n}", date=A_DAY + timedelta(days=7 * n), journal="ER Eingang")
            entry_id = unit.journal.open_entry(book.book_id, new, "ana")
            for account, amount in (("4210", 100 + n), ("4200", 200 + n))[: 1 + n % 2]:
                lines = [a_line(f"D {account} {amount}"), a_line(f"C 1600 {amount} Lenz")]
                unit.journal.add_version(entry_id, lines, author="ana", origin=PERSON)
            if n % 3 == 0:
                add_decision(unit.session, book.book_id, act="submitted", by="ana", entry_id=entry_id, version=1)
        return unit.journal.current(book.book_id)


def wanted(e: Entry, q: JournalQuery, texts: str) -> bool:
    """Whether ``q`` asks for ``e``, whose searchable text is ``texts``."""
    return all((
        all(word in texts for word in fold(q.text).split()),
        not q.account or any(_is(x.account, q.account) for x in e.lines),
        not q.journal or e.journal == q.journal or e.journal.startswith(q.journal + " "),
        q.since is None or e.date >= q.since,
        q.until is None or e.date <= q.until,
        q.amount_from is None or e.total >= q.amount_from,
        q.amount_to is None or e.total <= q.amount_to,
        q.state is None or e.state is q.state,
        q.kind is None or e.kind is q.kind,
    ))  # fmt: skip


def _is(account: str, asked: str) -> bool:
    return account.startswith(asked[:-1]) if asked.endswith("*") else account == asked


def header_texts(e: Entry) -> str:
    """What an entry made here is found by: its lines came after its header."""
    return searchable(e if e.state in (State.BOOKED_ELSEWHERE, State.REVERSED) else replace(e, lines=()))


some_amounts = st.none() | st.sampled_from([Decimal("12.90"), Decimal(100), Decimal(203), Decimal(1190)])
some_days = st.none() | st.dates(A_DAY, date(2025, 4, 20))
queries = st.builds(
    JournalQuery, text=st.sampled_from(["", "miete", "MÜLLER miete", "lieferung 2", "%", "lenz"]),
    account=st.sampled_from(["", "4210", "42*", "1600", "*", "%"]), journal=st.sampled_from(["", "ER", "BK", "E"]),
    since=some_days, until=some_days, amount_from=some_amounts, amount_to=some_amounts,
    state=st.none() | st.sampled_from([State.BOOKED_ELSEWHERE, State.DRAFT, State.SUBMITTED, State.REVERSED]),
    kind=st.none() | st.sampled_from([Kind.NORMAL, Kind.OPENING]), page=st.integers(1, 4), size=st.integers(1, 25),
    newest_first=st.booleans(),
)  # fmt: skip
blank = st.builds(JournalQuery, page=st.integers(1, 6), size=st.integers(1, 25), newest_first=st.booleans())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queries | blank)
def test_a_search_finds_what_going_through_all_entries_finds(
    store: Store, book: Book, entries: tuple[Entry, ...], query: JournalQuery
) -> None:
    found = [e for e in entries if wanted(e, query, header_texts(e))]
    found.sort(key=lambda e: (e.date, e.position, e.entry_id), reverse=query.newest_first)
    with store.unit_of_work(read_only=True) as unit:
        got = unit.journal.search(book.book_id, query)
    start = (query.page - 1) * query.size
    assert list(got.rows) == found[start : start + query.size]
    assert (got.total, got.amount) == (len(found), sum((e.total for e in found), Decimal(0)))


def test_a_page_after_the_last_is_empty_and_its_totals_are_right(
    store: Store, book: Book, entries: tuple[Entry, ...]
) -> None:
    with store.unit_of_work(read_only=True) as unit:
        got = unit.journal.search(book.book_id, JournalQuery(page=99))
        nothing = unit.journal.search(book.book_id, JournalQuery(text="nowhere"))
    assert (got.rows, got.total, got.page) == ((), len(entries), 99)
    assert (nothing.rows, nothing.total, nothing.amount) == ((), 0, Decimal(0))
