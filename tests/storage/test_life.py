"""Any order of acts by anybody: what was decided stays decided, and the books stay in order.

A machine in the sense of Hypothesis: it does what people may do, in any order, also what they may not, and asks after
every step what an auditor would ask.
"""

from __future__ import annotations

import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.journal import IMPORTED, Entry, Kind, Line, Side, State
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
RARELY_OFF = st.sampled_from([0, 0, 0, 0, 0, 1])  # cents by which the sides differ


def lines_of(account: str, cents: int, off: int = 0) -> tuple[Line, ...]:
    amount = Decimal(cents) / 100
    return (
        Line(account=account, side=Side.DEBIT, amount=amount),
        Line(account="0420", side=Side.CREDIT, amount=amount + Decimal(off) / 100),
    )


_NATURAL = {
    State.DRAFT: ["_submit"] * 4 + ["_correct", "_move", "_discard"],
    State.RETURNED: ["_correct", "_submit"],
    State.SUBMITTED: ["_approve"] * 4 + ["_correct", "_correct", "_confirm", "_give_back", "_withdraw"],
    State.APPROVED: ["_post"] * 5 + ["_withdraw", "_give_back", "_move"],
    State.POSTED: ["_reverse"],
    State.BOOKED_ELSEWHERE: ["_reverse"],
    State.REVERSED: [],
    State.DISCARDED: [],
}
_ALL = sorted({act for acts in _NATURAL.values() for act in acts})


@dataclass(frozen=True)
class Turn:
    """One person's turn: which entry, and what an act may need beside that."""

    which: int
    by: str
    day: date
    account: str
    cents: int
    dice: int

    @property
    def edit(self) -> Edit:
        return Edit(lines=lines_of(self.account, self.cents, off=self.dice % 11 == 0))


TURN = st.builds(
    Turn, which=WHICH, by=PEOPLE, day=DAYS, account=ACCOUNTS, cents=CENTS, dice=st.integers(0, 999)
)  # fmt: skip


@cache
def one_store() -> Store:
    """One database for all runs; each has a book of its own."""
    folder = tempfile.TemporaryDirectory()
    store = open_store(f"duckdb:///{Path(folder.name) / 'life.duckdb'}")
    weakref.finalize(store, folder.cleanup)
    return store


class Life(RuleBasedStateMachine):
    """One book with a model of its own: the state that each accepted act should have led to."""

    def __init__(self) -> None:
        super().__init__()
        self.store = one_store()
        self.expected: dict[str, State] = {}
        self.stale: dict[str, Seen] = {}

    @initialize()
    def begin(self) -> None:
        staged = Staged(book_hint="", format="t", reason="t", accounts=CATALOG, entries=some_entries(3))
        with self.store.unit_of_work() as unit:
            self.book: Book = unit.books.create(f"Life {len(unit.books.list())}", by="ana")
            imports.apply(unit, self.book, staged, "ana")
            for e in unit.journal.current(self.book.book_id):
                self.expected[e.entry_id] = State.BOOKED_ELSEWHERE
        for by, cents in (("ana", 100), ("ben", 120_000), ("cem", 99_999)):
            self.draft(by, date(2025, 1, 15), cents)

    def teardown(self) -> None:
        if hasattr(self, "book"):
            with self.store.unit_of_work(read_only=True) as unit:
                assert audit.verify(unit.session, self.book.book_id) is None

    def act(self, entry: str, then: State | None, does: Callable[[UnitOfWork, Seen], object]) -> bool:
        """Do it in a transaction of its own; what is refused must leave no trace."""
        try:
            with self.store.unit_of_work() as unit:
                seen = unit.reviews.standing(self.book.book_id, entry).seen
                self.stale[entry] = seen
                does(unit, seen)
        except Refused:
            return False
        if then is not None:
            self.expected[entry] = then
        return True

    @rule(
        by=PEOPLE,
        day=DAYS,
        account=ACCOUNTS,
        cents=CENTS,
        off=st.sampled_from([0] * 6 + [1]),
        paper=st.sampled_from([True, True, True, False]),
    )
    def propose(self, by: str, day: date, account: str, cents: int, off: int, paper: bool) -> None:
        self.draft(by, day, cents, lines_of(account, cents, off), "R 1" if paper else "")

    def draft(self, by: str, day: date, cents: int, lines: tuple[Line, ...] = (), document: str = "R 1") -> None:
        new = NewEntry(description="x", date=day, currency="EUR", journal="ER", document=document)
        with self.store.unit_of_work() as unit:
            entry = unit.journal.open_entry(self.book.book_id, new, by)
            unit.journal.add_version(entry, lines_of("4210", cents), author="model", origin=MODEL)
            unit.journal.add_version(entry, lines or lines_of("4210", cents), author=by, origin=PERSON)
        self.expected[entry] = State.DRAFT

    @rule(turns=st.lists(TURN, min_size=6, max_size=15))
    def people_act(self, turns: list[Turn]) -> None:
        """Mostly what fits the state of one of the newest entries, now and then anything at all."""
        for turn in turns:
            entry = list(self.expected)[-1 - turn.which % min(len(self.expected), 6)]
            natural = _NATURAL[self.expected[entry]]
            among = (
                natural if natural and turn.dice % 5 != 4 else sorted({a for acts in _NATURAL.values() for a in acts})
            )
            getattr(self, among[turn.dice // 5 % len(among)])(entry, turn.by, turn)

    def _submit(self, entry: str, by: str, how: Turn) -> None:
        why = "none came" if how.dice % 3 else ""
        self.act(entry, State.SUBMITTED, lambda u, seen: u.reviews.submit(self.book, entry, by, seen, no_document=why))

    def _correct(self, entry: str, by: str, how: Turn) -> None:
        self.act(entry, None, lambda u, seen: u.reviews.correct(self.book, entry, how.edit, by, seen))

    def _approve(self, entry: str, by: str, _how: Turn) -> None:
        self.act(entry, State.APPROVED, lambda u, seen: u.reviews.approve(self.book, entry, by, seen))

    def _confirm(self, entry: str, by: str, _how: Turn) -> None:
        self.act(entry, State.APPROVED, lambda u, seen: u.reviews.confirm(self.book, entry, by, seen))

    def _give_back(self, entry: str, by: str, how: Turn) -> None:
        reason = "4200, please" if how.dice % 4 else ""
        self.act(entry, State.RETURNED, lambda u, seen: u.reviews.give_back(self.book, entry, by, seen, reason))

    def _withdraw(self, entry: str, by: str, _how: Turn) -> None:
        then = State.DRAFT if self.expected[entry] is State.SUBMITTED else State.SUBMITTED
        self.act(entry, then, lambda u, seen: u.reviews.withdraw(self.book, entry, by, seen))

    def _discard(self, entry: str, by: str, _how: Turn) -> None:
        self.act(
            entry, State.DISCARDED,
            lambda u, seen: u.reviews.discard(self.book, entry, by, seen, kind="other", reason="x"),
        )  # fmt: skip

    def _post(self, entry: str, by: str, how: Turn) -> None:
        with self.store.unit_of_work(read_only=True) as unit:
            original = unit.reviews.standing(self.book.book_id, entry).reverses
        look = Look(soft_exempt=how.dice % 2 == 0)
        if self.act(entry, State.POSTED, lambda u, seen: u.reviews.post(self.book, entry, by, seen, look)) and original:
            self.expected[original] = State.REVERSED

    def _reverse(self, entry: str, by: str, how: Turn) -> None:
        made: list[str] = []
        self.act(
            entry, None, lambda u, seen: made.append(u.reviews.reverse(self.book, entry, by, how.day, "twice", seen))
        )  # fmt: skip
        self.expected.update(dict.fromkeys(made, State.DRAFT))

    def _move(self, entry: str, by: str, how: Turn) -> None:
        then = State.SUBMITTED if self.expected[entry] is State.APPROVED else None
        self.act(entry, then, lambda u, seen: u.reviews.move(self.book, entry, how.day, by, seen))

    @rule(which=WHICH, by=PEOPLE)
    def act_on_an_old_page(self, which: int, by: str) -> None:
        entry = list(self.expected)[which % len(self.expected)]
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
        with self.store.unit_of_work(read_only=True) as unit:
            held = unit.periods.lock_on(self.book.book_id, month[0])
        closed = held is not None and held.lock is Lock.HARD
        try:
            with self.store.unit_of_work() as unit:
                unit.periods.set_lock(self.book.book_id, *month, lock, "adm", "because")
        except Refused:
            assert lock is Lock.HARD or (lock is Lock.SOFT and closed)
        else:
            assert lock is not Lock.SOFT or not closed

    @rule(eyes=st.sampled_from(list(FourEyes)), confirming=st.booleans(), above=st.sampled_from([0, 1000]))
    def change_policy(self, eyes: FourEyes, confirming: bool, above: int) -> None:
        policy = Policy(four_eyes=eyes, confirm_corrections=confirming, above=Decimal(above))
        with self.store.unit_of_work() as unit:
            unit.policies.put(self.book.book_id, policy, "adm", "because")

    @invariant()
    def the_books_are_in_order(self) -> None:
        if not hasattr(self, "book"):
            return
        with self.store.unit_of_work(read_only=True) as unit:
            entries = unit.journal.current(self.book.book_id)
            assert {e.entry_id: e.state for e in entries} == self.expected
            self._numbers_have_no_gaps(entries)
            self._the_trial_balance_holds(entries)
            for entry, state in self.expected.items():
                if state in (State.APPROVED, State.POSTED):
                    self._check_eyes(unit, entry)

    def _numbers_have_no_gaps(self, entries: Sequence[Entry]) -> None:
        numbers: dict[tuple[int, str], list[int]] = {}
        for e in entries:
            if e.state in (State.POSTED, State.REVERSED) and e.origin != IMPORTED:
                assert e.difference == 0
                numbers.setdefault((e.date.year, e.journal), []).append(int(e.number))
        assert all(sorted(found) == list(range(1, len(found) + 1)) for found in numbers.values())

    def _the_trial_balance_holds(self, entries: Sequence[Entry]) -> None:
        """What was posted moves the balances that came in, and a reversal takes back exactly what it names."""
        counted = [e for e in entries if e.state in (State.POSTED, State.REVERSED, State.BOOKED_ELSEWHERE)]
        assert sum(_balances(counted).values()) == 0
        undone = [e for e in counted if e.state is State.REVERSED]
        reversals = [e for e in counted if e.kind is Kind.REVERSAL and e.state is State.POSTED]
        assert len(undone) == len(reversals)
        left = _balances([e for e in counted if e not in undone and e not in reversals])
        assert {a: x for a, x in _balances(counted).items() if x} == {a: x for a, x in left.items() if x}

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


def _balances(entries: Sequence[Entry]) -> Counter[str]:
    found: Counter[str] = Counter()
    for e in entries:
        for x in e.lines:
            found[x.account] += x.amount if x.side is Side.DEBIT else -x.amount  # type: ignore[assignment]
    return found


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=10, stateful_step_count=30, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow], phases=(Phase.explicit, Phase.generate),  # shrinking takes minutes
)  # fmt: skip
