"""One transaction of a SAF-T file at a time: its lines become an entry, or sentences about what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from engine.journal import Account, Kind
from storage.identity import fold
from storage.importers.assemble import entry_of
from storage.importers.cells import BadCell, exact_amount, read_day
from storage.importers.grouping import Group
from storage.importers.markup import Element, Piece, text_of
from storage.importers.posting import ZERO, Posting
from storage.importers.saft_dialects import Dialect
from storage.importers.staging import Staging

_LINES = frozenset({"Line", "TransactionLine", "DebitLine", "CreditLine"})
_NOBODY = frozenset({"", "0"})
_SIDES = {"DebitAmount": True, "CreditAmount": False}
_CENT = Decimal("0.01")
_RATE_STEP, _LARGEST_RATE = Decimal("0.000000000001"), Decimal(10) ** 12  # what the store keeps
_PARTY_ACCOUNTS = {"Customer": "21", "Supplier": "22"}  # of the Portuguese chart, where the entry names the party


@dataclass(slots=True)
class Books:
    """What the parts of a file share: master files, and what was counted on the way."""

    currency: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    headings: set[str] = field(default_factory=set)
    parties: dict[str, dict[str, str]] = field(default_factory=lambda: {"Customer": {}, "Supplier": {}})
    party_accounts: dict[str, set[str]] = field(default_factory=dict)
    journals: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # code to (text, code, name)
    transactions: int = 0
    empty_lines: int = 0
    on_headings: int = 0


class TransactionReader:
    """Reads the transactions of one part. ``part`` names it in errors where there are several."""

    def __init__(self, staging: Staging, dialect: Dialect, books: Books, part: str) -> None:
        self._staging, self._dialect, self._books, self._part = staging, dialect, books, part
        self._journal = self._journal_text = ""
        self._totals = {"TotalDebit": ZERO, "TotalCredit": ZERO}
        self._said: dict[str, str] = {}
        self._same: dict[str, str] = {}  # one copy of each code and name, however many lines repeat it
        self._problems: list[tuple[str, str, BadCell]] = []

    def enter_journal(self, code: str) -> None:
        self._journal = code
        self._journal_text = self._books.journals.setdefault(code, (code, code, ""))[0]

    def name_journal(self, name: str) -> None:
        """The name of the journal entered last; entries carry code and name."""
        code = self._journal
        if self._books.journals.get(code, ("", "", ""))[2] or not name:
            return
        self._journal_text = f"{code} {name}".strip() if fold(name) != fold(code) else code
        self._books.journals[code] = (self._journal_text, code, name)

    def expect(self, which: str, total: str) -> None:
        self._said[which] = total

    def check_totals(self) -> None:
        """What the file says of itself against what it holds, so that a file that was cut is noticed."""
        for which, total in self._said.items():
            said, found = exact_amount(total), self._totals[which]
            if said is not None and said != found:
                why = f"is the total that the file states, and its lines add up to {found}"
                self._staging.fail(0, self._column(which), total, why, "Ask its program whether entries are missing.")

    def read(self, piece: Piece) -> None:
        """Stage a transaction, or keep every problem it has."""
        self._books.transactions += 1
        self._problems.clear()
        head = _Head.of(piece, self)
        postings = [p for number, line in enumerate(_lines(piece), start=1) for p in self._postings(head, line, number)]
        if self._problems:
            for column, value, problem in self._problems:
                self._staging.fail(piece.row, self._column(column), value, problem.why, problem.remedy)
            return
        if not postings:
            self._staging.fail(
                piece.row, self._column("Line"), head.number, "is an entry without a line that has an amount",
                "Leave it, or complete it in the program that made it.",
            )  # fmt: skip
            return
        entry = entry_of(Group(tuple(postings), numbered=bool(head.number)), self._journal_text)
        if head.kind is not Kind.NORMAL:
            entry = replace(entry, kind=head.kind)
        self._staging.add(piece.row, entry)

    def _postings(self, head: _Head, line: Element, number: int) -> Iterator[Posting]:
        found = {x.tag: x for x in line}
        place = f"line {_text(found.get('RecordID')) or number}, "
        account = self._once(self._short(place + "AccountID", _text(found.get("AccountID"))))
        if not account:
            self._problems.append((place + "AccountID", "", BadCell("is blank", "Every line needs an account.")))
        party = self._party(head, found, account)
        label = self._short(place + "Description", _text(found.get("Description")))
        document = _text(found.get("SourceDocumentID")) or _text(found.get("ReferenceNumber")) or head.archive
        code = self._tax_code(line) if "TaxInformation" in found else ""
        empty = True
        for side, debit in _SIDES.items():
            if (element := found.get(side)) is None:
                continue
            amount = self._amount(place + side, element)
            self._totals["TotalDebit" if debit else "TotalCredit"] += amount
            if not amount:
                continue
            empty = False
            original, currency, rate = self._original(element, amount)
            yield Posting(
                row=number, date=head.day, account=account, debit=amount if debit else ZERO,
                credit=ZERO if debit else amount, journal=self._journal, number=head.number, label=label,
                description=head.description, party=party, entry_party=head.party,
                document=self._short(place + "SourceDocumentID", document), document_date=head.document_day,
                currency=self._books.currency, tax_code=code, original_amount=original, original_currency=currency,
                rate=rate,
            )  # fmt: skip
        self._books.empty_lines += empty
        self._books.on_headings += account in self._books.headings

    def _amount(self, place: str, element: Element) -> Decimal:
        """The child Amount where there is one, else the element's own text."""
        text = text_of(element, "Amount") or _text(element)
        amount = _money(text) if text else ZERO
        if amount is None:
            self._problems.append((place, text, BadCell("is not an amount", "Write it like 1234.56.")))
            return ZERO
        return amount

    def _original(self, element: Element, amount: Decimal) -> tuple[Decimal | None, str, Decimal | None]:
        """Amount and currency of origin with the rate; nothing where they only repeat the amount."""
        currency = self._once(text_of(element, "CurrencyCode").upper())
        original = _money(text_of(element, "CurrencyAmount"))
        if not currency or not original or (currency == self._books.currency and original == amount):
            return None, "", None
        rate = _money(text_of(element, "ExchangeRate"))
        if rate is None or not 0 < rate < _LARGEST_RATE or rate % _RATE_STEP or abs(original * rate - amount) > _CENT:
            rate = None
        return original, currency, rate

    def _party(self, head: _Head, found: dict[str, Element], account: str) -> str:
        """Whom the line names; where only the entry names somebody, its lines on their accounts are theirs."""
        for tag, known in self._books.parties.items():
            if (key := _text(found.get(f"{tag}ID"))) not in _NOBODY:
                return self._once(known.get(key, key))
        for tag, name in head.parties.items():
            own = self._books.party_accounts.get(account, ())
            if name in own or (self._dialect.posted_day and account.startswith(_PARTY_ACCOUNTS[tag])):
                return name
        return ""

    def _tax_code(self, line: Element) -> str:
        codes = dict.fromkeys(text_of(x, "TaxCode") for x in line.findall("TaxInformation"))
        return self._once("+".join(c for c in codes if c and c not in self._dialect.no_tax))

    def _short(self, place: str, text: str) -> str:
        most = self._staging.source.limits.cell_characters
        if len(text) > most:
            why = f"has {len(text):,} characters and the limit is {most:,}"
            self._problems.append((place, text, BadCell(why, "Shorten it in the source.")))
        return text

    def _once(self, text: str) -> str:
        return self._same.setdefault(text, text)

    def _column(self, name: str) -> str:
        return f"{self._part} {name}".strip()

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    def name_of(self, tag: str, key: str) -> str:
        """A party's name by its id in the master files; the id where they do not hold it."""
        return self._once(self._books.parties[tag].get(key, key))

    def trouble(self, column: str, value: str, problem: BadCell) -> None:
        self._problems.append((column, value, problem))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What stands above the lines of a transaction."""

    number: str
    day: date
    document_day: date | None
    description: str
    archive: str
    parties: dict[str, str]
    kind: Kind

    @property
    def party(self) -> str:
        return next(iter(self.parties.values()), "")

    @classmethod
    def of(cls, piece: Piece, reader: TransactionReader) -> _Head:
        found = {x.tag: x for x in piece if x.tag not in _LINES}
        documented = _day(found, "TransactionDate", reader)
        posted = _day(found, "GLPostingDate", reader)
        days = (posted, documented) if reader.dialect.posted_day else (documented, posted)
        known = [d for d in days if d is not None]
        if not known and not _text(found.get("TransactionDate")):
            reader.trouble("TransactionDate", "", BadCell("is blank", "Every entry needs its day."))
        day = _in_period(known, _text(found.get("Period")), _text(found.get("PeriodYear"))) if known else date.min
        parties = {
            tag: reader.name_of(tag, key)
            for tag in ("Customer", "Supplier")
            if (key := _text(found.get(f"{tag}ID"))) not in _NOBODY
        }
        closing = reader.dialect.closing and _text(found.get("TransactionType")) == reader.dialect.closing
        return cls(
            number=_text(found.get("TransactionID")), day=day,
            document_day=documented if documented != day else None, description=_text(found.get("Description")),
            archive=_text(found.get("DocArchivalNumber")), parties=parties,
            kind=Kind.CLOSING if closing else Kind.NORMAL,
        )  # fmt: skip


def _in_period(days: list[date], period: str, year: str) -> date:
    """The first of the days that lies in the entry's period; periods 13 to 16 and uneven years decide nothing."""
    month = int(period) if period.isdecimal() and len(period) < 3 else 0
    inside = (d for d in days if d.month == month and year in {"", str(d.year)})
    return next(inside, days[0])


def _day(found: dict[str, Element], tag: str, reader: TransactionReader) -> date | None:
    text = _text(found.get(tag))
    try:
        return read_day(text) if text else None
    except BadCell as problem:
        if tag == "TransactionDate":
            reader.trouble(tag, text, problem)
        return None


def _lines(piece: Element) -> Iterator[Element]:
    """The lines of a transaction, whether or not they stand in a wrapper."""
    for x in piece:
        if x.tag in _LINES:
            yield x
        elif x.tag in {"Lines", "TransactionLines"}:
            yield from (y for y in x if y.tag in _LINES)


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


@lru_cache(1 << 16)
def _money(text: str) -> Decimal | None:
    """An amount with a decimal point, as the schema has it; None for anything else."""
    return exact_amount(text)
