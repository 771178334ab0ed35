"""The French audit file (FEC, LPF art. A.47 A-1): one row a line, tab or pipe, columns in any order, no quoting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from storage.errors import ImportRefused
from storage.importers.assemble import stage_postings
from storage.importers.cells import BadCell, column_key, need_day, read_amount, read_day
from storage.importers.fec_rules import Rules
from storage.importers.outside import Raw
from storage.importers.packed import Same
from storage.importers.posting import ZERO, Posting
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode, each_row
from storage.importers.staging import Staging
from storage.records import Shape, Staged

NAME = "fec"
_NEEDED = ("JournalCode", "EcritureNum", "EcritureDate", "CompteNum", "EcritureLib")
_OTHERS = (
    "JournalLib", "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "Debit", "Credit", "Montant",
    "Sens", "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise", "DateRglt", "ModeRglt", "NatOp",
    "IdClient",
)  # fmt: skip
_COLUMNS = {column_key(name): name for name in _NEEDED + _OTHERS}
_SEPARATORS = ("\t", "|", ";", ",")
_DEBIT_SIGNS = frozenset({"D", "+1", "1", "+", "DEBIT"})
_CREDIT_SIGNS = frozenset({"C", "-1", "-", "CREDIT"})


@dataclass(frozen=True, slots=True)
class Layout:
    """How the header line divides a row; ``places`` is column name to position, ``width`` counts all columns."""

    separator: str
    places: Mapping[str, int]
    width: int

    @property
    def one_amount(self) -> bool:
        return "Debit" not in self.places


def layout_of(header: str) -> Layout | None:
    """The layout of a FEC header line, or None where the line is none."""
    separator = max(_SEPARATORS, key=header.count)
    names = [_COLUMNS.get(column_key(cell), "") for cell in header.split(separator)]
    places = {name: i for i, name in reversed(list(enumerate(names))) if name}
    two, one = {"Debit", "Credit"} <= places.keys(), {"Montant", "Sens"} <= places.keys()
    if not all(name in places for name in _NEEDED) or not (two or one):
        return None
    width = len(names) - (1 if not names[-1] and not header.rsplit(separator, maxsplit=1)[-1].strip() else 0)
    return Layout(separator, places, width)


def looks_like(head: Head) -> bool:
    """Whether a first row was meant as a FEC header, complete or not."""
    meant = sum(column_key(name) in column_key(head.first) for name in _NEEDED) >= 3
    return meant or layout_of(head.first) is not None


def read_fec(source: Source) -> Staged:
    """Stage a FEC. Raises ImportRefused when the header lacks what an entry needs or nothing follows it."""
    text, encoding = decode(source.main, source.data)
    rows = _rows(text)
    header = next(rows, (0, ""))[1].lstrip("\ufeff")
    layout = layout_of(header)
    if layout is None:
        raise _bad_header(source, header)
    staging = Staging(source, NAME, [_reason(layout, encoding)], raw=_raw(source, layout, header))
    rules = Rules(staging, layout.places)
    rules.form(layout.separator, encoding, layout.places)
    reader = _Rows(staging, layout, rules)
    for number, row in rows:
        reader.read(number, row)
    if not reader.rows:
        raise ImportRefused(source.main, "it has a header line and no rows", "Export it again with its entries.")
    rules.finish()
    del text, rows
    return stage_postings(staging, reader.found, reader.broken, french=True)


def _rows(text: str) -> Iterator[tuple[int, str]]:
    """Rows that say anything, the header first."""
    rows = enumerate(each_row(text.replace("\0", "")), start=1)
    return ((number, row) for number, row in rows if row.strip())


def _raw(source: Source, layout: Layout, header: str) -> Raw:
    """The table as it lies in the file."""

    def again() -> Iterator[tuple[int, Sequence[str]]]:
        rows = _rows(decode(source.main, source.data)[0])
        return ((number, row.split(layout.separator)) for number, row in rows)

    return Raw(Shape(columns=tuple(header.split(layout.separator)), separator=layout.separator, quoted=False), again)


class _Rows:
    """Reads rows into postings; ``broken`` are those of rows with an error."""

    def __init__(self, staging: Staging, layout: Layout, rules: Rules) -> None:
        self._staging, self._layout, self._rules = staging, layout, rules
        self._same = Same(lambda cell: cell.strip(" \u00a0"))
        self.rows = 0
        self.found: list[Posting] = []
        self.broken: list[Posting] = []

    def read(self, number: int, row: str) -> None:
        self.rows += 1
        limits, layout = self._staging.source.limits, self._layout
        if len(row) > limits.row_characters or row.count(layout.separator) > limits.columns:
            why = f"is longer than {limits.row_characters:,} characters or has more than {limits.columns:,} fields"
            self._staging.fail(number, "", row, why, "Check the end of the row.")
            return
        cells = _cells(layout, row, self._same)
        if cells is None:
            count = row.count(layout.separator) + 1
            self._staging.fail(
                number, "", row, f"has {count} fields and the header has {layout.width}",
                "Remove the separators or line breaks inside its texts.",
            )  # fmt: skip
            return
        reader = _Reader(cells)
        posting = reader.posting(number)
        long = len(row) > limits.cell_characters and next(
            (name for name, cell in cells.items() if len(cell) > limits.cell_characters), ""
        )
        if long:
            why = f"has {len(cells[long]):,} characters and the limit is {limits.cell_characters:,}"
            reader.problems.append((long, BadCell(why, "Shorten it in the source.")))
        for column, problem in reader.problems:
            self._staging.fail(number, column, cells.get(column, ""), problem.why, problem.remedy)
        if reader.problems:
            self.broken.append(posting)
        else:
            self._rules.row(number, cells, posting)
            self.found.append(posting)


def _cells(layout: Layout, row: str, same: Mapping[str, str]) -> dict[str, str] | None:
    """A row's cells by column. Too many fields: a trailing separator, or separators inside EcritureLib."""
    parts = row.split(layout.separator)
    extra = len(parts) - layout.width
    if extra == 0:
        return {name: same[parts[i]] for name, i in layout.places.items()}
    candidates: list[Sequence[str]] = []
    if extra >= 1 and not parts[-1].strip():
        candidates.append(_rejoined(layout, parts[:-1], extra - 1))
    if extra >= 1:
        candidates.append(_rejoined(layout, parts, extra))
    named = [{name: same[c[i]] for name, i in layout.places.items()} for c in candidates]
    sound = [cells for cells in named if not _reads_badly(cells)]
    return next(iter(sound or named), None)


def _rejoined(layout: Layout, parts: Sequence[str], extra: int) -> Sequence[str]:
    at = layout.places["EcritureLib"]
    return [*parts[:at], layout.separator.join(parts[at : at + extra + 1]), *parts[at + extra + 1 :]]


def _reads_badly(cells: Mapping[str, str]) -> bool:
    reader = _Reader(cells)
    reader.amounts()
    return bool(reader.problems)


class _Reader:
    """Reads the cells of one row, collecting every problem instead of stopping at the first."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.problems: list[tuple[str, BadCell]] = []

    def posting(self, row: int) -> Posting:
        get = self._cells.get
        debit, credit = self.amounts()
        original, original_currency = self._original()
        return Posting(
            row=row, date=self._date(), account=self._text("CompteNum"), debit=debit, credit=credit,
            journal=get("JournalCode", ""), journal_name=get("JournalLib", ""), number=get("EcritureNum", ""),
            account_name=get("CompteLib", ""), label=get("EcritureLib", ""),
            party=get("CompAuxLib", "") or get("CompAuxNum", ""), document=get("PieceRef", ""),
            document_date=self._piece_date(), currency="EUR", original_amount=original,
            original_currency=original_currency,
        )  # fmt: skip

    def amounts(self) -> tuple[Decimal, Decimal]:
        """Debit and credit, from two columns or from Montant and Sens."""
        if "Debit" in self._cells:
            return self._amount("Debit"), self._amount("Credit")
        amount, sign = self._amount("Montant"), self._cells["Sens"].upper()
        if sign in _DEBIT_SIGNS:
            return amount, ZERO
        if sign in _CREDIT_SIGNS:
            return ZERO, amount
        self.problems.append(("Sens", BadCell("is not a side", "Write D or C, or +1 or -1.")))
        return ZERO, ZERO

    def _amount(self, column: str) -> Decimal:
        try:
            return read_amount(self._cells.get(column, ""))
        except BadCell as problem:
            self.problems.append((column, problem))
            return ZERO

    def _text(self, column: str) -> str:
        if not (text := self._cells.get(column, "")):
            self.problems.append((column, BadCell("is blank", "Every row needs an account.")))
        return text

    def _date(self) -> date:
        try:
            return need_day(self._cells["EcritureDate"])
        except BadCell as problem:
            self.problems.append(("EcritureDate", problem))
            return date.min

    def _piece_date(self) -> date | None:
        """A document date that cannot be read is left out: it decides nothing, and the entry is sound without."""
        try:
            return read_day(self._cells.get("PieceDate", ""))
        except BadCell:
            return None

    def _original(self) -> tuple[Decimal | None, str]:
        """Amount and currency of origin; an unreadable or zero amount is none."""
        try:
            amount = read_amount(self._cells.get("Montantdevise", ""))
        except BadCell:
            amount = ZERO
        return (amount or None), self._cells.get("Idevise", "")


def _reason(layout: Layout, encoding: str) -> str:
    mark = {"\t": "tab", "|": "pipe"}.get(layout.separator, repr(layout.separator))
    amounts = "Montant and Sens" if layout.one_amount else "Debit and Credit"
    return (
        f"A French FEC: its header names the columns of the decree, separated by {mark}, with {amounts}; "
        f"text is {encoding}; account types and groups are derived from the French chart's numbers"
    )


def _bad_header(source: Source, header: str) -> ImportRefused:
    separator = max(_SEPARATORS, key=header.count)
    found = {_COLUMNS.get(column_key(cell), "") for cell in header.split(separator)}
    missing = [name for name in _NEEDED if name not in found]
    if not ({"Debit", "Credit"} <= found or {"Montant", "Sens"} <= found):
        missing.append("Debit and Credit (or Montant and Sens)")
    return ImportRefused(
        source.main, f"its first line lacks {', '.join(missing)}",
        "A FEC begins with a line of column names; export it again.",
    )  # fmt: skip


READER = Reader(NAME, looks_like, read_fec)
