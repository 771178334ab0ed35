"""Bank statements as readers yield them and as the store answers: plain frozen data.

An amount is signed as the account's owner sees it: what came in is positive, what went out negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What was on the account at the beginning or the end of a day; negative where it was overdrawn."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One movement of an account.

    ``reference`` is the bank's own id of it (in OFX the FITID, in CAMT the servicer's reference), empty where the
    bank gives none. ``occurrence`` counts from 1 the lines of one file that nothing tells apart. ``raw`` is the line
    as the file has it, for people.
    """

    booked: date
    amount: Decimal
    currency: str
    valued: date | None = None
    text: str = ""
    party: str = ""
    party_account: str = ""
    reference: str = ""
    end_to_end: str = ""
    occurrence: int = 1
    raw: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a bank says of one account over a period; a balance is None where the file does not give it.

    ``account`` is an IBAN or the bank's own number, and for a table that names none a name made from its columns.
    """

    account: str
    currency: str
    lines: tuple[StatementLine, ...] = field(repr=False)
    number: str = ""
    opening: Balance | None = None
    closing: Balance | None = None

    @property
    def movement(self) -> Decimal:
        """The sum of its lines."""
        return sum((x.amount for x in self.lines), Decimal(0))

    @property
    def first(self) -> date | None:
        """The first day that it says something of."""
        days = [x.booked for x in self.lines] + ([self.opening.day] if self.opening else [])
        return min(days, default=None)

    @property
    def last(self) -> date | None:
        """The last day that it says something of."""
        days = [x.booked for x in self.lines] + [b.day for b in (self.opening, self.closing) if b]
        return max(days, default=None)

    @property
    def difference(self) -> Decimal | None:
        """What is missing between opening balance, lines and closing balance: zero where they agree."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing.amount - self.opening.amount - self.movement


class LineState(StrEnum):
    """Where a line stands on its way into the books."""

    WAITING = "waiting"
    PROPOSED = "proposed"  # an entry was drafted for it
    MATCHED = "matched"  # its entry is approved, posted, or was booked elsewhere
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStatement:
    """A statement as the store has it; ``sequence`` is its link in the book's chain."""

    statement_id: str
    account: str
    currency: str
    number: str
    opening: Balance | None
    closing: Balance | None
    first: date | None
    last: date | None
    movement: Decimal
    file_name: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """A line with where it stands; ``entry_id`` is that of its last proposal or match, ``reason`` of its last act."""

    line_id: str
    statement_id: str
    account: str
    line: StatementLine
    state: LineState = LineState.WAITING
    entry_id: str = ""
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whether the balances of a statement agree: with its own lines, and with the statement before it.

    ``difference`` is what is missing from opening balance and lines to the closing balance, None where the file does
    not give enough to say. ``gap`` is what lies between the closing balance of ``before`` and the opening balance,
    None where there is no statement before it, or one that overlaps.
    """

    difference: Decimal | None
    gap: Decimal | None = None
    before: KeptStatement | None = None

    @property
    def whole(self) -> bool:
        return self.difference == 0 and not self.gap


def proofs(statements: Sequence[KeptStatement]) -> dict[str, Proof]:
    """The proof of each statement, by its id; those of other accounts say nothing about it."""
    return {s.statement_id: _proof(s, [o for o in statements if o.account == s.account]) for s in statements}


def _proof(s: KeptStatement, of_account: Sequence[KeptStatement]) -> Proof:
    before = _before(s, of_account)
    start = s.opening.amount if s.opening else before.closing.amount if before and before.closing else None
    difference = None if start is None or s.closing is None else s.closing.amount - start - s.movement
    if before is None or before.closing is None or s.opening is None:
        return Proof(difference=difference, before=before)
    return Proof(difference=difference, gap=s.opening.amount - before.closing.amount, before=before)


def _before(s: KeptStatement, of_account: Sequence[KeptStatement]) -> KeptStatement | None:
    """The last statement that ends where this one begins or earlier; None too where another one overlaps its start."""
    if s.first is None:
        return None
    others = [o for o in of_account if o is not s and o.first and o.last and o.closing and o.closing.day >= o.first]
    if any(o.first < s.first < o.last for o in others if o.first and o.last):
        return None
    ended = [o for o in others if o.last and o.last <= s.first and _earlier(o, s)]
    fits = [o for o in ended if s.opening and o.closing and o.closing.amount == s.opening.amount]
    last = max((o.last for o in ended if o.last), default=None)
    same_day = [o for o in fits if o.last == last]  # pages of one day, whatever the order they came in
    return max(same_day or ended, key=lambda o: (o.last or date.min, o.first or date.min, o.sequence), default=None)


def _earlier(one: KeptStatement, other: KeptStatement) -> bool:
    """Whether one stands before the other; of those of the same day the one that came in first."""
    key = (one.first or date.min, one.last or date.min, one.sequence)
    return key < (other.first or date.min, other.last or date.min, other.sequence)
