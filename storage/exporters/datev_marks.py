"""What DATEV's columns have no room for, as marks beside a row; `storage.importers.datev_own` reads them back."""

from __future__ import annotations

import json
from collections.abc import Mapping

from engine.journal import Entry, Kind, Line, money_text
from storage.exporters import datev_layout as layout
from storage.exporters.datev_pairs import Leg, PairRow
from storage.importers.datev_chart import carries_tax, is_personal

Said = Mapping[str, object]


def numbers(row: PairRow) -> str:
    """The numbers of the debited and the credited line; with a minus where a line changed its side."""
    return f"{_number(row.debit)}/{_number(row.credit)}"


def line(row: PairRow, leg: Leg, digits: int) -> Said:
    """What the columns do not say of a line, or say otherwise."""
    x = leg.line
    konto, gegenkonto = row.konto.account, row.gegenkonto.account
    # A reader gives the key to this leg; see `storage.importers.datev_rows`.
    keyed = row.konto if not carries_tax(gegenkonto, digits) and carries_tax(konto, digits) else row.gegenkonto
    code = x.tax_code if leg.gross else row.key if leg is keyed else ""
    party = leg.account if is_personal(leg.account, digits) else ""
    said = {
        "account": x.account if x.account != leg.account else None, "party": x.party if x.party != party else None,
        "label": x.label or None, "tax": x.tax_code if x.tax_code != code else None,
        "original": money_text(x.original_amount) if x.original_amount is not None else None,
        "currency": x.original_currency or None, "rate": money_text(x.rate) if x.rate is not None else None,
        "rate_date": x.rate_date.isoformat() if x.rate_date else None, "rate_source": x.rate_source or None,
    }  # fmt: skip
    return {k: v for k, v in said.items() if v is not None}


def taxes(row: PairRow) -> Said:
    """The tax lines that DATEV works out of the row, so that they come back as they were."""
    base = next((x for x in row.legs if x.gross), None)
    if base is None:
        return {}
    lines = [[n, x.side.letter, x.account, money_text(x.amount), _rest(x)] for n, x in base.taxes]
    side = "D" if base.debit else "C"
    return {"side": side, "code": base.line.tax_code, "gross": money_text(row.amount), "lines": lines}


def whole(entry: Entry, common: Mapping[str, str], currency: str, *, reversal: bool) -> Said:
    """What the columns do not say of an entry. ``common`` are those that its rows share."""
    said = {
        "text": entry.description if entry.description != common["Buchungstext"] else None,
        "document": entry.document if entry.document != common["Belegfeld 1"] else None,
        "document_date": entry.document_date.isoformat() if entry.document_date else None,
        "kind": entry.kind.value if reversal or entry.kind is not Kind.NORMAL else None,
        "journal": entry.journal or None, "number": entry.number or None, "party": entry.party or None,
        "currency": entry.currency if entry.currency != currency else None,
    }  # fmt: skip
    return {k: v for k, v in said.items() if v is not None}


def fitted(said: Said) -> tuple[str, list[str]]:
    """A mark as JSON within DATEV's bounds, and the names of what found no room, longest first."""
    kept, dropped = dict(said), []
    while kept and len(_json(kept)) > layout.INFO - 1:  # one sign is kept for what makes text of a formula
        longest = max(kept, key=lambda k: len(str(kept[k])))
        dropped.append(longest)
        del kept[longest]
    return (_json(kept) if kept else ""), dropped


def _number(leg: Leg) -> str:
    return f"{'-' if leg.flipped else ''}{leg.number}"


def _rest(x: Line) -> Said:
    said = {"party": x.party, "label": x.label, "tax": x.tax_code}
    return {name: value for name, value in said.items() if value}


def _json(said: Said) -> str:
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode(layout.ENCODING)
    except UnicodeEncodeError:
        return json.dumps(said, separators=(",", ":"))
    return text
