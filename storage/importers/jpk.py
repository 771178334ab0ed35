"""The Polish audit file of the books: JPK_KR, and JPK_KR_PD that followed it in 2025."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from engine.journal import Account, AccountType
from storage.errors import ImportRefused
from storage.identity import fold
from storage.importers.assemble import stage_postings
from storage.importers.cells import BadCell, exact_amount, need_day, read_day
from storage.importers.markup import Element, Piece, elements, text_of
from storage.importers.posting import ZERO, Posting
from storage.importers.reader import Head, Reader
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "jpk"
_ROOT = re.compile(r"<(?:[\w.-]+:)?JPK[\s>]")
_FORM = re.compile(r"kodSystemowy\s*=\s*[\"'](JPK_[A-Z0-9_]+)")
_BOOKS = frozenset({"JPK_KR", "JPK_KR_PD"})
_ACCOUNTS = frozenset({"ZOiS", *(f"ZOiS{n}" for n in range(1, 9))})
_CLASSES = {"0": "asset", "1": "asset", "3": "asset", "4": "expense", "5": "expense", "6": "asset"}
_NONE = frozenset({"", "null", "-"})


def looks_like(head: Head) -> bool:
    return _ROOT.search(head.text[:4096]) is not None


def read_jpk(source: Source) -> Staged:
    """Stage the books. Raises ImportRefused for a JPK of something else: VAT, invoices, stock, bank."""
    form = _FORM.search(Head(source).text)
    if form and form[1] not in _BOOKS:
        remedy = "Export JPK_KR_PD (or JPK_KR), the books themselves."
        raise ImportRefused(source.main, f"it is a {form[1]} file, which holds no books", remedy)
    reader = _Reader(source)
    for piece in elements(
        source.main, source.data, "JPK/Naglowek", "Dziennik", "KontoZapis", *_ACCOUNTS, limits=source.limits
    ):
        reader.take(piece)
    return reader.finish()


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._staging = Staging(source, NAME)
        self._heads: dict[str, Element] = {}
        self._postings: list[Posting] = []
        self._broken: list[Posting] = []
        self._accounts: dict[str, Account] = {}
        self._currency = "PLN"

    def take(self, piece: Piece) -> None:
        if piece.tag == "Naglowek":
            self._currency = text_of(piece, "DomyslnyKodWaluty").upper() or "PLN"
        elif piece.tag == "Dziennik":
            self._head(piece)
        elif piece.tag == "KontoZapis":
            self._row(piece, self._heads.get(text_of(piece, "NrZapisu")))
        else:
            self._account(piece)

    def finish(self) -> Staged:
        if not self._postings and not self._broken and not self._accounts:
            raise ImportRefused(self._source.main, "it holds no accounts and no postings", "Export JPK_KR_PD again.")
        self._staging.reasons.append(
            "A Polish JPK_KR file: rows of KontoZapis under the entries of Dziennik, by their number; "
            "an entry's day is that of booking; account types are derived from the Polish classes"
        )
        staged = stage_postings(self._staging, self._postings, self._broken)
        known = {a.code: a for a in staged.accounts} | self._accounts
        return replace(staged, accounts=tuple(known[c] for c in sorted(known)), types_derived=True)

    def _head(self, piece: Piece) -> None:
        """An entry of the journal; the later form keeps its rows inside it."""
        rows = piece.findall("KontoZapis")
        for row in rows:
            self._row(row, piece, at=piece.row)
        if not rows:
            self._heads[text_of(piece, "NrZapisuDziennika", "D_1")] = piece

    def _account(self, piece: Piece) -> None:
        code, name = text_of(piece, "KodKonta", "S_1"), text_of(piece, "OpisKonta", "S_2")
        if code:
            self._accounts[code] = Account(code=code, name=name, type=_type(code, text_of(piece, "TypKonta", "S_3")))

    def _row(self, row: Element, head: Element | None, at: int = 0) -> None:
        """One row may have a debit, a credit or both, each on an account of its own."""
        at = at or (row.row if isinstance(row, Piece) else 0)
        problems: list[tuple[str, str, BadCell]] = []
        number = text_of(head, "NrZapisuDziennika", "D_1") if head is not None else text_of(row, "NrZapisu")
        day = self._day(head, number, problems)
        sides = _sides(row)
        for debit, (account, amount, label, currency, original) in sides:
            value = exact_amount(amount) if amount not in _NONE else ZERO
            if value is None:
                problems.append(
                    ("KwotaWinien" if debit else "KwotaMa", amount, BadCell("is not an amount", "Write 1.23."))
                )
            elif value and account in _NONE:
                column = "KodKontaWinien" if debit else "KodKontaMa"
                problems.append((column, account, BadCell("is blank, and there is an amount", "Give the account.")))
            posting = self._posting(at, head, number, day, account, label)
            value = value or ZERO
            money = exact_amount(original) if currency not in _NONE and currency != self._currency else None
            posting = replace(
                posting, debit=value if debit else ZERO, credit=ZERO if debit else value, original_amount=money or None,
                original_currency=currency if money else "",
            )  # fmt: skip
            if problems:
                self._broken.append(posting)
            elif value:
                self._postings.append(posting)
        for column, text, problem in problems:
            self._staging.fail(at, column, text, problem.why, problem.remedy)

    def _day(self, head: Element | None, number: str, problems: list[tuple[str, str, BadCell]]) -> date:
        if head is None:
            why = "is no entry of Dziennik"
            problems.append(("NrZapisu", number, BadCell(why, "Export journal and postings of the same period.")))
            return date.min
        try:
            return need_day(text_of(head, "DataKsiegowania", "D_8"))
        except BadCell as problem:
            problems.append(("DataKsiegowania", text_of(head, "DataKsiegowania", "D_8"), problem))
            return date.min

    def _posting(
        self, at: int, head: Element | None, number: str, day: date, account: str, label: str
    ) -> Posting:  # fmt: skip
        if head is None:
            return Posting(row=at, date=day, account=account, number=number, label=label)
        named = self._accounts.get(account)
        document = text_of(head, "NrDowoduKsiegowego", "D_4")
        return Posting(
            row=at, date=day, account=account, account_name=named.name if named else "",
            journal=text_of(head, "OpisDziennika", "D_2"), number=number, label="" if label in _NONE else label,
            description=text_of(head, "OpisOperacji", "D_10"), document="" if document in _NONE else document,
            document_date=_maybe_day(text_of(head, "DataDowodu", "D_7")), currency=self._currency,
        )  # fmt: skip


_Side = tuple[str, str, str, str, str]  # account, amount, label, currency, original amount


def _sides(row: Element) -> list[tuple[bool, _Side]]:
    """Debit and credit of a row. The later form has one account (Z_3) with both amounts, the earlier one two."""
    if row.find("Z_3") is not None:
        account, label = text_of(row, "Z_3"), text_of(row, "Z_2")
        debit, credit = (
            (account, text_of(row, amount), label, text_of(row, code).upper(), text_of(row, original))
            for amount, original, code in (("Z_4", "Z_5", "Z_6"), ("Z_7", "Z_8", "Z_9"))
        )
    else:
        debit, credit = (
            (
                text_of(row, f"KodKonta{x}"), text_of(row, f"Kwota{x}"), text_of(row, f"OpisZapisu{x}"),
                text_of(row, f"KodWaluty{x}").upper(), text_of(row, f"Kwota{x}Waluta"),
            )
            for x in ("Winien", "Ma")
        )  # fmt: skip
    return [(True, debit), (False, credit)]


def _type(code: str, said: str) -> AccountType:
    """Polish classes: 2 are settlements, 4 and 5 costs, 7 income with its costs, 8 equity with provisions."""
    if code[:1] == "7":
        return AccountType.UNKNOWN
    if code[:2] == "80" or code[:2] in {"81", "82", "86"}:
        return AccountType.EQUITY
    if fold(said) == "wynikowe" and code[:1] not in {"4", "5"}:
        return AccountType.UNKNOWN
    return AccountType(_CLASSES.get(code[:1], ""))


def _maybe_day(text: str) -> date | None:
    try:
        return read_day(text)
    except BadCell:
        return None


READER = Reader(NAME, looks_like, read_jpk)
