"""IIF, the interchange file of QuickBooks Desktop: rows of one kind each, whose columns a row with ``!`` names.

TRNS begins a transaction, SPL is every further line, ENDTRNS ends it. Amounts are signed, + is debit. Days are written
month first, unless one in the file can only be day first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from engine.journal import Account, AccountType, Entry, Line, Side
from storage.errors import ImportRefused
from storage.importers.cells import BadCell, read_amount
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode, rows_of
from storage.importers.staging import Staging
from storage.records import Staged
from storage.rows import content_digest

T = TypeVar("T")
NAME = "iif"
_TYPES: Mapping[str, AccountType] = {
    "BANK": AccountType.ASSET, "AR": AccountType.ASSET, "OCASSET": AccountType.ASSET, "FIXASSET": AccountType.ASSET,
    "OASSET": AccountType.ASSET, "AP": AccountType.LIABILITY, "CCARD": AccountType.LIABILITY,
    "OCLIAB": AccountType.LIABILITY, "LTLIAB": AccountType.LIABILITY, "EQUITY": AccountType.EQUITY,
    "INC": AccountType.INCOME, "EXINC": AccountType.INCOME, "COGS": AccountType.EXPENSE, "EXP": AccountType.EXPENSE,
    "EXEXP": AccountType.EXPENSE,
}  # fmt: skip
_CONTROL = frozenset({"AR", "AP"})
_LOOKS = re.compile(
    r"""^[ ]*"?!(?:TRNS|SPL|ENDTRNS|ACCNT|CUST|VEND|VTYPE|CTYPE|CLASS|INVITEM|TODO|HDR|EMP|OTHERNAME|TERMS|PAYMETH)
    "?[ ]*(?:[\t,]|[\r\n]|$)""",
    re.VERBOSE | re.MULTILINE,
)
_DAY = re.compile(r"(?P<one>\d{1,4})[-/.](?P<two>\d{1,2})[-/.](?P<three>\d{2,4})", re.ASCII)
_GROUPED = re.compile(r"[-+]?\$?\d{1,3}(,\d{3})*(\.\d+)?|[-+]?\$?\d*\.?\d+|\(\$?[\d,]*\.?\d+\)", re.ASCII)
_READ = frozenset({"TRNS", "SPL", "ACCNT"})
_MOST_YEAR = 79  # of two digits that lie after 2000


@dataclass(slots=True)
class _Split:
    row: int
    cells: dict[str, str]


@dataclass(slots=True)
class _File:
    staging: Staging
    separator: str
    columns: dict[str, list[str]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    transactions: list[list[_Split]] = field(default_factory=list)
    open: list[_Split] | None = None
    lists: Counter[str] = field(default_factory=Counter)
    day_first: bool = False


def read_iif(source: Source) -> Staged:
    """Stage an IIF file. Raises ImportRefused where it has neither transactions nor accounts."""
    text, encoding = decode(source.main, source.data)
    found = _File(Staging(source, NAME), _separator(text))
    for number, row in enumerate(rows_of(text.replace("\0", "").lstrip("\ufeff")), start=1):
        if len(row) > source.limits.row_characters:
            why = f"is longer than {source.limits.row_characters:,} characters"
            found.staging.fail(number, "", row, why, "Check the end of the row before it.")
        elif row.strip(" \t,"):
            _take(found, number, cells_of(row, found.separator))
    if not found.transactions and not found.accounts:
        kinds = ", ".join(sorted(found.lists)) or "nothing"
        why = f"it has neither transactions nor accounts, only lists of another kind ({kinds})"
        remedy = "QuickBooks Desktop exports no transactions as IIF: save the report Journal as CSV instead."
        raise ImportRefused(source.main, why, remedy)
    return _staged(found, encoding)


def _separator(text: str) -> str:
    """Tab, as QuickBooks writes; or a comma, as people and spreadsheets do."""
    header = re.search(r"^\s*\"?!(?:TRNS|ACCNT)\"?([\t,])", text, re.MULTILINE)
    return header[1] if header else ("\t" if "\t" in text else ",")


def cells_of(row: str, separator: str) -> list[str]:
    """The cells of a row. A quotation mark opens only a cell that begins with it, and closes it only at its end."""
    out: list[str] = []
    at, closes = 0, True
    closing = re.compile(rf'"[ ]*(?={re.escape(separator)}|$)')
    while at <= len(row):
        start = at
        while row[start : start + 1] == " ":
            start += 1
        close = closing.search(row, start + 1) if closes and row.startswith('"', start) else None
        if close is not None:
            out.append(row[start + 1 : close.start()].replace('""', '"').strip())
            at = close.end() + 1
            continue
        closes = closes and not row.startswith('"', start)  # what is not closed from here on never is
        end = row.find(separator, at)
        end = len(row) if end < 0 else end
        out.append(row[at:end].strip())
        at = end + 1
    return out


def _take(f: _File, number: int, cells: list[str]) -> None:
    kind = cells[0].upper()
    if kind.startswith("!"):
        f.columns[kind[1:]] = [c.upper().removeprefix("!") for c in cells[1:]]
    elif kind == "ENDTRNS":
        f.open = None
    elif kind not in _READ:
        f.lists[kind] += 1
    elif kind not in f.columns:
        why = f"is a row of the kind {kind!r}, whose columns no row above names"
        f.staging.fail(number, "", " ".join(cells), why, f"Add the row that begins with !{kind[:20]}.")
    elif kind in ("TRNS", "SPL"):
        named = {name: cell for name, cell in zip(f.columns[kind], cells[1:], strict=False) if name}
        if kind == "TRNS" or f.open is None:
            f.open = []
            f.transactions.append(f.open)
        f.open.append(_Split(number, named))
    else:
        _account(f, dict(zip(f.columns[kind], cells[1:], strict=False)))


def _account(f: _File, cells: Mapping[str, str]) -> None:
    name, kind = cells.get("NAME", ""), cells.get("ACCNTTYPE", "").upper()
    if name:
        parent, _, last = name.rpartition(":")
        f.accounts[name] = Account(
            code=name, name=cells.get("DESC", "") or last, type=_TYPES.get(kind, AccountType.UNKNOWN), parent=parent,
            control=kind in _CONTROL,
        )  # fmt: skip


def _staged(f: _File, encoding: str) -> Staged:
    reasons = f.staging.reasons
    mark = "tab" if f.separator == "\t" else "comma"
    reasons.append(f"A QuickBooks Desktop file (IIF), separated by {mark}; text is {encoding}")
    days = [_DAY.fullmatch(s.cells.get("DATE", "")) for t in f.transactions for s in t]
    f.day_first = any(m and len(m["one"]) < 3 and int(m["one"]) > 12 for m in days)
    if any(days):
        reasons.append("days are read as day/month/year" if f.day_first else "days are read as month/day/year")
    classes = 0
    for splits in f.transactions:
        classes += sum(bool(s.cells.get("CLASS")) for s in splits)
        _add(f, splits)
    if classes:
        reasons.append(f"classes stand in square brackets at the end of {classes} labels")
    if f.lists:
        reasons.append(f"other lists are left out ({', '.join(sorted(f.lists))})")
    return f.staging.finish(list(f.accounts.values()))


def _add(f: _File, splits: list[_Split]) -> None:
    """Put a transaction in; with a row that cannot be read all of it stays out."""
    first, failed = splits[0], f.staging.failed
    day = next((d for s in splits if (d := _cell(f, s, "DATE", _day))), None)
    if day is None and f.staging.failed == failed:
        f.staging.fail(first.row, "DATE", "", "no row of the transaction has a day", "Write it like 01/31/2024.")
    lines = [x for s in splits if (x := _line(f, s)) is not None]
    if f.staging.failed > failed or day is None:
        return
    texts = [s.cells.get("MEMO", "") for s in splits]
    party = first.cells.get("NAME", "")
    entry = Entry(
        entry_id="", date=day, description=next(filter(None, texts), "") or party or first.cells.get("TRNSTYPE", ""),
        lines=tuple(lines), journal=" ".join(first.cells.get("TRNSTYPE", "").split()), party=party,
        document=first.cells.get("DOCNUM", ""),
    )  # fmt: skip
    key = f"{entry.journal}~{day.isoformat()}~{content_digest(entry)[:16]}"
    f.staging.add(first.row, replace(entry, entry_id=key))


def _cell(f: _File, s: _Split, name: str, read: Callable[[_File, str], T]) -> T | None:
    cell = s.cells.get(name, "")
    try:
        return read(f, cell) if cell else None
    except BadCell as problem:
        f.staging.fail(s.row, name, cell, problem.why, problem.remedy)
        return None


def _line(f: _File, s: _Split) -> Line | None:
    """None for a row without an amount, which QuickBooks writes as the head of a list of splits."""
    amount = _cell(f, s, "AMOUNT", _amount)
    if not amount:
        return None
    if not (account := s.cells.get("ACCNT", "")):
        f.staging.fail(s.row, "ACCNT", "", "is blank", "Every row with an amount needs an account.")
        return None
    tag = f"[{s.cells['CLASS']}]" if s.cells.get("CLASS") else ""
    return Line(
        account=account, side=Side.DEBIT if amount > 0 else Side.CREDIT, amount=abs(amount),
        party=s.cells.get("NAME", ""), label=f"{s.cells.get('MEMO', '')} {tag}".strip(),
    )  # fmt: skip


def _amount(_file: _File, cell: str) -> Decimal:
    """The point is decimal and the comma groups thousands, as QuickBooks writes them."""
    if not _GROUPED.fullmatch(cell.replace(" ", "")):
        raise BadCell("is not an amount", "Write it like -1,234.50.")
    return read_amount(cell, ".")


def _day(f: _File, cell: str) -> date:
    found = _DAY.fullmatch(cell)
    problem = BadCell("is not a day of a calendar", "Write it like 01/31/2024.")
    if found is None:
        raise problem
    try:
        one, two, three = int(found["one"]), int(found["two"]), int(found["three"])
        if len(found["one"]) == 4:
            return date(one, two, three)
        year = three if three > 99 else three + (2000 if three <= _MOST_YEAR else 1900)
        return date(year, two, one) if f.day_first else date(year, one, two)
    except ValueError as error:
        raise problem from error


def looks_like(head: Head) -> bool:
    return bool(_LOOKS.search(head.text)) and not head.text.lstrip("\ufeff \r\n").startswith("{")


READER = Reader(NAME, looks_like, read_iif)
