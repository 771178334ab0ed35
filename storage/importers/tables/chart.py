"""A chart of accounts as a table: codes with names, and types, groups and days where the table has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.journal import Account, AccountType
from storage.errors import ImportRefused
from storage.identity import fold
from storage.importers.cells import BadCell
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.importers.tables.cells import Days, Undecided
from storage.importers.tables.derive import with_types
from storage.importers.tables.grid import Grid
from storage.importers.tables.mapping import EVERY, Mapping
from storage.importers.tables.questions import which_order
from storage.importers.tables.rows import positions
from storage.printable import hidden
from storage.records import Staged

_A, _L, _E = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY
_I, _X = AccountType.INCOME, AccountType.EXPENSE
# Words of programs for a type, the longer and surer first: a "current liability" is no "current" asset.
_WORDS: tuple[tuple[str, AccountType], ...] = (
    ("liabilit", _L), ("payable", _L), ("credit card", _L), ("passif", _L), ("passiv", _L), ("verbindlichkeit", _L),
    ("loan", _L), ("skuld", _L), ("负债", _L), ("equity", _E), ("eigenkapital", _E), ("capitaux", _E), ("capital", _E),
    ("权益", _E), ("cost of", _X), ("expense", _X), ("overhead", _X), ("direct cost", _X), ("depreciation", _X),
    ("aufwand", _X), ("charge", _X), ("kostnad", _X), ("gasto", _X), ("costo", _X), ("费用", _X), ("成本", _X),
    ("income", _I), ("revenue", _I), ("sales", _I), ("turnover", _I), ("ertrag", _I), ("erlos", _I), ("produit", _I),
    ("intakt", _I), ("ingreso", _I), ("ricav", _I), ("收入", _I), ("损益", _X), ("asset", _A), ("bank", _A),
    ("cash", _A), ("receivable", _A), ("inventory", _A), ("stock", _A), ("prepayment", _A), ("actif", _A),
    ("aktiv", _A), ("tillgang", _A), ("activo", _A), ("资产", _A),
)  # fmt: skip
_LETTERS = {"t": _A, "s": _L, "i": _I, "k": _X, "a": _A, "l": _L, "e": _E, "x": _X}
_CONTROL = ("receivable", "payable", "debtor", "creditor", "debiteur", "debitor", "kreditor")
_YES = frozenset({"1", "true", "yes", "y", "oui", "ja", "x", "si"})


def stage_chart(source: Source, format: str, grid: Grid, mapping: Mapping, first: str) -> Staged:
    """Stage accounts without entries. Raises ImportRefused for a table without a row, TableQuestion for open days."""
    at = positions(source.main, grid, mapping.columns)
    if not grid.rows:
        raise ImportRefused(source.main, "it has a header line and no rows", "Export it again with its accounts.")
    staging = Staging(source, format, [first])
    days = _days(source, grid, mapping, at)
    found: dict[str, Account] = {}
    unknown: dict[str, int] = {}
    for number, cells in grid.rows:
        get = {role: cells[n] if n < len(cells) else "" for role, n in at.items()}
        code = get["account"] or get["account_name"]
        if not _is_sound(staging, number, mapping, code, found):
            continue
        kind = type_of(get.get("type", ""))
        if get.get("type") and kind is AccountType.UNKNOWN:
            unknown.setdefault(get["type"], number)
        found[code] = Account(
            code=code, name=get["account_name"], type=kind, parent=get.get("parent", ""),
            opened=_day(days, get.get("opened", "")), closed=_day(days, get.get("closed", "")),
            control=fold(get.get("control", "")) in _YES or _is_control(get.get("type", "")),
        )  # fmt: skip
    for word, number in unknown.items():
        staging.fail(number, mapping.columns["type"], word, "is no type of account that is known", _LEFT_OPEN)
    staging.reasons.append(f"{len(found):,} accounts")
    return with_types(staging.finish(_parents(found)))


_LEFT_OPEN = "It is derived from the code and the name, or left open; choose one later."


def type_of(text: str) -> AccountType:
    """The type that a program's word for it means; unknown where it means none."""
    word = fold(text)
    if len(word) == 1:
        return _LETTERS.get(word, AccountType.UNKNOWN)
    try:
        return AccountType(word)
    except ValueError:
        return next((kind for part, kind in _WORDS if part in word), AccountType.UNKNOWN)


def _is_sound(staging: Staging, number: int, mapping: Mapping, code: str, found: dict[str, Account]) -> bool:
    column = mapping.columns["account"]
    if not code:
        staging.fail(number, column, "", "is blank", "Every account needs a code or a name.")
    elif sign := hidden(code):
        staging.fail(number, column, code, f"the code holds the invisible sign {sign}", "Type the code anew.")
    elif code in found:
        staging.fail(number, column, code, "stands in the table twice", "The first one is kept; remove the other.")
    else:
        return True
    return False


def _parents(found: dict[str, Account]) -> tuple[Account, ...]:
    """Parents by code; a table may name them by code, by name, or by both."""
    by_name: dict[str, str] = {}
    for code, account in found.items():
        by_name.setdefault(account.name, code)
    return tuple(replace(a, parent=p if (p := _parent(a, found, by_name)) != a.code else "") for a in found.values())


def _parent(account: Account, codes: dict[str, Account], by_name: dict[str, str]) -> str:
    return account.parent if account.parent in codes else by_name.get(account.parent, account.parent)


def _is_control(word: str) -> bool:
    return any(part in fold(word) for part in _CONTROL)


def _days(source: Source, grid: Grid, mapping: Mapping, at: dict[str, int]) -> Days:
    """Of the days on which accounts open and close, together: one program wrote them."""
    roles = [role for role in ("opened", "closed") if role in at]
    cells = [c[at[role]] for role in roles for _, c in grid.rows if at[role] < len(c)]
    given = next((mapping.date_order[r] for r in (*roles, EVERY) if r in mapping.date_order), "")
    try:
        return Days(cells, given)
    except Undecided as open_:
        raise which_order(source.main, roles[0], mapping.columns[roles[0]], open_.shown, open_.choices) from open_


def _day(days: Days, cell: str) -> date | None:
    try:
        return days(cell) if cell else None
    except BadCell:
        return None
