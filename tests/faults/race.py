"""Many people decide on the same few entries at the same time, and somebody counts who won."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from engine.journal import Line, Side, State
from storage import audit, imports, schema
from storage.acts import Edit, Seen
from storage.records import MODEL, PERSON, Book, Decision, NewEntry, Staged
from storage.refusals import AlreadyDecided, FourEyesNeeded, Refused, WrongState
from storage.session import Store, UnitOfWork
from tests.builders import CATALOG, some_entries

_NATURAL = {
    State.DRAFT: ("submit", "correct"),
    State.RETURNED: ("submit", "submit", "correct"),
    State.SUBMITTED: ("approve", "approve", "return", "correct"),
    State.APPROVED: ("return",),
    State.POSTED: ("return",),
}
_ANY = ("submit", "approve", "return", "correct")
_LEADS_TO = {
    "submit": State.SUBMITTED,
    "approve": State.APPROVED,
    "return": State.RETURNED,
    "post": State.POSTED,
}
CLERK = "clerk"


@dataclass(frozen=True)
class Try:
    """Somebody's act on what they had seen; ``won`` is the act's decision or version, ``lost`` why there is none."""

    entry: str
    seen: Seen
    was: State
    act: str
    by: str
    won: Decision | int | None = None
    lost: Refused | None = None


@dataclass
class Race:
    """Entries of one book, people as threads, and every try of theirs."""

    store: Store
    people: int
    entries: int
    tries: list[Try] = field(default_factory=list)
    other: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        staged = Staged(book_hint="", format="t", reason="t", accounts=CATALOG, entries=some_entries(20))
        with self.store.unit_of_work() as unit:
            self.book: Book = unit.books.create(f"Race {len(unit.books.list())}", by=CLERK)
            imports.apply(unit, self.book, staged, CLERK)
            self.all = [self._submitted(unit, n) for n in range(self.entries)]
            self.seen_first = {e: unit.reviews.standing(self.book.book_id, e).seen for e in self.all}
        self.names = [f"person {n}" for n in range(self.people)]

    def _submitted(self, unit: UnitOfWork, n: int) -> str:
        new = NewEntry(description=f"x {n}", date=date(2025, 1, 15), currency="EUR", journal="ER", document=f"R {n}")
        entry = unit.journal.open_entry(self.book.book_id, new, CLERK)
        unit.journal.add_version(entry, _lines(100 + n), author="model", origin=MODEL)
        unit.journal.add_version(entry, _lines(200 + n), author=CLERK, origin=PERSON)
        unit.reviews.submit(self.book, entry, CLERK, unit.reviews.standing(self.book.book_id, entry).seen)
        return entry

    # What people do.

    def approve_at_once(self, entries: Iterable[str]) -> None:
        """Everybody approves the same entries, all from the same page."""
        picked = list(entries)

        def one(by: str, _dice: random.Random) -> None:
            for entry in picked:
                self._try(entry, self.seen_first[entry], State.SUBMITTED, "approve", by)

        self._everybody(one)

    def work(self, seconds: float) -> None:
        """Everybody looks at an entry, half of them at the same one, and then does something to it."""
        until = time.monotonic() + seconds

        def one(by: str, dice: random.Random) -> None:
            while (now := time.monotonic()) < until:
                hot = int(now * 4) % len(self.all)
                entry = self.all[hot if dice.random() < 0.5 else dice.randrange(len(self.all))]
                with self.store.unit_of_work(read_only=True) as unit:
                    at = unit.reviews.standing(self.book.book_id, entry)
                act = dice.choice(_NATURAL[at.state] if dice.random() < 0.9 else _ANY)
                self._try(entry, at.seen, at.state, act, by, dice.randint(1, 500_000))

        self._everybody(one)

    def post_at_once(self) -> None:
        """What is approved by now is posted by everybody."""
        with self.store.unit_of_work(read_only=True) as unit:
            standing = [unit.reviews.standing(self.book.book_id, e) for e in self.all]
        ready = [at for at in standing if at.state is State.APPROVED]

        def one(by: str, dice: random.Random) -> None:
            for at in dice.sample(ready, len(ready)):
                self._try(at.entry_id, at.seen, at.state, "post", by)

        self._everybody(one)

    def _everybody(self, does: Callable[[str, random.Random], object]) -> None:
        start = threading.Barrier(self.people)

        def one(by: str) -> None:
            start.wait()
            try:
                does(by, random.Random(by))
            except BaseException as error:  # noqa: BLE001  whatever it is, the test asks that there is none
                self.other.append(error)

        threads = [threading.Thread(target=one, args=(by,)) for by in self.names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _try(self, entry: str, seen: Seen, was: State, act: str, by: str, cents: int = 0) -> None:
        def does(unit: UnitOfWork) -> Decision | int:
            on = (self.book, entry)
            if act == "correct":
                return unit.reviews.correct(*on, Edit(lines=_lines(cents)), by, seen)
            if act == "return":
                return unit.reviews.give_back(*on, by, seen, "4200, please")
            if act == "submit":
                return unit.reviews.submit(*on, by, seen)
            return (unit.reviews.post if act == "post" else unit.reviews.approve)(*on, by, seen)

        try:
            won = self.store.write(does)
        except (AlreadyDecided, WrongState, FourEyesNeeded) as lost:
            self.tries.append(Try(entry, seen, was, act, by, lost=lost))
        else:
            self.tries.append(Try(entry, seen, was, act, by, won=won))

    # What somebody counts.

    @property
    def won(self) -> list[Try]:
        return [t for t in self.tries if t.lost is None]

    def contests(self) -> list[list[Try]]:
        """Tries on the same page of the same entry by more than one person."""
        by_page: dict[tuple[str, Seen], list[Try]] = defaultdict(list)
        for t in self.tries:
            by_page[t.entry, t.seen].append(t)
        return [tries for tries in by_page.values() if len({t.by for t in tries}) > 1]

    def check(self) -> None:
        assert self.other == []
        pages = Counter((t.entry, t.seen) for t in self.won)
        assert set(pages.values()) == {1}  # nobody acted on what somebody else had changed
        self._losers_know_why()
        with self.store.unit_of_work(read_only=True) as unit:
            self._all_that_is_stored_was_won(unit)
            self._balances(unit)
            assert audit.examine(unit.session, self.book.book_id).faults == ()

    def _losers_know_why(self) -> None:
        acted = {e: {CLERK} | {t.by for t in self.won if t.entry == e} for e in self.all}
        for t in self.tries:
            if isinstance(t.lost, AlreadyDecided):
                assert t.lost.by in acted[t.entry]
                assert t.lost.by in str(t.lost)
                assert t.lost.act
            elif isinstance(t.lost, FourEyesNeeded):
                assert t.lost.by == t.by
            elif isinstance(t.lost, WrongState):
                assert t.lost.state == t.was.value

    def _all_that_is_stored_was_won(self, unit: UnitOfWork) -> None:
        """Each decision and each version but the clerk's has exactly one winner, and the state is the last one's."""
        for entry in self.all:
            detail = unit.journal.entry(self.book.book_id, entry)
            won = [t for t in self.won if t.entry == entry]
            corrected = {t.won: t.by for t in won if t.act == "correct"}
            assert {v.number: v.author for v in detail.versions[2:]} == corrected
            acts = {t.won.decision_id: t.by for t in won if isinstance(t.won, Decision)}
            resubmitted = [t.by for t in won if t.act == "correct" and t.was is State.SUBMITTED]
            stored = detail.decisions[1:]
            assert {d.decision_id: d.by for d in stored if d.decision_id in acts} == acts
            rest = [(d.act, d.by) for d in stored if d.decision_id not in acts]
            assert Counter(rest) == Counter(("submitted", by) for by in resubmitted)
            last = max((t for t in won if isinstance(t.won, Decision)), key=_sequence, default=None)
            newer = [d for d in stored if last is None or d.sequence > _sequence(last)]
            expected = State.SUBMITTED if newer or last is None else _LEADS_TO[last.act]
            assert unit.reviews.standing(self.book.book_id, entry).state is expected

    def _balances(self, unit: UnitOfWork) -> None:
        lines, versions = schema.lines.c, schema.versions.c
        signed = sa.func.sum(sa.case((lines.side == "D", lines.amount), else_=-lines.amount))
        uneven = (
            sa.select(lines.version_id)
            .where(lines.book_id == self.book.book_id)
            .group_by(lines.version_id)
            .having(signed != 0)
        )
        assert unit.session.scalars(uneven).all() == []
        count = sa.select(sa.func.count()).select_from(schema.versions).where(versions.book_id == self.book.book_id)
        corrections = sum(t.act == "correct" for t in self.won)
        assert unit.session.scalar(count) == 20 + 2 * self.entries + corrections
        posted = [e for e in unit.journal.current(self.book.book_id) if e.state is State.POSTED]
        assert all(e.difference == 0 for e in posted)
        assert sorted(int(e.number) for e in posted) == list(range(1, len(posted) + 1))
        assert len(posted) == sum(t.act == "post" for t in self.won)

    def figures(self) -> dict[str, int]:
        lost = Counter(type(t.lost).__name__ for t in self.tries if t.lost)
        contests = self.contests()
        return {
            "tries": len(self.tries), "won": len(self.won), "contests": len(contests),
            "contests_won": sum(any(t.lost is None for t in c) for c in contests),
            "most_at_one": max(len(c) for c in contests), **lost,
        }  # fmt: skip


def _sequence(t: Try) -> int:
    assert isinstance(t.won, Decision)
    return t.won.sequence


def _lines(cents: int) -> tuple[Line, ...]:
    amount = Decimal(cents) / 100
    return (
        Line(account="4210", side=Side.DEBIT, amount=amount),
        Line(account="0420", side=Side.CREDIT, amount=amount),
    )
