"""The Dutch XML Auditfile Financieel, versions 3.0 to 3.2: accounts, parties, journals and entries with their tax.

Read by our own hand, because a file of strangers goes through the one door for XML with its limits; the library that
reads it (pyxaf) is an alpha with a parser of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from engine.journal import Account, AccountType
from storage.errors import ImportRefused
from storage.identity import fold
from storage.importers.assemble import entry_of
from storage.importers.cells import BadCell, exact_amount, need_day
from storage.importers.grouping import Group
from storage.importers.markup import Element, Piece, elements, text_of
from storage.importers.posting import ZERO, Posting
from storage.importers.reader import Head, Reader
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "xaf"
_ROOT = re.compile(r"<(?:[\w.-]+:)?auditfile[\s>]")
_VERSION = re.compile(r"auditfiles\.nl/XAF/(\d+)", re.IGNORECASE)
_TAGS = (
    "auditfile/header", "customersSuppliers/customerSupplier", "generalLedger/ledgerAccount", "journal/jrnID",
    "journal/desc", "journal/transaction", "transactions/totalDebit", "transactions/totalCredit",
)  # fmt: skip
# Reference codes of the Dutch scheme (RGS): balance sheet and result, by their first letters.
_A, _L, _E = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY
_RGS = {
    "BIva": _A, "BMva": _A, "BVas": _A, "BFva": _A, "BVrd": _A, "BPro": _A, "BVor": _A, "BEff": _A, "BLim": _A,
    "BEiv": _E, "BEga": _L, "BVrz": _L, "BLas": _L, "BSch": _L, "WOmz": AccountType.INCOME, "WWiv": AccountType.INCOME,
    "WOvb": AccountType.INCOME,
}  # fmt: skip
_RGS_CODE = re.compile(r"[BW][A-Z][a-z]{2}")


def looks_like(head: Head) -> bool:
    return _ROOT.search(head.text[:4096]) is not None


def read_xaf(source: Source) -> Staged:
    """Stage an audit file of version 3. Raises ImportRefused for another version and for one without a ledger."""
    said = _VERSION.search(Head(source).text[:4096])
    if said and said[1] != "3":
        why = f"it is an XML Auditfile of version {said[1]}, and Counterpoint reads versions 3.0 to 3.2"
        raise ImportRefused(source.main, why, "Export it as XAF 3.2, which Dutch programs offer beside the others.")
    reader = _Reader(source)
    for piece in elements(source.main, source.data, *_TAGS, limits=source.limits):
        reader.take(piece)
    if not reader.accounts and not reader.entries:
        remedy = "Export an Auditfile Financieel of version 3.2; the one for salaries has no ledger."
        raise ImportRefused(source.main, "it holds no ledger accounts and no transactions", remedy)
    return reader.finish()


class _Reader:
    def __init__(self, source: Source) -> None:
        self._staging = Staging(source, NAME)
        self.accounts: dict[str, Account] = {}
        self.entries = 0
        self._parties: dict[str, str] = {}
        self._journals: dict[str, tuple[str, str, str]] = {}
        self._currency = self._journal = self._text = ""
        self._totals = {"totalDebit": ZERO, "totalCredit": ZERO}
        self._said: dict[str, str] = {}
        self._problems: list[tuple[str, str, BadCell]] = []

    def take(self, piece: Piece) -> None:
        text = (piece.text or "").strip()
        if piece.tag == "transaction":
            self._transaction(piece)
        elif piece.tag == "jrnID":
            self._journal = self._text = text
            self._journals.setdefault(text, (text, text, ""))
        elif piece.tag == "desc":
            self._text = f"{self._journal} {text}".strip() if fold(text) != fold(self._journal) else self._journal
            self._journals[self._journal] = (self._text, self._journal, text)
        elif piece.tag == "ledgerAccount":
            self._account(piece)
        elif piece.tag == "customerSupplier":
            key = text_of(piece, "custSupID")
            self._parties[key] = text_of(piece, "custSupName") or key
        elif piece.tag == "header":
            self._currency = text_of(piece, "curCode").upper()
        else:
            self._said[str(piece.tag)] = text

    def finish(self) -> Staged:
        for name, text in self._said.items():
            said = exact_amount(text)
            if said is not None and said != self._totals[name]:
                why = f"is the total that the file states, and its lines add up to {self._totals[name]}"
                self._staging.fail(0, name, text, why, "Ask its program whether entries are missing.")
        self._staging.reasons.append(
            "A Dutch XML Auditfile Financieel (XAF 3): amounts with D or C, parties and journals of its own lists; "
            "opening balances are no entries and stay out; account types are those of its reference codes (RGS), or of "
            "the usual Dutch classes for result accounts"
        )
        staged = self._staging.finish(tuple(self.accounts.values()), self._journals.values())
        return replace(staged, types_derived=True)

    def _account(self, piece: Piece) -> None:
        if code := text_of(piece, "accID"):
            marks = (text_of(piece, n) for n in ("leadCode", "leadReference", "leadCrossRef"))
            rgs = next((m for m in marks if _RGS_CODE.match(m)), "")
            kind = _type(code, text_of(piece, "accTp"), rgs)
            self.accounts[code] = Account(code=code, name=text_of(piece, "accDesc"), type=kind)

    def _transaction(self, piece: Piece) -> None:
        self.entries += 1
        self._problems.clear()
        number, description, day = text_of(piece, "nr"), text_of(piece, "desc"), text_of(piece, "trDt")
        found = (self._line(line, number, description, day) for line in piece.iterfind("trLine"))
        postings = [p for p in found if p]
        for column, value, problem in self._problems:
            self._staging.fail(piece.row, column, value, problem.why, problem.remedy)
        if self._problems:
            return
        if not postings:
            why = "is an entry without a line that has an amount"
            self._staging.fail(piece.row, "trLine", number, why, "Leave it, or complete it in the program it is from.")
            return
        self._staging.add(piece.row, entry_of(Group(tuple(postings), numbered=bool(number)), self._text))

    def _line(self, line: Element, number: str, description: str, day: str) -> Posting | None:
        place = f"line {text_of(line, 'nr')} "
        account = text_of(line, "accID")
        if not account:
            self._problems.append((place + "accID", "", BadCell("is blank", "Every line needs an account.")))
        amount = exact_amount(text_of(line, "amnt"))
        if amount is None:
            problem = BadCell("is not an amount", "Write it like 1234.56.")
            self._problems.append((place + "amnt", text_of(line, "amnt"), problem))
            amount = ZERO
        side = text_of(line, "amntTp").upper()
        if side not in {"D", "C"}:
            self._problems.append((place + "amntTp", side, BadCell("is not a side", "Write D or C.")))
        self._totals["totalDebit" if side == "D" else "totalCredit"] += amount
        try:
            booked = need_day(day or text_of(line, "effDate"))
        except BadCell as problem:
            self._problems.append(("trDt", day, problem))
            return None
        if not amount:
            return None
        party = text_of(line, "custSupID")
        original, currency = self._original(line)
        return Posting(
            row=0, date=booked, account=account, debit=amount if side == "D" else ZERO,
            credit=amount if side == "C" else ZERO, journal=self._journal, number=number, description=description,
            label=text_of(line, "desc"), party=self._parties.get(party, party), document=text_of(line, "docRef"),
            currency=self._currency, tax_code=text_of(line, "vat/vatID"), original_amount=original,
            original_currency=currency,
        )  # fmt: skip

    def _original(self, line: Element) -> tuple[Decimal | None, str]:
        currency, amount = text_of(line, "currency/curCode").upper(), exact_amount(text_of(line, "currency/curAmnt"))
        return (amount, currency) if amount and currency and currency != self._currency else (None, "")


def _type(code: str, said: str, rgs: str) -> AccountType:
    """By the reference code; a result account (P) without one by the decimal classes that Dutch charts share."""
    if rgs:
        return _RGS.get(rgs[:4], AccountType.EXPENSE if rgs[0] == "W" else AccountType.UNKNOWN)
    if said.upper() != "P":
        return AccountType.UNKNOWN
    return {"8": AccountType.INCOME, "4": AccountType.EXPENSE, "7": AccountType.EXPENSE}.get(
        code[:1], AccountType.UNKNOWN
    )


READER = Reader(NAME, looks_like, read_xaf)
