"""CAMT.053, the bank statement of ISO 20022, in its versions .001.02 to .001.13.

What differs between versions that matters here: since .04 a transaction has its amount directly, before it stands
below ``AmtDtls``; since .08 a status is a ``Cd`` and a party's name stands below ``Pty``. A batch (one entry with
several transactions) becomes one line a transaction where their amounts add up to the entry's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from storage.errors import ImportRefused
from storage.importers.cells import BadCell
from storage.importers.markup import Element, Piece, elements
from storage.importers.reader import Head, Reader
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.importers.statements.building import LONGEST_RAW, Building, amount_of, currency_of, day_of, finish
from storage.records import Staged
from storage.statement_records import Balance, StatementLine

NAME = "camt053"
_ROOT = re.compile(r"<(?:\w+:)?BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)\b")
_SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.05[234]\.001\.\d\d)")
_OTHERS = {"AcctRpt": "a report of the running day (camt.052)", "DbtCdtNtfctn": "a list of single bookings (camt.054)"}
_NUMBERS = ("Id", "ElctrncSeqNb", "LglSeqNb")  # of a statement, the better one later
_PIECES = tuple(f"Stmt/{name}" for name in (*_NUMBERS, "Acct", "Bal", "Ntry"))
_AGAIN = "Check it in the bank's own statement."


def looks_like(head: Head) -> bool:
    return "<" in head.text[:200] and bool(_ROOT.search(head.text) or _SPACE.search(head.text))


def read_camt(source: Source) -> Staged:
    """Stage the booked entries of every statement in the file. Raises ImportRefused."""
    head = Head(source).text
    kind = _ROOT.search(head)
    if kind and kind[1] in _OTHERS:
        why = f"it is {_OTHERS[kind[1]]}, which is no statement: it proves no balance and may change"
        raise ImportRefused(source.main, why, "Ask the bank for the statement itself, camt.053.")
    version = _SPACE.search(head)
    staging = Staging(source, NAME, [f"A bank statement in {version[1] if version else 'camt.053'}"])
    reader = _Entries(staging)
    for piece in elements(source.main, source.data, *_PIECES, limits=source.limits):
        reader.take(piece)
    reader.explain()
    return finish(staging, reader.built)


class _Entries:
    """Puts the pieces of a file together to statements, each of which begins with its id."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self.built: list[Building] = []
        self._split = self._whole = self._pending = 0

    def explain(self) -> None:
        """What was decided, for the file's reason."""
        decided = (
            ("batches divided into their transactions", self._split),
            ("batches kept as one line, because their transactions do not add up to them", self._whole),
            ("left out because the bank has not booked them yet", self._pending),
        )
        self._staging.reasons += [f"{what}: {count}" for what, count in decided if count]

    def take(self, piece: Piece) -> None:
        """Read one piece; what it refuses is an error of its row and nothing else."""
        if piece.tag == "Id" or not self.built:
            self.built.append(Building(row=piece.row))
        made = self.built[-1]
        try:
            self._take(piece, made)
        except _Bad as bad:
            self._staging.fail(piece.row, bad.column, bad.value, bad.why, bad.remedy)

    def _take(self, piece: Piece, made: Building) -> None:
        if piece.tag in _NUMBERS:
            made.number = (piece.text or "").strip() or made.number
        elif piece.tag == "Acct":
            made.account = _first(piece, ("Id", "IBAN"), ("Id", "Othr", "Id"))
            made.currency = _text(piece, "Ccy").upper()
        elif piece.tag == "Bal":
            self._balance(piece, made)
        else:
            made.lines += self._entry(piece, made.currency)

    def _balance(self, at: Element, made: Building) -> None:
        kind = _text(at, "Tp", "CdOrPrtry", "Cd")
        if kind not in ("OPBD", "PRCD", "CLBD"):
            return
        found = Balance(day=_day(at, "Dt"), amount=_signed(at))
        made.currency = made.currency or _currency(at)
        if kind == "CLBD":
            made.closing = found
        elif made.opening is None or kind == "OPBD":
            made.opening = found

    def _entry(self, at: Element, currency: str) -> list[StatementLine]:
        status = _text(at, "Sts", "Cd") or _text(at, "Sts")
        if status not in ("", "BOOK"):
            self._pending += 1
            return []
        whole = _line(at, currency)
        parts = [t for d in at.iterfind("NtryDtls") for t in d.iterfind("TxDtls")]
        if len(parts) < 2:
            return [_detailed(whole, parts[0], at) if parts else whole]
        lines = _parts(whole, parts, at)
        if lines:
            self._split += 1
            return lines
        self._whole += 1
        return [whole]


class _Bad(Exception):
    """A value that cannot be used, with its place."""

    def __init__(self, column: str, value: str, why: str, remedy: str) -> None:
        self.column, self.value, self.why, self.remedy = column, value, why, remedy
        super().__init__(why)


def _line(at: Element, currency: str) -> StatementLine:
    """The entry as a whole."""
    found = _currency(at)
    if currency and found != currency:
        raise _Bad("Amt", found, f"is not the currency of the account, {currency}", _AGAIN)
    texts = [_text(at, "AddtlNtryInf"), *_remittance(at)]
    return StatementLine(
        booked=_day(at, "BookgDt") if at.find("BookgDt") is not None else _day(at, "ValDt"),
        valued=_day(at, "ValDt") if at.find("ValDt") is not None else None,
        amount=_signed(at), currency=found, text=" ".join(dict.fromkeys(t for t in texts if t)),
        reference=_text(at, "AcctSvcrRef") or _text(at, "NtryRef"),
        raw=_raw(at),
    )  # fmt: skip


def _detailed(whole: StatementLine, part: Element, entry: Element) -> StatementLine:
    """The entry with what its one transaction says of it."""
    texts = [*_remittance(part), _text(part, "AddtlTxInf")]
    named = " ".join(dict.fromkeys(t for t in texts if t))
    party, account = _party(part, came_in=(whole.amount > 0) != _reversal(entry))
    return replace(
        whole, text=named or whole.text, party=party, party_account=account,
        reference=_text(part, "Refs", "AcctSvcrRef") or whole.reference,
        end_to_end=_text(part, "Refs", "EndToEndId"),
    )  # fmt: skip


def _parts(whole: StatementLine, parts: list[Element], entry: Element) -> list[StatementLine]:
    """A line a transaction; nothing where their amounts do not add up to the entry's."""
    out = []
    for part in parts:
        try:
            amount = _part_amount(part, whole)
        except _Bad:
            return []
        if amount is None:
            return []
        line = _detailed(replace(whole, amount=amount), part, entry)
        out.append(replace(line, raw=_raw(part)))
    return out if sum((x.amount for x in out), Decimal(0)) == whole.amount else []


def _part_amount(part: Element, whole: StatementLine) -> Decimal | None:
    """A transaction's amount in the account's currency and direction; None where it gives none."""
    for place in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        amount = part.find(place)
        if amount is not None and amount.get("Ccy", "").upper() == whole.currency:
            sign = _text(part, "CdtDbtInd") or ("CRDT" if whole.amount > 0 else "DBIT")
            value = _number(amount)
            return value if sign == "CRDT" else -value
    return None


def _party(part: Element, *, came_in: bool) -> tuple[str, str]:
    """Name and account of the other side: who paid where money came in, who got it where it went out."""
    side = "Dbtr" if came_in else "Cdtr"
    names = (("RltdPties", side, "Pty", "Nm"), ("RltdPties", side, "Nm"), ("RltdPties", f"Ultmt{side}", "Nm"))
    accounts = (("RltdPties", f"{side}Acct", "Id", "IBAN"), ("RltdPties", f"{side}Acct", "Id", "Othr", "Id"))
    return _first(part, *names), _first(part, *accounts)


def _remittance(at: Element) -> list[str]:
    """What the payment was for: free text, then references."""
    found = (*at.iterfind("RmtInf/Ustrd"), *at.iterfind("RmtInf/Strd/CdtrRefInf/Ref"))
    return [" ".join((e.text or "").split()) for e in found]


def _reversal(entry: Element) -> bool:
    return _text(entry, "RvslInd").lower() == "true"


def _signed(at: Element) -> Decimal:
    """``Amt`` with the sign of ``CdtDbtInd``."""
    amount, sign = at.find("Amt"), _text(at, "CdtDbtInd")
    if amount is None:
        raise _Bad("Amt", "", "there is no amount", _AGAIN)
    if sign not in ("CRDT", "DBIT"):
        raise _Bad("CdtDbtInd", sign, "says neither CRDT nor DBIT", _AGAIN)
    return _number(amount) if sign == "CRDT" else -_number(amount)


def _number(amount: Element) -> Decimal:
    text = (amount.text or "").strip()
    try:
        return amount_of(text)
    except BadCell as bad:
        raise _Bad("Amt", text, bad.why, bad.remedy) from bad


def _currency(at: Element) -> str:
    amount = at.find("Amt")
    text = amount.get("Ccy", "") if amount is not None else ""
    try:
        return currency_of(text)
    except BadCell as bad:
        raise _Bad("Ccy", text, bad.why, bad.remedy) from bad


def _day(at: Element, name: str) -> date:
    text = _first(at, (name, "Dt"), (name, "DtTm"))
    try:
        return day_of(text)
    except BadCell as bad:
        raise _Bad(name, text, bad.why, bad.remedy) from bad


def _text(at: Element, *names: str) -> str:
    """The text below all these names on one line; empty where there is none."""
    return " ".join((at.findtext("/".join(names)) or "").split())


def _raw(at: Element) -> str:
    """An element for people: the names and texts of what it holds."""
    found = (f"{e.tag}: {' '.join((e.text or '').split())}" for e in at.iter() if (e.text or "").strip())
    return "\n".join(found)[:LONGEST_RAW]


def _first(at: Element, *paths: tuple[str, ...]) -> str:
    return next((text for path in paths if (text := _text(at, *path))), "")


READER = Reader(name=NAME, looks_like=looks_like, read=read_camt)
