"""SIE 4 and 4I, what Swedish packages write and read: chart, balances and vouchers (sie.se, format 4B).

An amount is signed, + is debit. Rows added or removed later (#BTRANS, #RTRANS) are history: a removed one no longer
counts, and an added one stands again as #TRANS, so both are left out of every sum.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal

from engine.journal import Account, Entry, Kind, Line, Side
from storage.errors import ImportRefused
from storage.importers.cells import BadCell
from storage.importers.reader import Head, Reader
from storage.importers.sie_book import CUSTOMER, INVOICE, OUR_ID, SUPPLIER, Book, SieRow, Voucher, close, shown
from storage.importers.sie_chart import bas_type, sie_type
from storage.importers.sie_text import Row, sie_rows, sie_text
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.records import Staged
from storage.rows import content_digest

NAME = "sie"
_OPENING_TEXT, _OPENING_JOURNAL = "Ingående balans", "IB Ingående balans"
_BEGINS = re.compile(r"[\s\ufeff]*#(FLAGGA|PROGRAM|FORMAT|GEN|SIETYP|FNAMN)\b", re.IGNORECASE)
_ANYWHERE = re.compile(r"^[ \t]*#SIETYP[ \t]+\"?[1-4]", re.MULTILINE | re.IGNORECASE)


def read_sie(source: Source) -> Staged:
    """Stage a SIE file. Raises ImportRefused where it holds neither accounts nor vouchers."""
    text, encoding = sie_text(source.main, source.data)
    staging = Staging(source, NAME)
    book = Book(staging)
    for row in sie_rows(text, source.limits):
        if isinstance(row, Row):
            try:
                book.take(row)
                continue
            except BadCell as problem:
                number, value, why, remedy = row.number, shown(row), problem.why, problem.remedy
        else:
            number, value, why, remedy = row[0], row[1], row[2].why, row[2].remedy
        staging.fail(number, "", value, why, remedy)
        if book.open:
            book.open.broken = book.open.broken or number
    if not book.vouchers and not book.names and not book.opening:
        raise ImportRefused(source.main, "it has no accounts and no vouchers", "Export it again, as SIE type 4.")
    return _staged(book, encoding, text.count("\ufffd"))


def _staged(book: Book, encoding: str, damaged: int) -> Staged:
    staging = book.staging
    if book.open is not None:
        close(book, book.open.row)
    staging.reasons.append(f"A SIE file: rows begin with labels such as #SIETYP; text is {encoding}")
    if damaged:
        staging.reasons.append(f"{damaged} letters were lost before this export and stand as U+FFFD")
    _add_vouchers(book)
    _add_opening(book)
    _note_closing(book)
    if book.history:
        staging.reasons.append(f"{book.history} rows (#RTRANS, #BTRANS) tell of later changes and are not summed")
    if book.cut:
        staging.reasons.append(f"{book.cut} texts are cut off at the end of their row, without a quotation mark")
    if book.quantities:
        staging.reasons.append(f"the quantities of {book.quantities} rows are left out")
    derived = not all(book.types.get(code) for code in book.names)
    if derived:
        staging.reasons.append("types of accounts without #KTYP are derived from the BAS chart's classes")
    accounts = [_account(book, code) for code in book.names | {c: "" for v in book.vouchers for c in _codes(v)}]
    return replace(staging.finish(accounts), types_derived=derived)


def _codes(voucher: Voucher) -> set[str]:
    return {x.account for x in voucher.rows}


def _account(book: Book, code: str) -> Account:
    kind = sie_type(book.types.get(code, ""), code, book.chart) or bas_type(code)
    return Account(code=code, name=book.names.get(code, ""), type=kind)


def _add_vouchers(book: Book) -> None:
    numbers = Counter((v.series, v.number, book.year_of(v.day)) for v in book.vouchers)
    empty = tagged = 0
    for v in book.vouchers:
        if v.broken:
            why = f"belongs to a voucher with a broken row (row {v.broken}); all of it stays out"
            book.staging.fail(
                v.row, "#VER", f"{v.series} {v.number}".strip(), why, "Correct that row, then import again."
            )
        elif not any(x.amount for x in v.rows):
            empty += 1
        else:
            tagged += sum(bool(_tag(book, x)) for x in v.rows if x.amount)
            unique = numbers[v.series, v.number, book.year_of(v.day)] == 1
            book.staging.add(v.row, _entry(book, v, unique=unique))
    if empty:
        book.staging.reasons.append(f"{empty} vouchers have no row with an amount (cancelled) and are left out")
    if tagged:
        what = ", ".join(sorted({book.dimensions.get(d, d) for d in _used(book)})) or "objects"
        book.staging.reasons.append(f"{what} stand in square brackets at the end of {tagged} labels")


def _used(book: Book) -> set[str]:
    return {d for v in book.vouchers for x in v.rows for d, _ in x.objects} - {CUSTOMER, SUPPLIER, INVOICE}


def _entry(book: Book, v: Voucher, *, unique: bool) -> Entry:
    """The entry of a voucher. Its text is often the only one; without it the largest row's text stands in."""
    rows = [x for x in v.rows if x.amount]
    text = v.text or max(rows, key=lambda x: abs(x.amount) if x.text else Decimal(-1)).text
    invoices = dict.fromkeys(thing for x in rows for d, thing in x.objects if d == INVOICE)
    entry = Entry(
        entry_id="", date=v.day, description=text, lines=tuple(_line(book, x) for x in rows), currency=book.currency,
        journal=v.series, number=v.number, document=", ".join(invoices),
    )  # fmt: skip
    if v.sign.startswith(OUR_ID):
        return replace(entry, entry_id=v.sign.removeprefix(OUR_ID))
    if unique and v.number.strip("0"):
        return replace(entry, entry_id=f"{v.series}-{v.number}-{book.year_of(v.day)}")
    return replace(entry, entry_id=f"{v.series}~{v.day.isoformat()}~{content_digest(entry)[:16]}")


def _line(book: Book, x: SieRow) -> Line:
    party = next((book.objects.get((d, thing)) or thing for d, thing in x.objects if d in (CUSTOMER, SUPPLIER)), "")
    side = Side.DEBIT if x.amount > 0 else Side.CREDIT
    label = f"{x.text} {_tag(book, x)}".strip()
    return Line(account=x.account, side=side, amount=abs(x.amount), party=party, label=label)


def _tag(book: Book, x: SieRow) -> str:
    """Cost centres and the like, for which a line has no field of its own."""
    parts = [
        " ".join(filter(None, (book.dimensions.get(d, d), thing, book.objects.get((d, thing), ""))))
        for d, thing in x.objects
        if d not in (CUSTOMER, SUPPLIER, INVOICE)
    ]
    return f"[{', '.join(parts)}]" if parts else ""


def _add_opening(book: Book) -> None:
    """The opening balances of the file's year as one entry, so that a trial balance can be drawn."""
    found = {code: amount for code, (_, amount) in book.opening.items() if amount}
    if not found or "0" not in book.years:
        return
    first = book.years["0"][0]
    if any(v.day == first and _sums(v) == found for v in book.vouchers):
        book.staging.reasons.append("its opening balances are booked by a voucher already and not added again")
        return
    row, off = min(row for row, _ in book.opening.values()), sum(found.values())
    if off:
        why = "the opening balances (#IB) do not add up to zero, so no opening entry is made of them"
        remedy = "Close the year before in the package and export again, or enter the opening by hand."
        book.staging.fail(row, "#IB", f"{off}", why, remedy)
        return
    lines = tuple(
        Line(account=code, side=Side.DEBIT if amount > 0 else Side.CREDIT, amount=abs(amount))
        for code, amount in found.items()
    )
    year = book.year_of(first)
    entry = Entry(
        entry_id=f"IB-{year}", date=first, description=f"{_OPENING_TEXT} {year}", lines=lines,
        currency=book.currency, journal=_OPENING_JOURNAL, kind=Kind.OPENING,
    )  # fmt: skip
    book.staging.add(row, entry)
    book.staging.reasons.append(f"the opening balances (#IB) of {len(found)} accounts became one opening entry")


def _sums(voucher: Voucher) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for x in voucher.rows:
        sums[x.account] = sums.get(x.account, Decimal(0)) + x.amount
    return {code: amount for code, amount in sums.items() if amount}


def _note_closing(book: Book) -> None:
    """Opening balances and vouchers against the closing balances that the file gives: a check for the reader."""
    if not book.closing or not book.vouchers or "0" not in book.years:
        return
    first, last = book.years["0"]
    sums = {code: amount for code, (_, amount) in book.opening.items()}
    for v in book.vouchers:
        if first <= v.day <= last:
            for x in v.rows:
                sums[x.account] = sums.get(x.account, Decimal(0)) + x.amount
    wrong = sorted(code for code, amount in book.closing.items() if sums.get(code, Decimal(0)) != amount)
    if wrong:
        some = ", ".join(wrong[:3]) + (" ..." if len(wrong) > 3 else "")
        book.staging.reasons.append(
            "opening balances and vouchers do not add up to the file's closing balances "
            f"on {len(wrong)} accounts ({some})"
        )
    else:
        book.staging.reasons.append(f"opening balances and vouchers add up to all {len(book.closing)} closing balances")


def looks_like(head: Head) -> bool:
    """By its labels; not by the first row as text, for CP437 has bytes that other encodings have no sign for."""
    return bool(_BEGINS.match(head.text) or _ANYWHERE.search(head.text))


READER = Reader(NAME, looks_like, read_sie)
