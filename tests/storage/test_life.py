"""Any order of acts by anybody: what was decided stays decided, and the books stay in order.

A machine in the sense of Hypothesis: it does what people may do, in any order, also what they may not, and asks after
every step what an auditor would ask.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.journal import Entry, Kind, Line, Side, State
from storage import audit, imports
from storage.acts import Edit, Look, Seen
from storage.periods import Lock
from storage.policy import FourEyes, Policy
from storage.records import MODEL, PERSON, Book, NewEntry, Staged
from storage.refusals import Refused
from storage.session import Store, UnitOfWork, open_store
from tests.builders import CATALOG, some_entries

PEOPLE = st.sampled_from(["ana", "ben", "cem"])
DAYS = st.sampled_from([date(2024, 12, 30), date(2025, 1, 15), date(2025, 2, 3)])
ACCOUNTS = st.sampled_from(["4210", "4200", "4970", "1200"])
CENTS = st.integers(1, 500_000)
MONTHS = st.sampled_from([(date(2024, 12, 1), date(2024, 12, 31)), (date(2025, 1, 1), date(2025, 1, 31))])
WHICH = st.integers(0, 30)


def lines_of(account: str, cents: int, off: int = 0) -> tuple[Line, ...]:
    amount = Decimal(cents) / 100
    return (
        Line(account=account, side=Side.DEBIT, amount=amount),
        Line(account="0420", side=Side.CREDIT, amount=amount + Decimal(off) / 100),
    )


class Life(RuleBasedStateMachine):
    """One book with a model of its own: the state that each accepted act should have led to."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store: Store = open_store(f"duckdb:///{Path(self.folder.name) / 'life.duckdb'}")
        self.expected: dict[str, State] = {}
        self.stale: dict[str, Seen] = {}
        self.policies = [Policy()]
        self.two_people: dict[str, bool] = {}  # whether an approved entry had to be approved by somebody else

    @initialize()
    def begin(self) -> None:
        staged = Staged(book_hint="", format="t", reason="t", accounts=CATALOG, entries=some_entries(3))
        with self.store.unit_of_work() as unit:
            self.book: Book = unit.books.create("Life", by="ana")
            imports.apply(unit, self.book, staged, "ana")
            for e in unit.journal.current(self.book.book_id):
                self.expected[e.entry_id] = State.BOOKED_ELSEWHERE

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def some(self, which: int) -> str:
        return list(self.expected)[which % len(self.expected)]

    def act(self, entry: str, then: State | None, does: object) -> bool:
        """Do it in a transaction of its own; what is refused must leave no trace."""
        try:
            with self.store.unit_of_work() as unit:
                seen = unit.reviews.standing(self.book.book_id, entry).seen
                self.stale[entry] = seen
                does(unit, seen)  # type: ignore[operator]
        except Refused:
            return False
        if then is not None:
            self.expected[entry] = then
        return True

    @rule(by=PEOPLE, day=DAYS, account=ACCOUNTS, cents=CENTS, off=st.sampled_from([0, 0, 0, 1]), paper=st.booleans())
    def propose(self, by: str, day: date, account: str, cents: int, off: int, paper: bool) -> None:
        new = NewEntry(description="x", date=day, currency="EUR", journal="ER", document="R 1" if paper else "")
        with self.store.unit_of_work() as unit:
            entry = unit.journal.open_entry(self.book.book_id, new, by)
            unit.journal.add_version(entry, lines_of("4210", cents), author="model", origin=MODEL)
            unit.journal.add_version(entry, lines_of(account, cents, off), author=by, origin=PERSON)
        self.expected[entry] = State.DRAFT

    @rule(which=WHICH, by=PEOPLE, why=st.sampled_from(["", "none came"]))
    def submit(self, which: int, by: str, why: str) -> None:
        entry = self.some(which)
        self.act(entry, State.SUBMITTED, lambda u, seen: u.reviews.submit(self.book, entry, by, seen, no_document=why))

    @rule(which=WHICH, by=PEOPLE, account=ACCOUNTS, cents=CENTS, off=st.sampled_from([0, 0, 1]))
    def correct(self, which: int, by: str, account: str, cents: int, off: int) -> None:
        entry = self.some(which)
        edit = Edit(lines=lines_of(account, cents, off))
        self.act(entry, None, lambda u, seen: u.reviews.correct(self.book, entry, edit, by, seen))

    @rule(which=WHICH, by=PEOPLE, confirming=st.booleans())
    def approve(self, which: int, by: str, confirming: bool) -> None:
        entry = self.some(which)

        def does(unit: UnitOfWork, seen: Seen) -> None:
            (unit.reviews.confirm if confirming else unit.reviews.approve)(self.book, entry, by, seen)

        self.act(entry, State.APPROVED, does)

    @rule(which=WHICH, by=PEOPLE, reason=st.sampled_from(["", "4200"]))
    def give_back(self, which: int, by: str, reason: str) -> None:
        entry = self.some(which)
        self.act(entry, State.RETURNED, lambda u, seen: u.reviews.give_back(self.book, entry, by, seen, reason))

    @rule(which=WHICH, by=PEOPLE)
    def withdraw(self, which: int, by: str) -> None:
        entry = self.some(which)
        then = State.DRAFT if self.expected[entry] is State.SUBMITTED else State.SUBMITTED
        self.act(entry, then, lambda u, seen: u.reviews.withdraw(self.book, entry, by, seen))

    @rule(which=WHICH, by=PEOPLE)
    def discard(self, which: int, by: str) -> None:
        entry = self.some(which)
        self.act(
            entry, State.DISCARDED,
            lambda u, seen: u.reviews.discard(self.book, entry, by, seen, kind="other", reason="x"),
        )  # fmt: skip

    @rule(which=WHICH, by=PEOPLE, exempt=st.booleans())
    def post(self, which: int, by: str, exempt: bool) -> None:
        entry = self.some(which)
        with self.store.unit_of_work(read_only=True) as unit:
            original = unit.reviews.standing(self.book.book_id, entry).reverses
        look = Look(soft_exempt=exempt)
        if self.act(entry, State.POSTED, lambda u, seen: u.reviews.post(self.book, entry, by, seen, look)) and original:
            self.expected[original] = State.REVERSED

    @rule(which=WHICH, by=PEOPLE, day=DAYS)
    def reverse(self, which: int, by: str, day: date) -> None:
        entry, made = self.some(which), []
        self.act(
            entry, None, lambda u, seen: made.append(u.reviews.reverse(self.book, entry, by, day, "twice", seen))
        )  # fmt: skip
        self.expected.update(dict.fromkeys(made, State.DRAFT))

    @rule(which=WHICH, by=PEOPLE, day=DAYS)
    def move(self, which: int, by: str, day: date) -> None:
        entry = self.some(which)
        then = State.SUBMITTED if self.expected[entry] is State.APPROVED else None
        self.act(entry, then, lambda u, seen: u.reviews.move(self.book, entry, day, by, seen))

    @rule(which=WHICH, by=PEOPLE)
    def act_on_an_old_page(self, which: int, by: str) -> None:
        entry = self.some(which)
        seen = self.stale.get(entry)
        if seen is None:
            return
        with self.store.unit_of_work(read_only=True) as unit:
            fresh = unit.reviews.standing(self.book.book_id, entry).seen == seen
        if fresh:
            return
        try:
            with self.store.unit_of_work() as unit:
                unit.reviews.give_back(self.book, entry, by, seen, "too late")
        except Refused:
            return
        raise AssertionError("a decision on what had changed went through")

    @rule(month=MONTHS, lock=st.sampled_from(list(Lock)))
    def close_or_open(self, month: tuple[date, date], lock: Lock) -> None:
        try:
            with self.store.unit_of_work() as unit:
                unit.periods.set_lock(self.book.book_id, *month, lock, "adm", "because")
        except Refused:
            assert lock is Lock.HARD

    @rule(eyes=st.sampled_from(list(FourEyes)), confirming=st.booleans(), above=st.sampled_from([0, 1000]))
    def change_policy(self, eyes: FourEyes, confirming: bool, above: int) -> None:
        policy = Policy(four_eyes=eyes, confirm_corrections=confirming, above=Decimal(above))
        with self.store.unit_of_work() as unit:
            unit.policies.put(self.book.book_id, policy, "adm", "because")

    @invariant()
    def states_are_those_of_the_accepted_acts(self) -> None:
        entries = self.current()
        assert {e.entry_id: e.state for e in entries} == self.expected

    @invariant()
    def what_is_posted_balances_and_has_numbers_without_gaps(self) -> None:
        posted = [e for e in self.current() if e.state in (State.POSTED, State.REVERSED) and e.origin != "imported"]
        assert all(e.difference == 0 for e in posted)
        numbers: dict[tuple[int, str], list[int]] = {}
        for e in posted:
            numbers.setdefault((e.date.year, e.journal), []).append(int(e.number))
        assert all(sorted(found) == list(range(1, len(found) + 1)) for found in numbers.values())

    @invariant()
    def the_trial_balance_is_opening_plus_movements(self) -> None:
        """Each account's balance over all that counts is what came in by import plus what was posted here."""
        counted = [e for e in self.current() if e.state in (State.POSTED, State.REVERSED, State.BOOKED_ELSEWHERE)]
        opening = _balances([e for e in counted if e.origin == "imported"])
        moved = _balances([e for e in counted if e.origin != "imported"])
        whole = _balances(counted)
        assert whole == {a: opening[a] + moved[a] for a in whole}
        assert sum(whole.values()) == 0
        assert not [
            e for e in self.current() if e.kind is Kind.REVERSAL and e.state is State.POSTED
            and self.expected[self.reversed_by(e)] is not State.REVERSED
        ]  # fmt: skip

    @invariant()
    def the_chain_holds(self) -> None:
        if hasattr(self, "book"):
            with self.store.unit_of_work(read_only=True) as unit:
                assert audit.verify(unit.session, self.book.book_id) is None

    @invariant()
    def nobody_approved_alone_where_two_were_asked(self) -> None:
        if not hasattr(self, "book"):
            return
        with self.store.unit_of_work(read_only=True) as unit:
            for entry, state in self.expected.items():
                if state in (State.APPROVED, State.POSTED):
                    self._check_eyes(unit, entry)

    def _check_eyes(self, unit: UnitOfWork, entry: str) -> None:
        """The last approval against the strictest of the two policies it stood under, worked out here once more."""
        detail = unit.journal.entry(self.book.book_id, entry)
        approval = [d for d in detail.decisions if d.act in ("approved", "confirmed")][-1]
        before = [d for d in detail.decisions if d.sequence < approval.sequence and d.act == "submitted"][-1]
        lines = next(v.lines for v in detail.versions if v.number == approval.version)
        author = next(v.author for v in detail.versions if v.number == approval.version)
        policies = [unit.policies.version(self.book.book_id, str(d.detail["policy"]))[1] for d in (before, approval)]
        total = sum((x.amount for x in lines if x.side is Side.DEBIT), Decimal(0))
        asking = [p for p in policies if p.needs_two(total, lines, {a.code: a for a in CATALOG})]
        if not asking or approval.by not in (author, before.by):
            return
        assert before.detail.get("corrected")
        assert not any(p.confirm_corrections for p in asking)
        assert {v.author for v in detail.versions if v.origin == PERSON} - {approval.by}

    def reversed_by(self, reversal: Entry) -> str:
        with self.store.unit_of_work(read_only=True) as unit:
            return unit.reviews.standing(self.book.book_id, reversal.entry_id).reverses

    def current(self) -> tuple[Entry, ...]:
        if not hasattr(self, "book"):
            return ()
        with self.store.unit_of_work(read_only=True) as unit:
            return unit.journal.current(self.book.book_id)


def _balances(entries: list[Entry]) -> Counter[str]:
    found: Counter[str] = Counter()
    for e in entries:
        for x in e.lines:
            found[x.account] += x.amount if x.side is Side.DEBIT else -x.amount  # type: ignore[assignment]
    return found


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=8, stateful_step_count=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
