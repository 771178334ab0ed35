"""OFX and QFX: versions 1.x in SGML without closing tags, versions 2.x in XML.

OFX gives the closing balance only, so that a statement is proved by the one before it. A file of 1.x is read by
tokens: a tag with a value is a leaf, whether it is closed or not; one without a value holds what follows until it is
closed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

from storage.errors import ImportRefused
from storage.importers.cells import BadCell
from storage.importers.limits import Limits
from storage.importers.markup import Element, elements, local
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode
from storage.importers.staging import Staging
from storage.importers.statements.building import IBAN, Building, amount_of, currency_of, day_of, finish
from storage.records import Staged
from storage.statement_records import Balance, StatementLine

NAME = "ofx"
_BEGINNING = re.compile(r"\s*(OFXHEADER\s*:|<\?xml[^>]*>\s*<\?OFX\b|<\?OFX\b|(<\?xml[^>]*>\s*)?<OFX>)", re.IGNORECASE)
_XML = re.compile(r"\s*<\?(xml|OFX)\b", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z0-9_.]{1,64})\s*/?>([^<]*)")
_STATEMENTS = ("STMTRS", "CCSTMTRS")
_INVESTMENTS = "INVSTMTRS"
_LINE = "STMTTRN"
T = TypeVar("T")


def looks_like(head: Head) -> bool:
    return bool(_BEGINNING.match(head.text.replace("\0", "")[:2_000]))


def read_ofx(source: Source) -> Staged:
    """Stage the lines of every account and card in the file. Raises ImportRefused."""
    beginning = Head(source).text
    if _XML.match(beginning):
        root: Element = next(elements(source.main, source.data, limits=source.limits))
        told = "OFX in XML"
    else:
        text, encoding = decode(source.main, source.data)
        root = _tree(source.main, text, source.limits)
        told = f"OFX in SGML; text is {encoding}"
    staging = Staging(source, NAME, [told])
    reader = _Lines(staging)
    built = [reader.statement(x) for x in root.iter() if local(x).upper() in _STATEMENTS]
    if not built and any(local(x).upper() == _INVESTMENTS for x in root.iter()):
        raise ImportRefused(
            source.main, "it holds a depot of securities, which is no account with lines to book",
            "Export the account that the money is on.",
        )  # fmt: skip
    return finish(staging, built)


def _tree(name: str, text: str, limits: Limits) -> Element:
    """The elements of a file whose tags may lack their ends. Raises ImportRefused where it asks for too much."""
    begin = text.upper().find("<OFX>")
    root = Element("OFX")
    path, count = [root], 0
    for found in _TAG.finditer(text, max(begin, 0)):
        closing, tag, value = found[1], found[2].upper(), html.unescape(found[3].strip())
        if closing:
            _close(path, tag)
            continue
        count += 1
        if count > limits.elements:
            raise ImportRefused(name, f"it has more than {limits.elements:,} elements", "Ask for a shorter period.")
        if value:
            _below(path[-1], tag).text = value
            continue
        if len(path) >= limits.depth:
            raise ImportRefused(name, f"its elements are nested more than {limits.depth} deep", "Export it again.")
        if tag == _LINE:
            _close(path, _LINE)  # a bank that closes nothing begins the next line only
        path.append(_below(path[-1], tag))
    return root


def _below(parent: Element, tag: str) -> Element:
    made = Element(tag)
    parent.append(made)
    return made


def _close(path: list[Element], tag: str) -> None:
    """Leave the innermost element of this name; an end without a beginning belongs to a leaf."""
    for at in range(len(path) - 1, 0, -1):
        if path[at].tag == tag:
            del path[at:]
            return


class _Lines:
    """Reads one account after the other; the number of a line in the file stands for its row."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._row = 0

    def statement(self, at: Element) -> Building:
        made = Building(row=self._row + 1, account=_account(at))
        try:
            made.currency = currency_of(_text(at, "CURDEF"))
        except BadCell as bad:
            self._staging.fail(self._row + 1, "CURDEF", _text(at, "CURDEF"), bad.why, bad.remedy)
        self._closing(at, made)
        for line in _all(at, _LINE):
            self._row += 1
            found = self._line(line, made.currency)
            if found is not None:
                made.lines.append(found)
        return made

    def _closing(self, at: Element, made: Building) -> None:
        ledger = next(_all(at, "LEDGERBAL"), None)
        if ledger is None:
            return
        amount = self._read(ledger, "BALAMT", _amount)
        day = self._read(ledger, "DTASOF", day_of)
        if amount is not None and day is not None:
            made.closing = Balance(day=day, amount=amount)

    def _line(self, at: Element, currency: str) -> StatementLine | None:
        """None, and an error, where day or amount cannot be read."""
        booked, amount = self._read(at, "DTPOSTED", day_of), self._read(at, "TRNAMT", _amount)
        if booked is None or amount is None:
            return None
        if (other := _other_currency(at)) not in ("", currency):
            why = f"the amount is in {other} and the account in {currency or 'no currency'}"
            self._staging.fail(self._row, "CURSYM", other, why, "Book this line by hand, with the bank's own amount.")
            return None
        name, memo = _text(at, "NAME") or _text(at, "PAYEE"), _text(at, "MEMO")
        check = _text(at, "CHECKNUM")
        texts = (memo or name or _text(at, "TRNTYPE"), check and f"no. {check}")
        return StatementLine(
            booked=booked, valued=self._valued(at), amount=amount, currency=currency,
            text=" ".join(t for t in texts if t), party=name, reference=_text(at, "FITID"),
            party_account=_other_account(at),
            raw="\n".join(f"{local(e)}: {(e.text or '').strip()}" for e in at.iter() if (e.text or "").strip()),
        )  # fmt: skip

    def _valued(self, at: Element) -> date | None:
        try:
            return day_of(_text(at, "DTAVAIL")) if _text(at, "DTAVAIL") else None
        except BadCell:
            return None  # nothing depends on it

    def _read(self, at: Element, name: str, read: Callable[[str], T]) -> T | None:
        text = _text(at, name)
        try:
            return read(text)
        except BadCell as bad:
            self._staging.fail(max(self._row, 1), name, text, bad.why, bad.remedy)
            return None


def _amount(text: str) -> Decimal:
    """An amount with point or comma; the standard allows both."""
    return amount_of(text, "," if "," in text and "." not in text else "")


def _account(at: Element) -> str:
    """Bank and account number as one name; a card's number; an IBAN stands alone."""
    own = next((e for e in at.iter() if local(e).upper() in ("BANKACCTFROM", "CCACCTFROM")), None)
    if own is None:
        return ""
    bank, number = _text(own, "BANKID"), _text(own, "ACCTID")
    return f"{bank}/{number}" if bank and number and not IBAN.fullmatch(number) else number


def _other_account(at: Element) -> str:
    other = next((e for e in at.iter() if local(e).upper() in ("BANKACCTTO", "CCACCTTO")), None)
    return _text(other, "ACCTID") if other is not None else ""


def _other_currency(at: Element) -> str:
    """The currency that the amount of a line is in where that is said; ORIGCURRENCY is one it was converted from."""
    said = next(_all(at, "CURRENCY"), None)
    return _text(said, "CURSYM").upper() if said is not None else ""


def _all(at: Element, name: str) -> Iterator[Element]:
    return (e for e in at.iter() if local(e).upper() == name)


def _text(at: Element, name: str) -> str:
    """The first text of this name, however deep: a tag that was not closed may have taken its neighbours in."""
    for found in _all(at, name):
        text = (found.text or "").strip()
        if text:
            return text
        inner = next(_all(found, "NAME"), None) if name == "PAYEE" else None
        if inner is not None:
            return (inner.text or "").strip()
    return ""


READER = Reader(name=NAME, looks_like=looks_like, read=read_ofx)
