"""Tax from base, code and rate: a book's tax-code table and what it makes of a base.

Only bases are shared out; tax follows from them. Reverse charge and purchases within the EU give both tax lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from engine.errors import BadEvent, EngineError
from engine.inference.amounts import to_minor_unit
from engine.journal import Line, Side

TOLERATED = 2  # smallest units of the currency that a document's own tax may differ from the computed one


class TaxKind(StrEnum):
    """What a code does: input tax, output tax, or both at once."""

    INPUT = "input"
    OUTPUT = "output"
    REVERSE_CHARGE = "reverse charge"
    INTRA_EU = "intra-EU"

    @property
    def both(self) -> bool:
        return self in (TaxKind.REVERSE_CHARGE, TaxKind.INTRA_EU)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCode:
    """One row of a book's tax-code table, valid from the first to the last day, both included; None is open.

    ``rate`` is a share of the base, 0.19 for 19 %; ``deductible`` the share of input tax that may be deducted, the rest
    is cost. ``account`` takes the tax; ``owed`` takes the tax that is owed where the code gives both lines.
    ``base_accounts`` are those the code is meant for; empty for any. ``key`` is the code in the book's package.
    """

    code: str
    rate: Decimal
    kind: TaxKind
    account: str
    owed: str = ""
    base_accounts: tuple[str, ...] = ()
    deductible: Decimal = Decimal(1)
    valid_from: date | None = None
    valid_to: date | None = None
    key: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1 or not 0 <= self.deductible <= 1:
            raise ValueError(f"tax code {self.code!r}: rate {self.rate} and deductible share must lie between 0 and 1")
        if self.kind.both and not self.owed:
            raise ValueError(f"tax code {self.code!r}: {self.kind.value} needs the account of the tax that is owed")

    def in_force(self, day: date | None) -> bool:
        """Whether it holds on the day of delivery; without a day, whether it has no end."""
        if day is None:
            return self.valid_to is None
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class NoSuchTaxCode(EngineError):
    """A code that the table has not, or not on that day."""

    def __init__(self, code: str, day: date | None, known: Sequence[str]) -> None:
        self.code, self.day, self.known = code, day, tuple(known)
        when = f" on {day.isoformat()}" if day else ""
        super().__init__(
            f"Tax code {code!r} is not in force{when}; the table has {', '.join(known) or 'none'}. "
            "Choose one of these, or add it to the book's tax codes."
        )


class TaxDisagrees(BadEvent):
    """A document's tax is too far from what its base gives."""

    def __init__(self, code: str, computed: Decimal, document: Decimal, tolerance: Decimal) -> None:
        self.code, self.computed, self.document, self.tolerance = code, computed, document, tolerance
        why = f"tax code {code} gives {computed}, and they may differ by {tolerance}"
        super().__init__("Tax", str(document), why, "Choose another code, or split the base.")


class Taxed(NamedTuple):
    """A base with its tax lines; ``base`` holds what may not be deducted. ``gross`` is what the partner is owed."""

    base: Line
    tax: tuple[Line, ...]
    gross: Decimal


class Leg(NamedTuple):
    """The tax line ``at`` a place of an entry: ``rate`` times what stands on the lines ``bases``."""

    at: int
    bases: tuple[int, ...]
    rate: Decimal
    code: str


class TaxTable:
    """A book's tax codes."""

    def __init__(self, codes: Iterable[TaxCode] = ()) -> None:
        self._by_code: defaultdict[str, list[TaxCode]] = defaultdict(list)
        for c in codes:
            self._by_code[c.code].append(c)

    def __len__(self) -> int:
        return sum(map(len, self._by_code.values()))

    def find(self, code: str, day: date | None) -> TaxCode | None:
        """The code as it holds on a day; the newest of several."""
        fit = [c for c in self._by_code.get(code, []) if c.in_force(day)]
        return max(fit, key=lambda c: c.valid_from or date.min, default=None)

    def get(self, code: str, day: date | None) -> TaxCode:
        """As `find`; raises NoSuchTaxCode."""
        found = self.find(code, day)
        if found is None:
            raise NoSuchTaxCode(code, day, sorted(self._by_code))
        return found

    def taxed(self, base: Line, day: date | None, places: int = 2, document: Decimal | None = None) -> Taxed:
        """Tax lines of a base line by its own code.

        Args:
            base: the net amount with its ``tax_code``; a negative one gives negative tax.
            day: of delivery.
            places: decimal places of the currency.
            document: the tax that the document shows; taken instead within the `tolerance`.

        Raises:
            NoSuchTaxCode, TaxDisagrees.
        """
        code = self.get(base.tax_code, day)
        tax = to_minor_unit(base.amount * code.rate, places)
        if document is not None:
            if abs(document - tax) > tolerance(places):
                raise TaxDisagrees(code.code, tax, document, tolerance(places))
            tax = document
        deducted = to_minor_unit(tax * code.deductible, places)
        cost = Line(account=base.account, side=base.side, amount=base.amount + tax - deducted, party=base.party,
                    label=base.label, tax_code=base.tax_code)  # fmt: skip
        lines = [_line(code.account, base.side, deducted, code.code)]
        if code.kind.both:
            lines.append(_line(code.owed, Side(1 - base.side), tax, code.code))
        gross = base.amount if code.kind.both else base.amount + tax
        return Taxed(cost, tuple(x for x in lines if x.amount), gross)

    def legs(self, lines: Sequence[Line], day: date | None) -> tuple[Leg, ...]:
        """The tax lines of a whole entry with the bases that they follow from.

        Empty where the entry is not of that kind: no base has a code in force, bases stand on both sides, or a tax
        line is missing or there twice.
        """
        found = [self.find(x.tax_code, day) if x.tax_code else None for x in lines]
        out: list[Leg] = []
        sides: set[Side] = set()
        for code in {c.code: c for c in found if c and c.rate}.values():
            own = {code.account, code.owed} - {""}
            bases = tuple(i for i, c in enumerate(found) if c and c.code == code.code and lines[i].account not in own)
            sides |= {lines[i].side for i in bases}
            if not bases or len(sides) > 1:
                return ()
            for account, side in _legs(code, lines[bases[0]].side):
                at = [i for i, x in enumerate(lines) if (x.account, x.side) == (account, side)]
                if len(at) != 1:
                    return ()
                part = code.deductible if account == code.account else Decimal(1)
                out.append(Leg(at[0], bases, code.rate * part / (1 + code.rate * (1 - code.deductible)), code.code))
        return tuple(out)


def tolerance(places: int) -> Decimal:
    """What a document's own tax may differ from the computed one, in a currency of so many decimals."""
    return Decimal(TOLERATED).scaleb(-places)


def _line(account: str, side: Side, amount: Decimal, code: str) -> Line:
    return Line(account=account, side=side, amount=amount, tax_code=code)


def _legs(code: TaxCode, side: Side) -> list[tuple[str, Side]]:
    return [(code.account, side), *([(code.owed, Side(1 - side))] if code.kind.both else [])]
