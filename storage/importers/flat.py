"""A CSV with one row a line of an entry: columns by their usual names, in any order, amounts in two columns or one."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from storage.errors import ImportRefused
from storage.importers.assemble import stage_postings
from storage.importers.cells import BadCell, column_key, decimal_mark, need_day, read_amount, read_day
from storage.importers.posting import ZERO, Posting
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode
from storage.importers.staging import Staging
from storage.importers.table import Table
from storage.records import Staged

NAME = "csv"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "entrydate", "postingdate", "transactiondate", "datecomptable", "belegdatum", "datum"),
    "journal": ("journal", "journalcode", "codejournal"),
    "journal_name": ("journalname", "journallib"),
    "entry": ("entryid", "entry"),
    "number": ("number", "entrynumber", "entryno", "voucher", "vouchernumber", "numero", "journalno", "journalnumber"),
    "account": ("account", "accountcode", "accountnumber", "accountno", "compte", "konto", "numerocompte"),
    "account_name": ("accountname", "accountlabel", "libellecompte"),
    "description": ("description", "narration", "memo", "text", "libelle"),
    "label": ("label", "linedescription", "linelabel"),
    "debit": ("debit", "debitamount", "soll"),
    "credit": ("credit", "creditamount", "haben"),
    "amount": ("amount", "montant", "betrag"),
    "side": ("side", "sens", "dc", "drcr", "debitcredit"),
    "party": ("party", "partyname", "tiers", "partner", "contact"),
    "document": ("document", "documentnumber", "documentref", "reference", "ref", "piece", "belegnummer"),
    "document_date": ("documentdate",),
    "currency": ("currency", "devise", "wahrung"),
    "tax_code": ("taxcode", "vatcode"),
    "original_amount": ("originalamount", "amountcurrency"),
    "original_currency": ("originalcurrency",),
}  # fmt: skip
_AMOUNTS = ("debit", "credit", "amount")
_COLUMN = {name: column for column, names in _NAMES.items() for name in names}
_SEPARATORS = (",", ";", "\t", "|")
_DEBITS, _CREDITS = (
    frozenset({"D", "S", "DR", "DEBIT", "SOLL", "+"}),
    frozenset({"C", "H", "CR", "CREDIT", "HABEN", "-"}),
)
_ROW_END = re.compile(r"[\r\n]")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}")


@dataclass(frozen=True, slots=True)
class Layout:
    """The separator, and each known column's name in this file."""

    separator: str
    columns: Mapping[str, str]


def layout_of(header: str) -> Layout | None:
    """How a header line names date, account and amounts; None where it does not."""
    separator = max(_SEPARATORS, key=header.count)
    cells = next(csv.reader([header], delimiter=separator), [])
    columns = {_COLUMN[key]: cell for cell in reversed(cells) if (key := column_key(cell)) in _COLUMN}
    amounts = {"debit", "credit"} <= columns.keys() or "amount" in columns
    return Layout(separator, columns) if {"date", "account"} <= columns.keys() and amounts else None


def read_flat(source: Source) -> Staged:
    """Stage a CSV of lines. Raises ImportRefused for a header that lacks what an entry needs, or ambiguous days."""
    text, encoding = decode(source.main, source.data)
    text = text.replace("\0", "").lstrip("\ufeff\r\n")
    layout = layout_of(_ROW_END.split(text, maxsplit=1)[0][: source.limits.row_characters])
    if layout is None:
        raise ImportRefused(
            source.main, "its first line names no date, account and debit/credit columns",
            "Begin with: date,journal,number,description,account,debit,credit,party,currency.",
        )  # fmt: skip
    rows = list(_rows(source, text, layout))
    if not rows:
        raise ImportRefused(source.main, "it has a header line and no rows", "Export it again with its entries.")
    read = _day_reader(source, [cells.get("date", "") for _, cells in rows])
    mark = _mark(source, [cells[c] for _, cells in rows for c in _AMOUNTS if c in cells])
    found = f"A CSV with a row a line: date in {layout.columns['date']!r}, account in {layout.columns['account']!r}"
    staging = Staging(source, NAME, [f"{found}; text is {encoding}"])
    sound: list[Posting] = []
    broken: list[Posting] = []
    for number, cells in rows:
        posting, bad = _posting(staging, number, cells, (read, mark))
        (broken if bad else sound).append(posting)
    return stage_postings(staging, sound, broken)


def _rows(source: Source, text: str, layout: Layout) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number (of its last physical line) and cells by our names; rows without any text are passed over."""
    for number, row in Table(source.main, text, layout.separator, source.limits, strict=True).rows():
        cells = {ours: (row.get(theirs) or "").strip() for ours, theirs in layout.columns.items()}
        if any(cells.values()):
            yield number, cells


def _day_reader(source: Source, cells: Sequence[str]) -> Callable[[str], date]:
    """Days are read one way in the whole file; 03/04/2024 alone could be April or March."""
    parts = [(int(m[1]), int(m[2])) for c in cells if (m := _SLASHED.fullmatch(c)) and "." not in c]
    if not parts or any(first > 12 for first, _ in parts):
        return need_day
    if any(second > 12 for _, second in parts):
        return lambda cell: need_day(_swapped(cell))
    if all(first == second for first, second in parts):
        return need_day
    raise ImportRefused(
        source.main, f"its days, such as {next(c for c in cells if c)}, could be day/month or month/day",
        "Write days like 2024-01-31 and import it again.",
    )  # fmt: skip


def _mark(source: Source, cells: Sequence[str]) -> str:
    """The decimal mark. Where every mark could as well group thousands the file is refused: a guess may be 1000 off."""
    if (mark := decimal_mark(cells)) is None:
        shown = next(c for c in cells if "," in c or "." in c)
        raise ImportRefused(
            source.main, f"its amounts, such as {shown}, could be thousands or decimals",
            "Write amounts with two decimals, like 1234.00, and import it again.",
        )  # fmt: skip
    return mark


def _swapped(cell: str) -> str:
    return re.sub(r"^(\d{1,2})[/-](\d{1,2})[/-]", r"\2/\1/", cell)


def _posting(
    staging: Staging, row: int, cells: Mapping[str, str], spelling: tuple[Callable[[str], date], str]
) -> tuple[Posting, bool]:
    """The row's posting, and whether a cell of it could not be read (each has its row error then)."""
    before = staging.failed
    read, mark = spelling

    def fail(column: str, problem: BadCell) -> None:
        staging.fail(row, column, cells.get(column, ""), problem.why, problem.remedy)

    def amount(column: str) -> Decimal:
        try:
            return read_amount(cells.get(column, ""), mark)
        except BadCell as problem:
            fail(column, problem)
            return ZERO

    day = date.min
    try:
        day = read(cells["date"])
    except BadCell as problem:
        fail("date", problem)
    if not cells["account"]:
        fail("account", BadCell("is blank", "Every row needs an account."))
    debit, credit = _amounts(cells, amount, fail)
    return _filled(row, cells, day, (debit, credit), amount("original_amount")), staging.failed > before


def _amounts(
    cells: Mapping[str, str], amount: Callable[[str], Decimal], fail: Callable[[str, BadCell], None]
) -> tuple[Decimal, Decimal]:
    """Two columns as they are; one column by its side, or by its sign with debits positive."""
    if "debit" in cells:
        return amount("debit"), amount("credit")
    value = amount("amount")
    if "side" not in cells:
        return (value, ZERO) if value > 0 else (ZERO, -value)
    side = cells["side"].upper().rstrip(".")
    if side in _DEBITS:
        return value, ZERO
    if side not in _CREDITS:
        fail("side", BadCell("is not a side", "Write D or C."))
    return ZERO, value


def _filled(
    row: int, cells: Mapping[str, str], day: date, amounts: tuple[Decimal, Decimal], original: Decimal
) -> Posting:
    get = cells.get
    document_date: date | None = None
    try:
        document_date = read_day(get("document_date", ""))
    except BadCell:
        document_date = None  # decides nothing; the entry is sound without
    return Posting(
        row=row, date=day, account=cells["account"], debit=amounts[0], credit=amounts[1], key=get("entry", ""),
        journal=get("journal", ""), journal_name=get("journal_name", ""), number=get("number", ""),
        account_name=get("account_name", ""), label=get("label", ""), description=get("description", ""),
        party=get("party", ""), document=get("document", ""), document_date=document_date,
        currency=get("currency", "").upper(), tax_code=get("tax_code", ""), original_amount=original or None,
        original_currency=get("original_currency", ""),
    )  # fmt: skip


def _looks_like(head: Head) -> bool:
    return layout_of(head.first) is not None


READER = Reader(NAME, _looks_like, read_flat)
