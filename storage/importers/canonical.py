"""Counterpoint's own format: ``entries.jsonl``, an entry a line, and ``accounts.csv`` beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from engine.journal import Account, AccountType, Entry, Kind, Line, Side, State
from storage.errors import ImportRefused
from storage.exporters.cells import bare
from storage.importers.cells import BadCell, exact_amount, need_day, read_day
from storage.importers.limits import Limits
from storage.importers.reader import Head, Reader
from storage.importers.source import ACCOUNTS, Source, decode, rows_of
from storage.importers.staging import Staging
from storage.importers.table import Table
from storage.printable import hidden
from storage.records import Staged
from storage.rows import content_digest

T = TypeVar("T")
NAME = "jsonl"
_EXAMPLE = (
    'Write it like {"date":"2024-01-31","description":"Rent","lines":[{"account":"613","side":"D","amount":"9.50"}]}.'
)


def read_canonical(source: Source) -> Staged:
    """Stage ``entries.jsonl``; every bad line is one row error. Raises ImportRefused when nothing is in it."""
    text, encoding = decode(source.main, source.data)
    reason = f"Counterpoint's own format: one JSON object a line, text is {encoding}"
    staging = Staging(source, NAME, [reason])
    accounts = _accounts(staging, source) if ACCOUNTS in source.beside else ()
    seen = 0
    for number, row in enumerate(rows_of(text), start=1):
        if not row.strip():
            continue
        seen += 1
        if len(row) > source.limits.row_characters:
            why = f"has {len(row):,} characters and the limit is {source.limits.row_characters:,}"
            staging.fail(number, "", row, why, "Divide the entry.")
            continue
        try:
            entry = _entry(_object(row), source.limits)
        except _BadField as problem:
            staging.fail(number, problem.field, problem.value, problem.why, problem.remedy)
            continue
        staging.add(number, entry)
    if not seen:
        raise ImportRefused(source.main, "it has no entries", "Export it again.")
    return staging.finish(accounts)


class _BadField(ValueError):
    def __init__(self, field: str, value: object, why: str, remedy: str = _EXAMPLE) -> None:
        self.field, self.value, self.why, self.remedy = field, str(value), why, remedy
        super().__init__(why)


class _Number(str):
    """A JSON number as it is written."""

    __slots__ = ()


def _object(row: str) -> Mapping[str, Any]:
    try:
        # Numbers stay text until a field asks for them: a number of a million digits is a bad cell, not a fault.
        found = json.loads(row, parse_float=_Number, parse_int=_Number, parse_constant=_Number)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _BadField("", row, f"is not JSON ({error})") from error
    if not isinstance(found, dict):
        raise _BadField("", row, "is not a JSON object")
    return found


def _entry(found: Mapping[str, Any], limits: Limits) -> Entry:
    lines = found.get("lines")
    if not isinstance(lines, list):
        raise _BadField("lines", lines, "is not a list of lines")
    _bounded(found, limits)
    entry = Entry(
        entry_id=_text(found, "entry_id"), date=_read("date", found.get("date"), need_day),
        description=_text(found, "description"), lines=tuple(_line(x) for x in lines),
        currency=_text(found, "currency"), journal=_text(found, "journal"), party=_text(found, "party"),
        kind=_kind(_text(found, "kind")), number=_text(found, "number"), document=_text(found, "document"),
        document_date=_read("document_date", found.get("document_date") or "", read_day),
        state=_state(_text(found, "state")),
    )  # fmt: skip
    if entry.entry_id:
        return entry
    return replace(entry, entry_id=f"~{entry.date.isoformat()}~{content_digest(entry)[:16]}")


def _bounded(found: Mapping[str, Any], limits: Limits) -> None:
    """Raise _BadField for a text that is too long, of the entry or of a line."""
    lines = [x for x in found["lines"] if isinstance(x, dict)]
    for name, value in (item for part in (found, *lines) for item in part.items()):
        if isinstance(value, str) and len(value) > limits.cell_characters:
            why = f"has {len(value):,} characters and the limit is {limits.cell_characters:,}"
            raise _BadField(name, value, why, "Shorten it in the source.")


def _line(found: object) -> Line:
    if not isinstance(found, dict):
        raise _BadField("lines", found, "holds something that is no line")
    account, side = _text(found, "account"), _text(found, "side")
    if not account:
        raise _BadField("account", "", "is blank", "Every line needs an account.")
    if side not in ("D", "C"):
        raise _BadField("side", side, "is not a side", "Write D or C.")
    return Line(
        account=account, side=Side.of(side), amount=_amount("amount", found.get("amount")),
        party=_text(found, "party"), label=_text(found, "label"), tax_code=_text(found, "tax_code"),
        original_amount=_maybe(found, "original_amount"), original_currency=_text(found, "original_currency"),
        rate=_maybe(found, "rate"), rate_date=_read("rate_date", found.get("rate_date") or "", read_day),
        rate_source=_text(found, "rate_source"),
    )  # fmt: skip


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if value is None:
        return ""
    if isinstance(value, (dict, list, bool)):
        raise _BadField(name, value, "is not a text")
    return str(value)


def _amount(name: str, value: object) -> Decimal:
    """A decimal text such as 12.30; a JSON number is taken digit for digit."""
    amount = exact_amount(value) if isinstance(value, str) else None
    if amount is None:
        raise _BadField(name, value, "is not an amount", 'Write it like "12.30".')
    return amount


def _maybe(found: Mapping[str, Any], name: str) -> Decimal | None:
    return None if found.get(name) in (None, "") else _amount(name, found[name])


def _read(name: str, value: object, read: Callable[[str], T]) -> T:
    try:
        return read(str(value or ""))
    except BadCell as problem:
        raise _BadField(name, value, problem.why, problem.remedy) from problem


def _kind(text: str) -> Kind:
    try:
        return Kind(text) if text else Kind.NORMAL
    except ValueError as error:
        raise _BadField("kind", text, "is not a kind", f"Write one of {', '.join(k.value for k in Kind)}.") from error


def _state(text: str) -> State:
    """Imported history is booked elsewhere, or was reversed there since; no other state comes in by a file."""
    allowed = (State.BOOKED_ELSEWHERE, State.REVERSED)
    if text and text not in {s.value for s in allowed}:
        remedy = f"Leave it out, or write {' or '.join(s.value for s in allowed)}."
        raise _BadField("state", text, "is no state of imported history", remedy)
    return State(text) if text else State.BOOKED_ELSEWHERE


def _accounts(staging: Staging, source: Source) -> tuple[Account, ...]:
    """``accounts.csv`` with columns account, name, type, parent; rows without a code are errors."""
    text, _ = decode(ACCOUNTS, source.beside[ACCOUNTS])
    found: dict[str, Account] = {}
    table = Table(ACCOUNTS, text.replace("\0", ""), ",", source.limits)
    for number, row in table.rows():
        code, kind = bare(row.get("account") or "").strip(), (row.get("type") or "").strip()
        if not code:
            staging.fail(number, f"{ACCOUNTS} account", "", "is blank", "Every account needs a code.")
            continue
        if sign := hidden(code):
            why = f"holds the invisible sign {sign}"
            staging.fail(number, f"{ACCOUNTS} account", code, why, "Type the code anew in the source.")
            continue
        if kind not in {t.value for t in AccountType}:
            staging.fail(number, f"{ACCOUNTS} type", kind, "is not a type", "It is left open; choose one later.")
            kind = ""
        parent = bare(row.get("parent") or "").strip()
        found[code] = Account(
            code=code, name=bare(row.get("name") or "").strip(), type=AccountType(kind), parent=parent,
            opened=_day(row.get("opened")), closed=_day(row.get("closed")), control=(row.get("control") or "") == "1",
        )  # fmt: skip
    return tuple(found.values())


def _day(cell: str | None) -> date | None:
    try:
        return read_day(cell or "")
    except BadCell:
        return None


def _looks_like(head: Head) -> bool:
    return head.name.endswith(".jsonl") or head.first.startswith("{")


READER = Reader(NAME, _looks_like, read_canonical)
