"""One row of a journal as every flat format yields it, before rows become entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as day
from decimal import Decimal

from engine.journal import Line, Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A row with its cells read. Amounts keep the sign and side that the file gives them.

    ``description`` is set where the file has one for the entry apart from the row's ``label``.
    ``key`` is the file's own id of the entry, where it has one.
    """

    row: int
    date: day
    account: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    key: str = ""
    journal: str = ""
    journal_name: str = ""
    number: str = ""
    account_name: str = ""
    label: str = ""
    description: str = ""
    party: str = ""
    entry_party: str = ""
    document: str = ""
    document_date: day | None = None
    currency: str = ""
    tax_code: str = ""
    original_amount: Decimal | None = None
    original_currency: str = ""
    rate: Decimal | None = None

    @property
    def balance(self) -> Decimal:
        return self.debit - self.credit

    @property
    def size(self) -> Decimal:
        return max(abs(self.debit), abs(self.credit))

    def lines(self) -> list[Line]:
        """One line; two where the row has a debit and a credit; none where it has neither."""
        sides = ((Side.DEBIT, self.debit), (Side.CREDIT, self.credit))
        return [
            Line(
                account=self.account, side=side, amount=amount, party=self.party, label=self.label,
                tax_code=self.tax_code, original_amount=self.original_amount,
                original_currency=self.original_currency, rate=self.rate,
            )
            for side, amount in sides
            if amount
        ]  # fmt: skip
