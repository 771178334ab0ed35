"""Which rows make one entry. The number says so; where it does not, date, piece and balance do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from storage.importers.posting import ZERO, Posting

_NO_NUMBER = frozenset({"", "0"})


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one entry. ``numbered``: journal and number name it; ``whole``: it is not known to be broken."""

    postings: tuple[Posting, ...]
    numbered: bool
    whole: bool = True


@dataclass(slots=True)
class Grouping:
    groups: list[Group] = field(default_factory=list)
    split: int = 0  # entries found by date, piece and balance
    mixed_days: int = 0  # entries whose rows carry several dates

    def taken(self) -> Iterator[Group]:
        """Each group once, which is then let go of: rows without end need not lie beside the entries made of them."""
        self.groups.reverse()
        while self.groups:
            yield self.groups.pop()

    def reasons(self) -> list[str]:
        """How rows were grouped, in sentences; empty where every number names one entry."""
        out = []
        if self.split:
            out.append(
                f"{self.split} entries have no number of their own and were told apart "
                "by journal, date, piece and running balance"
            )
        if self.mixed_days:
            out.append(f"{self.mixed_days} entries have rows of several dates and stand under the latest one")
        return out


def group(postings: Sequence[Posting], joins: Callable[[Posting], bool]) -> Grouping:
    """Group rows, keeping the order in which entries begin.

    ``joins`` tells of a journal whose left-over rows belong together however they are dated (an opening).
    """
    found = Grouping()
    buckets = _by(postings, lambda p: (p.key, p.journal, p.number))
    while buckets:
        bucket = buckets.popleft()
        first = bucket[0]
        named = bool(first.key) or first.number.strip("0") not in _NO_NUMBER
        if named and len({p.date for p in bucket}) == 1:
            found.groups.append(Group(tuple(bucket), numbered=True))
        else:
            _split(bucket, found, together=named, joined=joins(first))
    found.groups.sort(key=lambda g: g.postings[0].row)
    return found


def _split(bucket: list[Posting], found: Grouping, *, together: bool, joined: bool) -> None:
    """Rows that no number tells apart: first by date and piece, then left-overs by date, then all of them."""
    left: list[Posting] = []
    closed: list[list[Posting]] = []
    for part in _by(bucket, lambda p: (p.date, p.document)):
        done, rest = _cut(part)
        closed += done
        left += rest
    left.sort(key=lambda p: p.row)
    if left and together and _balance(bucket) == ZERO:
        # A number that means something keeps its rows together when they only balance together.
        found.groups.append(Group(tuple(bucket), numbered=True))
        found.mixed_days += 1
        return
    rest = []
    for part in _by(left, lambda p: p.date):
        done, open_rows = _cut(part)
        closed += done
        rest += open_rows
    found.groups += [Group(tuple(c), numbered=False) for c in closed]
    found.split += len(closed)
    if rest and joined and _balance(rest) == ZERO:
        found.groups.append(Group(tuple(sorted(rest, key=lambda p: p.row)), numbered=False))
        found.mixed_days += 1
        return
    broken = _by(rest, lambda p: (p.date, p.document))
    found.groups += [Group(tuple(b), numbered=False, whole=False) for b in broken]


def _cut(rows: Sequence[Posting]) -> tuple[list[list[Posting]], list[Posting]]:
    """Cut where the running balance returns to zero: closed runs, and the rows after the last cut."""
    closed: list[list[Posting]] = []
    run: list[Posting] = []
    balance = ZERO
    for p in rows:
        run.append(p)
        balance += p.balance
        if balance == ZERO and any(x.size for x in run):
            closed.append(run)
            run = []
    return closed, run


def _balance(rows: Iterable[Posting]) -> Decimal:
    return sum((p.balance for p in rows), ZERO)


def _by(rows: Iterable[Posting], key: Callable[[Posting], object]) -> deque[list[Posting]]:
    """Rows by key, in the order of each key's first row."""
    found: dict[object, list[Posting]] = {}
    for p in rows:
        found.setdefault(key(p), []).append(p)
    return deque(found.values())
