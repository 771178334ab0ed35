"""The rows of a table by role: sums and headings passed over, blank cells of an entry filled from its first row."""

from __future__ import annotations

from array import array
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress

from storage.errors import ImportRefused
from storage.identity import fold
from storage.importers.packed import Packed, Row
from storage.importers.tables.grid import Grid
from storage.importers.tables.mapping import START, Mapping
from storage.importers.tables.names import TOTALS

AMOUNTS = ("debit", "credit", "amount")
# What the first row of an entry says for all of them.
_OF_ENTRY = (
    "date", "journal", "journal_name", "entry", "number", "description", "document", "document_date", "currency",
    "company", "fiscal_year",
)  # fmt: skip
_FEWEST = 0.1  # share of rows without a day from which on a table is one whose entries say it once


@dataclass(frozen=True, slots=True)
class Rows:
    """``starts`` gives each row the index of the row that began its entry; ``passed`` counts rows left out."""

    at: Map[str, int]  # role -> position
    rows: Packed = field(repr=False)
    starts: Sequence[int] = field(repr=False)
    passed: int = 0
    continued: bool = False

    def has(self, role: str) -> bool:
        """Whether the table has such a column and it is not blank."""
        return any(self.cells(role))

    def cells(self, role: str) -> list[str]:
        """One column; blank where the table has none or a row ends before it."""
        at = self.at.get(role)
        return [""] * len(self.rows) if at is None else self.rows.column(at)


def positions(file: str, grid: Grid, columns: Map[str, str]) -> dict[str, int]:
    """Where the columns of a mapping lie. Raises ImportRefused for one that the table lacks."""
    by_name = {name: at for at, name in reversed(list(enumerate(grid.names)))}
    if missing := [f"{name!r} ({role})" for role, name in columns.items() if name not in by_name]:
        have = ", ".join(repr(n) for n in grid.names[:20] if n)
        why = f"it has no column {', '.join(missing)}; its columns are {have}"
        raise ImportRefused(file, why, "Choose other columns in the mapping, or leave the mapping out.")
    return {role: by_name[name] for role, name in columns.items()}


def rows_by_role(grid: Grid, at: Map[str, int], mapping: Mapping) -> Rows:
    """The rows that are lines of entries, in the order of the table."""
    skip = tuple(fold(s) for s in (*TOTALS, *mapping.skip))
    lines = [not _is_no_line(cells, at, skip) for _, cells in grid.rows]
    passed = lines.count(False)
    kept = Packed(compress(grid.rows, lines)) if passed else grid.rows
    continued = _is_continued(kept, at) if mapping.continued is None else mapping.continued
    by_start = START in (mapping.group_by or ())
    starts = _starts(kept, at, by_number=continued and not by_start)
    if continued:
        kept = _filled(kept, at, starts)
    return Rows(at, kept, starts, passed, continued)


def _is_no_line(cells: Sequence[str], at: Map[str, int], skip: tuple[str, ...]) -> bool:
    """Sums, headings of groups and the like: no account, or a word for sums in its place and no day."""
    account, day = _cell(cells, at, "account"), _cell(cells, at, "date")
    if account and (day or fold(account[:80]).rstrip(" :") not in skip):
        return False
    amounts = [_cell(cells, at, role) for role in AMOUNTS]
    if account or not any(amounts):
        return True
    others = [c for n, c in enumerate(cells) if c and n not in {at.get(role) for role in AMOUNTS}]
    if not others:  # sums below an entry stand alone, on both sides
        return sum(bool(a) for a in amounts) > 1
    return _says_sum(others[0], skip)


def _says_sum(cell: str, skip: tuple[str, ...]) -> bool:
    text = fold(cell[:80])
    return any(text == word or text.startswith((f"{word} ", f"{word}:")) for word in skip)


def _is_continued(rows: Sequence[Row], at: Map[str, int]) -> bool:
    """Whether many rows have no day of their own and belong to the row above."""
    if not rows or not _cell(rows[0][1], at, "date"):
        return False
    above, blank = "", 0
    for _, cells in rows:
        number = _cell(cells, at, "number")
        if not _cell(cells, at, "date"):
            if number and number != above:
                return False
            blank += 1
        above = number or above
    return blank >= _FEWEST * len(rows) and blank > 0


def _starts(rows: Sequence[Row], at: Map[str, int], *, by_number: bool) -> Sequence[int]:
    """A row with a day begins an entry; rows of one number stay together though each has its day."""
    starts = array("q")
    above = ""
    for n, (_, cells) in enumerate(rows):
        number = _cell(cells, at, "number") or _cell(cells, at, "entry")
        new = bool(_cell(cells, at, "date")) or bool(number and number != above)
        if by_number and number and number == above:
            new = False
        starts.append(n if new or not starts else starts[-1])
        above = number or ("" if new else above)
    return starts


def _filled(rows: Sequence[Row], at: Map[str, int], starts: Sequence[int]) -> Packed:
    """Blank cells of what belongs to the whole entry, from the row that began it."""
    wanted = [at[role] for role in _OF_ENTRY if role in at]
    out = Packed()
    first: Sequence[str] = ()
    for n, (number, cells) in enumerate(rows):
        if starts[n] == n:
            first = cells
            out.add(number, cells)
            continue
        new = list(cells) + [""] * (max(wanted, default=-1) + 1 - len(cells))
        for place in wanted:
            if not new[place] and place < len(first):
                new[place] = first[place]
        out.add(number, new)
    return out


def _cell(cells: Sequence[str], at: Map[str, int], role: str) -> str:
    n = at.get(role)
    return "" if n is None or n >= len(cells) else cells[n]
