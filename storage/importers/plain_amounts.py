"""Amounts of plain text journals: a number, a commodity before or after it, signs, each commodity's decimal mark."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from storage.importers.cells import BadCell, mark_in

_SIGNS: Mapping[str, str] = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD",
    "NZ$": "NZD", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₪": "ILS", "zł": "PLN", "Kč": "CZK", "R$": "BRL",
}  # fmt: skip
_COMMODITY = r'"[^"\n]*"|[^\s\d\-+.,;@={}()\[\]"*/&|<>!?\#%^~:]+'
_AMOUNT = re.compile(
    rf"""\s*+(?P<sign>[-+]?)\s*+(?P<before>{_COMMODITY})?\s*+(?P<inner>[-+]?)\s*+
    (?P<number>[.,]?\d(?:[\d.,'\u00a0\u202f]|[ ](?=\d))*(?:[eE][-+]?\d{{1,2}}(?!\d))?)
    [ \t]*+(?P<after>{_COMMODITY})?\s*+""",
    re.VERBOSE,
)
_BLANKS = dict.fromkeys(map(ord, "' \u00a0\u202f"))
_LONGEST = 60  # characters of a number
_REMEDY = "Write it like 1234.50 EUR."


@dataclass(frozen=True, slots=True)
class Amount:
    """A signed number of something; a currency's sign has become its code."""

    number: Decimal
    commodity: str


@dataclass(frozen=True, slots=True)
class Written:
    """An amount as it is written: the decimal mark may still be open."""

    negative: bool
    number: str
    commodity: str


def written(text: str, at: int = 0) -> tuple[Written, int] | None:
    """The amount that begins at a place of a text, and where it ends; None where none does."""
    found = _AMOUNT.match(text, at)
    if found is None:
        return None
    negative = (found["sign"] == "-") != (found["inner"] == "-")
    return Written(negative, found["number"].strip(), commodity(found["before"] or found["after"] or "")), found.end()


def commodity(text: str) -> str:
    """A commodity's name: without quotation marks, and the code where it is the sign of a currency."""
    bare = text.strip().strip('"').strip()
    return _SIGNS.get(bare, bare)


def own_mark(number: str) -> str:
    """The decimal mark that a number shows by itself; empty where it has none, or where 1,234 leaves it open."""
    return mark_in(number.translate(_BLANKS)) or ""


@dataclass(slots=True)
class Marks:
    """Decimal marks: said by a directive, else seen in other numbers of the same commodity or of the file."""

    all: str = ""  # decimal-mark
    said: dict[str, str] = field(default_factory=dict)
    seen: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, amounts: Iterable[Written]) -> None:
        for x in amounts:
            if mark := own_mark(x.number):
                self.seen.setdefault(x.commodity, Counter())[mark] += 1

    def of(self, x: Written) -> str:
        """The decimal mark of an amount; a point where nothing tells."""
        if told := self.all or self.said.get(x.commodity, ""):
            return told
        if own := own_mark(x.number):
            return own
        counts = self.seen.get(x.commodity) or sum(self.seen.values(), Counter())
        return counts.most_common(1)[0][0] if counts else "."

    def read(self, x: Written) -> Amount:
        """Raises BadCell."""
        if len(x.number) > _LONGEST:
            raise BadCell(f"has {len(x.number):,} characters and an amount has at most {_LONGEST}", _REMEDY)
        mark = self.of(x)
        text, power = re.fullmatch(r"([^eE]*)(?:[eE]([-+]?\d+))?", x.number).groups()  # type: ignore[union-attr]
        whole, _, cents = text.translate(_BLANKS).partition(mark)
        groups = whole.replace(",", ".").split(".")
        if (not cents.isdigit() and cents) or (len(groups) > 1 and any(len(g) not in (2, 3) for g in groups[1:])):
            raise BadCell(f"is not an amount with the decimal mark {mark!r}", _REMEDY)
        number = Decimal(f"{''.join(groups) or '0'}.{cents or '0'}" if cents else "".join(groups) or "0")
        if power:
            number = number.scaleb(int(power))
        return Amount(-number if x.negative else number, x.commodity)
