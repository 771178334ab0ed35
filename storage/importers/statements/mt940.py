"""MT940, the bank statement of SWIFT, with what banks make of it: headers around it, rows of any length, RC and RD.

Every page of a statement (``:60M:`` to ``:62M:``) is a statement of its own here, because each proves its balance.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from storage.errors import ImportRefused
from storage.importers.cells import BadCell
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode, rows_of
from storage.importers.staging import Staging
from storage.importers.statements.building import Building, amount_of, calendar_day, currency_of, finish, told_apart
from storage.importers.statements.purpose import purpose
from storage.records import Staged
from storage.statement_records import Balance, StatementLine

NAME = "mt940"
_TAG = re.compile(r":(\d{2}[A-Z]?|NS):")
_FIRST = re.compile(r"^(?:\{4:)?:(?:20|25|28C?|60[FM]|940):", re.MULTILINE)
_NEEDED = re.compile(r"^:(?:60[FM]?|61|62[FM]?):", re.MULTILINE)
_END = re.compile(r"-[}\w{:]*|\{1:.*")  # of a message, and the beginning of the next
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,.]*)")
_LINE = re.compile(
    r"(?P<day>\d{6})(?P<entry>\d{4}|\s{4})?(?P<sign>R?[CD])(?P<funds>[A-Z])?\s?(?P<amount>[\d,.]*)"
    r"(?P<kind>[A-Z][A-Z0-9 ]{3})?(?P<own>.*?)(?://(?P<bank>.*))?",
    re.ASCII,
)
_CHECK = "Check it in the bank's own statement."
_CENTURY = 80  # years of two digits from here on are those of the 20th century


@dataclass(slots=True)
class _Tag:
    """One field of a message: where it begins, and its rows."""

    row: int
    name: str
    rows: list[str] = field(default_factory=list)


def looks_like(head: Head) -> bool:
    return bool(_FIRST.search(head.text[:4_000].replace("\r", "\n")) and _NEEDED.search(head.text.replace("\r", "\n")))


def read_mt940(source: Source) -> Staged:
    """Stage the lines of every statement and page in the file. Raises ImportRefused."""
    text, encoding = decode(source.main, source.data)
    staging = Staging(source, NAME, [f"A bank statement in MT940; text is {encoding}"])
    reader = _Messages(staging)
    for tag in _tags(text):
        reader.take(tag)
    if not reader.built:
        raise ImportRefused(source.main, "it begins like MT940 and holds no statement", "Ask the bank for it again.")
    reader.explain()
    return finish(staging, reader.built)


def _tags(text: str) -> Iterator[_Tag]:
    """Fields in order; what stands outside of messages, headers and ends, is passed over."""
    current: _Tag | None = None
    for number, row in enumerate(rows_of(text.replace("\0", "")), start=1):
        found = _TAG.match(row)
        if found:
            if current:
                yield current
            current = _Tag(number, found[1], [row[found.end() :]])
        elif _END.fullmatch(row.strip()):
            if current:
                yield current
            current = None
        elif current:
            current.rows.append(row)
    if current:
        yield current


class _Messages:
    """Puts fields together to statements."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self.built: list[Building] = []
        self._line: StatementLine | None = None
        self._moved = 0

    def explain(self) -> None:
        if self._moved:
            self._staging.reasons.append(
                f"value dates that no calendar has, such as 30 February, became the month's last day: {self._moved}"
            )

    def take(self, tag: _Tag) -> None:
        """Read one field; what it refuses is an error of its row and nothing else."""
        try:
            self._take(tag)
        except BadCell as bad:
            self._staging.fail(tag.row, f":{tag.name}:", tag.rows[0], bad.why, bad.remedy)

    def _take(self, tag: _Tag) -> None:
        first = tag.rows[0].strip()
        if tag.name == "20" or (tag.name in ("25", "60F", "60M") and self._is_full(tag.name)):
            self._new(tag)
        if tag.name == "25":
            self._now(tag).account = first
        elif tag.name in ("28", "28C"):
            self._now(tag).number = first
        elif tag.name in ("60F", "60M", "60"):
            self._now(tag).opening = self._balance(first, tag)
        elif tag.name in ("62F", "62M", "62"):
            self._line = None  # what is said from here on is said of the statement
            self._now(tag).closing = self._balance(first, tag)
        elif tag.name == "61":
            self._line = None
            line = self._read(tag)
            self._line = line
            self._now(tag).lines.append(line)
        elif tag.name == "86" and self._line is not None:
            self._explain_line(tag, self._line)

    def _is_full(self, name: str) -> bool:
        """Whether the statement at hand has what this field gives, so that a new one begins."""
        if not self.built:
            return True
        at = self.built[-1]
        return bool(at.account if name == "25" else at.opening)

    def _new(self, tag: _Tag) -> None:
        self._line = None
        self.built.append(Building(row=tag.row))

    def _now(self, tag: _Tag) -> Building:
        if not self.built:
            self._new(tag)
        return self.built[-1]

    def _balance(self, text: str, tag: _Tag) -> Balance:
        found = _BALANCE.fullmatch(text.replace(" ", ""))
        if found is None:
            raise BadCell("is no balance", "Expected is a sign, a day, a currency and an amount: C240131EUR100,00.")
        at = self._now(tag)
        at.currency = at.currency or currency_of(found[3])
        amount = _amount(found[4])
        return Balance(day=_day(found[2]), amount=amount if found[1] == "C" else -amount)

    def _read(self, tag: _Tag) -> StatementLine:
        found = _LINE.fullmatch(tag.rows[0].strip())
        if found is None:
            raise BadCell("is no line of a statement", "Expected is a day, C or D, and an amount: 240131D100,00NTRF.")
        amount = _amount(found["amount"])
        came_in = found["sign"] in ("C", "RD")  # a debit that is taken back brings the money again
        valued = self._value_day(found["day"])
        entry = (found["entry"] or "").strip()
        bank, own = told_apart(found["bank"] or ""), told_apart(found["own"] or "")
        return StatementLine(
            booked=_entry_day(entry, valued) if entry else valued, valued=valued,
            amount=amount if came_in else -amount, currency=self._now(tag).currency, reference=bank,
            end_to_end=own, text=" ".join(t for t in (*tag.rows[1:], own) if t.strip()), raw=_raw(tag),
        )  # fmt: skip

    def _value_day(self, text: str) -> date:
        """German banks count 30 days a month, so that a value date may be the 30th of February."""
        year, month, day = _year(text[:2]), int(text[2:4]), int(text[4:])
        if 1 <= month <= 12 and day <= 31 and day > (last := calendar.monthrange(year, month)[1]):
            self._moved += 1
            day = last
        return calendar_day(year, month, day)

    def _explain_line(self, tag: _Tag, line: StatementLine) -> None:
        """``:86:`` belongs to the line before it; a second one to the same line goes on."""
        said = purpose(tag.rows)
        self._line = replace(
            line, text=said.text or line.text, party=said.party or line.party,
            party_account=said.party_account or line.party_account, end_to_end=said.end_to_end or line.end_to_end,
            raw=f"{line.raw}\n{_raw(tag)}",
        )  # fmt: skip
        self.built[-1].lines[-1] = self._line


def _raw(tag: _Tag) -> str:
    return f":{tag.name}:" + "\n".join(tag.rows)


def _amount(text: str) -> Decimal:
    """``1234,5``: the comma is always there, and nothing may follow it."""
    if not text.strip(",."):
        raise BadCell("has no amount", _CHECK)
    return amount_of(text.rstrip(",").rstrip("."), "," if "," in text else ".")


def _day(text: str) -> date:
    return calendar_day(_year(text[:2]), int(text[2:4]), int(text[4:]))


def _year(two: str) -> int:
    return int(two) + (1900 if int(two) >= _CENTURY else 2000)


def _entry_day(text: str, valued: date) -> date:
    """Month and day of the booking, in the year that lies nearest to the value date."""
    month, day = int(text[:2]), int(text[2:])
    days = []
    for year in (valued.year - 1, valued.year, valued.year + 1):
        try:
            days.append(calendar_day(year, month, day))
        except BadCell:
            continue
    if not days:
        raise BadCell("is not a day of a calendar", _CHECK)
    return min(days, key=lambda d: abs((d - valued).days))


READER = Reader(name=NAME, looks_like=looks_like, read=read_mt940)
