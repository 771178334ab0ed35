"""The records that every part of Counterpoint shares. Standard library only.

Money is `Decimal`, account codes are text, times are UTC. Storage imports this module and
nothing else of the engine, so there is one `Entry` and no converter between two of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

SNAPSHOT_SCHEMA = 1
IMPORTED = "imported"  # origin of an entry that was booked elsewhere

# ISO 4217, the currencies whose smallest unit is not a hundredth.
_NO_CENTS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_UNITS = {
    code: places for places, codes in ((0, _NO_CENTS), (3, _THOUSANDTHS), (4, "CLF UYW")) for code in codes.split()
}

_Day = date  # inside a record with a field called date, the name date is that field


class Side(IntEnum):
    """Debit or credit; the number is the row the model uses."""

    DEBIT = 0
    CREDIT = 1

    @property
    def letter(self) -> str:
        return "DC"[self]

    @classmethod
    def of(cls, letter: str) -> Side:
        """Read ``D`` or ``C``; anything else raises ValueError with the value."""
        if letter not in ("D", "C"):
            raise ValueError(f"a side is D or C, got {letter!r}")
        return cls("DC".index(letter))


class AccountType(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    UNKNOWN = ""


class Kind(StrEnum):
    """What an entry is for."""

    NORMAL = "normal"
    OPENING = "opening"
    CLOSING = "closing"
    ACCRUAL = "accrual"
    ACCRUAL_RELEASE = "accrual release"
    REVERSAL = "reversal"
    OFF_BOOK = "off-book"


class State(StrEnum):
    """Where an entry stands in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    POSTED = "posted"
    REVERSED = "reversed"
    DISCARDED = "discarded"
    BOOKED_ELSEWHERE = "booked elsewhere"


class Status(StrEnum):
    """How sure a proposal is, in the words users see."""

    SURE = "sure"
    LIKELY = "likely"
    NOT_SURE = "not_sure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of a catalog; ``parent`` is a code or empty."""

    code: str
    name: str = ""
    type: AccountType = AccountType.UNKNOWN
    parent: str = ""
    opened: date | None = None
    closed: date | None = None
    control: bool = False

    def open_on(self, day: date) -> bool:
        return (self.opened is None or self.opened <= day) and (self.closed is None or day < self.closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; ``amount`` is in book currency and never zero, negative only where the source had it.

    ``rate`` is what one unit of the original currency was worth in book currency on ``rate_date``, and ``rate_source``
    says who published it.
    """

    account: str
    side: Side
    amount: Decimal
    party: str = ""
    label: str = ""
    tax_code: str = ""
    original_amount: Decimal | None = None
    original_currency: str = ""
    rate: Decimal | None = None
    rate_date: date | None = None
    rate_source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One journal entry as it stands now.

    ``position`` is the place in the source file, so that (date, position) orders a book;
    ``party`` is set only when the event itself carried one, line parties are on the lines.
    """

    entry_id: str
    date: date
    description: str
    lines: tuple[Line, ...]
    currency: str = ""
    journal: str = ""
    party: str = ""
    kind: Kind = Kind.NORMAL
    state: State = State.BOOKED_ELSEWHERE
    origin: str = IMPORTED
    position: int = 0
    number: str = ""
    document: str = ""
    document_date: _Day | None = None
    recorded: datetime | None = None
    forgotten: bool = False

    @property
    def total(self) -> Decimal:
        """The event's amount: the sum of the debits, or of the credits where there is no debit."""
        debit = sum((x.amount for x in self.lines if x.side is Side.DEBIT), Decimal(0))
        credit = sum((x.amount for x in self.lines if x.side is Side.CREDIT), Decimal(0))
        return debit or credit

    @property
    def difference(self) -> Decimal:
        """Debits minus credits in book currency; zero when the entry balances."""
        return sum((x.amount if x.side is Side.DEBIT else -x.amount for x in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What an event was in another currency: ``rate`` is the worth of one unit of ``currency`` in book currency.

    ``rate_source`` is whoever published the rate; ``into`` the currency that the rate leads to, where that was said.
    """

    amount: Decimal
    currency: str
    rate: Decimal
    rate_date: date | None = None
    rate_source: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The business event to book; ``lines`` are those already known, in any order.

    A known line whose amount is 0 is one of which only account and side are known. Where the event was in another
    currency, ``exchange`` keeps it; whoever predicts has converted the amount by then.
    """

    description: str
    amount: Decimal
    date: date | None = None
    currency: str = ""
    journal: str = ""
    party: str = ""
    lines: tuple[Line, ...] = ()
    exchange: Exchange | None = None


def event_of(entry: Entry) -> Event:
    """The event that an entry answers: everything known before its lines were."""
    return Event(
        description=entry.description,
        amount=entry.total,
        date=entry.date,
        currency=entry.currency,
        journal=entry.journal,
        party=entry.party,
    )


TEACHING_STATES = frozenset({State.APPROVED, State.POSTED, State.BOOKED_ELSEWHERE})
TEACHING_KINDS = frozenset({Kind.NORMAL, Kind.ACCRUAL, Kind.ACCRUAL_RELEASE})


def teaches(entry: Entry) -> bool:
    """The one rule of what may teach memory, templates, judge and training."""
    return entry.state in TEACHING_STATES and entry.kind in TEACHING_KINDS and not entry.forgotten


class Unchecked(StrEnum):
    """What a probability does not cover, because history has hardly a case of it to judge by."""

    AMOUNTS = "amounts"
    TAX_CODE = "tax_code"
    PARTY = "party"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLine:
    """One line of a candidate; ``probability`` is that of (account, side) being among the lines.

    ``among`` are the accounts that hold the right one in 95 of 100 lines, "" standing for no such line; empty where
    history promises nothing. Only first candidates carry it, and not on lines that were given.
    """

    account: str
    name: str
    side: Side
    amount: Decimal
    probability: float
    tax_code: str = ""
    party: str = ""
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How much of a candidate's probability came from where; the three add up to 1."""

    template: float
    memory: float
    model: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One possible entry with two calibrated probabilities.

    ``probability`` is that of the entry being right in full: accounts, sides, amounts, tax codes and parties.
    ``set_probability`` is that of its set of (account, side); candidates are ordered by it.
    """

    probability: float
    shares: Shares
    lines: tuple[CandidateLine, ...]
    set_probability: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """An earlier entry that speaks for the proposal, or against it when ``agrees`` is false."""

    entry_id: str
    date: date
    description: str
    amount: Decimal
    lines: tuple[Line, ...]
    agrees: bool
    origin: str
    differs: tuple[str, ...]
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTrace:
    """What the network saw when it wrote one line of the first candidate, for analysts.

    ``pointer`` and ``copied`` are (account code, probability), largest first; ``words`` are
    (token, attention weight) in text order; ``gate`` is the weight of memory in [0, 1].
    """

    account: str
    side: Side
    gate: float
    pointer: tuple[tuple[str, float], ...]
    copied: tuple[tuple[str, float], ...]
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The ranked answer to one event with its evidence; ``candidates`` is never empty.

    ``unchecked`` names what the first candidate's probability does not cover.
    """

    event: Event
    bundle: str
    status: Status
    candidates: tuple[Candidate, ...]
    because: tuple[Because, ...] = ()
    trace: tuple[LineTrace, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def probability(self) -> float:
        return self.candidates[0].probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A frozen training set: one book's catalog and entries, in (date, position) order."""

    book: str
    accounts: tuple[Account, ...]
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 over canonical JSON of schema, catalog and entries; the book's name is no part of it."""
        body = {
            "schema": SNAPSHOT_SCHEMA,
            "accounts": account_rows(self.accounts),
            "entries": entry_rows(self.entries),
            "lines": [{k: v for k, v in r.items() if v or k not in _SINCE} for r in line_rows(self.entries)],
        }
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def minor_units(currency: str) -> int:
    """Decimal places of a currency by ISO 4217; 2 for an unknown or empty code."""
    return _MINOR_UNITS.get(currency.strip().upper(), 2)


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries by (date, position in the source); the sort is stable, so runs repeat."""
    return tuple(sorted(entries, key=lambda e: (e.date, e.position)))


def in_recording_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries in the order in which they became known: earlier means known earlier, whatever the accounting date.

    What was entered here was known when it was recorded. When imported history was entered elsewhere is not told, so
    its date and its position in the source stand in for it.
    """
    return tuple(sorted(entries, key=lambda e: (_known_on(e), e.position)))


def _known_on(entry: Entry) -> _Day:
    return entry.recorded.date() if entry.recorded and entry.origin != IMPORTED else entry.date


Row = dict[str, str]

ACCOUNT_COLUMNS = ("code", "name", "type", "parent", "opened", "closed", "control")
ENTRY_COLUMNS = (
    "entry_id", "date", "description", "currency", "journal", "party", "kind", "state", "origin",
    "position", "number", "document", "document_date", "recorded", "forgotten",
)  # fmt: skip
LINE_COLUMNS = (
    "entry_id", "account", "side", "amount", "party", "label", "tax_code",
    "original_amount", "original_currency", "rate", "rate_date", "rate_source",
)  # fmt: skip
_SINCE = ("rate_date", "rate_source")  # columns that came later; without a value they are no part of a digest


def money_text(amount: Decimal) -> str:
    """Plain decimal text without exponent or trailing zeros, so that 10, 10.0 and 1E1 are one value."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def account_rows(accounts: Iterable[Account]) -> list[Row]:
    return [
        {
            "code": a.code, "name": a.name, "type": a.type.value, "parent": a.parent,
            "opened": _day(a.opened), "closed": _day(a.closed), "control": "1" if a.control else "",
        }
        for a in accounts
    ]  # fmt: skip


def entry_rows(entries: Iterable[Entry]) -> list[Row]:
    return [
        {
            "entry_id": e.entry_id, "date": e.date.isoformat(), "description": e.description,
            "currency": e.currency, "journal": e.journal, "party": e.party, "kind": e.kind.value,
            "state": e.state.value, "origin": e.origin, "position": str(e.position),
            "number": e.number, "document": e.document, "document_date": _day(e.document_date),
            "recorded": e.recorded.isoformat() if e.recorded else "",
            "forgotten": "1" if e.forgotten else "",
        }
        for e in entries
    ]  # fmt: skip


def line_rows(entries: Iterable[Entry]) -> list[Row]:
    return [
        {
            "entry_id": e.entry_id, "account": x.account, "side": x.side.letter,
            "amount": money_text(x.amount), "party": x.party, "label": x.label, "tax_code": x.tax_code,
            "original_amount": "" if x.original_amount is None else money_text(x.original_amount),
            "original_currency": x.original_currency, "rate": "" if x.rate is None else money_text(x.rate),
            "rate_date": _day(x.rate_date), "rate_source": x.rate_source,
        }
        for e in entries
        for x in e.lines
    ]  # fmt: skip


def accounts_from_rows(rows: Iterable[Mapping[str, str]]) -> tuple[Account, ...]:
    return tuple(
        Account(
            code=r["code"], name=r["name"], type=AccountType(r["type"]), parent=r["parent"],
            opened=_date(r["opened"]), closed=_date(r["closed"]), control=bool(r["control"]),
        )
        for r in rows
    )  # fmt: skip


def entries_from_rows(entries: Iterable[Mapping[str, str]], lines: Iterable[Mapping[str, str]]) -> tuple[Entry, ...]:
    """Inverse of `entry_rows` and `line_rows`, also of those without the later columns; lines keep their order."""
    by_entry: dict[str, list[Line]] = {}
    for r in lines:
        by_entry.setdefault(r["entry_id"], []).append(_line(r))
    return tuple(_entry(r, by_entry.get(r["entry_id"], ())) for r in entries)


def _line(r: Mapping[str, str]) -> Line:
    return Line(
        account=r["account"], side=Side.of(r["side"]), amount=Decimal(r["amount"]), party=r["party"],
        label=r["label"], tax_code=r["tax_code"], original_currency=r["original_currency"],
        original_amount=_decimal(r["original_amount"]), rate=_decimal(r["rate"]),
        rate_date=_date(r.get("rate_date", "")), rate_source=r.get("rate_source", ""),
    )  # fmt: skip


def _entry(r: Mapping[str, str], lines: Sequence[Line]) -> Entry:
    return Entry(
        entry_id=r["entry_id"], date=date.fromisoformat(r["date"]), description=r["description"],
        lines=tuple(lines), currency=r["currency"], journal=r["journal"], party=r["party"],
        kind=Kind(r["kind"]), state=State(r["state"]), origin=r["origin"], position=int(r["position"]),
        number=r["number"], document=r["document"], document_date=_date(r["document_date"]),
        recorded=datetime.fromisoformat(r["recorded"]) if r["recorded"] else None,
        forgotten=bool(r["forgotten"]),
    )  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
