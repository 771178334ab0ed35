"""Every format that entries can be handed over in, by its name in commands. Pure: entries in, bytes out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.journal import Account, Entry
from storage.exporters import beancount, datev, fec, hledger, jsonl, sie, templates
from storage.exporters.written import Note, Written
from storage.taxes import TaxRow

_THEN = (1980, 1, 1, 0, 0, 0)  # a zip has room for nothing earlier; the same files make the same archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is written: a book's entries in their order, with what formats ask for beside them."""

    book: str
    currency: str
    accounts: Sequence[Account]
    entries: Sequence[Entry]
    created: datetime
    taxes: Sequence[TaxRow] = ()
    siren: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by what people call it."""

    title: str
    write: Callable[[Subject], Written]


def _datev(s: Subject) -> Written:
    options = datev.DatevOptions(created=s.created, taxes=tuple(s.taxes))
    made = datev.export(s.currency, s.accounts, s.entries, options)
    notes = tuple(Note(text=n.text, entry_id=n.entry_id, left_out=n.left_out) for n in made.notes)
    return Written(files=made.files, notes=notes)


def _sie(s: Subject) -> Written:
    series = {e.journal: e.journal.partition(" ")[0] for e in s.entries if e.journal}  # packages want a short one
    options = sie.SieOptions(created=s.created.date(), company=s.book, series=series)
    return sie.export(s.currency, s.accounts, s.entries, options)


def _template(template: templates.Template, called: str) -> Callable[[Subject], Written]:
    return lambda s: templates.export(template, called, s.currency, s.accounts, s.entries)


FORMATS: Mapping[str, Format] = {
    "fec": Format("FEC", lambda s: fec.export(s.currency, s.accounts, s.entries, fec.FecOptions(siren=s.siren))),
    "datev": Format("DATEV Buchungsstapel", _datev),
    "sie": Format("SIE 4I", _sie),
    "quickbooks": Format("QuickBooks Online", _template(templates.QUICKBOOKS, "quickbooks")),
    "xero": Format("Xero", _template(templates.XERO, "xero")),
    "sage": Format("Sage 50", _template(templates.SAGE, "sage")),
    "odoo": Format("Odoo", _template(templates.ODOO, "odoo")),
    "erpnext": Format("ERPNext", _template(templates.ERPNEXT, "erpnext")),
    "beancount": Format(
        "Beancount",
        lambda s: beancount.export(s.currency, s.accounts, s.entries, beancount.BeancountOptions(title=s.book)),
    ),
    "hledger": Format(
        "hledger", lambda s: hledger.export(s.currency, s.accounts, s.entries, hledger.HledgerOptions(title=s.book))
    ),
    "jsonl": Format("Counterpoint (JSON Lines)", lambda s: jsonl.export(s.currency, s.accounts, s.entries)),
}


def packed(written: Written, called: str) -> tuple[str, bytes]:
    """One file to hand over: the only one there is, or a zip of all of them, the same bytes each time."""
    if len(written.files) == 1:
        return written.files[0]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in written.files:
            archive.writestr(zipfile.ZipInfo(name, _THEN), data, compress_type=zipfile.ZIP_DEFLATED)
    return f"{called}.zip", out.getvalue()
