"""General ledgers as QuickBooks Online and Xero print them: an account's name above its movements, sums below them.

No number names an entry on both of its sides there. Movements of one day, kind, number and name are taken for one
entry as far as they balance; where most do not, or where debit and credit cannot be told, the report is refused and
the one to export instead is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from storage.errors import ImportRefused
from storage.identity import fold
from storage.importers.cells import BadCell
from storage.importers.packed import Packed, Row
from storage.importers.posting import ZERO
from storage.importers.tables.cells import Undecided, amount_of, mark_of
from storage.importers.tables.grid import Grid
from storage.importers.tables.mapping import TWO, Mapping, key_of

ACCOUNT, NAME, ENTRY = "Account", "Account name", "Entry"  # the columns that such a report lacks
_OURS = (ACCOUNT, NAME, ENTRY)
_ROLES: Map[str, tuple[str, ...]] = {
    "date": ("date", "transactiondate"),
    "journal": ("transactiontype", "source", "type"),
    "number": ("num", "no", "number", "reference", "ref", "transactionnumber"),
    "party": ("name", "contact", "contactname", "customervendor", "payee"),
    "label": ("memodescription", "memo", "description", "details"),
    "debit": ("debit", "debitusd", "debitgbp", "debiteur"),
    "credit": ("credit", "creditusd", "creditgbp", "crediteur"),
    "amount": ("amount",),
    "balance": ("balance", "runningbalance"),
}
_ACCOUNTS = ("account", "accountcode", "accountname", "distributionaccount", "accountnumber")
_CODE_BEHIND = re.compile(r"(.+) \(([\w][\w.\-/]*)\)")
_CLOSES = "total"  # begins a row that ends its account's rows
_FIRST = 40  # rows below the header in which a heading stands
_SHARED = (("date", "journal", "number", "party"), ("date", "journal", "number"), ("date", "number"))
_FEWEST = 0.5  # share of rows whose entries must balance
_JOURNAL = (
    "Export the journal instead, where each entry stands by itself: in QuickBooks Reports, Journal; in Xero Reports, "
    "Journal Report."
)


def columns_of(names: Sequence[str]) -> dict[str, str]:
    """Role to column of a report whose header is that of movements below accounts; empty for any other header."""
    keys = {key_of(n): n for n in reversed(names) if n}
    if any(key in keys for key in _ACCOUNTS):
        return {}
    found = {role: keys[key] for role, known in _ROLES.items() for key in reversed(known) if key in keys}
    amounts = {"debit", "credit"} <= found.keys() or "amount" in found
    return found if amounts and {"date", "journal", "balance"} <= found.keys() else {}


def has_headings(rows: Sequence[Row], names: Sequence[str], columns: Map[str, str]) -> bool:
    """Whether a cell stands alone above movements soon below the header."""
    day = names.index(columns["date"])
    alone = False
    for _, cells in rows[:_FIRST]:
        if _is_heading(cells, day):
            alone = True
        elif alone and _day(cells, day):
            return True
    return False


def spread(file: str, grid: Grid, columns: Map[str, str]) -> tuple[Grid, Mapping]:
    """The same movements with account and entry in columns of their own. Raises ImportRefused, saying what to export.

    Sums, opening and closing balances are left behind.
    """
    if "debit" not in columns:
        why = (
            "it is a general ledger by account whose amounts are above zero for whatever makes an account larger, so "
            "that debit and credit cannot be told"
        )
        raise ImportRefused(file, why, f"{_JOURNAL} Or add the columns Debit and Credit to the report.")
    at = {role: grid.names.index(name) for role, name in columns.items()}
    rows = _movements(grid, at["date"])
    share, shared = _best(rows, at)
    if share < _FEWEST:
        why = (
            f"it is a general ledger by account, and {share:.0%} of its rows make entries that balance when those of "
            "one day, kind, number and name are put together"
        )
        raise ImportRefused(file, why, _JOURNAL)
    coded = all(_CODE_BEHIND.fullmatch(r.account) for r in rows)
    width, spread_rows = len(grid.names), Packed()
    for r in rows:
        name, code = _CODE_BEHIND.fullmatch(r.account).groups() if coded else (r.account, r.account)  # type: ignore[union-attr]
        cells = [*r.cells[:width], *[""] * (width - len(r.cells))]
        spread_rows.add(r.number, [*cells, code, name.rpartition(":")[2], r.key(at, shared)])
    return _with(grid, (*grid.names, *_OURS), spread_rows), _mapping(columns)


def mapping_of(names: Sequence[str]) -> Mapping | None:
    """Of rows of such a report that we gave out to be mended: they have our columns. None for any other header."""
    columns = columns_of([n for n in names if n not in _OURS]) if set(_OURS) <= set(names) else {}
    return _mapping(columns) if "debit" in columns else None


def _mapping(columns: Map[str, str]) -> Mapping:
    theirs = {role: name for role, name in columns.items() if role not in ("balance", "amount")}
    return Mapping(
        columns={**theirs, "account": ACCOUNT, "account_name": NAME, "entry": ENTRY}, layout=TWO, group_by=("entry",),
        continued=False, name_in_account=False,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Movement:
    number: int
    account: str
    cells: Sequence[str]

    def key(self, at: Map[str, int], shared: Sequence[str]) -> str:
        """What the rows of an entry share; blanks count, so that a check without a number is not any check."""
        return " ".join(_cell(self.cells, at.get(role, len(self.cells))) for role in shared).strip()


def _movements(grid: Grid, day: int) -> list[_Movement]:
    """Each movement with the accounts above it; a sum closes the account that it names."""
    totals = any(_sum(cells).startswith(_CLOSES) for _, cells in grid.rows)
    above: list[str] = []
    out = []
    for number, cells in grid.rows:
        if _is_heading(cells, day):
            name = next(c for c in cells if c)
            above = [*above, name] if totals else [name]
        elif (total := _sum(cells)).startswith(_CLOSES):
            closed = next((n for n in reversed(range(len(above))) if fold(above[n]) in total), len(above) - 1)
            above = above[: max(closed, 0)]
        elif above and not total and _day(cells, day):
            out.append(_Movement(number, ":".join(above), cells))
    return out


def _is_heading(cells: Sequence[str], day: int) -> bool:
    filled = [n for n, c in enumerate(cells) if c]
    return len(filled) == 1 and filled[0] <= day and not _day(cells, day) and not _sum(cells)


def _day(cells: Sequence[str], at: int) -> bool:
    """Whether a row has a day: words such as Opening Balance stand in its place."""
    cell = _cell(cells, at)
    return sum(sign.isdigit() for sign in cell) >= 3 and sum(bool(c) for c in cells) > 2


def _sum(cells: Sequence[str]) -> str:
    """The folded text of a sum or a balance; empty for another row."""
    text = fold(next((c for c in cells if c), "")[:200])
    return text if text.startswith((_CLOSES, "closing balance", "opening balance", "beginning balance")) else ""


def _best(rows: Sequence[_Movement], at: Map[str, int]) -> tuple[float, tuple[str, ...]]:
    """The share of rows in entries that balance, and what their rows share; the finer way where two do as well."""
    values = _values(rows, at)
    scores = [(_share([r.key(at, shared) for r in rows], values), shared) for shared in _SHARED]
    return max(scores, key=lambda s: (s[0], -_SHARED.index(s[1])))


def _values(rows: Sequence[_Movement], at: Map[str, int]) -> list[Decimal | None]:
    cells = [[_cell(r.cells, at[role]) for r in rows] for role in ("debit", "credit")]
    try:
        mark = mark_of(c for column in cells for c in column)
    except Undecided:
        mark = "."  # these programs write it so; asked later
    out: list[Decimal | None] = []
    for debit, credit in zip(*cells, strict=True):
        try:
            out.append((amount_of(debit, mark) if debit else ZERO) - (amount_of(credit, mark) if credit else ZERO))
        except BadCell:
            out.append(None)
    return out


def _share(keys: Sequence[str], values: Sequence[Decimal | None]) -> float:
    sums: dict[str, Decimal] = {}
    for key, value in zip(keys, values, strict=True):
        sums[key] = sums.get(key, ZERO) + (value if value is not None else Decimal("Infinity"))
    sound = sum(sums[key] == ZERO for key in keys)
    return sound / len(keys) if keys else 0.0


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _with(grid: Grid, names: tuple[str, ...], rows: Packed) -> Grid:
    return Grid(
        names, grid.header, rows, encoding=grid.encoding, separator=grid.separator, sheet=grid.sheet,
        others=grid.others, again=lambda: rows,
    )  # fmt: skip
