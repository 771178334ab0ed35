"""What every contender of the benchmark must be able to do, ours and the peers alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol, runtime_checkable

from engine.journal import Entry, Event, Side, Snapshot

Key = frozenset[tuple[str, Side]]


class GuessLine(NamedTuple):
    """One line of a guess; None means that the system does not say."""

    account: str
    side: Side
    amount: Decimal | None = None
    tax_code: str | None = None
    party: str | None = None
    among: tuple[str, ...] | None = None  # accounts said to hold the right one at 95 %; empty for any


@dataclass(frozen=True, slots=True)
class Guess:
    """A whole entry with its scores in [0, 1], which are compared across events and must mean the same in all.

    ``score`` is of the set of (account, side), ``full_score`` of the entry in full; None where a system has but one.
    """

    lines: tuple[GuessLine, ...]
    score: float
    full_score: float | None = None

    @property
    def key(self) -> Key:
        return frozenset((x.account, x.side) for x in self.lines)


Ranked = tuple[Guess, ...]


@runtime_checkable
class System(Protocol):
    """A contender. First comes ``fit``, then any number of ``answer``, then blocks of ``replay`` and ``refit``."""

    name: str

    def fit(self, snapshot: Snapshot) -> None:
        """Learn from the whole history, which is in (date, position) order and holds only entries that teach."""

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        """Per event its guesses, best first, five or more where there are as many; nothing is learnt.

        ``event.lines`` are lines already known (the bank line); journal, party, date and currency may be blank.
        An empty tuple is allowed and counts as wrong.
        """

    def replay(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Ranked]]:
        """Walk through ``entries``: answer all of ``asked[i]``, then learn ``entries[i]``, then go on to the next.

        An answer may use every entry before its own and no other; afterwards all of ``entries`` are known.
        Faster ways than one by one are welcome where they give the same answers.
        """

    def refit(self) -> None:
        """Fit the light parts (template head, judge, SVM) again on everything known so far; slow weights stay."""

    def threshold(self, precision: float) -> float:
        """The score from which guesses may be booked unseen, chosen on what is known so far; inf for none."""
