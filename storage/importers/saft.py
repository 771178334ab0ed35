"""SAF-T, the OECD's audit file for tax, in its national forms: accounts, parties, journals and entries.

Read as it comes: what stays in memory is the entry that is being read, the master files and what was staged.
"""

from __future__ import annotations

import re
from dataclasses import replace

from engine.journal import Account
from storage.errors import ImportRefused
from storage.importers.markup import Piece, elements, text_of
from storage.importers.reader import Head, Reader
from storage.importers.saft_dialects import Dialect, Facts, dialect_of
from storage.importers.saft_entries import Books, TransactionReader
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "saft"
_ROOT = re.compile(r"<(?:[\w.-]+:)?AuditFile[\s>]")
_ACCOUNTS = frozenset({"Account", "GeneralLedger"})
_TAGS = (
    "AuditFile/Header", "GeneralLedgerAccounts/Account", "MasterFiles/GeneralLedger", "Customers/Customer",
    "MasterFiles/Customer", "Suppliers/Supplier", "MasterFiles/Supplier", "Journal/JournalID", "Journal/Description",
    "Journal/Transaction", "Transactions/Transaction", "GeneralLedgerEntries/TotalDebit",
    "GeneralLedgerEntries/TotalCredit",
)  # fmt: skip


def looks_like(head: Head) -> bool:
    return _ROOT.search(head.text[:4096]) is not None


def read_saft(source: Source) -> Staged:
    """Stage a SAF-T file, in one part or several. Raises ImportRefused when it holds no general ledger at all."""
    dialect = dialect_of(Head(source).text)
    staging = Staging(source, NAME)
    books = Books()
    parts = _parts(source)
    for name, data in parts:
        _read_part(staging, name, data, dialect, books)
    if not books.transactions and not books.accounts:
        raise ImportRefused(
            source.main, "it holds no accounts and no general ledger entries",
            "A SAF-T of invoices has none; export the one for accounting.",
        )  # fmt: skip
    staging.reasons += _reasons(dialect, books, len(parts))
    kept = books.party_accounts.keys()  # where the file keeps customers and suppliers
    accounts = tuple(replace(a, control=True) if a.code in kept else a for a in books.accounts.values())
    staged = staging.finish(accounts, books.journals.values())
    return replace(staged, types_derived=dialect.derived)


def _parts(source: Source) -> list[tuple[str, bytes]]:
    """The file and those beside it that are SAF-T too: large ledgers come divided by period."""
    beside = [(n, d) for n, d in sorted(source.beside.items()) if _ROOT.search(Head(_alone(source, n, d)).text)]
    return sorted([(source.main, source.data), *beside])


def _alone(source: Source, name: str, data: bytes) -> Source:
    """A companion as a source of its own."""
    return Source(source.name, name, data, {}, source.limits)


def _read_part(staging: Staging, name: str, data: bytes, dialect: Dialect, books: Books) -> None:
    entries = TransactionReader(staging, dialect, books, name if staging.source.beside else "")
    for piece in elements(name, data, *_TAGS, limits=staging.source.limits):
        tag = piece.tag
        if tag == "Transaction":
            entries.read(piece)
        elif tag == "JournalID":
            entries.enter_journal((piece.text or "").strip())
        elif tag == "Description":
            entries.name_journal((piece.text or "").strip())
        elif tag == "Header":
            books.currency = text_of(piece, "DefaultCurrencyCode", "CurrencyCode").upper() or books.currency
        elif tag in _ACCOUNTS:
            _add_account(books, dialect, piece)
        elif tag in {"Customer", "Supplier"}:
            _add_party(books, piece, tag)
        else:
            entries.expect(tag, (piece.text or "").strip())
    entries.check_totals()


def _add_account(books: Books, dialect: Dialect, piece: Piece) -> None:
    code = text_of(piece, "AccountID")
    if not code:
        return
    category, group = text_of(piece, "GroupingCategory"), text_of(piece, "GroupingCode")
    headings = {"GR", "GA", "AR", "AA"}
    if category in headings:
        books.headings.add(code)
    postable = category in headings or category in {"GM", "AM"}  # then the code is that of the account above
    facts = Facts(
        code=code, type=text_of(piece, "AccountType"), category="" if postable else category,
        standard=text_of(piece, "StandardAccountID") or ("" if postable else group),
    )  # fmt: skip
    books.accounts[code] = Account(
        code=code, name=text_of(piece, "AccountDescription"), type=dialect.type_of(facts),
        parent=group if postable and group != code else "",
    )  # fmt: skip


def _add_party(books: Books, piece: Piece, tag: str) -> None:
    """A party by its id, and the accounts that the file keeps it on."""
    key = text_of(piece, f"{tag}ID")
    name = text_of(piece, "Name", "CompanyName", "CompanyStructure/Name") or key
    if key:
        books.parties[tag][key] = name
    accounts = (
        x for path in ("AccountID", "BalanceAccount/AccountID", "Accounts/AccountID") for x in piece.findall(path)
    )
    for account in accounts:
        if code := (account.text or "").strip():
            books.party_accounts.setdefault(code, set()).add(name)


def _reasons(dialect: Dialect, books: Books, parts: int) -> list[str]:
    day = "GLPostingDate" if dialect.posted_day else "TransactionDate"
    said = f"A {dialect.called}" + (f" in {parts} parts" if parts > 1 else "")
    out = [f"{said}: an entry's day is its {day}, or the other of its days where only that lies in its period"]
    if dialect.derived and books.accounts:
        out.append("account types are derived from the numbers of the national chart")
    if books.empty_lines:
        out.append(f"{books.empty_lines} lines without an amount were left out")
    if books.on_headings:
        out.append(f"{books.on_headings} lines stand on accounts that the file calls headings")
    if not books.transactions:
        out.append("it holds a chart of accounts and no entries")
    else:
        out.append("opening balances of accounts are no entries and stay out")
    return out


READER = Reader(NAME, looks_like, read_saft)
