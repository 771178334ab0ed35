"""The entry while a person edits it: rows of cells, what they add up to, and the lines they become. No Streamlit.

Cells hold text, so that money stays exact. A cell that a person typed into is left alone; the others
of its side share what is left of the side's total, in the proportions the proposal had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.i18n import _
from app.messages import sentence
from app.services.errors import BadInput
from app.services.typed import read_amount
from app.views.accounts import code_of, label
from app.views.numbers import MINUS, money
from engine.errors import EngineError
from engine.inference.amounts import allocate
from engine.journal import CandidateLine, Line, Side, minor_units

ACCOUNT, DEBIT, CREDIT, PARTY = "account", "debit", "credit", "party"
COLUMN = {Side.DEBIT: DEBIT, Side.CREDIT: CREDIT}

Cell = str | None
Edits = Mapping[int, Mapping[str, object]]


class CellsDisagree(ValueError):
    """The two amount cells of a row do not make one amount; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line being edited; `base` is its amount before any hand touched it, None on a new line."""

    account: str = ""
    side: Side | None = None
    base: Decimal | None = None
    party: str = ""
    tax_code: str = ""
    label: str = ""
    typed: Mapping[str, str]  # column -> what the person typed there


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All rows, the catalog's labels by code, and the currency that says how many decimals there are."""

    rows: tuple[Row, ...]
    catalog: Mapping[str, str]
    currency: str = ""

    @property
    def by_party(self) -> bool:
        """Whether a line names a party, so that parties are worth a column."""
        return any(row.party for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the cells say: lines, and sentences for every cell that cannot be used yet."""

    lines: tuple[Line, ...]
    problems: tuple[str, ...]


def sheet_of(lines: Sequence[CandidateLine], catalog: Mapping[str, str], currency: str) -> Sheet:
    """Start editing a candidate."""
    rows = tuple(
        Row(
            account=catalog.get(x.account) or label(x.account, x.name),
            side=x.side, base=x.amount, party=x.party, tax_code=x.tax_code, typed={},
        )
        for x in lines
    )  # fmt: skip
    return Sheet(rows=rows, catalog=catalog, currency=currency)


def sheet_of_lines(lines: Sequence[Line], catalog: Mapping[str, str], currency: str) -> Sheet:
    """Start editing an entry that is in the journal."""
    rows = tuple(
        Row(
            account=catalog.get(x.account, x.account), side=x.side, base=x.amount, party=x.party,
            tax_code=x.tax_code, label=x.label, typed={},
        )
        for x in lines
    )  # fmt: skip
    return Sheet(rows=rows, catalog=catalog, currency=currency)


def sheet_as_typed(lines: Sequence[Line], catalog: Mapping[str, str], currency: str) -> Sheet:
    """Lines whose amounts all stay as they are, because their sides need not add up to the event's amount."""
    made = sheet_of_lines(lines, catalog, currency)
    rows = (
        replace(row, base=None, typed={COLUMN[x.side]: money(x.amount, currency)})
        for row, x in zip(made.rows, lines, strict=True)
    )
    return replace(made, rows=tuple(rows))


def with_edits(sheet: Sheet, edits: Edits) -> Sheet:
    """The sheet with the edits of the grid folded in; later edits win over earlier ones."""
    rows = list(sheet.rows)
    for index, cells in edits.items():
        if 0 <= index < len(rows):
            typed = {**rows[index].typed, **{column: _text(value) for column, value in cells.items()}}
            rows[index] = replace(rows[index], typed=typed)
    return replace(sheet, rows=tuple(rows))


def with_line(sheet: Sheet) -> Sheet:
    """One empty line more, at the end."""
    return replace(sheet, rows=(*sheet.rows, Row(typed={})))


def without_line(sheet: Sheet, index: int) -> Sheet:
    return replace(sheet, rows=tuple(r for i, r in enumerate(sheet.rows) if i != index))


def cells(sheet: Sheet) -> list[dict[str, str]]:
    """The table to show: typed cells as typed, the rest written in the reader's way."""
    amounts = amounts_of(sheet)
    return [
        {
            ACCOUNT: row.typed.get(ACCOUNT, row.account),
            DEBIT: _shown(row, Side.DEBIT, amount, sheet.currency),
            CREDIT: _shown(row, Side.CREDIT, amount, sheet.currency),
            PARTY: row.typed.get(PARTY, row.party),
        }
        for row, amount in zip(sheet.rows, amounts, strict=True)
    ]


def cells_under(sheet: Sheet, edits: Edits) -> list[dict[str, str]]:
    """The table to lay under the grid's own edits: an edited cell keeps the text it had before.

    Streamlit drops an edit whose cell already holds the edited text, and with it what it stood for.
    """
    rows, before = cells(with_edits(sheet, edits)), cells(sheet)
    for index, columns in edits.items():
        for column in columns:
            if 0 <= index < len(rows) and column in rows[index]:
                rows[index][column] = before[index][column]
    return rows


def amounts_of(sheet: Sheet) -> list[Decimal | None]:
    """Each row's untouched amount after the rest of its side was shared out; None where it has none."""
    out: list[Decimal | None] = [row.base for row in sheet.rows]
    for side in Side:
        free = [i for i, row in enumerate(sheet.rows) if row.side is side and COLUMN[side] not in row.typed]
        rest = _target(sheet, side) - _typed_total(sheet, side)
        weights = [sheet.rows[i].base or Decimal(0) for i in free]
        if free and rest > 0 and rest != sum(weights):
            for i, amount in zip(free, _shared(rest, weights, sheet.currency), strict=True):
                out[i] = amount
    return out


def read(sheet: Sheet) -> Read:
    """The lines the cells stand for; empty rows are skipped, unusable cells become sentences."""
    lines: list[Line] = []
    problems: list[str] = []
    for number, (row, amount) in enumerate(zip(sheet.rows, amounts_of(sheet), strict=True), start=1):
        code = code_of(row.typed.get(ACCOUNT, row.account), sheet.catalog)
        try:
            found = _amounts(row, amount)
            if not code and not found:
                continue
            side, value = _only(found)
        except (BadInput, CellsDisagree) as error:
            problems.append(_("Line {number}: {why}", number=number, why=sentence(error)))
            continue
        if not code:
            problems.append(_("Line {number}: choose an account.", number=number))
        lines.append(
            Line(account=code, side=side, amount=value, party=_party(row), tax_code=row.tax_code, label=row.label)
        )
    return Read(lines=tuple(lines), problems=tuple(problems))


def _party(row: Row) -> str:
    return " ".join(row.typed.get(PARTY, row.party).split())


def changed(sheet: Sheet) -> bool:
    """Whether a person has touched anything."""
    return any(row.typed or row.base is None for row in sheet.rows)


def read_cell(text: str) -> Decimal:
    """A typed amount; unlike an event's it may be negative, in a reversal by sign. Raises BadInput."""
    bare = text.strip().replace(MINUS, "-")
    sign = -1 if bare.startswith("-") else 1
    return sign * read_amount(bare.removeprefix("-"))[0]


def _amounts(row: Row, amount: Decimal | None) -> list[tuple[Side, Decimal]]:
    """What stands under Debit and under Credit; a cell nobody typed into is not read back from its text."""
    found = []
    for side in Side:
        text = row.typed.get(COLUMN[side])
        if text is None and row.side is side and amount is not None:
            found.append((side, amount))
        elif text and text.strip():
            found.append((side, read_cell(text)))
    return found


def _only(found: Sequence[tuple[Side, Decimal]]) -> tuple[Side, Decimal]:
    if not found:
        raise CellsDisagree(_("write an amount under Debit or under Credit."))
    if len(found) > 1:
        raise CellsDisagree(_("an amount is either debit or credit; empty one of the two."))
    return found[0]


def _shared(rest: Decimal, weights: Sequence[Decimal], currency: str) -> Sequence[Decimal]:
    """`rest` by weight, to the last minor unit; the old amounts where it cannot be split."""
    try:
        return allocate(rest, [float(w) for w in weights], minor_units(currency))
    except EngineError:
        return weights


def _target(sheet: Sheet, side: Side) -> Decimal:
    """What a side adds up to in the proposal; the event's amount is not changed behind a person's back."""
    return sum((r.base for r in sheet.rows if r.side is side and r.base is not None), Decimal(0))


def _typed_total(sheet: Sheet, side: Side) -> Decimal:
    total = Decimal(0)
    for row in sheet.rows:
        text = row.typed.get(COLUMN[side], "")
        if text.strip():
            try:
                total += read_cell(text)
            except BadInput:
                continue
    return total


def _shown(row: Row, side: Side, amount: Decimal | None, currency: str) -> str:
    if COLUMN[side] in row.typed:
        return row.typed[COLUMN[side]]
    return money(amount, currency) if row.side is side and amount is not None else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)
