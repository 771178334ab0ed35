"""Writes a book in Counterpoint's own exchange format: `entries.jsonl` and `accounts.csv`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from engine.demo.generate import demo_book
from engine.journal import Entry, Kind, Line, Snapshot, State


def write_book(snapshot: Snapshot, folder: Path) -> Path:
    """Write the two files that `counterpoint import` reads, and return the folder; existing ones are replaced.

    Beyond the fields that every such file has, an entry's kind, number, document and the details of its lines are
    written where they are set. Whether an account is a control account has no column and stays behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "accounts.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("account", "name", "type", "parent"))
        out.writerows((a.code, a.name, a.type.value, a.parent) for a in snapshot.accounts)
    with (folder / "entries.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_entry(e), ensure_ascii=False) + "\n" for e in snapshot.entries)
    return folder


def write_demo(folder: Path, seed: int = 0) -> Path:
    """Write the demo book where the first start imports it from."""
    return write_book(demo_book(seed), folder)


def _entry(entry: Entry) -> dict[str, object]:
    optional = {
        "party": entry.party,
        "kind": "" if entry.kind is Kind.NORMAL else entry.kind.value,
        "state": entry.state.value if entry.state is State.REVERSED else "",
        "number": entry.number,
        "document": entry.document,
        "document_date": entry.document_date.isoformat() if entry.document_date else "",
    }
    return {
        "entry_id": entry.entry_id,
        "date": entry.date.isoformat(),
        "description": entry.description,
        "currency": entry.currency,
        "journal": entry.journal,
        **{name: value for name, value in optional.items() if value},
        "lines": [_line(x) for x in entry.lines],
    }


def _line(line: Line) -> dict[str, str]:
    optional = {
        "party": line.party,
        "label": line.label,
        "tax_code": line.tax_code,
        "original_amount": "" if line.original_amount is None else f"{line.original_amount:f}",
        "original_currency": line.original_currency,
        "rate": "" if line.rate is None else f"{line.rate:f}",
    }
    filled = {name: value for name, value in optional.items() if value}
    return {"account": line.account, "side": line.side.letter, "amount": f"{line.amount:f}", **filled}
