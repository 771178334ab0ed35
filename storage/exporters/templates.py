"""Tables in the columns that packages import journals by: QuickBooks Online, Xero, Sage 50, Odoo, ERPNext.

Columns after each maker's own import template. Tax stands on lines of its own, as it was booked, so no package is asked
to work it out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.journal import Account, AccountType, Entry, Line, Side
from storage.exporters import sheets
from storage.exporters.sheets import Cell, Look, Row
from storage.exporters.subject import Chosen, Option, Subject, starting_with
from storage.exporters.written import Note, Written, counted

XERO_LINES = 300  # of a file; an entry is never divided
_ERPNEXT = " (Accounting Entries)"
_NO_TAX_IN_SAGE = "T9"  # outside the scope of VAT
_ACCOUNTS = Option(name="accounts", choices=("names", "paths", "codes"))
_TAX_RATE = Option(name="tax_rate", example="No VAT")
_COMPANY = Option(name="company", example="Example Ltd")
_ABBREVIATION = Option(name="abbreviation", example="EX")
_SERIES = Option(name="series", example="ACC-JV-.YYYY.-")


@dataclass(frozen=True)
class Book:
    """What the rows of an entry are made with."""

    accounts: Mapping[str, Account]
    named: Callable[[Entry], str]  # what tells an entry from others where there is no room for our id
    chosen: Chosen
    keys: Mapping[str, str]  # tax code -> what it is called there

    def path(self, code: str) -> str:
        """The account's name with those above it: ``Premises:Rent``."""
        found, names = self.accounts.get(code), list[str]()
        while found and len(names) < 10:
            names.append(found.name or found.code)
            found = self.accounts.get(found.parent)
        return ":".join(reversed(names)) or code

    @cached_property
    def shared(self) -> frozenset[str]:
        """Names and paths that more than one account has."""
        counts = (Counter(a.name for a in self.accounts.values()), Counter(map(self.path, self.accounts)))
        return frozenset(called for count in counts for called, n in count.items() if n > 1)

    def called(self, code: str) -> str:
        """An account as QuickBooks is to know it: by name, path or code; what others share makes way for the next."""
        name = self.accounts[code].name if code in self.accounts else ""
        ways = {"names": (name, self.path(code)), "paths": (self.path(code),), "codes": ()}[self.chosen["accounts"]]
        return next((w for w in ways if w and w not in self.shared), code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The columns of a package, and the rows that one entry takes; ``most`` lines a file, 0 for no limit.

    ``dates`` is how it writes days unless somebody chooses; ``lacks`` is what it has no column for.
    """

    header: tuple[str, ...]
    rows: Callable[[Entry, Book], Iterator[Row]]
    dates: str
    lacks: tuple[str, ...]
    most: int = 0
    own: tuple[Option, ...] = ()

    @property
    def options(self) -> tuple[Option, ...]:
        general = (sheets.LAYOUT, sheets.ENCODING, sheets.DECIMAL, sheets.SEPARATOR, sheets.LINE_END)
        return (*general, starting_with(sheets.DATES, self.dates), *self.own)


def export(template: Template, called: str, subject: Subject, chosen: Chosen) -> Written:
    """The entries as one table, or as several where the package takes no longer ones."""
    keys = {t.code: t.package_key for t in subject.taxes if t.package_key}
    book = Book({a.code: a for a in subject.accounts}, lambda e: _named(e, subject), chosen, keys)
    parts: list[list[Row]] = [[]]
    for e in subject.entries:
        rows = list(template.rows(e, book))
        if template.most and parts[-1] and len(parts[-1]) + len(rows) > template.most:
            parts.append([])
        parts[-1] += rows
    look, ending = Look.of(chosen, subject.currency), chosen["layout"]
    files, lost = [], 0
    for n, part in enumerate(parts, start=1):
        name = f"{called}.{ending}" if len(parts) == 1 else f"{called}-{n:03d}.{ending}"
        if ending == "xlsx":
            files.append((name, sheets.xlsx_bytes(template.header, part, look)))
            continue
        data, missing = sheets.csv_bytes(template.header, part, look)
        files.append((name, data))
        lost += missing
    return Written(files=tuple(files), notes=(*_notes(template, subject, lost), *_names(template, subject, book)))


def _notes(template: Template, subject: Subject, lost: int) -> Iterator[Note]:
    if lost:
        yield Note(text=f"{lost} letters that the chosen encoding lacks became question marks")
    there = {
        "documents": lambda e: bool(e.document),
        "tax codes": lambda e: any(x.tax_code for x in e.lines),
        "parties": lambda e: any(x.party for x in e.lines),
        "texts of lines": lambda e: any(x.label for x in e.lines),
        "descriptions beside those of their lines": lambda e: all(x.label for x in e.lines),
        "amounts in the currency of origin": lambda e: any(x.original_amount is not None for x in e.lines),
    }
    for what in (*template.lacks, "amounts in the currency of origin"):
        if n := sum(there[what](e) for e in subject.entries):
            yield counted(n, what)
    if n := sum(len(e.lines) > template.most > 0 for e in subject.entries):
        yield Note(text=f"{n} entries have more than {template.most} lines, which the package refuses")


def _names(template: Template, subject: Subject, book: Book) -> Iterator[Note]:
    """That accounts are called otherwise than asked for, because others have their name."""
    if _ACCOUNTS not in template.own or book.chosen["accounts"] != "names":
        return
    used = {x.account for e in subject.entries for x in e.lines} & book.accounts.keys()
    if n := sum(book.accounts[c].name in book.shared for c in used):
        yield Note(text=f"{n} accounts share their name with others and are written as path or code")


def _named(e: Entry, subject: Subject) -> str:
    """Fiscal year, journal and number; our id where it has no number yet."""
    code = e.journal.partition(" ")[0]
    return "-".join(x for x in (subject.year_of(e.date).label, code, e.number) if x) if e.number else e.entry_id


def _sides(x: Line) -> tuple[Cell, Cell]:
    return (x.amount, None) if x.side is Side.DEBIT else (None, x.amount)


def _quickbooks(e: Entry, book: Book) -> Iterator[Row]:
    for x in e.lines:
        text = x.label or e.description
        yield book.named(e), e.date, book.called(x.account), *_sides(x), text, x.party, e.currency, "", ""


def _xero(e: Entry, book: Book) -> Iterator[Row]:
    narration = f"{e.description} [{book.named(e)}]"  # the same narration and day make one journal there
    for x in e.lines:
        amount = x.amount if x.side is Side.DEBIT else -x.amount
        yield narration, e.date, x.label or e.description, x.account, book.chosen["tax_rate"], amount, *("",) * 4


def _sage(e: Entry, book: Book) -> Iterator[Row]:
    for x in e.lines:
        kind, text = "JD" if x.side is Side.DEBIT else "JC", x.label or e.description
        code = (book.keys.get(x.tax_code) or x.tax_code or _NO_TAX_IN_SAGE, x.amount - x.amount)
        yield kind, "", x.account, "0", e.date, book.named(e), text, x.amount, *code, e.document


def _odoo(e: Entry, book: Book) -> Iterator[Row]:
    head: Row = (f"counterpoint.{e.entry_id}", e.journal.partition(" ")[0], e.date, e.document or book.named(e))
    for n, x in enumerate(e.lines):
        zero = x.amount - x.amount
        sides = (s if s is not None else zero for s in _sides(x))
        row = (x.account, x.party, x.label or e.description, *sides)
        yield *(head if n == 0 else ("",) * len(head)), *row


def _erpnext(e: Entry, book: Book) -> Iterator[Row]:
    remark = f"{e.description} [{book.named(e)}]"
    document = (e.document, (e.document_date or e.date) if e.document else None)
    head: Row = ("", "Journal Entry", book.chosen["series"], book.chosen["company"], e.date, remark, *document)
    for n, x in enumerate(e.lines):
        zero = x.amount - x.amount
        sides = (s if s is not None else zero for s in _sides(x))
        row = (_erpnext_account(x, book), _erpnext_party(x, book), x.party, *sides, x.label)
        yield *(head if n == 0 else ("",) * len(head)), *row


def _erpnext_account(x: Line, book: Book) -> str:
    """Code alone, or as ERPNext names accounts: ``4210 - Rent - EX``."""
    short, account = book.chosen["abbreviation"], book.accounts.get(x.account)
    return " - ".join(p for p in (x.account, account.name if account else "", short) if p) if short else x.account


def _erpnext_party(x: Line, book: Book) -> str:
    account = book.accounts.get(x.account)
    sold = account is not None and account.type in (AccountType.ASSET, AccountType.INCOME)
    return ("Customer" if sold else "Supplier") if x.party else ""


QUICKBOOKS = Template(
    header=(
        "*JournalNo", "*JournalDate", "*AccountName", "*Debits", "*Credits", "Description", "Name", "Currency",
        "Location", "Class",
    ),
    rows=_quickbooks, dates="mdy", own=(_ACCOUNTS,),
    lacks=("documents", "tax codes", "descriptions beside those of their lines"),
)  # fmt: skip
XERO = Template(
    header=(
        "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1",
        "TrackingOption1", "TrackingName2", "TrackingOption2",
    ),
    rows=_xero, dates="dmy", most=XERO_LINES, own=(_TAX_RATE,), lacks=("documents", "tax codes", "parties"),
)  # fmt: skip
SAGE = Template(
    header=(
        "Type", "Account Reference", "Nominal A/C Ref", "Department Code", "Date", "Reference", "Details", "Net Amount",
        "Tax Code", "Tax Amount", "Extra Reference",
    ),
    rows=_sage, dates="dmy", lacks=("parties", "descriptions beside those of their lines"),
)  # fmt: skip
# Without "/id" Odoo looks for journals, accounts and partners by what people call them, codes included.
ODOO = Template(
    header=(
        "id", "journal_id", "date", "ref", "line_ids/account_id", "line_ids/partner_id", "line_ids/name",
        "line_ids/debit", "line_ids/credit",
    ),
    rows=_odoo, dates="ymd", lacks=("tax codes", "descriptions beside those of their lines"),
)  # fmt: skip
ERPNEXT = Template(
    header=(
        "ID", "Entry Type", "Series", "Company", "Posting Date", "User Remark", "Reference Number", "Reference Date",
        *(name + _ERPNEXT for name in ("Account", "Party Type", "Party", "Debit", "Credit", "User Remark")),
    ),
    rows=_erpnext, dates="ymd", own=(_COMPANY, _ABBREVIATION, _SERIES), lacks=("tax codes",),
)  # fmt: skip
