"""Collects the entries of a generated book; counts in whole cents, so that every entry balances exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from engine.demo.dice import Dice
from engine.demo.profile import Profile, spoken
from engine.demo.wording import Speaker
from engine.journal import Entry, Kind, Line, Side, State

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A price in another currency: hundredths of it, and its rate in 1/10000 of the book currency."""

    cents: int
    currency: str
    rate: int

    @property
    def booked(self) -> int:
        return half_up(self.cents * self.rate, 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line before it becomes one: the role of an account and cents, positive for debit."""

    role: str
    cents: int
    party: str = ""
    foreign: Foreign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before its number is known."""

    day: date
    journal: str
    text: str
    parts: tuple[Part, ...]
    party: str = ""
    kind: Kind = Kind.NORMAL
    document: str = ""
    document_date: date | None = None
    reversed: bool = False


@dataclass(slots=True)
class Ledger:
    """Everything that the flows of a company share while its book is written."""

    profile: Profile
    dice: Dice
    speaker: Speaker
    roles: Mapping[str, str]
    last: date  # entries after this day are not in the book yet
    scale: float  # of the number of documents
    drafts: list[Draft] = field(default_factory=list)

    def has(self, *roles: str) -> bool:
        return all(role in self.roles for role in roles)

    def post(self, draft: Draft) -> None:
        """Keep an entry; lines of zero fall away, an unbalanced one is a mistake of the generator."""
        parts = tuple(p for p in draft.parts if p.cents)
        if sum(p.cents for p in parts):
            raise ValueError(f"{draft.text!r} of {draft.day} does not balance: {[(p.role, p.cents) for p in parts]}")
        if draft.day <= self.last and parts:
            self.drafts.append(replace(draft, parts=parts))

    def say(self, topic: str, day: date, language: str = "", **values: str) -> str:
        filled = {"city": self.dice.pick(self.profile.cities), "who": self.dice.pick(self.profile.staff), **values}
        filled.setdefault("plate", f"{self.profile.cities[0][:2].upper()}-{'CP KL TW'.split()[self.dice.below(3)]} 41")
        filled.setdefault("cust", spoken(self.dice.pick(self.profile.customers).name))
        filled.setdefault("v", self.profile.house_bank)
        filled.setdefault("nr", str(self.dice.between(1000, 99999)))
        return self.speaker.say(topic, language or self.speaker.language(), day, filled)

    def entries(self, book: str) -> tuple[Entry, ...]:
        """Return the entries by day, numbered within journal and year as a package would."""
        order = {code: i for i, code in enumerate(self.profile.journals.values())}
        rank = {Kind.OPENING: 0, Kind.ACCRUAL_RELEASE: 1}
        drafts = sorted(self.drafts, key=lambda d: (d.day, rank.get(d.kind, 2), order[d.journal]))
        numbers: dict[tuple[str, int], int] = {}
        made = []
        for position, draft in enumerate(drafts):
            slot = (draft.journal, draft.day.year)
            numbers[slot] = numbers.get(slot, 0) + 1
            number = f"{draft.journal}{draft.day:%y}-{numbers[slot]:04d}"
            made.append(self._entry(draft, f"{book}-{number}", number, position))
        return tuple(made)

    def _entry(self, draft: Draft, entry_id: str, number: str, position: int) -> Entry:
        return Entry(
            entry_id=entry_id, date=draft.day, description=draft.text, currency=self.profile.currency,
            lines=tuple(self._line(p) for p in draft.parts), journal=draft.journal, party=draft.party,
            kind=draft.kind, state=State.REVERSED if draft.reversed else State.BOOKED_ELSEWHERE,
            position=position, number=number, document=draft.document, document_date=draft.document_date,
        )  # fmt: skip

    def _line(self, part: Part) -> Line:
        line = Line(
            account=self.roles[part.role], side=Side.DEBIT if part.cents > 0 else Side.CREDIT,
            amount=money(abs(part.cents)), party=part.party,
        )  # fmt: skip
        if part.foreign is None:
            return line
        return replace(
            line, original_amount=money(part.foreign.cents), original_currency=part.foreign.currency,
            rate=Decimal(part.foreign.rate).scaleb(-4),
        )  # fmt: skip


def money(cents: int) -> Decimal:
    return (Decimal(cents) * CENT).quantize(CENT)


def half_up(numerator: int, denominator: int) -> int:
    """Divide two non-negative whole numbers, rounding half up as invoices do."""
    return (2 * numerator + denominator) // (2 * denominator)


def opposite(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Swap the sides, debits first again."""
    return tuple(sorted((replace(p, cents=-p.cents) for p in parts), key=lambda p: p.cents < 0))
