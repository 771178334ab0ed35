"""Counterpoint's own format: ``entries.jsonl`` and ``accounts.csv``, which its reader takes as they are."""

from __future__ import annotations

import io
import json

from engine.journal import Entry, Line, money_text
from storage.exporters.cells import write_csv
from storage.exporters.subject import Chosen, Subject
from storage.exporters.written import Written

_ACCOUNTS = ("account", "name", "type", "parent", "opened", "closed", "control")


def export(subject: Subject, _chosen: Chosen) -> Written:
    """Every entry with every field that it has, under its own id."""
    text = "".join(json.dumps(_entry(e), ensure_ascii=False, separators=(",", ":")) + "\n" for e in subject.entries)
    table = io.StringIO(newline="")
    rows = [
        (a.code, a.name, a.type.value, a.parent, a.opened, a.closed, "1" if a.control else "") for a in subject.accounts
    ]
    write_csv(table, _ACCOUNTS, rows)
    return Written(files=(("entries.jsonl", text.encode()), ("accounts.csv", table.getvalue().encode())))


def _entry(e: Entry) -> dict[str, object]:
    found: dict[str, object] = {
        "entry_id": e.entry_id, "date": e.date.isoformat(), "description": e.description, "currency": e.currency,
        "journal": e.journal, "party": e.party, "number": e.number, "document": e.document,
        "document_date": e.document_date.isoformat() if e.document_date else "", "kind": e.kind.value,
        "lines": [_line(x) for x in e.lines],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value or name in ("description", "lines")}


def _line(x: Line) -> dict[str, object]:
    found: dict[str, object] = {
        "account": x.account, "side": x.side.letter, "amount": money_text(x.amount), "party": x.party, "label": x.label,
        "tax_code": x.tax_code, "original_amount": "" if x.original_amount is None else money_text(x.original_amount),
        "original_currency": x.original_currency, "rate": "" if x.rate is None else money_text(x.rate),
        "rate_date": x.rate_date.isoformat() if x.rate_date else "", "rate_source": x.rate_source,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}
