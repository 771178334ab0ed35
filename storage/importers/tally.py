"""Tally's vouchers as XML: debits are negative, ledgers go by name, and control characters stand among the texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.journal import Account, AccountType
from storage.errors import ImportRefused
from storage.importers.assemble import entry_of
from storage.importers.cells import BadCell, need_day, read_amount
from storage.importers.grouping import Group
from storage.importers.markup import Element, Piece, elements, text_of
from storage.importers.posting import ZERO, Posting
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "tally"
_ROOT = re.compile(r"<ENVELOPE[\s>]")
_SIGN = re.compile(r"<(?:TALLYMESSAGE|TALLYREQUEST|VOUCHER|LEDGER)[\s>]")
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
# References and signs that XML knows no character for; Tally uses some of them as marks of its own.
_CONTROLS = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));|[\x00-\x08\x0b\x0c\x0e-\x1f]", re.IGNORECASE
)
_ENTRIES = ("ALLLEDGERENTRIES.LIST", "LEDGERENTRIES.LIST")
_INSIDE = ("ALLINVENTORYENTRIES.LIST", "INVENTORYENTRIES.LIST", "INVENTORYENTRIESIN.LIST", "INVENTORYENTRIESOUT.LIST")
_ALLOCATED = "ACCOUNTINGALLOCATIONS.LIST"
_WITH_RATE = re.compile(r"^(?P<original>[^@=]+)@[^=]*=(?P<amount>.+)$")
_AMOUNT = re.compile(r"-?[\d.,]+")
_LETTERS = re.compile(r"[^\W\d_]+|[$€£¥]")
_CODES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_A, _L, _X, _I = AccountType.ASSET, AccountType.LIABILITY, AccountType.EXPENSE, AccountType.INCOME
# Tally's own groups, under which every ledger stands in the end.
_GROUPS = {
    "bank accounts": _A, "bank od a/c": _L, "bank occ a/c": _L, "branch / divisions": _L, "capital account":
    AccountType.EQUITY, "cash-in-hand": _A, "current assets": _A, "current liabilities": _L, "deposits (asset)": _A,
    "direct expenses": _X, "direct incomes": _I, "duties & taxes": _L, "expenses (direct)": _X,
    "expenses (indirect)": _X, "fixed assets": _A, "income (direct)": _I, "income (indirect)": _I,
    "indirect expenses": _X, "indirect incomes": _I, "investments": _A, "loans & advances (asset)": _A,
    "loans (liability)": _L, "misc. expenses (asset)": _A, "provisions": _L, "purchase accounts": _X,
    "reserves & surplus": AccountType.EQUITY, "retained earnings": AccountType.EQUITY, "sales accounts": _I,
    "secured loans": _L, "stock-in-hand": _A, "sundry creditors": _L, "sundry debtors": _A, "unsecured loans": _L,
}  # fmt: skip
_PARTIES = frozenset({"sundry creditors", "sundry debtors"})


def looks_like(head: Head) -> bool:
    return bool(_ROOT.search(head.text[:4096]) and _SIGN.search(head.text))


def read_tally(source: Source) -> Staged:
    """Stage vouchers and ledgers. Raises ImportRefused when there are neither."""
    text, encoding = decode(source.main, source.data)
    text, removed = _CONTROLS.subn(" ", _DECLARED.sub("", text))
    reader = _Reader(source, f"text is {encoding}", removed)
    data = text.encode("utf-8", errors="replace")
    del text
    for piece in elements(source.main, data, "VOUCHER", "LEDGER", "GROUP", limits=source.limits):
        reader.take(piece)
    return reader.finish()


@dataclass(slots=True)
class _Counts:
    vouchers: int = 0
    cancelled: int = 0
    optional: int = 0


class _Reader:
    def __init__(self, source: Source, said: str, removed: int) -> None:
        self._source, self._said, self._removed = source, said, removed
        self._staging = Staging(source, NAME)
        self._parents: dict[str, str] = {}
        self._ledgers: dict[str, str] = {}
        self._currency = "INR"
        self._counts = _Counts()

    def take(self, piece: Piece) -> None:
        if piece.tag == "VOUCHER":
            self._voucher(piece)
        elif piece.tag == "GROUP":
            self._parents[_name(piece)] = text_of(piece, "PARENT")
        elif name := _name(piece):
            self._ledgers[name] = text_of(piece, "PARENT")

    def finish(self) -> Staged:
        c = self._counts
        if not c.vouchers and not self._ledgers:
            remedy = "In Tally, export the Day Book as XML."
            raise ImportRefused(self._source.main, "it holds no vouchers and no ledgers", remedy)
        out = [f"Vouchers of Tally as XML: a negative amount is a debit, ledgers go by name; {self._said}"]
        if self._removed:
            out.append(f"{self._removed} control characters were taken out")
        if c.cancelled:
            out.append(f"{c.cancelled} cancelled vouchers stay out")
        if c.optional:
            out.append(f"{c.optional} optional vouchers stay out, for Tally does not book them")
        self._staging.reasons += out
        accounts = [
            Account(code=name, name=name, type=self._type(group), control=self._root(group) in _PARTIES)
            for name, group in self._ledgers.items()
        ]
        return self._staging.finish(accounts)

    def _voucher(self, piece: Piece) -> None:
        self._counts.vouchers += 1
        if _yes(piece, "ISCANCELLED") or _yes(piece, "ISDELETED"):
            self._counts.cancelled += 1
            return
        if _yes(piece, "ISOPTIONAL"):
            self._counts.optional += 1
            return
        problems: list[tuple[str, str, BadCell]] = []
        postings = [p for line in _lines(piece) if (p := self._posting(piece, line, problems))]
        for column, value, problem in problems:
            self._staging.fail(piece.row, column, value, problem.why, problem.remedy)
        number = text_of(piece, "VOUCHERNUMBER")
        if problems:
            return
        if not postings:
            why = "is a voucher without a line that has an amount"
            self._staging.fail(piece.row, "VOUCHER", number, why, "Leave it, or complete it in Tally.")
            return
        # The running number alone may come again in another year; the id of a voucher never does.
        entry = entry_of(Group(tuple(postings), numbered=bool(number)), postings[0].journal)
        self._staging.add(piece.row, replace(entry, entry_id=_key(piece) or entry.entry_id))

    def _posting(self, voucher: Piece, line: Element, problems: list[tuple[str, str, BadCell]]) -> Posting | None:
        ledger = text_of(line, "LEDGERNAME")
        if not ledger:
            problems.append(("LEDGERNAME", "", BadCell("is blank", "Every line needs its ledger.")))
        try:
            day = need_day(text_of(voucher, "DATE", "EFFECTIVEDATE"))
        except BadCell as problem:
            if ("DATE", text_of(voucher, "DATE")) not in {(c, v) for c, v, _ in problems}:
                problems.append(("DATE", text_of(voucher, "DATE"), problem))
            return None
        amount, original, currency = self._amounts(text_of(line, "AMOUNT"), ledger, problems)
        if not amount:
            return None
        party = text_of(voucher, "PARTYLEDGERNAME", "PARTYNAME")
        own = ledger == party or self._root(self._ledgers.get(ledger, "")) in _PARTIES
        return Posting(
            row=voucher.row, date=day, account=ledger, debit=-amount if amount < 0 else ZERO,
            credit=amount if amount > 0 else ZERO,
            journal=text_of(voucher, "VOUCHERTYPENAME") or voucher.get("VCHTYPE", ""),
            number=text_of(voucher, "VOUCHERNUMBER"), description=text_of(voucher, "NARRATION"),
            label=text_of(line, "NARRATION"), party=ledger if own else "", entry_party=party,
            document=text_of(voucher, "REFERENCE"), currency=self._currency, original_amount=original,
            original_currency=currency,
        )  # fmt: skip

    def _amounts(
        self, text: str, ledger: str, problems: list[tuple[str, str, BadCell]]
    ) -> tuple[Decimal, Decimal | None, str]:  # fmt: skip
        """An amount, or one in another currency with what it is worth: ``-$100.00 @ 83/$ = -8300.00``."""
        whole = _WITH_RATE.match(text)
        try:
            amount = _amount(whole["amount"] if whole else text)
            original = abs(_amount(whole["original"])) if whole else None
        except BadCell as problem:
            problems.append((f"AMOUNT of {ledger}", text, problem))
            return ZERO, None, ""
        sign = _LETTERS.search(whole["original"]) if whole else None
        return amount, original if sign else None, _CODES.get(sign[0], sign[0].upper()) if sign else ""

    def _root(self, group: str) -> str:
        """Tally's own group above a group."""
        seen: set[str] = set()
        while group.lower() not in _GROUPS and group in self._parents and group not in seen:
            seen.add(group)
            group = self._parents[group]
        return group.lower()

    def _type(self, group: str) -> AccountType:
        return _GROUPS.get(self._root(group), AccountType.UNKNOWN)


def _lines(voucher: Element) -> Iterator[Element]:
    """Ledger lines, and in vouchers of goods those that stand inside the goods."""
    for x in voucher:
        if x.tag in _ENTRIES:
            yield x
        elif x.tag in _INSIDE:
            yield from x.iterfind(_ALLOCATED)


def _amount(text: str) -> Decimal:
    found = _AMOUNT.search(text.replace(" ", ""))
    if not text:
        return ZERO
    if found is None:
        raise BadCell("is not an amount", "Write it like -1234.56.")
    negative = text.strip().startswith("-") or found[0].startswith("-")
    return -abs(read_amount(found[0], ".")) if negative else read_amount(found[0], ".")


def _key(piece: Piece) -> str:
    return text_of(piece, "GUID") or piece.get("REMOTEID", "")


def _name(piece: Piece) -> str:
    return piece.get("NAME", "").strip() or text_of(piece, "NAME", "NAME.LIST/NAME")


def _yes(piece: Piece, name: str) -> bool:
    return text_of(piece, name).lower() == "yes"


READER = Reader(NAME, looks_like, read_tally)
