"""From a grid to staged entries: what a mapping leaves open is decided over the whole table, and said."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from storage.errors import ImportRefused
from storage.importers.assemble import grouped, stage_postings
from storage.importers.cells import BadCell
from storage.importers.grouping import Group, Grouping
from storage.importers.outside import Raw
from storage.importers.posting import ZERO, Posting
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.importers.tables.cells import Days, Undecided, amount_of, mark_of
from storage.importers.tables.derive import with_types
from storage.importers.tables.grid import Grid
from storage.importers.tables.layouts import Amounts, UnknownSide, best_grouping, best_layout, keys_of
from storage.importers.tables.mapping import EVERY, LAYOUTS, MARKS, NEGATIVE, SIDE, START, TWO, Mapping
from storage.importers.tables.questions import which_mark, which_order
from storage.importers.tables.rows import Rows, positions, rows_by_role
from storage.records import Shape, Staged

_CODE_AND_NAME = re.compile(r"(\d[\w.\-/]*)(?:\s*[-–:·]\s+|\s+)(\S.*)")
_BEFORE_DIGITS = re.compile(r"([^\d]*?)[\s\-/.]*\d")
_AMOUNT_ROLES = ("debit", "credit", "amount", "original_amount")
_BY_NUMBER = ((), ("entry",), ("number",), ("journal", "number"))  # those that `grouping.group` knows
_PARTS = {"month": "the month", "year": "the year", START: "the row that begins it"}
Fail = Callable[[str, BadCell], None]
_ORDER_WORDS = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year first", "serial": "Excel's day numbers"}


@dataclass(frozen=True, slots=True)
class Table:
    """A grid with everything decided: ``mapping`` says it, the rest is what reading needs."""

    grid: Grid
    mapping: Mapping
    rows: Rows
    days: Days
    read: list[date | None] = field(repr=False)  # the day of each row
    documents: list[date | None] = field(repr=False)  # and that of its document
    amounts: Amounts


def decide(source: Source, grid: Grid, mapping: Mapping) -> Table:
    """Raises ImportRefused for a column that is not there and a table of no rows, TableQuestion for what is open."""
    at = positions(source.main, grid, mapping.columns)
    if not grid.rows:
        raise ImportRefused(source.main, "it has a header line and no rows", "Export it again with its entries.")
    rows = rows_by_role(grid, at, mapping)
    if not rows.rows:
        raise ImportRefused(source.main, "none of its rows names an account and an amount", "Export its entries.")
    days = _days(source, rows, mapping, "date")
    marks = _marks(source, rows, mapping)
    amounts = Amounts.of(rows, marks, mapping)
    read = [_maybe(days, c) for c in rows.cells("date")]
    layout = mapping.layout or best_layout(amounts, rows, read)
    _check_layout(source, layout, rows)
    shared = mapping.group_by
    if shared is None:
        shared = best_grouping(rows, read, amounts.balances(layout))
    split = mapping.name_in_account
    decided = replace(
        mapping, header=grid.names, sheet=grid.sheet, encoding=_codec(grid.encoding), separator=grid.separator,
        decimal={r: m for r, m in marks.items() if m}, layout=layout, group_by=shared, continued=rows.continued,
        date_order={"date": days.order} if days.order else {},
        name_in_account=_all_named(rows) if split is None else split,
    )  # fmt: skip
    return Table(grid, decided, rows, days, read, _document_days(rows, days.order), amounts)


def stage(source: Source, format: str, table: Table, first: str) -> Staged:
    """The entries of a table; ``first`` says how it was found."""
    raw = Raw(Shape(columns=table.grid.names, separator=table.grid.separator), table.grid.again)
    staging = Staging(source, format, [first, *_said(table)], raw=raw)
    sound: list[Posting] = []
    broken: list[Posting] = []
    keys, shared = _keys(table), table.mapping.group_by or ()
    for n in range(len(table.rows.rows)):
        posting, bad = _posting(staging, table, n, keys[n] if keys else "")
        (broken if bad else sound).append(posting)
    numbers, starts = table.rows.rows.numbers, table.rows.starts
    del table, keys  # the cells are read: what is made of them takes their place
    grouping = _by_start(sound, broken, numbers, starts) if START in shared else _by_key(shared, sound)
    balanced = sum(sum((p.balance for p in g.postings), ZERO) == ZERO for g in grouping.groups)
    staging.reasons.append(f"{len(sound) + len(broken):,} rows, {len(grouping.groups):,} entries, {balanced:,} balance")
    return with_types(stage_postings(staging, sound, broken, grouping=grouping))


def _days(source: Source, rows: Rows, mapping: Mapping, role: str) -> Days:
    given = mapping.date_order.get(role) or mapping.date_order.get(EVERY, "")
    try:
        return Days(rows.cells(role), given)
    except Undecided as open_:
        column = mapping.columns[role]
        raise which_order(source.main, role, column, open_.shown, open_.choices) from open_


def _document_days(rows: Rows, order: str) -> list[date | None]:
    """Of the documents; where their order is open it is that of the days of the entries."""
    cells = rows.cells("document_date")
    try:
        days = Days(cells)
    except Undecided:
        days = Days(cells, order or "ymd")
    return [_maybe(days, c) for c in cells]


def _marks(source: Source, rows: Rows, mapping: Mapping) -> dict[str, str]:
    """Each amount column's decimal mark; one that leaves it open follows the others."""
    found: dict[str, str] = {}
    unsure: dict[str, Undecided] = {}
    for role in (r for r in _AMOUNT_ROLES if r in rows.at):
        given = mapping.decimal.get(role) or mapping.decimal.get(EVERY, "")
        try:
            found[role] = given or mark_of(rows.cells(role))
        except Undecided as open_:
            unsure[role] = open_
    known = {m for m in found.values() if m}
    for role, undecided in unsure.items():
        if len(known) != 1:
            column = mapping.columns[role]
            raise which_mark(source.main, role, column, undecided.shown, undecided.choices) from undecided
        found[role] = next(iter(known))
    return found


def _check_layout(source: Source, layout: str, rows: Rows) -> None:
    needs = ("debit", "credit") if layout in (TWO, NEGATIVE) else ("amount", "side") if layout == SIDE else ("amount",)
    if missing := [role for role in ("date", "account", *needs) if role not in rows.at]:
        why = f"no column is read as {' or '.join(missing)}, which {LAYOUTS[layout]} need"
        raise ImportRefused(source.main, why, "Name the column in the mapping.")


def _maybe(days: Days, cell: str) -> date | None:
    try:
        return days(cell)
    except BadCell:
        return None


def _codec(name: str) -> str:
    """An encoding's name as a mapping says it."""
    return {"ISO 8859-15": "iso8859-15"}.get(name, name.lower())


def _all_named(rows: Rows) -> bool:
    """Whether the account column holds code and name together."""
    cells = {c for c in rows.cells("account") if c}
    return "account_name" not in rows.at and bool(cells) and all(_CODE_AND_NAME.fullmatch(c) for c in cells)


def _said(table: Table) -> list[str]:
    """What was decided, in parts of a sentence."""
    m, rows = table.mapping, table.rows
    amounts = [f"{m.columns[r]!r}" for r in ("debit", "credit", "amount", "side") if r in _used(m)]
    marks = {MARKS[x] for r, x in m.decimal.items() if r in _used(m)}
    decimal = f" with decimal {' and '.join(sorted(marks))}" if marks else ""
    order = f" ({_ORDER_WORDS[table.days.order]})" if table.days.order else ""
    day, account = m.columns["date"], m.columns["account"]
    ways = f"{LAYOUTS[m.layout]} ({', '.join(amounts)}{decimal})"
    out = [f"date in {day!r}{order}, account in {account!r}, {ways}"]
    if m.group_by:
        shared = [repr(m.columns[g]) if g in m.columns else _PARTS.get(g, g) for g in m.group_by]
        out.append(f"rows of one entry share {' and '.join(shared)}")
    if rows.continued:
        out.append("blank cells repeat the first row of their entry")
    if rows.passed:
        out.append(f"{rows.passed:,} rows of sums or headings were passed over")
    if companies := sorted({c for c in rows.cells("company") if c})[1:]:
        out.append(f"it holds {len(companies) + 1} companies, which are kept apart by entry only")
    return out


def _used(mapping: Mapping) -> set[str]:
    """Amount columns that the layout reads."""
    two = mapping.layout in (TWO, NEGATIVE)
    return {"debit", "credit"} if two else {"amount", "side"} if mapping.layout == SIDE else {"amount"}


def _keys(table: Table) -> list[str]:
    """The key of each row's entry; none at all where its number tells it."""
    shared = table.mapping.group_by or ()
    if shared == ("entry",):
        return table.rows.cells("entry")
    if shared in _BY_NUMBER or START in shared:
        return []
    ordered = sorted(shared, key=lambda s: s not in ("date", "month", "year"))
    return ["-".join(filter(None, map(str, key))) for key in keys_of(ordered, table.rows, table.read)]


def _by_key(shared: Sequence[str], sound: Sequence[Posting]) -> Grouping:
    if shared in _BY_NUMBER:
        return grouped(sound)
    by_key: dict[str, list[Posting]] = {}
    for p in sound:
        by_key.setdefault(p.key, []).append(p)
    return Grouping([Group(tuple(rows), numbered=True) for rows in by_key.values()])


def _by_start(
    sound: Sequence[Posting], broken: Sequence[Posting], numbers: Sequence[int], starts: Sequence[int]
) -> Grouping:
    """``numbers`` are those of all rows, ``starts`` the index of the row that began each one's entry."""
    lost = {starts[bisect_left(numbers, p.row)] for p in broken}
    by_start: dict[int, list[Posting]] = {}
    for p in sound:
        by_start.setdefault(starts[bisect_left(numbers, p.row)], []).append(p)
    return Grouping([Group(tuple(r), numbered=False, whole=s not in lost) for s, r in by_start.items()])


def _posting(staging: Staging, table: Table, n: int, key: str) -> tuple[Posting, bool]:
    """The row's posting, and whether a cell of it could not be read (each has its row error then)."""
    before = staging.failed
    number, cells = table.rows.rows[n]
    m, at = table.mapping, table.rows.at

    def get(role: str) -> str:
        place = at.get(role)
        return "" if place is None or place >= len(cells) else cells[place]

    def fail(role: str, problem: BadCell) -> None:
        staging.fail(number, m.columns.get(role, role), get(role), problem.why, problem.remedy)

    if extra := [c for c in cells[len(table.grid.names) :] if c]:
        staging.fail(number, "", extra[0], "stands to the right of the last column", "Put quotation marks round texts.")
    day = date.min
    try:
        day = table.days(get("date"))
    except BadCell as problem:
        fail("date", problem)
    account, name = _account(m, get("account"), get("account_name"))
    if not account:
        fail("account", BadCell("is blank", "Every row needs an account."))
    debit, credit = _pair(table, n, fail)
    journal = _after(m, "journal", get("journal"))
    if m.journal_in_number and not journal and (found := _BEFORE_DIGITS.match(get("number"))):
        journal = found[1].strip()
    by_balance = m.group_by == ()
    original, currency = _original(table, get("original_amount"), fail), get("currency") or m.currency
    if original and abs(original) == abs(debit - credit):  # the document's currency is that of the book
        original, currency = None, currency or get("original_currency")
    posting = Posting(
        row=number, date=day, account=account, debit=debit, credit=credit, key=key, journal=journal,
        journal_name=get("journal_name"), number="" if by_balance else get("number"), account_name=name,
        label=get("label"), description=get("description"), party=get("party") or get("other_party"),
        document=get("document") or (get("number") if by_balance else ""), document_date=table.documents[n],
        currency=currency.upper(), tax_code=get("tax_code"), original_amount=original,
        original_currency=get("original_currency") if original else "",
    )  # fmt: skip
    return posting, staging.failed > before


def _pair(table: Table, n: int, fail: Fail) -> tuple[Decimal, Decimal]:
    layout = table.mapping.layout
    try:
        return table.amounts.pair(n, layout)
    except UnknownSide:
        remedy = "Write D or C, or say in the mapping's sides what it stands for."
        fail("side", BadCell("is not a side", remedy))
    except BadCell:
        for role in sorted(_used(table.mapping) - {"side"}):
            cell = getattr(table.amounts, role)[n]
            try:
                amount_of(cell, table.amounts.marks.get(role, "")) if cell else ZERO
            except BadCell as problem:
                fail(role, problem)
    return ZERO, ZERO


def _original(table: Table, cell: str, fail: Fail) -> Decimal | None:
    if not cell:
        return None
    try:
        return amount_of(cell, table.amounts.marks.get("original_amount", "")) or None
    except BadCell as problem:
        fail("original_amount", problem)
        return None


def _account(mapping: Mapping, cell: str, name: str) -> tuple[str, str]:
    code = _after(mapping, "account", cell)
    if mapping.name_in_account and (found := _CODE_AND_NAME.fullmatch(code)):
        return found[1], name or found[2]
    return code, name


def _after(mapping: Mapping, role: str, cell: str) -> str:
    sign = mapping.after.get(role, "")
    return cell.rpartition(sign)[2] or cell if sign else cell
