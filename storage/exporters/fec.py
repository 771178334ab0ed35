"""The French audit file (FEC, LPF art. A.47 A-1): 18 columns, decimal comma, no quoting, a file a fiscal year.

What the tax office's own checker finds fault with is avoided where that changes nothing, and noted where it cannot be.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from engine.journal import Entry, Line, Side
from storage.exporters import sheets
from storage.exporters.plain_names import number
from storage.exporters.subject import Chosen, Option, Subject
from storage.exporters.written import Note, Written, counted
from storage.identity import fold

_HEADER = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
_BREAKS = re.compile(r"[\t|\x00-\x1f\x85\u2028\u2029]+")
_ODD = re.compile(r"[^A-Z0-9]")
_NO_PIECE = "SANS_PIECE_REF"  # the decree wants a reference; packages write this where there is none
_CODE, _MARK = 17, 6  # characters of a party's code, and of the digest that tells apart what else would be one
_OF_CLASS = re.compile(r"[0-9]{3}")
OPTIONS = (
    Option(name="encoding", choices=("utf-8", "iso-8859-15", "cp1252")),
    Option(name="separator", choices=("tab", "pipe")),
    sheets.LINE_END,
    Option(name="siren", pattern=r"[0-9]{9}|", example="123456789"),
)


def export(subject: Subject, chosen: Chosen) -> Written:
    """The entries of each fiscal year as one file, in their order, named as the decree asks.

    A tab, line break or bar within a text becomes a blank, and is noted.
    """
    writer = _Writer(subject)
    mark, end = sheets.MARKS[chosen["separator"]], sheets.ENDS[chosen["line_end"]]
    files, lost = [], 0
    for year, entries in subject.by_year():
        rows = [_HEADER, *(row for e in entries for row in writer.rows(e))]
        data, missing = sheets.encoded("".join(mark.join(row) + end for row in rows), chosen["encoding"])
        files.append((f"{chosen['siren']}FEC{year.last:%Y%m%d}.txt", data))
        lost += missing
    if lost:
        writer.notes.append(Note(text=f"{lost} letters that the chosen encoding lacks became question marks"))
    return Written(files=tuple(files), notes=tuple(writer.all_notes()))


class _Writer:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._names = {a.code: a.name for a in subject.accounts}
        self._codes = party_codes(sorted({x.party for e in subject.entries for x in e.lines if x.party}))
        self.notes: list[Note] = []

    def rows(self, e: Entry) -> Iterator[Sequence[str]]:
        """The lines of an entry; what would break the file is blank in them."""
        found = list(self._rows(e))
        if any(_BREAKS.search(c) for c in (e.description, e.document, *(c for row in found for c in row))):
            self.notes.append(Note(text="a line break, tab or bar in a text became a blank", entry_id=e.entry_id))
        return (tuple(_plain(c) for c in row) for row in found)

    def _rows(self, e: Entry) -> Iterator[tuple[str, ...]]:
        code, _blank, journal = e.journal.partition(" ")
        head = (code or "OD", journal or code or "OD", e.number or e.entry_id, _day(e.date))
        piece = (_plain(e.document) or _NO_PIECE, _day(e.document_date or e.date))
        posted = _day(self._subject.posted.get(e.entry_id, e.date))
        for x in e.lines:
            sides = (self._money(x.amount), self._money(Decimal(0)))
            if x.side is Side.CREDIT:
                sides = sides[::-1]
            account = (x.account, self._names.get(x.account) or x.account, self._codes.get(x.party, ""), x.party)
            label = next(filter(None, map(_plain, (x.label, e.description))), "-")
            yield *head, *account, *piece, label, *sides, "", "", posted, *self._original(x)

    def _original(self, x: Line) -> tuple[str, str]:
        if x.original_amount is None or x.original_currency in ("", self._subject.currency):
            return "", ""
        return number(x.original_amount, x.original_currency).replace(".", ","), x.original_currency

    def _money(self, amount: Decimal) -> str:
        return number(amount, self._subject.currency).replace(".", ",")

    def all_notes(self) -> Iterator[Note]:
        yield from self.notes
        s = self._subject
        if s.currency != "EUR":
            yield Note(text=f"a FEC is in euros, and these amounts are in {s.currency}")
        odd = sorted({x.account for e in s.entries for x in e.lines if not _OF_CLASS.match(x.account)})
        for code in odd:
            yield Note(text=f"account {code!r} does not begin with three digits, as the decree wants")
        lost = {
            "tax codes": sum(any(x.tax_code for x in e.lines) for e in s.entries),
            "descriptions beside those of all lines": sum(all(x.label for x in e.lines) for e in s.entries),
        }
        for what, n in lost.items():
            if n:
                yield counted(n, what)


def party_codes(names: Sequence[str]) -> Mapping[str, str]:
    """A code for each party, made of the name; names that would share one are told apart by a digest."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = fold(name).upper()
        code = _ODD.sub("", plain)
        lost = not plain.isascii() or len(code) > _CODE or not code
        if lost or code in taken:
            code = code[: _CODE - _MARK] + hashlib.sha256(name.encode()).hexdigest()[:_MARK].upper()
        taken.add(code)
        found[name] = code
    return found


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _plain(cell: str) -> str:
    return " ".join(_BREAKS.sub(" ", cell).split())
