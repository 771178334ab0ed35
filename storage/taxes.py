"""A book's tax codes. Rows are versions of a code from one day on; the newest row of a code and day holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import money_text
from storage import chain
from storage.identity import clean, new_id, utc_now
from storage.schema_tax import tax_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """One code as it holds from ``valid_from`` to ``valid_to``, both included; None is open.

    ``rate`` and ``deductible`` are shares: 0.19 of the base, 1 for all of the input tax. ``kind`` is input, output,
    reverse charge or intra-EU. ``account`` takes the tax, ``owed`` the tax that is owed where a code gives both lines;
    ``base_accounts`` are those the code is meant for. A ``withdrawn`` row was a mistake and holds on no day.
    """

    code: str
    rate: Decimal
    kind: str
    account: str
    owed: str = ""
    base_accounts: tuple[str, ...] = ()
    deductible: Decimal = Decimal(1)
    valid_from: date | None = None
    valid_to: date | None = None
    package_key: str = ""
    withdrawn: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values: shares and days as text."""
        return {
            "code": self.code, "rate": money_text(self.rate), "kind": self.kind, "account": self.account,
            "owed": self.owed, "base_accounts": list(self.base_accounts), "deductible": money_text(self.deductible),
            "valid_from": self.valid_from.isoformat() if self.valid_from else "",
            "valid_to": self.valid_to.isoformat() if self.valid_to else "",
            "package_key": self.package_key, "withdrawn": self.withdrawn,
        }  # fmt: skip

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> TaxRow:
        """Inverse of `to_json`."""
        return cls(
            code=body["code"], rate=Decimal(body["rate"]), kind=body["kind"], account=body["account"],
            owed=body["owed"], base_accounts=tuple(body["base_accounts"]), deductible=Decimal(body["deductible"]),
            valid_from=_day(body["valid_from"]), valid_to=_day(body["valid_to"]), package_key=body["package_key"],
            withdrawn=bool(body["withdrawn"]),
        )  # fmt: skip


class TaxStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def current(self, book_id: str) -> tuple[TaxRow, ...]:
        """The table as it stands, by code and first day; withdrawn rows are left out."""
        t = tax_codes.c
        found = self._session.execute(sa.select(tax_codes).where(t.book_id == book_id).order_by(t.sequence))
        newest = {(r.code, r.valid_from): _row(dict(r._mapping)) for r in found}  # noqa: SLF001
        kept = (x for x in newest.values() if not x.withdrawn)
        return tuple(sorted(kept, key=lambda x: (x.code, x.valid_from or date.min)))

    def find(self, book_id: str, code: str, valid_from: date | None) -> TaxRow | None:
        """The row of a code that begins on this very day."""
        return next((x for x in self.current(book_id) if (x.code, x.valid_from) == (code, valid_from)), None)

    def put(self, book_id: str, row: TaxRow, by: str, change_id: str) -> None:
        """Append a version, in force at once; whether it may be is settled in `storage.control`."""
        chain.lock(self._session, book_id)
        now = utc_now()
        values = {
            "tax_code_id": new_id(), "book_id": book_id, "code": clean(row.code), "rate": row.rate, "kind": row.kind,
            "account": clean(row.account), "owed": clean(row.owed),
            "base_accounts": chain.canonical([clean(a) for a in row.base_accounts]), "deductible": row.deductible,
            "valid_from": row.valid_from, "valid_to": row.valid_to, "package_key": clean(row.package_key),
            "withdrawn": row.withdrawn, "change_id": change_id, "recorded": now, "recorded_by": by,
        }  # fmt: skip
        sequence = chain.append(
            self._session, book_id, tax_codes.name, str(values["tax_code_id"]), chain.digest(values), now
        )
        self._session.execute(sa.insert(tax_codes), [{**values, "sequence": sequence}])


def _row(r: Mapping[str, Any]) -> TaxRow:
    return TaxRow(
        code=r["code"], rate=_plain(r["rate"]), kind=r["kind"], account=r["account"], owed=r["owed"],
        base_accounts=tuple(json.loads(r["base_accounts"])), deductible=_plain(r["deductible"]),
        valid_from=r["valid_from"], valid_to=r["valid_to"], package_key=r["package_key"], withdrawn=r["withdrawn"],
    )  # fmt: skip


def _plain(share: Decimal) -> Decimal:
    return Decimal(money_text(share))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
