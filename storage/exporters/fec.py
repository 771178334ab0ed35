"""The French audit file (FEC, LPF art. A.47 A-1): 18 columns between tabs, decimal comma, no quoting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.journal import Account, Entry, Line, Side
from storage.exporters.written import Note, Written

_HEADER = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
_BREAKS = re.compile(r"[\t\r\n|\x00-\x1f\x85\u2028\u2029]+")
_NO_PIECE = "SANS_PIECE_REF"  # the decree wants a reference; packages write this where there is none
_CODE = 17  # characters of a party's code


@dataclass(frozen=True, slots=True, kw_only=True)
class FecOptions:
    """``siren`` and the fiscal year's last day name the file, as the decree asks."""

    siren: str = ""
    closing: date | None = None


def export(currency: str, accounts: Sequence[Account], entries: Sequence[Entry], options: FecOptions) -> Written:
    """The entries as one file, in their order. A tab, line break or bar within a text becomes a blank, and is noted."""
    names = {a.code: a.name for a in accounts}
    rows = ["\t".join(_HEADER)]
    notes = []
    for e in entries:
        cells = list(_rows(e, names, currency))
        rows += ["\t".join(_plain(c) for c in row) for row in cells]
        if any(_BREAKS.search(c) for row in cells for c in row):
            notes.append(Note(text="a line break, tab or bar in a text became a blank", entry_id=e.entry_id))
    closing = options.closing or max((e.date for e in entries), default=date(1970, 12, 31))
    name = f"{options.siren}FEC{closing:%Y%m%d}.txt"
    return Written(files=((name, ("\r\n".join(rows) + "\r\n").encode()),), notes=tuple(notes))


def _rows(e: Entry, names: dict[str, str], currency: str) -> Iterator[tuple[str, ...]]:
    code, _blank, journal = e.journal.partition(" ")
    head = (code or "OD", journal or code or "OD", e.number, _day(e.date))
    piece = (e.document or _NO_PIECE, _day(e.document_date or e.date))
    for x in e.lines:
        sides = (_money(x.amount), _money(Decimal(0)))
        label, debit_credit = x.label or e.description or "-", sides if x.side is Side.DEBIT else sides[::-1]
        account = (x.account, names.get(x.account, "") or x.account, *_party(x))
        yield (
            *head, *account, *piece, label, *debit_credit, "", "", _day(e.date), *_original(x, currency),
        )  # fmt: skip


def _party(x: Line) -> tuple[str, str]:
    """A code made of the name, because the file wants one beside it."""
    code = re.sub(r"[^0-9A-Z]", "", x.party.upper())[:_CODE] or x.party[:_CODE]
    return (code, x.party) if x.party else ("", "")


def _original(x: Line, currency: str) -> tuple[str, str]:
    if x.original_amount is None or x.original_currency in ("", currency):
        return "", ""
    return _money(x.original_amount), x.original_currency


def _money(amount: Decimal) -> str:
    return f"{amount:f}".replace(".", ",")


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _plain(cell: str) -> str:
    return " ".join(_BREAKS.sub(" ", cell).split())
