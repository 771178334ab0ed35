"""Bank statements as readers yield them and as the store answers: plain frozen data.

An amount is signed as the account's owner sees it: what came in is positive, what went out negative.
"""

from __future__ import annotations

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
