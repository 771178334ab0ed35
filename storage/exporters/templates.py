"""CSV files in the columns that packages import journals by: QuickBooks Online, Xero, Sage 50, Odoo, ERPNext.

Columns after each maker's own import template. Texts that a spreadsheet would run are marked (`cells.safe`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.journal import Account, Entry, Line, Side
from storage.exporters.cells import Value, write_csv
from storage.exporters.written import Written

Row = Sequence[Value]
Names = Mapping[str, str]
XERO_LINES = 300  # of a file; an entry is never divided
_ERPNEXT = " (Accounting Entries)"


@dataclass(frozen=True, slots=True)
class Template:
    """The columns of a package, and the rows that one entry takes; ``most`` lines a file, 0 for no limit."""

    header: tuple[str, ...]
    rows: Callable[[Entry, Names, str], Iterator[Row]]
    most: int = 0


def export(
    template: Template, called: str, currency: str, accounts: Sequence[Account], entries: Sequence[Entry]
) -> Written:
    """The entries as one CSV, or as several where the package takes no longer ones."""
    names = {a.code: a.name for a in accounts}
    parts: list[list[Row]] = [[]]
    for e in entries:
        rows = list(template.rows(e, names, currency))
        if template.most and parts[-1] and len(parts[-1]) + len(rows) > template.most:
            parts.append([])
        parts[-1] += rows
    files = []
    for n, part in enumerate(parts, start=1):
        out = io.StringIO(newline="")
        write_csv(out, template.header, part)
        files.append((f"{called}.csv" if len(parts) == 1 else f"{called}-{n:03d}.csv", out.getvalue().encode()))
    return Written(files=tuple(files))


def _named(e: Entry) -> str:
    """What tells an entry from others in a package that has no room for our id."""
    code = e.journal.partition(" ")[0]
    return "-".join(x for x in (code, e.number) if x) or e.entry_id


def _sides(x: Line) -> tuple[Value, Value]:
    return (x.amount, None) if x.side is Side.DEBIT else (None, x.amount)


def _signed(x: Line) -> Decimal:
    return x.amount if x.side is Side.DEBIT else -x.amount


def _quickbooks(e: Entry, names: Names, currency: str) -> Iterator[Row]:
    for x in e.lines:
        account = names.get(x.account) or x.account
        text = x.label or e.description
        yield _named(e), f"{e.date:%m/%d/%Y}", account, *_sides(x), text, x.party, e.currency or currency, "", ""


def _xero(e: Entry, _names: Names, _currency: str) -> Iterator[Row]:
    narration = f"{e.description} [{_named(e)}]"  # the same narration and day make one journal there
    for x in e.lines:
        yield narration, f"{e.date:%d/%m/%Y}", x.label or e.description, x.account, x.tax_code, _signed(x), *("",) * 4


def _sage(e: Entry, _names: Names, _currency: str) -> Iterator[Row]:
    for x in e.lines:
        kind = "JD" if x.side is Side.DEBIT else "JC"
        text = x.label or e.description
        yield (
            kind,
            "",
            x.account,
            "0",
            f"{e.date:%d/%m/%Y}",
            _named(e),
            text,
            x.amount,
            x.tax_code or "T9",
            Decimal("0.00"),
        )


def _odoo(e: Entry, _names: Names, _currency: str) -> Iterator[Row]:
    head: Row = (f"counterpoint.{e.entry_id}", e.journal.partition(" ")[0], e.date, e.document or _named(e))
    for n, x in enumerate(e.lines):
        debit, credit = _sides(x)
        zero = Decimal("0.00")
        row = (x.account, x.party, x.label or e.description, debit or zero, credit or zero)
        yield *(head if n == 0 else ("",) * len(head)), *row


def _erpnext(e: Entry, _names: Names, _currency: str) -> Iterator[Row]:
    head: Row = ("", "Journal Entry", "ACC-JV-.YYYY.-", "", e.date, f"{e.description} [{_named(e)}]")
    for n, x in enumerate(e.lines):
        debit, credit = _sides(x)
        row = (x.account, "", x.party, debit or Decimal(0), credit or Decimal(0))
        yield *(head if n == 0 else ("",) * len(head)), *row


QUICKBOOKS = Template(
    (
        "*JournalNo", "*JournalDate", "*AccountName", "*Debits", "*Credits", "Description", "Name", "Currency",
        "Location", "Class",
    ),
    _quickbooks,
)  # fmt: skip
XERO = Template(
    (
        "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1",
        "TrackingOption1", "TrackingName2", "TrackingOption2",
    ),
    _xero, most=XERO_LINES,
)  # fmt: skip
SAGE = Template(
    (
        "Type", "Account Reference", "Nominal A/C Ref", "Department Code", "Date", "Reference", "Details", "Net Amount",
        "Tax Code", "Tax Amount",
    ),
    _sage,
)  # fmt: skip
ODOO = Template(
    (
        "id", "journal_id/code", "date", "ref", "line_ids/account_id/code", "line_ids/partner_id", "line_ids/name",
        "line_ids/debit", "line_ids/credit",
    ),
    _odoo,
)  # fmt: skip
ERPNEXT = Template(
    (
        "ID", "Entry Type", "Series", "Company", "Posting Date", "User Remark",
        *(name + _ERPNEXT for name in ("Account", "Party Type", "Party", "Debit", "Credit")),
    ),
    _erpnext,
)  # fmt: skip
