"""A book's table of tax codes: what it says, and its changes, which a second person confirms where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from app.services.access import Right, Who, find, use_case
from app.services.controls import TAX_CODE, propose
from app.services.errors import BadInput
from app.services.typed import read_date
from app.services.workbench import Workbench
from engine.inference.taxes import TaxCode, TaxKind, TaxTable
from engine.journal import Account, money_text
from storage.control import Change, NewChange
from storage.session import UnitOfWork
from storage.taxes import TaxRow

__all__ = ["TaxRow", "TypedTax", "codes", "in_words", "set_code", "table_of"]

_LONGEST = 36  # characters of a code
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedTax:
    """A tax code as somebody typed it.

    ``rate`` and ``deductible`` are written in per cent (19, 19 %, 5,5 %) or as a share (0.19). ``since`` and ``until``
    are days; the version replaces the one of the same code that begins on the same day. ``withdraw`` takes such a
    version back.
    """

    code: str
    rate: str = ""
    kind: str = ""
    account: str = ""
    owed: str = ""
    bases: tuple[str, ...] = ()
    deductible: str = ""
    since: str = ""
    until: str = ""
    key: str = ""
    withdraw: bool = False


@use_case(Right.READ)
def codes(wb: Workbench, who: Who, book: str) -> tuple[TaxRow, ...]:
    """The book's own table, by code and first day. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.taxes.current(find(uow, who, book, Right.READ).book_id)


@use_case(Right.POLICY)
def set_code(wb: Workbench, who: Who, book: str, typed: TypedTax, reason: str) -> Change:
    """Add a version of a code, or replace the one that begins on the same day; what was booked keeps its tax.

    Where somebody else may change the book's rules they have to confirm it first. Raises BadInput, ReasonMissing,
    UnknownBook, NotAllowed.
    """

    def work(uow: UnitOfWork) -> Change:
        found = find(uow, who, book, Right.POLICY)
        store, since = uow.taxes, read_date(typed.since)
        now = store.find(found.book_id, _code(typed.code), since)
        row = _withdrawn(typed, now) if typed.withdraw else _read(typed, now)
        if not typed.withdraw:
            _check_accounts(row, {a.code: a for a in uow.books.catalog(found.book_id)})
        before, after = (x.to_json() if x else None for x in (now, row))
        if before == after:
            raise BadInput("Tax code", row.code, "the table says so already", "Change a value, or leave it.")
        change = NewChange(subject=TAX_CODE, key=row.code, before=before, after=after, reason=reason)
        return propose(uow, who, found, Right.POLICY, change)

    return wb.store.write(work)


def table_of(rows: Iterable[TaxRow]) -> TaxTable:
    """The table as the engine uses it."""
    return TaxTable(
        TaxCode(
            code=x.code, rate=x.rate, kind=TaxKind(x.kind), account=x.account, owed=x.owed,
            base_accounts=x.base_accounts, deductible=x.deductible, valid_from=x.valid_from, valid_to=x.valid_to,
            key=x.package_key,
        )
        for x in rows
    )  # fmt: skip


def in_words(row: TaxRow) -> str:
    """One line for people, for example: ``V19  19 % input on 1576, from 2007-01-01``."""
    parts = [f"{row.code}  {_percent(row.rate)} {row.kind}" + (f" on {row.account}" if row.account else "")]
    if row.owed:
        parts.append(f"owed on {row.owed}")
    if row.deductible != 1:
        parts.append(f"{_percent(row.deductible)} deductible")
    if row.base_accounts:
        parts.append(f"for {' '.join(row.base_accounts)}")
    if row.valid_from:
        parts.append(f"from {row.valid_from.isoformat()}")
    if row.valid_to:
        parts.append(f"until {row.valid_to.isoformat()}")
    if row.package_key:
        parts.append(f"key {row.package_key}")
    return ", ".join(parts)


def _read(typed: TypedTax, now: TaxRow | None) -> TaxRow:
    """The row that was typed; what was left out stays as it is in the version that is replaced."""
    kind = _kind(typed.kind) if typed.kind or not now else now.kind
    row = TaxRow(
        code=_code(typed.code),
        rate=_share("Rate", typed.rate) if typed.rate or not now else now.rate,
        kind=kind,
        account=typed.account.strip() or (now.account if now else ""),
        owed=typed.owed.strip() or (now.owed if now else ""),
        base_accounts=tuple(dict.fromkeys(typed.bases)) or (now.base_accounts if now else ()),
        deductible=_share("Deductible", typed.deductible or "100") if typed.deductible or not now else now.deductible,
        valid_from=read_date(typed.since),
        valid_to=read_date(typed.until) or (now.valid_to if now else None),
        package_key=typed.key.strip() or (now.package_key if now else ""),
    )
    if row.rate >= 1:
        raise BadInput("Rate", typed.rate, "a tax is less than its base", "Write it in per cent, for example 19.")
    if row.rate and not row.account:
        raise BadInput("Account", "", "nobody takes the tax", "Name the account of the tax.")
    if TaxKind(row.kind).both and not row.owed:
        why = f"{row.kind} gives two tax lines"
        raise BadInput("Account", row.account, why, "Also name the account of the tax that is owed.")
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        why = f"it would end before it begins on {row.valid_from.isoformat()}"
        day = (row.valid_from + timedelta(days=1)).isoformat()
        raise BadInput("Until", row.valid_to.isoformat(), why, f"Give a later day, for example {day}.")
    return row


def _withdrawn(typed: TypedTax, now: TaxRow | None) -> TaxRow:
    if now is None:
        day = typed.since or "no day"
        raise BadInput("Tax code", typed.code, f"no version of it begins on {day}", "Look at the list of tax codes.")
    return TaxRow.from_json({**now.to_json(), "withdrawn": True})


def _check_accounts(row: TaxRow, catalog: Mapping[str, Account]) -> None:
    for code in (row.account, row.owed, *row.base_accounts):
        if code and code not in catalog:
            raise BadInput("Account", code, "the catalog has no such account", "Choose one that it has.")


def _code(text: str) -> str:
    code = text.strip()
    if not code or len(code) > _LONGEST or any(ord(c) < 32 for c in code):
        why = f"it has to have 1 to {_LONGEST} visible characters"
        raise BadInput("Tax code", code, why, "Use the code that your lines carry.")
    return code


def _kind(text: str) -> str:
    wanted = text.strip().casefold()
    kind = next((k for k in TaxKind if k.value.casefold() == wanted or k.value.casefold().split()[0] == wanted), None)
    if kind is None:
        raise BadInput("Kind", text, f"it is none of {', '.join(TaxKind)}", "Choose one of them.")
    return kind.value


def _share(field: str, text: str) -> Decimal:
    """A share from text: with a per cent sign, or one or more, it is per cent; below one it is a share."""
    bare = text.strip().removesuffix("%").strip().replace(",", ".")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= _HUNDRED:
        raise BadInput(field, text, "it is not a percentage", "Write it like 19, 5.5 % or 0.19.")
    share = value / _HUNDRED if "%" in text or value >= 1 else value
    if share % Decimal("0.000001"):
        raise BadInput(field, text, "it has more than four decimals", "Write it like 19, 5.5 % or 0.19.")
    return share


def _percent(share: Decimal) -> str:
    return f"{money_text(share * _HUNDRED)} %"


def to_json(rows: Sequence[TaxRow]) -> list[dict[str, Any]]:
    """The rows for programs; shares and days are text."""
    return [{k: v for k, v in x.to_json().items() if k != "withdrawn"} for x in rows]


def outcome(change: Change) -> str:
    """What became of a change, for people."""
    if change.waits:
        return f"Change {change.change_id} of tax code {change.key!r} waits until a second person confirms it."
    return f"Tax code {change.key!r} was changed: {change.reason}"
